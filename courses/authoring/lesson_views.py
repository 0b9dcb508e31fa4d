"""Writing a lesson, in one language."""

from dataclasses import dataclass
from datetime import datetime

from flask import jsonify, make_response, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from courses.authoring import differences, drafts, editions, proofreading
from courses.authoring.editions import CourseEditions, EditedText
from courses.authoring.forms import LessonForm, PublishForm
from courses.authoring.room_views import AUTHORS, blueprint, in_authors_language, outline, text_language
from lms.base import i18n, richtext, web
from lms.base.access import open_to
from lms.base.errors import Conflict, Invalid
from lms.base.i18n import gettext


@blueprint.get("/studio/<slug>/<lesson>")
@open_to(AUTHORS)
@in_authors_language
def lesson(slug: str, lesson: str) -> str:
    course = editions.course(web.session(), slug)
    text = editions.text(web.session(), course.current.id, lesson, text_language())
    return _editor(course, text, LessonForm(formdata=None, title=text.title, html=text.html, revision=text.revision))


@blueprint.post("/studio/<slug>/<lesson>")
@open_to(AUTHORS)
@in_authors_language
def save(slug: str, lesson: str) -> Response:
    session, form = web.session(), LessonForm()
    course = editions.course(session, slug)
    if not form.validate():
        return _not_saved(course, lesson, form)
    draft = drafts.open_draft(session, course.id, current_user.id)
    row, words = editions.lesson_id(session, draft.id, lesson), (form.title.data or "", form.html.data or "")
    try:
        text = drafts.save_lesson(session, row, text_language(), *words, int(form.revision.data or 0), current_user.id)
    except drafts.StaleText as stale:
        return _both_kept(course, lesson, form, stale)
    if web.wants_json():
        return jsonify(revision=text.revision, saved=saved_words(text.saved_at))
    return redirect(url_for("authoring.lesson", slug=slug, lesson=lesson, lang=text_language()), 303)


@dataclass(frozen=True)
class Disagreement:
    """The text somebody else saved, and how the one typed here differs from it."""

    theirs: EditedText
    passages: list[differences.Passage]


def saved_words(saved_at: datetime) -> str:
    """When a text was saved, for the author who waits for it: the time alone when that was today."""
    if i18n.day(saved_at) == i18n.day(i18n.reader_today()):
        return gettext("Saved at %(time)s", time=i18n.time_of_day(saved_at))
    return gettext("Saved on %(day)s", day=i18n.day(saved_at))


def _editor(
    course: CourseEditions, text: EditedText, form: LessonForm, disagreement: Disagreement | None = None
) -> str:
    session, modules = web.session(), outline(course)
    node = next(node for module in modules for node in module.lessons if node.slug == text.slug)
    return render_template(
        "authoring/lesson.html",
        course=course,
        text=text,
        node=node,
        form=form,
        disagreement=disagreement,
        outline=modules,
        history=drafts.history(session, course.id),
        findings=proofreading.findings(text.title, text.html),
        words=richtext.words(text.html),
        saved=saved_words(text.saved_at) if text.saved_at else "",
        learners=editions.learners(session, course.id) if course.draft else 0,
        publish_form=PublishForm(formdata=None),
        pictures=editions.pictures(session),
    )


def _not_saved(course: CourseEditions, lesson: str, form: LessonForm) -> Response:
    """The editor again, with what was typed and what is wrong with it."""
    if web.wants_json():
        message = next(error for errors in form.errors.values() for error in errors)
        raise Invalid(str(message))
    text = editions.text(web.session(), course.current.id, lesson, text_language())
    return make_response(_editor(course, text, form), 422)


def _both_kept(course: CourseEditions, lesson: str, form: LessonForm, stale: drafts.StaleText) -> Response:
    """The editor with what was typed, beside what somebody else saved. Saving again replaces that."""
    theirs = stale.theirs
    if web.wants_json() and theirs.saved_at:
        name = theirs.saved_by or gettext("Somebody")
        raise Conflict(
            gettext("%(name)s saved this text on %(moment)s.", name=name, moment=i18n.moment(theirs.saved_at))
        )
    passages = differences.passages(theirs.html, stale.html_typed)
    if theirs.title != stale.title_typed:
        passages.insert(0, differences.compare(theirs.title, stale.title_typed))
    form.html.data, form.revision.data = stale.html_typed, str(theirs.revision)
    return make_response(_editor(course, theirs, form, Disagreement(theirs, passages)), 409)
