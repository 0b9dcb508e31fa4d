"""The counters: what of each person is counted, under whom, and the sums for everybody above.

`person.manager_id` and `enrollment` are the truth. These tables are what was counted of them last, so that a change is
the difference between the two, whoever made it; `verify` compares them, `rebuild` makes them anew.
"""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base, one_of

KINDS = ("courses", "people", "speakers", "leave")
NO_DAY = date(9999, 12, 31)
"""Stands for no day: nothing is due, or no permission is held."""
NO_COURSE = 0
CLUSTERED = {"sqlite_with_rowid": False}
"""Rows lie in the order of their key: no second tree beside the table."""
PATH = String().with_variant(String(collation="C"), "postgresql")
"""Compared byte by byte, so that an index finds everything below somebody."""


class CountedPerson(Base):
    """Somebody as counted: under whom, at work or on leave, her next due day and the last day she may speak.

    `path` holds the numbers of everybody above her from the top down and her own, such as `/1/17/345/`: whoever is
    below somebody has that person's path as a beginning. Leavers have no row.
    """

    __tablename__ = "counted_person"
    __table_args__ = (
        one_of("state", ("active", "leave")),
        Index("ix_counted_person_manager", "manager_id"),
        Index("ix_counted_person_path", "path"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    path: Mapped[str] = mapped_column(PATH)
    state: Mapped[str]
    next_on: Mapped[date]
    speaks_until: Mapped[date | None]


class CountedCourse(Base):
    """A course that is counted of somebody: the newest enrollment in a live course, unless it is paused.

    `due_on` is the day of one that is open; one that is done, or open without a day, has `NO_DAY`.
    """

    __tablename__ = "counted_course"
    __table_args__ = (
        Index(
            "ix_counted_course_due",
            "due_on",
            "person_id",
            "course_id",
            sqlite_where=text("done IS 0"),
            postgresql_where=text("done IS false"),
        ),
        CLUSTERED,
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("counted_person.person_id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    due_on: Mapped[date]
    done: Mapped[bool]


class Rollup(Base):
    """How many, of everybody below a manager (herself apart), by kind and day.

    `courses`: courses of people at work by course and due day, those done under `NO_DAY`. `people`: people at work by
    their next due day, or `NO_DAY`. `speakers`: people at work by the last day they may speak. `leave`: who is away.
    """

    __tablename__ = "rollup"
    __table_args__ = (
        one_of("kind", KINDS),
        CheckConstraint("count >= 0 AND done >= 0 AND done <= count", name="sums"),
        CLUSTERED,
    )

    manager_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int]
    done: Mapped[int]


class TeamPast(Base):
    """The figures of a manager's organization on a past day: kept each Sunday and each last day of a month."""

    __tablename__ = "team_past"

    manager_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    people: Mapped[int]
    up_to_date: Mapped[int]
    speakers: Mapped[int]
    overdue: Mapped[int]
    assigned: Mapped[int]
    done: Mapped[int]
