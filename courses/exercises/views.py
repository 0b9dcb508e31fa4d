"""Doing exercises, and answering reflections."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from courses import enrollment, progress
from courses.catalog import LessonView
from courses.enrollment_models import Enrollment
from courses.exercises import coaching, entries
from courses.exercises.forms import AnswerForm, ReflectionForm
from courses.hall_views import still_required
from courses.progress import Standing
from lms.base import fragments, web
from lms.base.access import SIGNED_IN, Audience, open_to
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext

blueprint = Blueprint("exercises", __name__)
NOT_BEGUN = "not begun"
"""Says that something is left to do, before anything is."""
COACHES = Audience("managers or coach", lambda person: person.is_manager or "coach" in person.roles)


def own_part(standing: Standing, lesson: LessonView) -> Markup:
    """What the page of an exercise shows to each learner alone."""
    return _part(standing, lesson, ReflectionForm(formdata=None), "")


@blueprint.post("/courses/<slug>/<lesson>/exercise")
@open_to(SIGNED_IN)
def do(slug: str, lesson: str) -> Response:
    standing = progress.standing(web.session(), current_user.id, slug)
    view, form = standing.course.lesson(lesson), ReflectionForm()
    if view.kind != "exercise":
        raise NotFound
    if still_required(standing.course):
        raise Conflict(gettext("Another course comes first. Complete that one, then come back."))
    try:
        _keep(_enrollment(standing, lesson), view, form)
    except Invalid as refusal:
        return make_response(
            render_template("exercises/again.html", part=_part(standing, view, form, refusal.message), lesson=view), 422
        )
    return redirect(url_for("courses.lesson", slug=slug, lesson=lesson, _anchor="exercise"), 303)


@blueprint.get("/coaching")
@open_to(COACHES)
def waiting() -> str:
    return _waiting()


@blueprint.post("/coaching/<int(max=2147483647):entry_id>")
@open_to(COACHES)
def answer(entry_id: int) -> str | Response:
    form = AnswerForm()
    words, signed = form.words.data or "", request.form.get("do") == "sign"
    try:
        coaching.answer(web.session(), current_user.id, entry_id, signed=signed, words=words)
    except Invalid as refusal:
        return make_response(_waiting(entry_id, words, refusal.message), 422)
    return redirect(url_for("exercises.waiting"), 303)


def _waiting(entry_id: int = 0, words: str = "", problem: str = "") -> str:
    found = coaching.waiting(web.session(), current_user.id)
    return render_template("exercises/coaching.html", waiting=found, at=entry_id, words=words, problem=problem)


def _keep(enrolled: Enrollment, lesson: LessonView, form: ReflectionForm) -> None:
    session, words = web.session(), (form.words.data or "").replace("\r\n", "\n")
    match lesson.exercise:
        case "checklist":
            places = [value for value in request.form.getlist("item") if value.isdecimal() and len(value) < 4]
            entries.tick(session, enrolled, lesson, {int(place) for place in places})
        case "reflection":
            coaching.tell_manager(session, entries.reflect(session, enrolled, lesson, words))
        case _:
            entries.log(session, enrolled, lesson, form.place.data or "", words)


def _enrollment(standing: Standing, lesson: str) -> Enrollment:
    """The learner's enrollment in this course, begun now if it was not."""
    session, person_id = web.session(), current_user.id
    progress.remember_place(session, person_id, standing.course.id, lesson)
    found = enrollment.current(session, person_id, standing.course.id)
    assert found is not None
    return found


def _part(standing: Standing, lesson: LessonView, form: ReflectionForm, problem: str) -> Markup:
    enrolled = standing.enrollment
    work = entries.work(web.session(), enrolled.id, lesson.slug) if enrolled else entries.NOTHING
    return fragments.made(
        f"exercises/_{lesson.exercise}.html",
        {
            "course": standing.course,
            "lesson": lesson,
            "lines": entries.lines_of(lesson),
            "work": work,
            "form": form,
            "problem": problem,
            "left": entries.left(web.session(), enrolled, lesson) if enrolled else NOT_BEGUN,
            "fewest": entries.FEWEST_WORDS,
        },
    )
