"""The learner's page, put together from pieces that everybody who has come as far shares.

Each piece is kept by the version of its course and by what it shows of the reader; names and numbers go into slots.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for
from markupsafe import Markup
from sqlalchemy import Row

from certificates.register import Entry
from certificates.way.goal import Goal
from courses.catalog import CourseView
from courses.progress import Standing
from lms.base import fragments, i18n
from quizzes.attempts import OpenAttempt
from quizzes.practice.reminders import Due

SOON = 15
"""From how many days on a date is not yet counted down."""
RENEWAL = 60


@dataclass(frozen=True)
class Learner:
    """What the page shows of somebody: where she stands, what to go on with, what to practice, what she holds,
    and the next level (`goal`).

    `quiz_waits` says why the quiz, when it is the next step, cannot be taken now. `to_accept` is the campaign that
    waits for her, its `id` and `closes_on`, if one does; `to_decide` how many requests for permissions do.
    """

    given_name: str
    standings: Sequence[Standing]
    next: Standing | None
    open_attempt: OpenAttempt | None
    quiz_waits: str
    entries: Sequence[Entry]
    to_practice: Sequence[Due]
    greeting: str
    today: date
    goal: Goal | None = None
    to_accept: Row[tuple[int, date]] | None = None
    to_decide: int = 0


def page(learner: Learner) -> Markup:
    """The whole page but its frame."""
    begun = [one for one in learner.standings if one.enrollment and not one.completed_at]
    late, dates = _dates(learner, begun)
    certified, goal = bool(learner.entries), learner.goal
    piece = fragments.kept(
        "home/learning.html",
        (
            learner.today,
            learner.greeting,
            bool(late),
            bool(dates),
            certified,
            goal and (goal.code, goal.revision, goal.done),
        ),
        lambda: {
            "goal": goal,
            "today": learner.today,
            "greeting": learner.greeting,
            "late": bool(late),
            "dated": bool(dates),
            "certified": certified,
        },
    )
    return piece.fill(
        {
            "given": learner.given_name,
            "first": _first(learner),
            "next": _next(learner),
            "way": _way(begun[0], learner.today) if begun else "",
            "practice": Markup("").join(_practice(learner, due) for due in learner.to_practice),
            "late": Markup("").join(late),
            "dates": Markup("").join(dates),
            "held": Markup("").join(_held(entry, number) for number, entry in enumerate(learner.entries, 1)),
        }
    )


def _first(learner: Learner) -> Markup:
    """What comes before learning: a guideline to accept, and requests to decide about."""
    asked, count = learner.to_accept, learner.to_decide
    if asked is None and not count:
        return Markup("")
    facts = {"campaign_id": asked and asked.id, "closes_on": asked and asked.closes_on, "count": count}
    return fragments.kept("home/_first.html", tuple(facts.values()), lambda: facts).fill({})


def _edition(course: CourseView) -> tuple[int, str | None, int]:
    """All that can change of what a page shows of a course."""
    return (course.version_id, course.quiz_slug, course.quiz_minutes)


def _next(learner: Learner) -> Markup:
    if learner.open_attempt:
        opened = learner.open_attempt
        piece = fragments.kept("home/_next.html", "open", lambda: {"open": True})
        address = url_for("quizzes.attempt", attempt_id=opened.attempt_id)
        return piece.fill({"time": i18n.time_of_day(opened.deadline_at), "attempt": address})
    if learner.next is None:
        waits = bool(learner.to_accept or learner.to_decide)
        return fragments.kept("home/_next.html", waits, lambda: {"open": False, "course": None, "waits": waits}).fill(
            {}
        )
    course, lesson, taken = learner.next.course, learner.next.next_lesson, learner.next.enrollment
    started = bool(taken and taken.started_at)
    when = taken.last_opened_at if taken and lesson and taken.last_lesson == lesson.slug else None
    again = next((one for one in learner.next.again if lesson and one.lesson == lesson.slug), None)
    finish = learner.next.may_finish
    facts = {"open": False, "course": course, "lesson": lesson, "started": started, "stopped": when is not None}
    waits = bool(learner.quiz_waits)
    facts |= {"again": again, "finish": finish, "waits": waits}
    key = (_edition(course), lesson and lesson.slug, started, when is not None, again, finish, waits)
    piece = fragments.kept("home/_next.html", key, lambda: facts)
    return piece.fill({"when": i18n.moment(when) if when else "", "why": learner.quiz_waits})


def _way(standing: Standing, today: date) -> Markup:
    course = standing.course
    done = standing.done.intersection(lesson.slug for lesson in course.needed)
    days = _days(standing, today)
    piece = fragments.kept(
        "home/_way.html",
        (_edition(course), done, days),
        lambda: {
            "course": course,
            "done": done,
            "days": days,
            "percent": standing.percent,
            "minutes_left": standing.minutes_left,
        },
    )
    return piece.fill({})


def _practice(learner: Learner, due: Due) -> Markup:
    course = next((one.course for one in learner.standings if one.course.id == due.course_id), None)
    if course is None:
        return Markup("")
    facts = {"course": course, "slug": due.slug, "count": due.count}
    return fragments.kept("home/_practice.html", (_edition(course), due.slug, due.count), lambda: facts).fill({})


def _days(standing: Standing, today: date) -> int | None:
    """Days until a course is due, none without a date; `SOON` for all that is later."""
    due = _due_day(standing)
    return min((due - today).days, SOON) if due else None


def _due_day(standing: Standing) -> date | None:
    """The day a course is due; none while it is paused, since nobody asks for it then."""
    taken = standing.enrollment
    return taken.due_on if taken and taken.paused_at is None else None


def _dates(learner: Learner, begun: Sequence[Standing]) -> tuple[list[Markup], list[Markup]]:
    """The days that are over, and those to come."""
    rows = [(due_on, one, False) for one in begun if (due_on := _due_day(one))]
    rows += [(one.again_by, one, True) for one in learner.standings if one.again_by]
    rows.sort(key=lambda row: row[0])
    late = [_due(*row, learner.today) for row in rows if row[0] < learner.today]
    ahead = [_due(*row, learner.today) for row in rows if row[0] >= learner.today]
    held = [entry for entry in learner.entries if entry.status != "withdrawn"]
    return late, ahead + [_ends(entry.ends_on, learner.today) for entry in held]


def _due(due: date, standing: Standing, again: bool, today: date) -> Markup:
    days, far = min((due - today).days, SOON), due.year != today.year
    facts = {"course": standing.course, "due": due, "days": days, "again": again, "far": far}
    piece = fragments.kept("home/_due.html", (standing.course.version_id, due, days, again, far), lambda: facts)
    return piece.fill({"why": url_for("why.page", uid=standing.enrollment.uid)} if standing.enrollment else {})


def _ends(ends_on: date, today: date) -> Markup:
    soon = (ends_on - today).days < RENEWAL
    return fragments.kept("home/_ends.html", (ends_on, soon), lambda: {"ends_on": ends_on, "soon": soon}).fill({})


def _held(entry: Entry, number: int) -> Markup:
    name, allows = entry.level_name, entry.allows
    piece = fragments.kept(
        "home/_held.html",
        (number, name, allows, entry.status, entry.taken, entry.ends_on),
        lambda: {
            "number": number,
            "name": name,
            "allows": allows,
            "holds": entry.holds_today,
            "withdrawn": entry.status == "withdrawn",
            "taken": entry.taken,
            "ends_on": entry.ends_on,
        },
    )
    return piece.fill({"number": entry.number, "address": entry.check_address})
