"""The studio: courses are edited as drafts, previewed, published as a new version, and brought back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from flask import Blueprint, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from courses import catalog
from courses.authoring import comparison, differences, drafts, editions, proofreading
from courses.authoring.editions import CourseEditions, EditedText, ModuleNode
from courses.authoring.forms import LessonForm, PublishForm
from lms.base import i18n, richtext, web
from lms.base.access import holders_of, open_to
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext

blueprint = Blueprint("authoring", __name__)
AUTHORS = holders_of("author", "administrator")
VERSION = "/studio/<slug>/versions/<int(max=2147483647):number>"
View = Callable[..., Any]


def in_authors_language(view: View) -> View:
    """`?lang=` chooses the text on these pages, never the words around it."""

    @wraps(view)
    def shown(**values: Any) -> Any:
        spoken = current_user.language
        with i18n.force_locale(spoken if spoken in current_app.config["LANGUAGES"] else "en"):
            return view(**values)

    return shown


@blueprint.get("/studio/")
@open_to(AUTHORS)
def studio() -> str:
    return render_template("authoring/studio.html", courses=editions.courses(web.session()), today=i18n.reader_today())


@blueprint.get("/studio/<slug>")
@open_to(AUTHORS)
def course(slug: str) -> str:
    course = editions.course(web.session(), slug)
    return render_template(
        "authoring/course.html",
        course=course,
        outline=_outline(course),
        history=drafts.history(web.session(), course.id),
    )


@blueprint.get("/studio/<slug>/<lesson>")
@open_to(AUTHORS)
@in_authors_language
def lesson(slug: str, lesson: str) -> str:
    course = editions.course(web.session(), slug)
    text = editions.text(web.session(), course.current.id, lesson, _language())
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
        text = drafts.save_lesson(session, row, _language(), *words, int(form.revision.data or 0), current_user.id)
    except drafts.StaleText as stale:
        return _both_kept(course, lesson, form, stale)
    if web.wants_json():
        return jsonify(revision=text.revision, saved=saved_words(text.saved_at))
    return redirect(url_for("authoring.lesson", slug=slug, lesson=lesson, lang=_language()), 303)


@blueprint.get("/studio/<slug>/<lesson>/preview")
@open_to(AUTHORS)
def preview(slug: str, lesson: str) -> str:
    course = editions.course(web.session(), slug)
    text = editions.text(web.session(), course.current.id, lesson, _language())
    if not text.revision and text.language != drafts.ORIGINAL:
        text = editions.text(web.session(), course.current.id, lesson, drafts.ORIGINAL)
    page = catalog.LessonPage(text.language, text.title, text.html)
    return render_template("authoring/preview.html", course=course, lesson=lesson, page=page, wanted=_language())


@blueprint.get("/studio/<slug>/publish")
@open_to(AUTHORS)
def publishing(slug: str) -> str:
    return _publishing(editions.course(web.session(), slug), PublishForm(formdata=None))


@blueprint.post("/studio/<slug>/publish")
@open_to(AUTHORS)
def publish(slug: str) -> str | Response:
    course, form = editions.course(web.session(), slug), PublishForm()
    if not form.validate():
        return make_response(_publishing(course, form), 422)
    try:
        drafts.publish(web.session(), course.id, current_user.id, form.note.data or "")
    except Invalid as refusal:
        form.form_errors.append(refusal.message)
        return make_response(_publishing(course, form), 422)
    return redirect(url_for("authoring.course", slug=slug), 303)


@blueprint.get(VERSION)
@open_to(AUTHORS)
@in_authors_language
def version(slug: str, number: int) -> str:
    session, course = web.session(), editions.course(web.session(), slug)
    found = drafts.version(session, course.id, number)
    outline = editions.outline(session, found.id, course.live.id if course.live else None)
    lessons = [lesson for module in outline for lesson in module.lessons]
    chosen = request.args.get("lesson") or (lessons[0].slug if lessons else "")
    text = editions.text(session, found.id, chosen, _language())
    return render_template("authoring/version.html", course=course, version=found, outline=outline, text=text)


@blueprint.post(VERSION)
@open_to(AUTHORS)
def bring_back(slug: str, number: int) -> Response:
    course = editions.course(web.session(), slug)
    old = drafts.version(web.session(), course.id, number)
    drafts.bring_back(web.session(), old.id, current_user.id)
    return redirect(url_for("authoring.course", slug=slug), 303)


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


def _language() -> str:
    """The language of the text to edit. Raises `NotFound` for one that lessons do not come in."""
    language = request.args.get("lang", drafts.ORIGINAL)
    if language not in i18n.LANGUAGES:
        raise NotFound
    return language


def _outline(course: CourseEditions) -> list[ModuleNode]:
    return editions.outline(web.session(), course.current.id, course.live.id if course.live else None)


def _editor(
    course: CourseEditions, text: EditedText, form: LessonForm, disagreement: Disagreement | None = None
) -> str:
    session, outline = web.session(), _outline(course)
    node = next(node for module in outline for node in module.lessons if node.slug == text.slug)
    return render_template(
        "authoring/lesson.html",
        course=course,
        text=text,
        node=node,
        form=form,
        disagreement=disagreement,
        outline=outline,
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
    text = editions.text(web.session(), course.current.id, lesson, _language())
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


def _publishing(course: CourseEditions, form: PublishForm) -> str:
    versions = [edition.id for edition in (course.draft, course.live) if edition]
    stored = comparison.texts(web.session(), *versions) if course.draft else []
    live_id = course.live.id if course.live else None
    return render_template(
        "authoring/publish.html",
        course=course,
        form=form,
        changes=comparison.changes(stored, course.draft.id, live_id) if course.draft else [],
        reshaped=bool(course.draft and live_id) and comparison.reshaped(web.session(), *versions),
        faults=comparison.faults(stored, course.draft.id) if course.draft else [],
        learners=editions.learners(web.session(), course.id),
    )
