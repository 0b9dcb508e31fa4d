"""The page of sources: what the courses rest on, and which sentences rest on it."""

from urllib.parse import urlsplit

from flask import Blueprint, render_template, request
from flask_babel import gettext
from flask_login import current_user

from courses import catalog
from courses.catalog import CourseView
from courses.sources import citing, shelf
from courses.sources.citing import Mention
from courses.sources.shelf import Source
from lms.base import i18n, web
from lms.base.access import SIGNED_IN, open_to

blueprint = Blueprint("sources", __name__)


@blueprint.get("/sources")
@open_to(SIGNED_IN)
def page() -> str:
    """All sources, or those that one course cites."""
    courses = catalog.live(web.session())
    chosen = next((one for one in courses if one.slug == request.args.get("course")), None)
    said = _said(courses, chosen)
    return render_template(
        "sources/page.html",
        groups=_groups(said, only=chosen is not None),
        names=_names(),
        said=said,
        chosen=chosen,
        courses=citing.citing(web.session(), courses),
        host=lambda url: (urlsplit(url).hostname or url).removeprefix("www.").rstrip("."),
    )


def _said(courses: tuple[CourseView, ...], chosen: CourseView | None) -> dict[str, list[Mention]]:
    """Where the live courses, or the chosen one, cite sources in the text that the reader gets."""
    reader = {"tier": current_user.tier, "country": current_user.country}
    found = citing.mentions(web.session(), courses, i18n.language(), **reader)
    if chosen is None:
        return found
    kept = {code: [one for one in mentions if one.course.id == chosen.id] for code, mentions in found.items()}
    return {code: mentions for code, mentions in kept.items() if mentions}


def _groups(said: dict[str, list[Mention]], *, only: bool) -> dict[str, list[Source]]:
    """The sources of each group that has any; only those that are cited when a course was chosen."""
    shown = [one for one in shelf.everything().values() if one.code in said or not only]
    groups = {group: [one for one in shown if one.group == group] for group in shelf.GROUPS}
    return {group: sources for group, sources in groups.items() if sources}


def _names() -> dict[str, str]:
    return {
        "texts": gettext("The texts it began with"),
        "dell": gettext("Dell and its university"),
        "peers": gettext("Other companies"),
        "altimeter": gettext("Studies and triage"),
        "tools": gettext("Tools and registers"),
        "law": gettext("Law"),
        "curriculum": gettext("Learning, and the rules of CNV"),
    }
