"""Compliance reports: the five populations, the people behind them, the ends of months, kept reports and files."""

from typing import Any

from babel import Locale
from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from certificates import days
from certificates.papers import asking
from lms.base import web
from lms.base.access import holders_of, open_to
from lms.base.countries import countries
from lms.base.errors import Invalid, NotFound
from lms.base.i18n import gettext, language
from lms.privacy import council
from lms.reports import words
from lms.reports.compliance import (
    chart,
    exports,
    filters,
    gaps,
    groups,
    hiding,
    history,
    lists,
    months,
    options,
    populations,
    saved,
)
from lms.reports.compliance.filters import NONE, Choice
from lms.reports.compliance.kept import Kept, within_a_minute
from lms.reports.compliance.models import POPULATIONS

blueprint = Blueprint("compliance", __name__)
READERS = holders_of(*saved.READERS)
ADMINISTRATOR = holders_of("administrator")
MIMETYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@blueprint.get("/reports")
@open_to(READERS)
def figures() -> str:
    session, choice = web.session(), filters.read(request.args)
    smallest = council.smallest(session)
    found = _counted(session, choice, smallest)
    look = within_a_minute(session, "gaps", lambda: gaps.read(session)).value
    return _figures(session, found, smallest, gaps=look, month=None, taken_at=None)


@blueprint.get("/reports/months/<month>")
@open_to(READERS)
def month(month: str) -> str:
    session, choice = web.session(), filters.read(request.args)
    snapshot, smallest = months.find(session, month), council.smallest(session)
    key = ("month", snapshot.id, choice, smallest)
    facts = populations.month_facts(snapshot.id)
    found = within_a_minute(session, key, lambda: hiding.report(session, facts, choice, smallest))
    return _figures(session, found, smallest, gaps=None, month=month, taken_at=snapshot)


@blueprint.get("/reports/<population>")
@open_to(READERS)
def people(population: str) -> str:
    session = web.session()
    exports.refuse_lists(session)
    choice, month, asked = filters.read(request.args), request.args.get("month", ""), _words()
    page = lists.page(session, _facts(session, month), population, choice, asked, web.page())
    shown = {"population": population, "choice": choice, "month": month, "words": asked, "page": page}
    return render_template("compliance/people.html", **shown, **_names(session))


@blueprint.get("/reports/left")
@open_to(READERS)
def left() -> str:
    exports.refuse_lists(web.session())
    found, more = lists.leavers(web.session(), _words(), web.page())
    shown = {"words": _words(), "number": web.page()}
    return render_template("compliance/left.html", people=found, more=more, **shown)


@blueprint.get("/reports/people/<uid>")
@open_to(READERS)
def person(uid: str) -> str:
    exports.refuse_lists(web.session())
    found = history.read(web.session(), uid)
    return render_template("compliance/person.html", found=found, **_names(web.session()))


@blueprint.get("/reports/months")
@open_to(READERS)
def all_months() -> str:
    session = web.session()
    taken = within_a_minute(session, ("months", months.newest(session)), lambda: months.all_months(session)).value
    smallest = council.smallest(session)
    found = hiding.months(taken, smallest)
    missing = months.missing(session, days.today()) if "administrator" in current_user.roles else None
    lines = [one for one in POPULATIONS if not any(one in month.total.kept_back for month in found)]
    drawn = [_chart(found, lines, width) for width in (680, 360)] if len(found) > 1 and lines else []
    few = bool(taken) and not found
    shown = {"months": found, "charts": drawn, "missing": missing, "few": few, "smallest": smallest}
    return render_template("compliance/months.html", names=populations.names(), populations=POPULATIONS, **shown)


@blueprint.post("/reports/months")
@open_to(ADMINISTRATOR)
def take_month() -> BaseResponse:
    taken = months.take_now(web.session(), current_user.id)
    return redirect(url_for("compliance.month", month=f"{taken:%Y-%m}"), 303)


@blueprint.get("/reports/saved")
@open_to(READERS)
def all_saved() -> str:
    return _saved()


@blueprint.post("/reports/saved")
@open_to(READERS)
def save() -> BaseResponse | tuple[str, int]:
    typed = {"name": request.form.get("name", ""), "rhythm": request.form.get("rhythm", "")}
    choice = filters.read(request.form)
    try:
        saved.save(web.session(), current_user.id, typed["name"], choice, typed["rhythm"])
    except Invalid as refusal:
        return _saved(refusal.message, typed, new=choice), 422
    return redirect(url_for("compliance.all_saved"), 303)


@blueprint.post("/reports/saved/<uid>")
@open_to(READERS)
def change_saved(uid: str) -> BaseResponse | tuple[str, int]:
    typed = {"uid": uid, "name": request.form.get("name", ""), "rhythm": request.form.get("rhythm", "")}
    try:
        saved.change(web.session(), current_user.id, uid, typed["name"], typed["rhythm"])
    except Invalid as refusal:
        return _saved(refusal.message, typed), 422
    return redirect(url_for("compliance.all_saved"), 303)


