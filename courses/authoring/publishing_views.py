"""Publishing a draft, reading older versions, bringing one back."""

from flask import make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from courses.authoring import comparison, drafts, editions, publishing
from courses.authoring.editions import CourseEditions
from courses.authoring.forms import PublishForm
from courses.authoring.room_views import AUTHORS, blueprint, in_authors_language, text_language
from lms.base import web
from lms.base.access import open_to
from lms.base.errors import Invalid

VERSION = "/studio/<slug>/versions/<int(max=2147483647):number>"


@blueprint.get("/studio/<slug>/publish", endpoint="publishing")
@open_to(AUTHORS)
def publish_page(slug: str) -> str:
    return _publishing(editions.course(web.session(), slug), PublishForm(formdata=None))


@blueprint.post("/studio/<slug>/publish")
@open_to(AUTHORS)
def publish(slug: str) -> str | Response:
    course, form = editions.course(web.session(), slug), PublishForm()
    if not form.validate():
        return make_response(_publishing(course, form), 422)
    try:
        publishing.publish(web.session(), course.id, current_user.id, form.note.data or "")
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
    modules = editions.outline(session, found.id, course.live.id if course.live else None)
    lessons = [lesson for module in modules for lesson in module.lessons]
    chosen = request.args.get("lesson") or (lessons[0].slug if lessons else "")
    text = editions.text(session, found.id, chosen, text_language())
    return render_template("authoring/version.html", course=course, version=found, outline=modules, text=text)


@blueprint.post(VERSION)
@open_to(AUTHORS)
def bring_back(slug: str, number: int) -> Response:
    course = editions.course(web.session(), slug)
    old = drafts.version(web.session(), course.id, number)
    drafts.bring_back(web.session(), old.id, current_user.id)
    return redirect(url_for("authoring.course", slug=slug), 303)


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
