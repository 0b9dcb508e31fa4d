"""A manager's team, its branches, and both as tables."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any

from flask import Blueprint, get_flashed_messages, redirect, render_template, request, url_for
from flask_babel import get_timezone
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certificates.permissions import waiting
from courses.catalog import CourseView
from lms.base import clock, fragments, web
from lms.base.access import MANAGERS, open_to
from lms.base.i18n import language, pick, reader_today
from lms.people.deputies import StandIn
from lms.reports import around, export, lines, past, reach, words
from lms.reports import branch as branches
from lms.reports import team as teams
from lms.reports.figures import Held

blueprint = Blueprint("reports", __name__)
KINDS = {
    "csv": (export.csv_file, "text/csv; charset=utf-8"),
    "xlsx": (export.xlsx_file, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@blueprint.get("/team")
@open_to(MANAGERS)
def team() -> str | Response:
    return _team_page(current_user.id, None)


@blueprint.get("/team.csv")
@open_to(MANAGERS)
def team_csv() -> Response:
    return _team_file("csv")


@blueprint.get("/team.xlsx")
@open_to(MANAGERS)
def team_xlsx() -> Response:
    return _team_file("xlsx")


@blueprint.get("/team/<path:branch>")
@open_to(MANAGERS)
def branch(branch: str) -> str | Response:
    """A person the reader may see, or a manager for whom she stands in, by uid; or a unit by its path."""
    if not lines.is_uid(branch):
        lead = lines.lead_of(web.session(), current_user.id, branch, reader_today())
        return redirect(url_for("reports.branch", branch=lead))
    place = reach.in_whose_place(web.session(), current_user.id, branch, reader_today())
    if place:
        return _team_page(place.person_id, place)
    found = branches.read(web.session(), current_user.id, branch, _choice(), today=reader_today())
    return _page("reports/person.html" if found.alone else "reports/branch.html", found.shown, branch=found)


@blueprint.get("/team/<branch>.csv")
@open_to(MANAGERS)
def branch_csv(branch: str) -> Response:
    return _branch_file(branch, "csv")


@blueprint.get("/team/<branch>.xlsx")
@open_to(MANAGERS)
def branch_xlsx(branch: str) -> Response:
    return _branch_file(branch, "xlsx")


def _team_page(manager_id: int, place: StandIn | None) -> str | Response:
    """The page of a manager: the reader, or the one for whom she stands in. Who only stands in is led there."""
    session, today = web.session(), reader_today()
    page, columns = (request.args.get(name, usual, type=int) for name, usual in (("page", 1), ("courses", 0)))
    found = teams.read(session, manager_id, direct=_direct(), today=today, page=page, columns=columns)
    beside = around.read(session, current_user.id, manager_id, today)
    if place is None and not beside.leads:
        return redirect(url_for("reports.branch", branch=beside.places[0].uid))
    shown: dict[str, Any] = {"team": found, "direct": _direct(), "titles": _titles(found.heat.courses + found.helped)}
    shown |= {"around": beside, "place": place, "now": clock.now()}
    shown["pending"] = 0 if place else waiting.count(session, current_user.id, current_user.roles)
    shown |= {"nudged": words.nudged, "ways": words.ways(), "tiers": words.tiers(), "drawn": past.drawn}
    shown |= {"due_tag": due_tag, "certificate_tag": certificate_tag}
    said = get_flashed_messages()
    return fragments.framed(fragments.made("reports/team.html", {"today": today, "said": said, **shown}))


def _team_file(kind: str) -> Response:
    manager_id, reader, direct = current_user.id, _reader(), _direct()
    return _download("team", kind, lambda session: export.team(session, manager_id, reader, direct=direct))


def _branch_file(branch: str, kind: str) -> Response:
    reader = _reader()
    place = reach.in_whose_place(web.session(), current_user.id, branch, reader.today)
    if place:
        manager_id, direct = place.person_id, _direct()
        return _download("team", kind, lambda session: export.team(session, manager_id, reader, direct=direct))
    line = lines.line(web.session(), current_user.id, branch, reader.today)
    return _download("team", kind, lambda session: export.branch(session, line.path, reader))


def _page(template: str, courses: Iterable[CourseView], **shown: Any) -> str:
    """A page with what all have in common: names of courses and words for days, made once and not in every row."""
    common = {"titles": _titles(courses), "due_words": cache(words.due), "today": reader_today(), "at": clock.now()}
    common["nudged"] = words.nudged
    return render_template(template, said=get_flashed_messages(), **common, **shown)


def _titles(courses: Iterable[CourseView]) -> dict[int, str]:
    return {course.id: pick(course.titles) for course in courses}


def due_tag(days: int) -> Markup:
    """How soon something is due, as a tag: made once for all rows that say the same."""
    return fragments.kept("reports/_due.html", days, lambda: {"days": days, "words": words.due(days)}).fill({})


def certificate_tag(held: Held) -> Markup:
    """What somebody holds, as a tag: made once for all rows that say the same."""
    return fragments.kept("reports/_certificate.html", held, lambda: {"held": held}).fill({})


def _choice() -> branches.Choice:
    args = request.args
    return branches.Choice(args.get("status", ""), args.get("course", ""), args.get("page", 1, type=int))


def _direct() -> bool:
    return request.args.get("scope") == "direct"


def _reader() -> export.Reader:
    return export.Reader(language(), get_timezone(), reader_today())


def _download(name: str, kind: str, read: Callable[[Session], Iterator[Sequence[export.Cells]]]) -> Response:
    """A file that is sent while it is read, in a session of its own: the request's is closed before.

    The first piece is made at once, so that a database that is away is told as such. The session ends with the last
    line that is read, so that an Excel file, which is written before it is sent, keeps no connection; and at once when
    nobody waits for the file any more.
    """
    database, (written, content_type) = web.database(), KINDS[kind]

    def pieces() -> Iterator[Sequence[export.Cells]]:
        with database.reading() as session:
            yield from read(session)

    sent = written(pieces())
    response = Response(chain([next(sent)], sent), content_type=content_type)
    response.call_on_close(sent.close)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{reader_today().isoformat()}.{kind}"'
    return response
