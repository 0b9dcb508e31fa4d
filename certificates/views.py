"""Certificates for their holders, and the register that anyone can ask.

The public pages set no cookie, run no script and read no session; they carry the language in the address.
"""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import format_datetime, gettext
from flask_login import current_user
from sqlalchemy import update
from werkzeug.wrappers import Response

from certificates import authority, days, records, register, speakers, steps, vocabulary
from certificates import pdf as paper
from certificates.forms import ListedForm
from certificates.level_models import DIMENSIONS
from certificates.register import Entry
from certificates.speakers import Answer, Wanted
from lms.base import audit, clock, fragments, i18n, web
from lms.base.access import PUBLIC, SIGNED_IN, open_to
from lms.base.errors import Invalid, NotFound
from lms.base.limits import limiter
from lms.people.models import Person

blueprint = Blueprint("certificates", __name__)
LONGEST_NUMBER = 40


@blueprint.get("/certificates/")
@open_to(SIGNED_IN)
def mine() -> str:
    session, person_id = web.session(), current_user.id
    entries = register.every(session, person_id)
    listed, completed = steps.listed_and_completed(session, person_id)
    speaking = any(entry.rank > 0 and entry.status in {"valid", "paused", "waiting"} for entry in entries)
    way = None if speaking else steps.way(session, person_id, completed)
    form = ListedForm(listed=listed)
    return render_template(
        "certificates/mine.html", entries=entries, best=_best(entries), way=way, form=form, listed=listed
    )


@blueprint.post("/certificates/listed")
@open_to(SIGNED_IN)
def save_listed() -> Response:
    form = ListedForm()
    if not form.validate():
        raise Invalid(gettext("Tick the box or leave it empty, and save again."))
    listed = bool(form.listed.data)
    web.session().execute(update(Person).where(Person.id == current_user.id).values(listed=listed))
    audit.record(
        web.session(), "chose about being listed", f"person:{current_user.id}", actor_id=current_user.id, listed=listed
    )
    return redirect(url_for("certificates.mine", _anchor="outsiders"), 303)


