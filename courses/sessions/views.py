"""Live sessions: planned in the studio, booked on the page of the lesson, attended."""

import csv
import io
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from courses import progress
from courses.catalog import LessonView
from courses.hall_views import still_required
from courses.models import Course
from courses.progress import Standing
from courses.sessions import attending, calendar, planning, seats
from courses.sessions.forms import PlanForm
from courses.sessions.models import LiveSession
from courses.sessions.planning import Plan
from lms.base import clock, fragments, i18n, web
from lms.base.access import SIGNED_IN, holders_of, open_to
from lms.base.csv_cells import neutral
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext
from lms.people import directory

blueprint = Blueprint("sessions", __name__)
AUTHORS = holders_of("author", "administrator")
OF_A_LESSON = "/studio/<slug>/<lesson>/sessions"


def own_part(standing: Standing, lesson: LessonView) -> Markup:
    """What the page of a live lesson shows to each learner alone: the sessions, and her seats in them."""
    session, person_id = web.session(), current_user.id
    offered = seats.offered(session, standing.course.id, lesson.slug, person_id)
    left = (
        attending.left(session, standing.enrollment, lesson) if standing.enrollment else gettext("Book a seat first.")
    )
    values = {"course": standing.course, "lesson": lesson, "offered": offered, "left": left, "now": clock.now()}
    return fragments.made("sessions/_own.html", values)


@blueprint.post('/sessions/<uid>/<any(book,"give-back"):deed>')
@open_to(SIGNED_IN)
def seat(uid: str, deed: str) -> Response:
    session, person_id = web.session(), current_user.id
    found, course = planning.by_uid(session, uid), _course(uid)
    standing = progress.standing(session, person_id, course.slug)
    if deed == "book":
        if still_required(standing.course):
            raise Conflict(gettext("Another course comes first. Complete that one, then come back."))
        progress.remember_place(session, person_id, course.id, standing.course.lesson(found.lesson).slug)
        seats.book(session, uid, person_id)
    else:
        seats.give_back(session, uid, person_id)
    return redirect(url_for("courses.lesson", slug=course.slug, lesson=found.lesson, _anchor="sessions"), 303)


@blueprint.get("/sessions/<uid>.ics")
@open_to(SIGNED_IN)
def file(uid: str) -> Response:
    session = web.session()
    found, course = planning.by_uid(session, uid), _course(uid)
    mine = [one for one in seats.offered(session, course.id, found.lesson, current_user.id) if one.session.uid == uid]
    if not mine:
        raise NotFound
    _, titles = planning.live_lesson(session, course.slug, found.lesson, drafts=False)
    words = calendar.event(
        uid=uid,
        revision=found.revision,
        made_at=found.created_at,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        title=i18n.pick(titles),
        place=found.place,
        link=mine[0].link,
        cancelled=found.cancelled_at is not None,
        host=urlsplit(current_app.extensions["settings"].base_url).hostname or "localhost",
    )
    response = make_response(words)
    response.headers["Content-Type"] = "text/calendar; charset=utf-8; method=PUBLISH"
    response.headers["Content-Disposition"] = 'attachment; filename="session.ics"'
    return response


@blueprint.get(OF_A_LESSON)
@open_to(AUTHORS)
def of_lesson(slug: str, lesson: str) -> str:
    fresh = {"time_zone": current_user.time_zone, "seats": 12, "language": current_user.language}
    return _plans(slug, lesson, PlanForm(formdata=None, **fresh))


@blueprint.post(OF_A_LESSON)
@open_to(AUTHORS)
def plan(slug: str, lesson: str) -> str | Response:
    course, _ = planning.live_lesson(web.session(), slug, lesson)
    form = PlanForm()
    if not _kept(form, lambda entered: planning.plan(web.session(), course.id, lesson, entered, current_user.id)):
        return make_response(_plans(slug, lesson, form), 422)
    return redirect(url_for("sessions.of_lesson", slug=slug, lesson=lesson), 303)


@blueprint.get("/studio/sessions/<uid>")
@open_to(AUTHORS)
def one(uid: str) -> str:
    found = planning.by_uid(web.session(), uid)
    host = directory.get(web.session(), found.host_id).email if found.host_id else ""
    return _one(found, PlanForm.of(found, host))


@blueprint.post("/studio/sessions/<uid>")
@open_to(AUTHORS)
def change(uid: str) -> str | Response:
    form = PlanForm()
    if not _kept(form, lambda entered: planning.change(web.session(), uid, entered, current_user.id)):
        return make_response(_one(planning.by_uid(web.session(), uid), form), 422)
    return redirect(url_for("sessions.one", uid=uid), 303)


@blueprint.post("/studio/sessions/<uid>/cancel")
@open_to(AUTHORS)
def cancel(uid: str) -> Response:
    planning.cancel(web.session(), uid, current_user.id)
    return redirect(url_for("sessions.one", uid=uid), 303)


@blueprint.get("/sessions/<uid>/attendance")
@open_to(SIGNED_IN)
def attendance(uid: str) -> str:
    found = _hosted(uid)
    return render_template(
        "sessions/attendance.html",
        session=found,
        course=_course(uid),
        seats=seats.attendance(web.session(), found.id),
        begun=found.starts_at <= clock.now() and found.cancelled_at is None,
    )


@blueprint.post("/sessions/<uid>/attendance")
@open_to(SIGNED_IN)
def mark(uid: str) -> Response:
    _hosted(uid)
    present = {int(value) for value in request.form.getlist("present") if value.isdecimal() and len(value) < 10}
    seats.mark(web.session(), uid, present, current_user.id)
    return redirect(url_for("sessions.attendance", uid=uid), 303)


@blueprint.get("/sessions/<uid>/attendance.csv")
@open_to(SIGNED_IN)
def attendance_csv(uid: str) -> Response:
    found = _hosted(uid)
    page = io.StringIO()
    table = csv.writer(page)
    table.writerow(("name", "email", "attended"))
    for seat, person in seats.attendance(web.session(), found.id):
        there = {True: "yes", False: "no", None: ""}[seat.attended]
        table.writerow((neutral(person.name), neutral(person.email), there))
    response = make_response("\ufeff" + page.getvalue())
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="attendance.csv"'
    return response


def _kept(form: PlanForm, deed: Callable[[Plan], object]) -> bool:
    """Whether the plan in a form was kept; if not, the form says why."""
    if not form.validate():
        return False
    try:
        deed(form.plan())
    except Invalid as refusal:
        form.form_errors.append(refusal.message)
        return False
    return True


def _hosted(uid: str) -> LiveSession:
    """A session whose attendance this person may see: its host, or an author. Raises `NotFound` for others."""
    found = planning.by_uid(web.session(), uid)
    if found.host_id != current_user.id and current_user.roles.isdisjoint({"author", "administrator"}):
        raise NotFound
    return found


def _course(uid: str) -> Course:
    return planning.course_of(web.session(), uid)


def _plans(slug: str, lesson: str, form: PlanForm) -> str:
    course, titles = planning.live_lesson(web.session(), slug, lesson)
    planned = planning.planned(web.session(), course.id, lesson)
    return render_template(
        "sessions/plans.html", course=course, lesson=lesson, titles=titles, planned=planned, form=form, now=clock.now()
    )


def _one(found: LiveSession, form: PlanForm) -> str:
    return render_template(
        "sessions/one.html",
        session=found,
        course=_course(found.uid),
        form=form,
        booked=seats.booked(web.session(), found.id),
        over=found.cancelled_at is not None or found.starts_at <= clock.now(),
    )
