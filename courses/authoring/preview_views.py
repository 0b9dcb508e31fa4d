"""Looking at a course as its readers will: as whom, in which language, how wide, light or dark. Nothing is written."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, make_response, render_template, request, url_for
from markupsafe import Markup

from courses import showing
from courses.authoring import editions, walking
from courses.authoring.editions import CourseEditions
from courses.authoring.room_views import AUTHORS, blueprint, in_authors_language
from courses.authoring.walking import Reader, Walk
from courses.catalog import LessonView
from courses.hall_views import tier_name
from courses.review import colleagues
from lms.base import fragments, i18n, web
from lms.base.access import open_to
from lms.base.countries import countries
from lms.base.errors import Invalid, NotFound
from lms.guidelines import attestations
from lms.people.models import TIERS, Person

WIDTHS = ("390", "768", "1280")
THEMES = ("light", "dark")
NOBODY = 0
"""Who has accepted nothing and done nothing: as whom clauses are shown."""
FRAMED = web.SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")


@blueprint.get("/studio/<slug>/<lesson>/preview")
@open_to(AUTHORS)
@in_authors_language
def preview(slug: str, lesson: str) -> Response:
    return _answer(editions.course(web.session(), slug), lesson)


@blueprint.get("/studio/<slug>/walk")
@open_to(AUTHORS)
@in_authors_language
def walk(slug: str) -> Response:
    return _answer(editions.course(web.session(), slug), "")


@blueprint.get("/studio/<slug>/walk/<lesson>")
@open_to(AUTHORS)
@in_authors_language
def walk_lesson(slug: str, lesson: str) -> Response:
    return _answer(editions.course(web.session(), slug), lesson)


@dataclass(frozen=True)
class Choices:
    """How one wants to look, from the address. `done` are the places of the lessons said to be done on this walk."""

    who: str
    tier: str
    country: str
    lang: str
    edition: str
    width: str
    theme: str
    done: frozenset[int]

    def asked(self, *without: str, **changed: Any) -> dict[str, str]:
        """What an address carries to keep the choices, without those that are as usual."""
        done = changed.pop("done", self.done)
        values = {
            **{name: getattr(self, name) for name in ("who", "tier", "country", "lang", "edition", "width", "theme")},
            "done": ".".join(str(place) for place in sorted(done)),
            **changed,
        }
        return {name: value for name, value in values.items() if value and name not in without}


def _choices() -> Choices:
    """The choices in the address; one that does not exist is as if it was not made. Raises `NotFound` for `lang`."""
    chosen = {name: request.args.get(name, "").strip() for name in ("who", "tier", "country", "lang", "edition")}
    width, theme = request.args.get("width", ""), request.args.get("theme", "")
    if chosen["lang"] and chosen["lang"] not in i18n.LANGUAGES:
        raise NotFound
    places = [word for word in request.args.get("done", "").split(".") if word.isdecimal() and len(word) < 5]
    return Choices(
        **chosen | {"tier": chosen["tier"] if chosen["tier"] in TIERS else ""},
        width=width if width in WIDTHS else "",
        theme=theme if theme in THEMES else "",
        done=frozenset(int(word) for word in places),
    )


def _answer(course: CourseEditions, lesson: str) -> Response:
    """The page, or the learner's part of it alone when it stands in a frame of the page."""
    chosen, error = _choices(), ""
    person = None
    try:
        person = colleagues.find(web.session(), chosen.who) if chosen.who else None
    except Invalid as refusal:
        error = refusal.message
    usual = "" if person else "draft"
    found = walking.walk(web.session(), course, person, chosen.edition or usual)
    view = found.course.lesson(lesson) if lesson else None
    reader = _reader(chosen, person)
    framed = "framed" in request.args
    if chosen.width and not framed:
        return _page(course, found, view, chosen, reader, person, error, None)
    with i18n.force_locale(reader.language):
        shown = _learners_part(found, view, chosen, reader, framed)
        if framed:
            return _framed(found, view, chosen, shown)
    return _page(course, found, view, chosen, reader, person, error, shown)


