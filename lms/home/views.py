"""The first page: what to do next, and what one may do."""

from flask import Blueprint, redirect, url_for
from flask_babel import get_timezone
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certificates import register
from certificates.campaigns import reading
from certificates.level_models import APPROVERS
from certificates.permissions import waiting
from certificates.permissions.rights import SEE_ALL
from certificates.way.goal import Goal, goal
from courses import progress
from courses.paths import reading as paths
from courses.progress import Standing
from lms.base import clock, fragments, i18n, web
from lms.base.access import PUBLIC, SIGNED_IN, open_to
from lms.home import learning_views
from lms.home.learning_views import Learner
from quizzes import attempts, definitions, gates
from quizzes.practice import reminders

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@open_to(PUBLIC)
def start() -> Response:
    return redirect(url_for("home.learning" if current_user.is_authenticated else "people.login"))


@blueprint.get("/learning")
@open_to(SIGNED_IN)
def learning() -> str:
    session, person_id = web.session(), current_user.id
    standings = [one for one in progress.overview(session, person_id) if _concerns(one)]
    open_attempt = next(iter(attempts.open_for(session, person_id)), None)
    next_step = _next_step(session, standings)
    entries = register.of_person(session, person_id)
    completed = [one.course.id for one in standings if one.completed_at]
    learner = Learner(
        given_name=current_user.given_name,
        standings=standings,
        next=next_step,
        open_attempt=open_attempt,
        quiz_waits=_quiz_waits(session, person_id, next_step) if open_attempt is None else "",
        entries=entries,
        to_practice=reminders.due(session, person_id, i18n.reader_today()),
        greeting=_part_of_day(),
        today=i18n.reader_today(),
        goal=_goal(session, entries, completed),
        to_accept=reading.waiting_for(session, person_id),
        to_decide=waiting.count(session, person_id, current_user.roles) if _decides() else 0,
    )
    return fragments.framed(learning_views.page(learner))


def _goal(session: Session, entries: list[register.Entry], completed: list[int]) -> Goal | None:
    """The next level; none after a withdrawal for good, as the social media hub decides then."""
    if any(entry.taken for entry in entries):
        return None
    return goal(session, max((entry.rank for entry in entries), default=-1), current_user.tier, completed)


def _decides() -> bool:
    """Whether requests for permissions can wait for the reader, on a page that she may open."""
    return bool(current_user.is_manager) or not current_user.roles.isdisjoint(SEE_ALL.intersection(APPROVERS))


def _quiz_waits(session: Session, person_id: int, step: Standing | None) -> str:
    """Why the quiz cannot be taken now, when it is the next step; empty when it can."""
    if step is None or step.completed_at or step.next_lesson or not step.course.quiz_slug or step.may_finish:
        return ""
    quiz = definitions.live(session, step.course.quiz_slug)
    return gates.gate(step, quiz, gates.of_person(session, person_id, quiz)).reason


def _concerns(standing: Standing) -> bool:
    """Whether a course belongs on somebody's page: those for staff are where everyone begins."""
    return standing.enrollment is not None or standing.course.tier in {"staff", current_user.tier}


def _next_step(session: Session, standings: list[Standing]) -> Standing | None:
    """The one course to go on with: overdue, then due soonest, then last opened; else the next of her tier's path.

    What a new version asks for again is due as a course is. Where a tier has no path, the curriculum is one.
    """
    unfinished = [one for one in standings if one.completed_at is None or one.again]
    if begun := [one for one in unfinished if one.enrollment]:
        return min(begun, key=_urgency)
    asked = paths.asked(session, current_user.tier) if unfinished else []
    left = {one.course.id: one for one in unfinished}
    return next((left[course] for course in asked or left if course in left), None)


def _urgency(standing: Standing) -> tuple[float, float]:
    enrollment = standing.enrollment
    asked = enrollment is not None and not enrollment.completed_at and not enrollment.paused_at
    own = enrollment.due_on if enrollment and asked else None
    days = [day for day in (own, standing.again_by) if day]
    opened = enrollment.last_opened_at.timestamp() if enrollment and enrollment.last_opened_at else 0.0
    return min(days).toordinal() if days else float("inf"), -opened


def _part_of_day() -> str:
    hour = clock.now().astimezone(get_timezone()).hour
    return "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"
