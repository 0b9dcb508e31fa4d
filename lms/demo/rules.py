"""The demo company's standing rules: which tier takes which course by when, and what is excepted from them.

The path of a tier is given a course at a time, as people can bear it. The rules for the first course ask only units in
which everybody has it already, and count longer than the days people have: so a rule explains the days that are told
at the start, and moves none.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from courses import enrollment
from courses.catalog import CourseView
from lms.assignments import extending, keeping, rules
from lms.assignments.drafts import Condition, RuleDraft
from lms.demo.diary import Diary
from lms.demo.given import RULES
from lms.people.models import Person

LADDER = ((-14, "learner"), (-3, "learner"), (1, "learner"), (7, "manager"), (21, "skip"))
UNITS = (Condition("unit", "Benelux"), Condition("unit", "UK"))
BY_LEVEL = ("S2", "S8")
"""Courses that a rule gives with a permission: to be kept on the night after it."""


def note(session: Session, diary: Diary, people: Mapping[str, Person], courses: Mapping[str, CourseView]) -> None:
    """Note the rules of the demo company, an exemption, and a day that was moved; `courses` by code."""
    by_id = people["dana"].id
    for days_ago, name, code, due_days, conditions, reason in RULES:
        draft = RuleDraft(
            name=name,
            course_id=courses[code].id,
            reason=reason,
            conditions=conditions,
            due_days=due_days,
            reminders=LADDER,
        )
        diary.note(diary.morning(days_ago), partial(rules.save, session, draft, by_id=by_id))
    for draft in _of_the_first(courses["S1"].id):
        diary.note(diary.morning(25), partial(rules.save, session, draft, by_id=by_id))
    board = partial(extending.exempt, session, people["eva"].id, courses["S1"].id, until_on=None, by_id=by_id)
    diary.note(
        diary.morning(300), partial(board, reason="The board has a session of its own with the social media hub.")
    )
    diary.note(diary.morning(4), partial(_more_time, session, people["rosa"], people["chloe"], courses["S1"].id))


def note_nights(session: Session, diary: Diary, courses: Mapping[str, CourseView], days_ago: Iterable[int]) -> None:
    """Note that rules by level are kept on these nights, on which somebody has another permission than before."""
    asked = [courses[code].id for code in BY_LEVEL]
    for one in sorted(set(days_ago)):
        diary.note(diary.evening(one), partial(keeping.apply, session, asked))


def _of_the_first(course_id: int) -> tuple[RuleDraft, RuleDraft]:
    reason = "Your team asks you first what it may post. So you know the principles before they do."
    shared = {"course_id": course_id, "due_days": 90, "reminders": LADDER}
    everybody = "Whoever works here is asked about us, online too. The principles take an hour and last two years."
    return (
        RuleDraft(name="Managers first", reason=reason, conditions=(Condition("tier", "manager"), *UNITS), **shared),  # type: ignore[arg-type]
        RuleDraft(name="Everybody in Benelux and the UK", reason=everybody, conditions=UNITS, **shared),  # type: ignore[arg-type]
    )


def _more_time(session: Session, person: Person, manager: Person, course_id: int) -> None:
    found = enrollment.current(session, person.id, course_id)
    assert found is not None, "she takes the course"
    assert found.due_on is not None, "she has a day"
    later = found.due_on + timedelta(days=7)
    reason = "The week of the stocktaking: nobody had an hour."
    extending.extend(session, found.id, later, reason=reason, by_id=manager.id)