def _reader(chosen: Choices, person: Person | None) -> Reader:
    if person is None:
        return Reader(chosen.tier, chosen.country, chosen.lang or "en")
    spoken = person.language if person.language in i18n.LANGUAGES else "en"
    return Reader(person.tier, person.country, chosen.lang or spoken)


def _learners_part(found: Walk, lesson: LessonView | None, chosen: Choices, reader: Reader, framed: bool) -> Markup:
    """What a learner would have before her, with ways through the course that lead to other pages of the walk."""
    frame = {"framed": "1"} if framed else {}
    endpoint = "quiz_authoring.try_quiz"
    values: dict[str, Any] = {
        "course": found.course,
        "lesson": lesson,
        "done": {one.slug for one in found.course.lessons if one.position in chosen.done},
        "address": lambda slug="", **more: _address(found.course.slug, slug, **chosen.asked(**more), **frame),
        "kept": frame | chosen.asked(),
        "tier_name": tier_name,
        "try_quiz": url_for(endpoint, slug=found.course.quiz_slug, lang=reader.language)
        if found.course.quiz_slug and endpoint in current_app.view_functions
        else "",
    }
    if lesson is None:
        return fragments.made("authoring/_walk_course.html", values)
    session, page = web.session(), found.page(lesson.slug, reader)
    before, after = found.neighbors(lesson.slug)
    values |= {
        "page": page,
        "module": found.course.module_of(lesson.slug),
        "before": before,
        "after": after,
        "asked": urlencode(frame | chosen.asked()) + "&",
        "shown": showing.shown(session, lesson, page, request.args.get("form", "")),
        "clauses": attestations.asked_clauses(session, NOBODY, lesson.clauses, reader.language)
        if lesson.kind == "clause"
        else (),
        "ticked": {},
        "refused": False,
        "done_after": chosen.done | {lesson.position},
    }
    return fragments.made("authoring/_walk_lesson.html", values)


def _address(slug: str, lesson: str, **asked: str) -> str:
    if lesson:
        return url_for("authoring.walk_lesson", slug=slug, lesson=lesson, **asked)  # type: ignore[arg-type]
    return url_for("authoring.walk", slug=slug, **asked)  # type: ignore[arg-type]


def _framed(found: Walk, lesson: LessonView | None, chosen: Choices, shown: Markup) -> Response:
    """The learner's part alone, that a page of this site may show in a frame."""
    page = render_template("authoring/framed.html", title=_title(found, lesson), shown=shown, shown_theme=chosen.theme)
    response = make_response(page)
    hosts = " ".join(showing.frame_hosts(lesson)) if lesson else ""
    response.headers["Content-Security-Policy"] = f"{FRAMED}; frame-src {hosts}" if hosts else FRAMED
    return response


def _page(
    course: CourseEditions,
    found: Walk,
    lesson: LessonView | None,
    chosen: Choices,
    reader: Reader,
    person: Person | None,
    error: str,
    shown: Markup | None,
) -> Response:
    web.allow_frames(*(["'self'"] if shown is None else showing.frame_hosts(lesson) if lesson else ()))
    here = lesson.slug if lesson else ""
    page = render_template(
        "authoring/preview.html",
        course=course,
        title=_title(found, lesson),
        walk=found,
        lesson=lesson,
        chosen=chosen,
        reader=reader,
        person=person,
        error=error,
        shown=shown,
        shown_theme=chosen.theme if shown is not None else "",
        frame=_address(course.slug, here, **chosen.asked("width"), framed="1"),
        here=_address(course.slug, here),
        colleagues=colleagues.suggestions(web.session(), "author", "legal"),
        countries=_countries(found, reader),
        tiers=TIERS,
        widths=WIDTHS,
    )
    return make_response(page, 422 if error else 200)


def _title(found: Walk, lesson: LessonView | None) -> str:
    """What is looked at, in words of the reader of the page."""
    return i18n.pick(lesson.titles if lesson else found.course.titles)


def _countries(found: Walk, reader: Reader) -> list[tuple[str, str]]:
    """The countries to choose from, with their names: those with a text of their own, and the one chosen."""
    names = countries(i18n.language())
    return [(code, names.get(code, code)) for code in sorted({*found.countries, reader.country} - {""})]
