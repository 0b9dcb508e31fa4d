"""The register for programs: open when the register is, asked with care for the rest of us."""

from flask import Blueprint, current_app, make_response, request
from flask_login import current_user
from werkzeug.wrappers import Response

from certificates import register_list
from lms.base import web
from lms.base.access import PUBLIC, open_to
from lms.base.limits import limiter

blueprint = Blueprint("register_list", __name__)
OFTEN = "60/minute"


@blueprint.get("/speakers.json")
@open_to(PUBLIC)
@limiter.limit(OFTEN)
def listed() -> Response:
    if not _is_open():
        return _sign_in_first()
    page = register_list.page(web.session(), _after())
    return _answer(register_list.written(page), "application/json")


@blueprint.get("/speakers.jws")
@open_to(PUBLIC)
@limiter.limit(OFTEN)
def signed() -> Response:
    if not _is_open():
        return _sign_in_first()
    return _answer(register_list.signed(web.session(), _after()).encode(), "application/jose")


def _answer(body: bytes, kind: str) -> Response:
    response = make_response(body)
    response.mimetype = kind
    response.headers.update({"Cache-Control": "no-cache", "X-Robots-Tag": "noindex"})
    response.add_etag()
    return response.make_conditional(request)


def _after() -> int:
    typed = request.args.get("after", "0")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _is_open() -> bool:
    return web.settings().public_register or bool(current_user.is_authenticated)


def _sign_in_first() -> Response:
    answer: Response = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
    return answer
