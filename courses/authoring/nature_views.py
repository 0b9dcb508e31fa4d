"""The settings of a lesson: what it is beside its texts."""

from dataclasses import dataclass

from flask import make_response, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from courses.authoring import drafts, editions, kinds, lesson_files, nature
from courses.authoring.editions import CourseEditions
from courses.authoring.kinds import Nature
from courses.authoring.lesson_files import OfferedFile
from courses.authoring.nature_forms import ROLE_NAMES, NatureForm, entered
from courses.authoring.room_views import AUTHORS, blueprint, in_authors_language
from courses.review import topics
from courses.review.topics import TopicView
from lms.base import richtext, web
from lms.base.access import open_to
from lms.base.errors import Invalid, NotFound
from lms.guidelines import catalog as guidelines
from lms.guidelines.catalog import ClauseView

SETTINGS = "/studio/<slug>/<lesson>/settings"


@blueprint.get(SETTINGS)
@open_to(AUTHORS)
@in_authors_language
def lesson_settings(slug: str, lesson: str) -> str:
    desk = _desk(slug, lesson)
    return _page(desk, _form(desk, NatureForm(formdata=None, data=entered(desk.now))))


@blueprint.post(SETTINGS)
@open_to(AUTHORS)
@in_authors_language
def save_settings(slug: str, lesson: str) -> Response:
    desk = _desk(slug, lesson)
    form = _form(desk, NatureForm())
    if not form.validate():
        return make_response(_page(desk, form), 422)
    address = lesson if desk.settled else form.address.data or ""
    wanted = form.nature(address, desk.now, desk.offered)
    try:
        nature.save(web.session(), desk.course.id, lesson, wanted, form.opened.data or "", current_user.id)
    except Invalid as refusal:
        form.address.errors = [*form.address.errors, refusal.message]
        return make_response(_page(desk, form), 422)
    except nature.StaleNature as stale:
        form.opened.data = stale.now.fingerprint
        return make_response(_page(desk, form, changed=True), 409)
    return redirect(url_for("authoring.lesson", slug=slug, lesson=address), 303)


@dataclass(frozen=True)
class Desk:
    """What the page of a lesson's settings is made of. `settled`: it was published, so that its address stays."""

    course: CourseEditions
    now: Nature
    clauses: tuple[ClauseView, ...]
    topics: list[TopicView]
    offered: list[OfferedFile]
    settled: bool


def _desk(slug: str, lesson: str) -> Desk:
    session = web.session()
    course = editions.course(session, slug)
    now = nature.get(session, course.current.id, lesson)
    try:
        clauses = guidelines.live(session).clauses
    except NotFound:
        clauses = ()
    settled = course.live is not None and nature.was_published(session, course.id, lesson)
    return Desk(course, now, clauses, topics.all(session), lesson_files.offered(session), settled)


def _form(desk: Desk, form: NatureForm) -> NatureForm:
    codes, keys = [clause.code for clause in desk.clauses], [topic.key for topic in desk.topics]
    form.offer(desk.now, desk.offered, codes, keys)
    return form


def _page(desk: Desk, form: NatureForm, *, changed: bool = False) -> str:
    text = editions.text(web.session(), desk.course.current.id, desk.now.slug, drafts.ORIGINAL)
    words, checks = richtext.words(text.html), text.html.count('class="check"')
    seconds = max((file.seconds for file in desk.now.files if file.language == drafts.ORIGINAL), default=0)
    return render_template(
        "authoring/nature.html",
        course=desk.course,
        now=desk.now,
        form=form,
        clauses={clause.code: clause.titles for clause in desk.clauses},
        topics={topic.key: topic for topic in desk.topics},
        settled=desk.settled,
        roles=list(ROLE_NAMES),
        words=words,
        checks=checks,
        seconds=seconds,
        suggested=max(1, round(kinds.computed_minutes(desk.now, text.html, drafts.ORIGINAL))),
        changed=changed,
    )
