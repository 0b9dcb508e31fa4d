"""Credentials for wallets and verifiers: keys, issuer, status lists, the credentials, and a page that checks one.

Programs from anywhere may read these addresses; a credential has no name in it and its address cannot be guessed.
"""

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from certificates.credentials import baking, checking, issuer, issuing, jwt, keys, profiles, seal, status
from certificates.views import _public as public_page
from lms.base import clock, web
from lms.base.access import PUBLIC, SIGNED_IN, open_to
from lms.base.errors import Invalid, NotFound
from lms.base.i18n import gettext
from lms.base.limits import limiter
from lms.people.models import Person

blueprint = Blueprint("credentials", __name__)
misses = limiter.limit("60/minute", deduct_when=lambda response: response.status_code == 404)
JSON_LD, TOKEN, W3C_TOKEN = "application/ld+json", "text/plain", "application/vc+jwt"
PAGES = ("text/html", "application/xhtml+xml")


@blueprint.get("/.well-known/jwks.json")
@open_to(PUBLIC)
def key_set() -> Response:
    return _for_programs(jsonify(issuer.key_set(keys.ready(web.session()))), "application/jwk-set+json", 300)


@blueprint.get("/issuer")
@open_to(PUBLIC)
def profile() -> Response:
    own = web.settings()
    found = issuer.profile(keys.ready(web.session()), own.company, own.base_url, own.hub_email)
    return _for_programs(jsonify(found), JSON_LD, 300)


@blueprint.get("/issuer/keys/<thumbprint>")
@open_to(PUBLIC)
@misses
def one_key(thumbprint: str) -> Response:
    found = issuer.find_jwk(web.session(), thumbprint)
    if found is None:
        raise NotFound
    return _for_programs(jsonify(found), "application/jwk+json", 300)


@blueprint.get("/status/1edtech")
@open_to(PUBLIC)
def revocation_list() -> Response:
    found = status.revocation_list(web.session(), web.settings().base_url)
    return _for_programs(jsonify(found), "application/json", 300)


@blueprint.get("/status/<int:number>")
@blueprint.get("/status/<int:number>/<purpose>")
@open_to(PUBLIC)
@misses
def status_list(number: int, purpose: str = "revocation") -> Response:
    """A list as a token, which every verifier of tokens can check; as JSON with a proof for who asks for JSON."""
    now = clock.now().replace(second=0, microsecond=0)
    found = status.list_credential(web.session(), number, purpose, now)
    if found is None:
        raise NotFound
    if _asks_for_json():
        return _for_programs(jsonify(issuer.with_proof(web.session(), found, now)), JSON_LD, 300)
    return _for_programs(make_response(jwt.of(web.session(), found)), TOKEN, 300)


@blueprint.get("/credentials/<uid>")
@open_to(PUBLIC)
@misses
def credential(uid: str) -> BaseResponse:
    found, accepts = issuing.find_id(web.session(), uid), request.accept_mimetypes
    if accepts.best in PAGES:
        return redirect(url_for("certificates.verify", uid=uid), 303)
    if accepts.best == W3C_TOKEN:
        token = jwt.of_w3c(web.session(), issuing.unsigned(web.session(), found))
        return _for_programs(make_response(token), W3C_TOKEN)
    if accepts.best in {TOKEN, "application/jwt"}:
        return _for_programs(make_response(jwt.signed(web.session(), found)), TOKEN)
    return _for_programs(jsonify(issuer.proven(web.session(), found)), JSON_LD)


@blueprint.get("/credentials/<uid>.jwt")
@open_to(PUBLIC)
@misses
def token(uid: str) -> Response:
    response = make_response(jwt.signed(web.session(), issuing.find_id(web.session(), uid)))
    response.headers["Content-Disposition"] = f'attachment; filename="credential-{uid}.jwt"'
    return _for_programs(response, TOKEN)


@blueprint.get("/credentials/<uid>.<any(png, svg):kind>")
@open_to(PUBLIC)
@misses
def picture(uid: str, kind: str) -> Response:
    found = issuing.unsigned(web.session(), issuing.find_id(web.session(), uid))
    signed = jwt.of(web.session(), found.credential)
    baked = (
        baking.png(seal.png(found.content), signed) if kind == "png" else baking.svg(seal.svg(found.content), signed)
    )
    return _for_programs(make_response(baked), {"png": "image/png", "svg": "image/svg+xml"}[kind])


@blueprint.get("/verify/credential")
@open_to(PUBLIC)
def ask_check() -> BaseResponse:
    return public_page("certificates/credential.html", 200, finding=None, text="")


@web.csrf.exempt  # type: ignore[untyped-decorator] # it changes nothing, and the public pages set no cookie
@blueprint.post("/verify/credential")
@open_to(PUBLIC)
@limiter.limit("20/minute")
def check() -> BaseResponse:
    text = request.form.get("text", "").strip()
    file = request.files.get("file")
    sent = file.read(checking.LARGEST_FILE + 1) if file else b""
    try:
        if not (sent or text):
            raise Invalid(gettext("Choose a file, or paste the text of a credential."))
        with web.database().reading() as session:
            finding = checking.examine(session, sent or text.encode("utf-8", "replace"))
    except Invalid as refusal:
        return public_page("certificates/credential.html", 422, finding=None, text=text, problem=refusal.message)
    return public_page("certificates/credential.html", 200, finding=finding, text=text)


@blueprint.post("/certificates/<uid>/linkedin")
@open_to(SIGNED_IN)
def add_to_linkedin(uid: str) -> BaseResponse:
    profiles.add(web.session(), _locked_person(), uid)
    return redirect(url_for("credentials.linkedin", uid=uid), 303)


@blueprint.get("/certificates/<uid>/linkedin")
@open_to(SIGNED_IN)
def linkedin(uid: str) -> str:
    """The way on to LinkedIn is a link: browsers do not let a form of ours end at another site."""
    shown, address = profiles.get(web.session(), current_user.id, uid)
    return render_template("certificates/linkedin.html", shown=shown, address=address)


@blueprint.post("/certificates/<uid>/linkedin/removed")
@open_to(SIGNED_IN)
def removed_from_linkedin(uid: str) -> BaseResponse:
    profiles.remove(web.session(), _locked_person(), uid)
    return redirect(url_for("certificates.mine", _anchor="profiles"), 303)


def _locked_person() -> int:
    statement = select(Person.id).where(Person.id == current_user.id).with_for_update(key_share=True)
    return web.session().scalars(statement).one()


def _asks_for_json() -> bool:
    return any("json" in kind for kind, _ in request.accept_mimetypes)


def _for_programs(response: Response, kind: str, seconds: int = 0) -> Response:
    """An answer that pages of other sites may read too, kept for so many seconds, with a validator."""
    response.mimetype = kind
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = f"public, max-age={seconds}" if seconds else "no-cache"
    response.vary.add("Accept")
    response.add_etag()
    response.make_conditional(request)
    return response
