"""Publishing a draft, reading and comparing versions, bringing one back."""

import hashlib
from datetime import timedelta

from flask import make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from courses import redo
from courses.authoring import drafts, editions, prospects, publishing, synopsis, variants
from courses.authoring.editions import CourseEditions
from courses.authoring.prospects import Prospect
from courses.authoring.publishing import Choice, OtherNumbers
from courses.authoring.publishing_forms import PublishForm
from courses.authoring.room_views import AUTHORS, blueprint, in_authors_language, text_language
from courses.redo import Reach
from courses.review import signoffs
from lms.base import i18n, web
from lms.base.access import open_to
from lms.base.errors import Invalid, NotFound

VERSION = "/studio/<slug>/versions/<int(max=2147483647):number>"
TIME_TO_READ = timedelta(days=14)
"""How long people get, unless an author says otherwise, to do lessons again."""


@blueprint.get("/studio/<slug>/publish", endpoint="publishing")
@open_to(AUTHORS)
def publish_page(slug: str) -> str:
    course = editions.course(web.session(), slug)
    prospect = prospects.of_draft(web.session(), course.id)
    day = (i18n.reader_today() + TIME_TO_READ).isoformat()
    form = PublishForm(formdata=None, lessons=prospect.touched, by=day)
    return _publishing(course, form, prospect)


@blueprint.post("/studio/<slug>/publish")
@open_to(AUTHORS)
def publish(slug: str) -> str | Response:
    session, form = web.session(), PublishForm()
    course = editions.course(session, slug)
    if not form.validate():
        return make_response(_publishing(course, form), 422)
    choice = form.choice()
    reach = _reach(course, choice)
    if course.live and choice.change == "material" and form.seen.data != _fingerprint(choice, reach):
        return _publishing(course, form, reach=reach)
    try:
        publishing.publish(session, course.id, current_user.id, form.note.data or "", choice, seen=reach)
    except (Invalid, OtherNumbers) as refusal:
        form.form_errors.append(refusal.message)
        return make_response(_publishing(course, form), refusal.status)
    return redirect(url_for("authoring.course", slug=slug), 303)


@blueprint.get(VERSION)
@open_to(AUTHORS)
@in_authors_language
def version(slug: str, number: int) -> str:
    session, course = web.session(), editions.course(web.session(), slug)
    found = drafts.version(session, course.id, number)
    if "against" in request.args:
        return _compared(course, found.number, request.args.get("against", type=int))
    modules = editions.outline(session, found.id, course.live.id if course.live else None)
    lessons = [lesson for module in modules for lesson in module.lessons]
    chosen = request.args.get("lesson") or (lessons[0].slug if lessons else "")
    return render_template(
        "authoring/version.html",
        course=course,
        version=found,
        outline=modules,
        text=editions.text(session, found.id, chosen, text_language()),
        history=drafts.history(session, course.id),
        signed=signoffs.signed(session, found.id),
    )


@blueprint.post(VERSION)
@open_to(AUTHORS)
def bring_back(slug: str, number: int) -> Response:
    course = editions.course(web.session(), slug)
    old = drafts.version(web.session(), course.id, number)
    drafts.bring_back(web.session(), old.id, current_user.id)
    return redirect(url_for("authoring.course", slug=slug), 303)


def _compared(course: CourseEditions, number: int, against: int | None) -> str:
    """Two versions side by side, the older one on the left, whichever of them was asked for first."""
    if against is None or not 0 < against <= 2147483647 or against == number:
        raise NotFound
    session, numbers = web.session(), sorted((number, against))
    old, new = (drafts.version(session, course.id, one) for one in numbers)
    return render_template(
        "authoring/comparison.html",
        course=course,
        old=old,
        new=new,
        synopsis=synopsis.read(session, old, new, text_language()),
        language_of_texts=text_language(),
        history=drafts.history(session, course.id),
    )


def _reach(course: CourseEditions, choice: Choice) -> Reach | None:
    if course.draft is None:
        return None
    who = choice.who if choice.asks else None
    return redo.reach(web.session(), course.id, course.draft.id, choice.lessons, who)


def _fingerprint(choice: Choice, reach: Reach | None) -> str:
    """Stands in the form for the choice and the numbers that its author has seen."""
    return hashlib.sha256(repr((choice, reach)).encode()).hexdigest()[:16]


def _publishing(
    course: CourseEditions, form: PublishForm, prospect: Prospect | None = None, reach: Reach | None = None
) -> str:
    session = web.session()
    asked = form.lessons.data or []
    return render_template(
        "authoring/publish.html",
        course=course,
        form=form,
        prospect=prospect or prospects.of_draft(session, course.id),
        reaches=redo.reaches(session, course.id, course.draft.id, asked) if course.draft and course.live else {},
        reach=reach,
        seen=_fingerprint(form.choice(), reach) if reach else "",
        variant_name=lambda one: variants.name(one, i18n.language()),
    )
