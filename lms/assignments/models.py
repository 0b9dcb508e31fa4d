"""Standing rules that give courses to people, and what is excepted from them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base, one_of

STATES = ("draft", "active", "ended")
DUE_FROM = ("assigned", "hired", "event", "fixed")
EVENTS = ("", "tier", "unit", "manager", "return")
"""What may have happened to somebody, for a rule that counts from there: a change of tier, unit or manager, or the end
of a leave."""
RECURS_FROM = ("due", "completed")
FIELDS = (
    "tier",
    "unit",
    "location",
    "country",
    "language",
    "role",
    "level",
    "hired_after",
    "hired_before",
)
AUDIENCES = ("learner", "manager", "skip")


class AssignmentRule(Base):
    """Whoever meets the conditions has to take a course. Of several rules for a course, the first in `position` that
    fits somebody counts for her, so that she has one course, one due day and one reason.

    `due_from` says from which day `due_days` are counted: the day somebody came under the rule, the day she was
    hired, the day of an `event`; `fixed` is the day `due_on` itself. A course that `recurs_months` is opened again
    `opens_days` before the next due day, counted from the last due day or from the day it was completed
    (`recurs_from`).
    """

    __tablename__ = "assignment_rule"
    __table_args__ = (
        one_of("state", STATES),
        one_of("due_from", DUE_FROM),
        one_of("event", EVENTS),
        one_of("recurs_from", RECURS_FROM),
        CheckConstraint("(due_from = 'fixed') = (due_on IS NOT NULL)", name="fixed_day"),
        CheckConstraint("(due_from = 'event') = (event <> '')", name="event_named"),
        CheckConstraint("due_days >= 0 AND opens_days >= 0 AND recurs_months >= 0", name="days"),
        Index("ix_assignment_rule_course", "course_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    position: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(default="draft")
    due_from: Mapped[str] = mapped_column(default="assigned")
    event: Mapped[str] = mapped_column(default="")
    due_days: Mapped[int] = mapped_column(default=30)
    due_on: Mapped[date | None]
    recurs_months: Mapped[int] = mapped_column(default=0)
    recurs_from: Mapped[str] = mapped_column(default="due")
    opens_days: Mapped[int] = mapped_column(default=60)
    reason: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=1)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RuleCondition(Base):
    """One condition of a rule. Of the same field one is enough; different fields must all be met; what is `negated`
    must not be so for any of them. `unit` means the unit and all below it; `level` a permission in force of that level.
    """

    __tablename__ = "rule_condition"
    __table_args__ = (one_of("field", FIELDS), UniqueConstraint("rule_id", "field", "negated", "value"))

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("assignment_rule.id"))
    field: Mapped[str]
    negated: Mapped[bool] = mapped_column(default=False)
    value: Mapped[str]


class RuleReminder(Base):
    """A step of the ladder of reminders of a rule: so many days after the due day, before it when negative; to whom."""

    __tablename__ = "rule_reminder"
    __table_args__ = (one_of("audience", AUDIENCES),)

    rule_id: Mapped[int] = mapped_column(ForeignKey("assignment_rule.id"), primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    audience: Mapped[str] = mapped_column(primary_key=True)


class Exemption(Base):
    """Somebody need not take a course, for a reason, until a day or for good: the waiver. While it stands no rule asks
    her and nothing is counted."""

    __tablename__ = "exemption"
    __table_args__ = (Index("ix_exemption_of", "person_id", "course_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    reason: Mapped[str]
    given_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