@blueprint.post("/reports/saved/<uid>/remove")
@open_to(READERS)
def remove_saved(uid: str) -> BaseResponse:
    saved.remove(web.session(), current_user.id, uid)
    return redirect(url_for("compliance.all_saved"), 303)


@blueprint.get("/reports/exports")
@open_to(READERS)
def all_exports() -> str:
    found = exports.exports(web.session(), current_user.id)
    return render_template("compliance/exports.html", exports=found, kept_days=exports.KEPT_DAYS)


@blueprint.post("/reports/exports")
@open_to(READERS)
def ask_export() -> BaseResponse:
    form, choice = request.form, filters.read(request.form)
    population = form.get("population", "")
    address = exports.address(population, choice, form.get("q", "").strip(), form.get("month", ""))
    name = list_names().get(population, population)
    uid = exports.ask(web.session(), current_user.id, name, address, form.get("format", ""))
    return redirect(url_for("compliance.export", uid=uid), 303)


@blueprint.get("/reports/exports/<uid>")
@open_to(READERS)
def export(uid: str) -> str:
    found = exports.export(web.session(), current_user.id, uid)
    return render_template("compliance/export.html", found=found, kept_days=exports.KEPT_DAYS)


@blueprint.post("/reports/exports/<uid>/again")
@open_to(READERS)
def export_again(uid: str) -> BaseResponse:
    exports.again(web.session(), current_user.id, uid)
    return redirect(url_for("compliance.export", uid=uid), 303)


@blueprint.get("/reports/exports/<uid>/file")
@open_to(READERS)
def export_file(uid: str) -> Response:
    found = exports.file(web.session(), current_user.id, uid)
    files, key = current_app.extensions["files"], found.file_key
    size = files.size(key)
    response = Response(files.pieces(key, 0, size), content_type=MIMETYPES[found.format])
    response.content_length = size
    name = f"{found.address.split('?')[0].rsplit('/', 1)[-1]}-{found.asked_at:%Y-%m-%d}.{found.format}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _counted(session: Session, choice: Choice, smallest: int | None) -> Kept[groups.Report]:
    today = days.today()
    facts = populations.today_facts(today)
    key = ("report", today, choice, smallest)
    return within_a_minute(session, key, lambda: hiding.report(session, facts, choice, smallest))


def _figures(session: Session, found: Kept[groups.Report], smallest: int | None, **shown: Any) -> str:
    typed = {"report": found.value, "choice": found.value.choice, "counted_at": found.at, "smallest": smallest}
    chosen = {"populations": POPULATIONS, "meanings": populations.meanings(), "unknown": NONE}
    typed["refusal"] = hiding.one_at_a_time() if found.value.mixed else ""
    known = within_a_minute(session, "options", lambda: options.read(session)).value
    return render_template("compliance/figures.html", options=known, **typed, **chosen, **shown, **_names(session))


def _saved(problem: str = "", typed: dict[str, str] | None = None, new: Choice | None = None) -> str:
    kept = saved.reports(web.session(), current_user.id)
    shown = {"problem": problem, "typed": typed or {}, "new": new, "choice_of": saved.choice_of}
    return render_template("compliance/saved.html", reports=kept, rhythms=rhythms(), **shown, **_names(web.session()))


def _facts(session: Session, month: str) -> Any:
    if not month:
        return populations.today_facts(days.today())
    return populations.month_facts(months.find(session, month).id)


def _words() -> str:
    words = request.args.get("q", "").strip()
    if len(words) > filters.LONGEST:
        raise NotFound
    return words


def _chart(found: list[months.Month], lines: list[str], width: int) -> chart.Chart:
    labels = [format_date(one.month_on, "MMM yy") for one in found]
    names = populations.names()
    return chart.draw(labels, [(names[one], [month.total.of(one) for month in found]) for one in lines], width)


def rhythms() -> dict[str, str]:
    """How often a report is mailed, by code."""
    return {"": gettext("Never"), "weekly": gettext("Each Monday"), "monthly": gettext("On the first of each month")}


def list_names() -> dict[str, str]:
    """The names of all lists, by code."""
    return populations.names() | {"everyone": gettext("Everyone at work"), "leave": gettext("On leave")}


def _names(session: Session) -> dict[str, Any]:
    """Names of the values that people are grouped by, by dimension, and those of lists and dimensions themselves."""
    spoken = Locale.parse(language()).languages
    levels = within_a_minute(session, ("levels", language()), lambda: dict(asking.levels(session))).value
    return {
        "names": list_names(),
        "dimensions": {
            "unit": gettext("Unit"),
            "tier": gettext("Tier"),
            "country": gettext("Country"),
            "language": gettext("Language"),
            "level": gettext("Level"),
        },
        "values": {
            "unit": {NONE: gettext("No unit known")},
            "tier": words.tiers(),
            "country": {**countries(language()), NONE: gettext("No country known")},
            "language": {**spoken, NONE: gettext("No language known")},
            "level": {**levels, NONE: gettext("No certificate")},
        },
    }
