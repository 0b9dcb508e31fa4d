"""The page of sources: what the courses rest on, and which sentences rest on it."""

from collections.abc import Set
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
    """The sources that live courses cite, or that one course cites; all there are when the address says `all=yes`."""
    courses = catalog.live(web.session())
    chosen = next((one for one in courses if one.slug == request.args.get("course")), None)
    every = chosen is None and request.args.get("all") == "yes"
    said = _said(courses, chosen)
    cited = set(said) if chosen else citing.codes(web.session(), courses)
    return render_template(
        "sources/page.html",
        groups=_groups(None if every else cited),
        every=every,
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


def _groups(only: Set[str] | None) -> dict[str, list[Source]]:
    """The sources of each group that has any; `only` those with these codes when it is not none."""
    shown = [one for one in shelf.everything().values() if only is None or one.code in only]
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
