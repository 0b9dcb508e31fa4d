"""A rule with a ladder, and what people take by it."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment
from courses.models import Course
from lms.assignments.models import AssignmentRule, RuleReminder
from lms.base import clock
from lms.people.models import Person
from tests.make import Make

NIGHT = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
LADDER = ((-7, "learner"), (-1, "learner"), (1, "learner"), (1, "manager"), (14, "skip"))


class Ladders:
    """Makes rules with ladders, and enrollments by them."""

    def __init__(self, session: Session, make: Make) -> None:
        self.session, self.make = session, make

    def rule(self, course: Course, steps: Any = LADDER, state: str = "active") -> AssignmentRule:
        rule = AssignmentRule(
            uid=f"rule{course.id}", name=f"Rule {course.slug}", course_id=course.id, state=state, made_at=clock.now()
        )
        self.session.add(rule)
        self.session.flush()
        self.session.add_all(RuleReminder(rule_id=rule.id, days=days, audience=who) for days, who in steps)
        self.session.flush()
        return rule

    def takes(self, person: Person, rule: AssignmentRule, due_on: date, **more: Any) -> Enrollment:
        enrollment = Enrollment(
            person_id=person.id,
            course_id=rule.course_id,
            rule_id=rule.id,
            due_on=due_on,
            enrolled_at=more.pop("enrolled_at", clock.now()),
            **more,
        )
        self.session.add(enrollment)
        self.session.flush()
        return enrollment


@pytest.fixture
def ladders(session: Session, make: Make) -> Ladders:
    return Ladders(session, make)


@pytest.fixture
def words(app: Flask) -> Iterator[None]:
    """The application, for what is told in words."""
    with app.app_context():
        yield


@pytest.fixture
def at() -> Callable[[int, int, int, int], datetime]:
    return lambda month, day, hour, minute: datetime(2026, month, day, hour, minute, tzinfo=UTC)
