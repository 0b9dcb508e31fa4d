"""Certificates for their holders, and the register that anyone can ask.

The public pages set no cookie, run no script and read no session; they carry the language in the address.
"""

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import format_datetime, gettext
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import update
from werkzeug.wrappers import Response

from certificates import (
    authority,
    badges,
    check_views,
    checking,
    days,
    records,
    register,
    speakers,
    vocabulary,
)
from certificates import pdf as paper
from certificates.checking import Answer
from certificates.coverage import Wanted
from certificates.entitlements import waiting as entitlements
from certificates.forms import ListedForm
from certificates.level_models import DIMENSIONS
from certificates.papers import attaching
from certificates.records import Record
from certificates.register import Entry
from certificates.way import overview
from lms.base import audit, clock, fragments, i18n, limits, web
from lms.base.access import PUBLIC, SIGNED_IN, open_to
from lms.base.errors import Invalid, NotFound
from lms.base.limits import count_asking, limiter
from lms.people import directory
from lms.people.models import Person

blueprint = Blueprint("certificates", __name__)
LONGEST_NUMBER = 40


@blueprint.get("/certificates/")
@open_to(SIGNED_IN)
def mine() -> str:
    session = web.session()
    person = directory.get(session, current_user.id)
    entries = register.every(session, person.id)
    return render_template(
        "certificates/mine.html",
        entries=entries,
        best=_best(entries),
        overview=overview.of(session, person),
        form=ListedForm(listed=person.listed),
        listed=person.listed,
        word=vocabulary.word,
        kept=entitlements.of_person(session, person.id),
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
    with web.own_transaction() as session:
        credential = attaching.attachments_of(session, uid)
    response.set_data(paper.pdf(content, site, credential))
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


@blueprint.get("/badge/<uid>.svg")
@open_to(PUBLIC)
def badge(uid: str) -> Response:
    record = _record(uid)
    if record is None:
        raise NotFound
    response = make_response(render_template("certificates/badge.svg", badge=badges.badge(record)))
    response.mimetype = "image/svg+xml"
    response.headers.update(badges.HEADERS)
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/verify/<uid>")
@open_to(PUBLIC)
def verify(uid: str) -> Response:
    try:
        on = checking.parse_day(request.args.get("on", "").strip())
    except Invalid as refusal:
        return _public("certificates/number.html", 422, typed="", problem=refusal.message)
    record = _record(uid, on)
    if record is None:
        return _public("certificates/number.html", 404, typed=uid[:LONGEST_NUMBER])
    lang = request.args.get("lang")
    values = {"lang": lang if lang in i18n.LANGUAGES else None, "today": days.today(), "site": web.settings().base_url}
    key = (record, *values.values())
    content = fragments.kept("certificates/verify.html", key, lambda: {"record": record, **values}, shelf="records")
    return _framed(content.fill({}), 200)


def _record(uid: str, on: date | None = None) -> Record | None:
    """A certificate on a day, for anyone who does not try out ids."""
    limits.refuse_guessing("certificate")
    found = records.record(web.session(), uid, on)
    if found is None:
        limits.count_guess("certificate")
    return found


@blueprint.get("/speakers", endpoint="speakers")
@open_to(PUBLIC)
@limiter.limit("60/minute", exempt_when=lambda: not request.args.get("q"))
def search() -> Response:
    if not _register_is_open():
        return _sign_in_first()
    wanted = Wanted(words=_asked("q"), **{name: vocabulary.code_of(name, _asked(name)) for name in DIMENSIONS})
    if uid := records.find_uid(web.session(), wanted.words):
        return redirect(url_for("certificates.verify", uid=uid, lang=request.args.get("lang")))
    found = speakers.search(web.session(), wanted, web.page())
    shown = {"wanted": wanted, "found": found, "choices": _choices(), "word": vocabulary.word}
    return _public("certificates/speakers.html", 200, **shown)


@blueprint.get("/speakers/check")
@open_to(PUBLIC)
def check() -> Response:
    if not _register_is_open():
        return _sign_in_first()
    count_asking("check", current_app.config["CHECKS_A_MINUTE"])
    asked_for = request.args.to_dict()
    typed = {name: asked_for.get(name, "") for name in checking.PARTS}
    if web.wants_json():
        return _by_accept(_conditional(jsonify(checking.as_json(_answer(typed)))))
    asked = any(typed.values())
    try:
        answer, problem = (_answer(typed) if asked else None), ""
    except Invalid as refusal:
        answer, problem = None, refusal.message
    content = check_views.content(answer, problem, typed)
    return _by_accept(_framed(content, 422 if problem else 200))


def _by_accept(response: Response) -> Response:
    """Tell caches that a page for people and an answer for programs stand at the same address."""
    response.vary.update(("Accept", "Accept-Language", "Cookie"))
    return response


def _answer(typed: dict[str, str]) -> Answer:
    handle, person, question = checking.question(typed)
    return checking.check(web.session(), handle, person, question)


def _best(entries: list[Entry]) -> Entry | None:
    """The certificate to show large: the highest that has not ended, else the highest."""
    standing = (entry for entry in entries if entry.status not in {"ended", "withdrawn"})
    return next(standing, entries[0] if entries else None)


def _asked(name: str) -> str:
    return request.args.get(name, "").replace("\0", "").strip()[: speakers.LONGEST]


def _choices() -> dict[str, list[tuple[str, str]]]:
    """What can be searched for: red topics cannot."""
    return {
        "channel": vocabulary.choices("channel"),
        "topic": vocabulary.choices("topic", without=authority.RED_TOPICS),
        "language": vocabulary.choices("language"),
        "country": vocabulary.choices("country"),
    }


def _register_is_open() -> bool:
    return web.settings().public_register or bool(current_user.is_authenticated)


def _sign_in_first() -> Response:
    answer: Response = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
    return answer


def _public(template: str, status: int, **values: Any) -> Response:
    """A public page: kept by nobody without asking again, and found by no search engine."""
    lang = request.args.get("lang")
    return _framed(fragments.made(template, {"lang": lang, "problem": ""} | values), status)


def _framed(content: Markup, status: int) -> Response:
    """A public page around its content."""
    now, lang = days.local(clock.now()), request.args.get("lang")
    checked = _checked(now.replace(second=0, microsecond=0), i18n.language())
    frame = fragments.kept("certificates/_public_frame.html", fragments.theme())
    page = fragments.within(frame, content, {"checked": checked, **_addresses(lang)})
    return _conditional(make_response(page, status))


@lru_cache(maxsize=64)
def _checked(minute: datetime, language: str) -> str:
    """When a page was made, for its readers of a language."""
    checked: str = gettext(
        "Checked live on %(day)s at %(time)s (Brussels)",
        day=format_datetime(minute, "d MMMM y", rebase=False),
        time=format_datetime(minute, "HH:mm", rebase=False),
    )
    return checked


def _addresses(lang: str | None) -> dict[str, str]:
    """For the links of a public page: the language asked for, and what was asked in each of the languages."""
    asked = urlencode({name: value for name, value in request.args.items() if name != "lang"})
    tail = "" if lang is None else f"?{urlencode({'lang': lang})}"
    return {"tail": tail} | {f"ask{code}": f"{asked}&lang={code}".lstrip("&") for code in i18n.LANGUAGES}


def _conditional(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    if response.status_code == 200:
        response.add_etag(weak=True)
        response.make_conditional(request)
    return response