@blueprint.get("/certificates/<uid>.pdf")
@open_to(SIGNED_IN)
def pdf(uid: str) -> Response:
    content = register.of_holder(web.session(), current_user.id, uid)
    if content is None:
        raise NotFound
    site = web.settings().base_url
    response = make_response()
    response.set_etag(paper.edition(content, site), weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    if request.if_none_match.contains_weak(response.get_etag()[0] or ""):
        response.status_code = 304
        return response
    response.set_data(paper.pdf(content, site))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="certificate-{content["number"]}.pdf"'
    return response


@blueprint.get("/verify")
@open_to(PUBLIC)
@limiter.limit("30/minute")
def verify_number() -> Response:
    typed = request.args.get("number", "").strip()[:LONGEST_NUMBER]
    uid = records.find_uid(web.session(), typed) if typed else None
    if uid:
        return redirect(url_for("certificates.verify", uid=uid, lang=request.args.get("lang")))
    return _public("certificates/number.html", 404 if typed else 200, typed=typed)


@blueprint.get("/verify/<uid>")
@open_to(PUBLIC)
def verify(uid: str) -> Response:
    try:
        on = speakers.parse_day(request.args.get("on", "").strip())
    except Invalid as refusal:
        return _public("certificates/number.html", 422, typed="", problem=refusal.message)
    record = records.record(web.session(), uid, on)
    if record is None:
        return _public("certificates/number.html", 404, typed=uid[:LONGEST_NUMBER])
    return _public("certificates/verify.html", 200, record=record, today=days.today(), site=web.settings().base_url)


@blueprint.get("/speakers", endpoint="speakers")
@open_to(PUBLIC)
@limiter.limit("60/minute", exempt_when=lambda: not request.args.get("q"))
def search() -> Response:
    if not _register_is_open():
        return _sign_in_first()
    wanted = Wanted(words=_asked("q"), **{name: vocabulary.code_of(name, _asked(name)) for name in DIMENSIONS})
    if uid := records.find_uid(web.session(), wanted.words):
        return redirect(url_for("certificates.verify", uid=uid, lang=request.args.get("lang")))
    found = speakers.search(web.session(), wanted, _page())
    return _public("certificates/speakers.html", 200, wanted=wanted, found=found, choices=_choices())


@blueprint.get("/speakers/check")
@open_to(PUBLIC)
def check() -> Response:
    if not _register_is_open():
        return _sign_in_first()
    typed = {name: request.args.get(name, "") for name in ("handle", "person", "channel", "topic", "language", "on")}
    if web.wants_json():
        return _conditional(jsonify(_as_json(_answer(typed))))
    asked = any(typed.values())
    try:
        answer, problem = (_answer(typed) if asked else None), ""
    except Invalid as refusal:
        answer, problem = None, refusal.message
    return _public(
        "certificates/check.html",
        422 if problem else 200,
        typed=typed,
        answer=answer,
        problem=problem,
        choices=_choices(),
        word=vocabulary.word,
    )


def _answer(typed: dict[str, str]) -> Answer:
    handle, person, question = speakers.question(typed)
    return speakers.check(web.session(), handle, person, question)


def _as_json(answer: Answer) -> dict[str, Any]:
    return {
        "allowed": answer.allowed,
        "reason": f"{answer.reason} {answer.step}".strip(),
        "on": answer.on.isoformat(),
        "person": answer.person,
        "scope": answer.scope,
    }


def _best(entries: list[Entry]) -> Entry | None:
    """The certificate to show large: the highest that has not ended, else the highest."""
    standing = (entry for entry in entries if entry.status not in {"ended", "withdrawn"})
    return next(standing, entries[0] if entries else None)


def _asked(name: str) -> str:
    return request.args.get(name, "").replace("\0", "").strip()[: speakers.LONGEST]


def _choices() -> dict[str, list[tuple[str, str]]]:
    """What can be searched for and asked about. Red topics can be asked about, never searched for."""
    return {
        "channel": vocabulary.choices("channel"),
        "topic": vocabulary.choices("topic", without=authority.RED_TOPICS),
        "any_topic": vocabulary.choices("topic"),
        "language": vocabulary.choices("language"),
    }


def _page() -> int:
    page = request.args.get("page", "1")
    return min(max(int(page), 1), 1000) if page.isascii() and page.isdigit() and len(page) < 6 else 1


def _register_is_open() -> bool:
    return web.settings().public_register or bool(current_user.is_authenticated)


def _sign_in_first() -> Response:
    answer: Response = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
    return answer


def _public(template: str, status: int, **values: Any) -> Response:
    """A public page: kept by nobody without asking again, and found by no search engine."""
    now = days.local(clock.now())
    checked = gettext(
        "Checked live on %(day)s at %(time)s (Brussels)",
        day=format_datetime(now, "d MMMM y", rebase=False),
        time=format_datetime(now, "HH:mm", rebase=False),
    )
    lang = request.args.get("lang")
    content = fragments.made(template, {"lang": lang, "problem": ""} | values)
    frame = fragments.kept("certificates/_public_frame.html", fragments.theme())
    page = fragments.within(frame, content, {"checked": checked, **_addresses(lang)})
    return _conditional(make_response(page, status))


def _addresses(lang: str | None) -> dict[str, str]:
    """For the links of a public page: the language asked for, and what was asked in each of the languages."""
    asked = request.args.to_dict()
    tail = "" if lang is None else f"?{urlencode({'lang': lang})}"
    return {"tail": tail} | {f"ask{code}": urlencode(asked | {"lang": code}) for code in i18n.LANGUAGES}


def _conditional(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    if response.status_code == 200:
        response.add_etag(weak=True)
        response.make_conditional(request)
    return response
