"""Writing a lesson, in one language, for everybody or for some."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import jsonify, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from courses.authoring import beside, drafts, editions, presence, proofreading, variants
from courses.authoring.editions import CourseEditions, EditedText
from courses.authoring.forms import LessonForm
from courses.authoring.presence_views import told
from courses.authoring.room_views import (
    AUTHORS,
    blueprint,
    in_authors_language,
    outline,
    text_language,
    text_variant,
)
from courses.review import comments
from lms.base import differences, i18n, richtext, web
from lms.base.access import open_to
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext
from lms.guidelines import catalog as guidelines


@blueprint.get("/studio/<slug>/<lesson>")
@open_to(AUTHORS)
@in_authors_language
def lesson(slug: str, lesson: str) -> str:
    course, texts, variant = _opened(slug, lesson)
    text = editions.text(web.session(), course.current.id, lesson, text_language(), variant)
    form = LessonForm(formdata=None, title=text.title, html=text.html, revision=text.revision)
    place, person_id = presence.Place(course.id, lesson, text.language, variant), current_user.id
    web.after_reading(lambda session: presence.note(session, place, person_id))
    return _editor(course, text, texts, form)


@blueprint.post("/studio/<slug>/<lesson>")
@open_to(AUTHORS)
@in_authors_language
def save(slug: str, lesson: str) -> Response:
    session, form = web.session(), LessonForm()
    course, texts, variant = _opened(slug, lesson)
    text = editions.text(session, course.current.id, lesson, text_language(), variant)
    if not form.validate():
        return _not_saved(course, text, texts, form)
    draft = drafts.open_draft(session, course.id, current_user.id)
    row, words = editions.lesson_id(session, draft.id, lesson), (form.title.data or "", form.html.data or "")
    known = int(form.revision.data or 0)
    try:
        saved = drafts.save_lesson(session, row, text.language, *words, known, current_user.id, variant)
    except Invalid as refusal:
        form.form_errors.append(refusal.message)
        return _not_saved(course, text, texts, form)
    except drafts.StaleText as stale:
        return _both_kept(course, texts, form, stale)
    presence.note(session, presence.Place(course.id, lesson, text.language, variant), current_user.id)
    if web.wants_json():
        return jsonify(revision=saved.revision, saved=saved_words(saved.saved_at))
    return redirect(_here(course, text), 303)


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


def _opened(slug: str, lesson: str) -> tuple[CourseEditions, variants.Texts, str]:
    """The course, the texts a lesson has in it, and whose text the address names. Raises `NotFound`."""
    course = editions.course(web.session(), slug)
    texts = variants.of_lesson(web.session(), course.current.id, lesson)
    return course, texts, text_variant(texts)


def _here(course: CourseEditions, text: EditedText) -> str:
    place: dict[str, Any] = {"slug": course.slug, "lesson": text.slug, "lang": text.language}
    return url_for("authoring.lesson", **place, variant=text.variant or None, beside=_asked_beside())


def _asked_beside() -> str | None:
    asked = request.args.get("beside")
    return asked if asked in i18n.LANGUAGES and asked != text_language() else None


def _editor(
    course: CourseEditions,
    text: EditedText,
    texts: variants.Texts,
    form: LessonForm,
    disagreement: Disagreement | None = None,
) -> str:
    session, modules = web.session(), outline(course)
    node = next((node for module in modules for node in module.lessons if node.slug == text.slug), None)
    if node is None:
        raise NotFound
    place = presence.Place(course.id, text.slug, text.language, text.variant)
    return render_template(
        "authoring/lesson.html",
        course=course,
        text=text,
        node=node,
        form=form,
        disagreement=disagreement,
        outline=modules,
        history=drafts.history(session, course.id),
        findings=proofreading.findings(text.title, text.html, text.language) if text.revision else [],
        words=richtext.words(text.html),
        saved=saved_words(text.saved_at) if text.saved_at else "",
        here=_here(course, text),
        written=[code for variant, code in texts if variant == text.variant],
        kinds={variant: variants.name(variant, i18n.language()) for variant in variants.names(texts)},
        company=told(presence.others(session, place, current_user.id)),
        clauses=_clauses(),
        beside=_beside(course, text, texts),
        remarks=_remarks(course, text),
    )


def _remarks(course: CourseEditions, text: EditedText) -> list[comments.Thread]:
    """What reviewers said of this text and is not resolved."""
    if course.draft is None:
        return []
    return comments.open_for(web.session(), course.draft.id, text.slug, text.language, text.variant)


def _clauses() -> tuple[guidelines.ClauseView, ...]:
    """The clauses that a lesson can cite, of the guideline that is live."""
    try:
        return guidelines.live(web.session()).clauses
    except NotFound:
        return ()


def _beside(course: CourseEditions, text: EditedText, texts: variants.Texts) -> beside.Beside | None:
    """The text to read beside this one: that for the same readers, else that for everybody."""
    language = _asked_beside()
    variant = next((kind for kind in (text.variant, variants.EVERYBODY) if (kind, language) in texts), None)
    if language is None or variant is None:
        return None
    other = editions.text(web.session(), course.current.id, text.slug, language, variant)
    return beside.beside(web.session(), course.id, other, text)


def _not_saved(course: CourseEditions, text: EditedText, texts: variants.Texts, form: LessonForm) -> Response:
    """The editor again, with what was typed and what is wrong with it."""
    if web.wants_json():
        message = next(error for errors in form.errors.values() for error in errors)
        raise Invalid(str(message))
    return make_response(_editor(course, text, texts, form), 422)


def _both_kept(course: CourseEditions, texts: variants.Texts, form: LessonForm, stale: drafts.StaleText) -> Response:
    """The editor with what was typed, beside what somebody else saved. Saving again replaces that."""
    theirs = stale.theirs
    if web.wants_json():
        raise Conflict(_who_saved(theirs))
    passages = differences.passages(theirs.html, stale.html_typed)
    if theirs.title != stale.title_typed:
        passages.insert(0, differences.compare(theirs.title, stale.title_typed))
    form.html.data, form.revision.data = stale.html_typed, str(theirs.revision)
    return make_response(_editor(course, theirs, texts, form, Disagreement(theirs, passages)), 409)


def _who_saved(theirs: EditedText) -> str:
    if theirs.saved_at is None:
        return gettext("This text was removed after you opened it.")
    values: dict[str, Any] = {"name": theirs.saved_by or gettext("Somebody"), "moment": i18n.moment(theirs.saved_at)}
    return gettext("%(name)s saved this text on %(moment)s.", **values)
