"""Finding courses: the catalog with the reader's paths on top, and what has the words somebody asks for."""

from dataclasses import dataclass

from flask import render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from courses import catalog, progress
from courses.hall_views import blueprint
from courses.models import KINDS as LESSON_KINDS
from courses.paths import reading, trail
from courses.progress import Standing
from courses.search import find as search
from courses.search.find import Found, Reader, Wanted
from courses.search.models import KINDS
from lms.base import i18n, web
from lms.base.access import SIGNED_IN, open_to
from lms.base.richtext import marked
from lms.guidelines.catalog import address as clause_address
from lms.people.models import TIERS

MINUTES = (5, 10, 20, 45)
LAST_PAGE = 1_000_000


@blueprint.get("/courses/", endpoint="catalog")
@open_to(SIGNED_IN)
def courses() -> str:
    wanted = _wanted()
    return _results(wanted) if wanted.query else _catalog(wanted.tier)


@dataclass(frozen=True)
class Group:
    """The courses of a tier."""

    tier: str
    standings: list[Standing]


def _catalog(tier: str) -> str:
    session, own = web.session(), current_user.tier
    standings = progress.overview(session, current_user.id)
    trails = [trail.follow(path, standings) for path in reading.of_tier(session, own)]
    tiers = [tier] if tier else sorted(TIERS, key=lambda one: (one != own, one != "staff"))
    groups = [Group(one, [standing for standing in standings if standing.course.tier == one]) for one in tiers]
    return render_template(
        "courses/catalog.html",
        trails=[] if tier else [one for one in trails if one.steps],
        groups=[group for group in groups if group.standings],
        wanted=Wanted("", tier=tier),
        tiers=TIERS,
    )


def _wanted() -> Wanted:
    """What the address asks for. What it does not know it leaves out."""
    given = request.args
    return Wanted(
        query=given.get("q", "").strip(),
        kind=_one_of("what", KINDS),
        tier=_one_of("tier", TIERS),
        language=_one_of("language", tuple(i18n.LANGUAGES)),
        lesson_kind=_one_of("form", LESSON_KINDS),
        minutes=int(_one_of("minutes", tuple(map(str, MINUTES))) or 0),
        to_do=given.get("todo") == "yes",
        page=min(LAST_PAGE, max(1, given.get("page", 1, type=int))),
    )


def _one_of(name: str, known: tuple[str, ...]) -> str:
    value = request.args.get(name, "")
    return value if value in known else ""


def _results(wanted: Wanted) -> str:
    session = web.session()
    reader = Reader(current_user.id, i18n.language(), current_user.tier, current_user.country)
    return render_template(
        "courses/results.html",
        found=search.find(session, reader, wanted),
        wanted=wanted,
        courses={course.id: course for course in catalog.live(session)},
        tiers=TIERS,
        kinds=_kinds(),
        lesson_kinds=_lesson_kinds(),
        minutes_offered=MINUTES,
        marked=marked,
        address=_address,
        page_address=lambda page: url_for("courses.catalog", **{**request.args.to_dict(), "page": page}),
    )


def _address(found: Found) -> str:
    """Where a result is. A text in another language than the reader's is opened in that language."""
    spoken = None if found.language == i18n.language() else found.language
    if found.kind == "clause":
        path, _, anchor = clause_address(found.clause, found.guideline or "").partition("#")
        return f"{path}?lang={spoken}#{anchor}" if spoken else f"{path}#{anchor}"
    if found.kind == "course":
        return url_for("courses.course", slug=found.course, lang=spoken)
    return url_for("courses.lesson", slug=found.course, lesson=found.lesson, lang=spoken)


def _kinds() -> dict[str, str]:
    return {"course": gettext("Courses"), "lesson": gettext("Lessons"), "clause": gettext("Rules of the guideline")}


def _lesson_kinds() -> dict[str, str]:
    return {
        "reading": gettext("To read"),
        "video": gettext("Film"),
        "document": gettext("Document"),
        "clause": gettext("Rules to accept"),
        "exercise": gettext("Exercise"),
        "live": gettext("Live session"),
    }
