"""A manager's team, its branches, and both as tables."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_timezone
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from courses.catalog import CourseView
from lms.base import fragments, web
from lms.base.access import MANAGERS, open_to
from lms.base.i18n import language, pick, reader_today
from lms.reports import branch as branches
from lms.reports import export, words
from lms.reports import team as teams
from lms.reports.figures import Held

blueprint = Blueprint("reports", __name__)


@blueprint.get("/team")
@open_to(MANAGERS)
def team() -> str:
    found = teams.read(web.session(), current_user.id, direct=_direct(), today=reader_today())
    shown = {"team": found, "direct": _direct(), "titles": _titles(found.heat.courses), "tiers": words.tiers()}
    tags = {"due_tag": due_tag, "certificate_tag": certificate_tag}
    return fragments.framed(fragments.made("reports/team.html", {"today": reader_today(), **tags, **shown}))


@blueprint.get("/team.csv")
@open_to(MANAGERS)
def team_csv() -> Response:
    manager_id, reader, direct = current_user.id, _reader(), _direct()
    return _download("team", lambda session: export.team(session, manager_id, reader, direct=direct))


@blueprint.get("/team/<path:branch>")
@open_to(MANAGERS)
def branch(branch: str) -> str | Response:
    """A person under the manager by uid; or a unit by its path, which leads to the page of who leads it."""
    if not branches.is_uid(branch):
        lead = branches.lead_of(web.session(), current_user.id, branch)
        return redirect(url_for("reports.branch", branch=lead))
    choice = branches.Choice(
        request.args.get("status", ""), request.args.get("course", ""), request.args.get("page", 1, type=int)
    )
    found = branches.read(web.session(), current_user.id, branch, choice, today=reader_today())
    return _page("reports/person.html" if found.alone else "reports/branch.html", found.shown, branch=found)


@blueprint.get("/team/<branch>.csv")
@open_to(MANAGERS)
def branch_csv(branch: str) -> Response:
    line, reader = branches.line(web.session(), current_user.id, branch), _reader()
    return _download("team", lambda session: export.branch(session, line.id, reader))


def _page(template: str, courses: Iterable[CourseView], **shown: Any) -> str:
    """A page with what all have in common: names of courses and words for days, made once and not in every row."""
    return render_template(template, titles=_titles(courses), due_words=cache(words.due), today=reader_today(), **shown)


def _titles(courses: Iterable[CourseView]) -> dict[int, str]:
    return {course.id: pick(course.titles) for course in courses}


def due_tag(days: int) -> Markup:
    """How soon something is due, as a tag: made once for all rows that say the same."""
    return fragments.kept("reports/_due.html", days, lambda: {"days": days, "words": words.due(days)}).fill({})


def certificate_tag(held: Held) -> Markup:
    """What somebody holds, as a tag: made once for all rows that say the same."""
    return fragments.kept("reports/_certificate.html", held, lambda: {"held": held}).fill({})


def _direct() -> bool:
    return request.args.get("scope") == "direct"


def _reader() -> export.Reader:
    return export.Reader(language(), get_timezone(), reader_today())


def _download(name: str, read: Callable[[Session], Iterator[bytes]]) -> Response:
    """A CSV file that is sent while it is read, in a session of its own: the request's is closed before.

    The first piece is made at once, so that a database that is away is told as such.
    """
    database = web.database()

    def pieces() -> Iterator[bytes]:
        with database.reading() as session:
            yield from read(session)

    sent = pieces()
    response = Response(chain([next(sent)], sent), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{reader_today().isoformat()}.csv"'
    return response
