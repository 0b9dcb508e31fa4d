"""Reviewing: what waits, a draft as its reviewers read it, remarks on it, signing it off, and who reviews what."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from courses.authoring import editions, variants
from courses.authoring.editions import CourseEditions
from courses.authoring.room_views import AUTHORS, in_authors_language, text_language
from courses.review import asking, colleagues, comments, reading, reviewers, signoffs, topics
from courses.review.forms import AnswerForm, CommentForm, ReviewerForm, SignForm
from courses.review.models import ReviewComment
from lms.base import i18n, web
from lms.base.access import SIGNED_IN, holders_of, open_to
from lms.base.errors import Conflict, Invalid, NotFound

blueprint = Blueprint("review", __name__)
INSIDERS = frozenset({"author", "administrator", "legal"})
"""May read every draft; others only where they are reviewers."""
COMMENT = "/studio/<slug>/comments/<int(max=2147483647):number>"


@blueprint.get("/studio/reviews")
@open_to(SIGNED_IN)
def waiting() -> str:
    if current_user.roles.isdisjoint(INSIDERS) and not reviewers.reviews(web.session(), current_user.id):
        raise NotFound
    return render_template("review/waiting.html", waiting=asking.waiting(web.session(), current_user.id))


@blueprint.get("/studio/<slug>/review")
@open_to(SIGNED_IN)
def course(slug: str) -> str:
    return _course(_admitted(slug), SignForm(formdata=None))


@blueprint.post("/studio/<slug>/review")
@open_to(AUTHORS)
def ask(slug: str) -> Response:
    asking.ask(web.session(), editions.course(web.session(), slug).id, current_user.id)
    return redirect(url_for("review.course", slug=slug), 303)


@blueprint.post("/studio/<slug>/review/undo")
@open_to(AUTHORS)
def take_back(slug: str) -> Response:
    asking.take_back(web.session(), editions.course(web.session(), slug).id, current_user.id)
    return redirect(url_for("review.course", slug=slug), 303)


@blueprint.post("/studio/<slug>/review/sign")
@open_to(SIGNED_IN)
def sign(slug: str) -> str | Response:
    course, form = _admitted(slug), SignForm()
    if not form.validate():
        return make_response(_course(course, form), 422)
    words = (form.topic.data or "", form.digest.data or "", form.note.data or "")
    try:
        signoffs.sign(web.session(), course.id, current_user.id, *words)
    except Conflict as refusal:
        form.form_errors.append(refusal.message)
        return make_response(_course(editions.course(web.session(), slug), form), 409)
    return redirect(url_for("review.course", slug=slug, _anchor="signing"), 303)


@blueprint.get("/studio/<slug>/review/<lesson>")
@open_to(SIGNED_IN)
@in_authors_language
def lesson(slug: str, lesson: str) -> str:
    return _lesson(_admitted(slug), lesson, text_language(), _variant(), CommentForm(formdata=None))


@blueprint.post("/studio/<slug>/review/<lesson>")
@open_to(SIGNED_IN)
@in_authors_language
def comment(slug: str, lesson: str) -> str | Response:
    course, form, language, variant = _admitted(slug), CommentForm(), text_language(), _variant()
    if not form.validate():
        return make_response(_lesson(course, lesson, language, variant, form), 422)
    place = {"lesson": lesson, "language": language, "variant": variant}
    said = {"words": form.words.data or "", "quote": form.quote.data or ""}
    try:
        made = comments.add(web.session(), course.id, current_user.id, **place, **said)
    except Invalid as refusal:
        form.quote.errors = [refusal.message]
        return make_response(_lesson(course, lesson, language, variant, form), 422)
    return _back_to(slug, made)


@blueprint.post(f"{COMMENT}/answer")
@open_to(SIGNED_IN)
@in_authors_language
def answer(slug: str, number: int) -> str | Response:
    course, form = _admitted(slug), AnswerForm()
    if not form.validate():
        asked = comments.get(web.session(), course.id, number)
        place = (asked.lesson, asked.language, asked.variant)
        return make_response(_lesson(course, *place, CommentForm(formdata=None), (number, form)), 422)
    comments.answer(web.session(), course.id, number, current_user.id, form.words.data or "")
    return _back_to(slug, comments.get(web.session(), course.id, number))


@blueprint.post(f"{COMMENT}/resolve")
@open_to(SIGNED_IN)
def resolve(slug: str, number: int) -> Response:
    course = _admitted(slug)
    return _back_to(slug, comments.settle(web.session(), course.id, number, current_user.id, author=_is_author()))


@blueprint.post(f"{COMMENT}/reopen")
@open_to(SIGNED_IN)
def reopen(slug: str, number: int) -> Response:
    course = _admitted(slug)
    return _back_to(slug, comments.reopen(web.session(), course.id, number, current_user.id, author=_is_author()))


@blueprint.get("/studio/reviewers", endpoint="reviewers")
@open_to(holders_of("administrator", "legal"))
def reviewers_page() -> str:
    return _reviewers(_reviewer_form())


@blueprint.post("/studio/reviewers")
@open_to(holders_of("administrator"))
def add_reviewer() -> str | Response:
    form = _reviewer_form()
    if not form.validate():
        return make_response(_reviewers(form), 422)
    kind, _, key = (form.what.data or "").partition(":")
    try:
        person = colleagues.find(web.session(), form.who.data or "")
        what = {"topic": key} if kind == "topic" else {"course_id": editions.course(web.session(), key).id}
        reviewers.add(web.session(), person, current_user.id, **what)
    except (Invalid, Conflict) as refusal:
        form.who.errors = [refusal.message]
        return make_response(_reviewers(form), refusal.status)
    return redirect(url_for("review.reviewers"), 303)


@blueprint.post("/studio/reviewers/<int(max=2147483647):number>/remove")
@open_to(holders_of("administrator"))
def remove_reviewer(number: int) -> Response:
    reviewers.remove(web.session(), number, current_user.id)
    return redirect(url_for("review.reviewers"), 303)


def _admitted(slug: str) -> CourseEditions:
    """The course, for who may read its draft: by role, or as one of its reviewers."""
    course = editions.course(web.session(), slug)
    if current_user.roles.isdisjoint(INSIDERS) and not reviewers.reviews(web.session(), current_user.id, course.id):
        raise NotFound
    return course


def _is_author() -> bool:
    return bool(AUTHORS.admits(current_user))


def _variant() -> str:
    return request.args.get("variant", "")


def _back_to(slug: str, comment: ReviewComment) -> Response:
    number = comment.answers_id or comment.id
    place = url_for(
        "review.lesson",
        slug=slug,
        lesson=comment.lesson,
        lang=comment.language,
        variant=comment.variant or None,
        _anchor=f"remark-{number}",
    )
    return redirect(place, 303)


def _course(course: CourseEditions, form: SignForm) -> str:
    session, found, entries = web.session(), None, []
    if course.draft:
        found = signoffs.dossier(session, course.id, course.draft.id, course.live.id if course.live else None)
        entries = reading.entries(found.draft, found.live, comments.places(session, course.draft.id))
    return render_template(
        "review/course.html",
        course=course,
        found=found,
        form=form,
        entries=entries,
        lacking=signoffs.lacking,
        obstacle=signoffs.obstacle,
        is_author=_is_author(),
    )


def _lesson(
    course: CourseEditions,
    lesson: str,
    language: str,
    variant: str,
    form: CommentForm,
    answering: tuple[int, AnswerForm] | None = None,
) -> str:
    if course.draft is None:
        raise NotFound
    live_id = course.live.id if course.live else None
    page = reading.page(web.session(), course.draft.id, live_id, lesson, language, variant)
    return render_template(
        "review/lesson.html",
        course=course,
        page=page,
        form=form,
        answering=answering,
        is_author=_is_author(),
        variant_name=lambda one: variants.name(one, i18n.language()),
    )


def _reviewer_form() -> ReviewerForm:
    session, form = web.session(), ReviewerForm()
    form.what.choices = [
        *((f"topic:{topic.key}", reading.topic_name(topic)) for topic in topics.all(session)),
        *((f"course:{course.slug}", reading.course_name(course)) for course in editions.courses(session)),
    ]
    return form


def _reviewers(form: ReviewerForm) -> str:
    session = web.session()
    return render_template(
        "review/reviewers.html",
        form=form,
        topics=topics.all(session),
        courses=editions.courses(session),
        seats=reviewers.everyone(session),
        colleagues=colleagues.suggestions(session, "legal", "hub", "author"),
        may_change="administrator" in current_user.roles,
    )
