"""What a manager is shown of people: completion and dates. Never answers, scores or the number of attempts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from courses import progress
from courses.catalog import CourseView
from lms.reports.standing import ENDING

SHADES = (40, 60, 75, 90)


def share(part: int, whole: int) -> int | None:
    """Whole percent, rounded down so that 100 means all; nothing of nothing."""
    return 100 * part // whole if whole else None


def earliest(days: Iterable[date | None]) -> date | None:
    """The first of some days, of which there may be none."""
    return min((day for day in days if day is not None), default=None)


@dataclass(frozen=True)
class Figures:
    """A group of people in short. Who is on leave is counted in `on_leave` alone.

    `overdue` and `due_soon` (14 days) count courses of people, the rest people. `may_speak` are those whose permission
    is in force, `ending` those of them whose last day is within 60 days, `in_need` those with something overdue or due
    soon.
    """

    people: int = 0
    on_leave: int = 0
    up_to_date: int = 0
    in_need: int = 0
    may_speak: int = 0
    overdue: int = 0
    oldest_on: date | None = None
    due_soon: int = 0
    soonest_on: date | None = None
    ending: int = 0

    @property
    def percent(self) -> int | None:
        """The share of people with nothing overdue."""
        return share(self.up_to_date, self.people)

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            people=self.people + other.people,
            on_leave=self.on_leave + other.on_leave,
            up_to_date=self.up_to_date + other.up_to_date,
            in_need=self.in_need + other.in_need,
            may_speak=self.may_speak + other.may_speak,
            overdue=self.overdue + other.overdue,
            oldest_on=earliest((self.oldest_on, other.oldest_on)),
            due_soon=self.due_soon + other.due_soon,
            soonest_on=earliest((self.soonest_on, other.soonest_on)),
            ending=self.ending + other.ending,
        )


@dataclass(frozen=True)
class Member:
    """Somebody in a team. `unit` is the full path, empty when there is none."""

    uid: str
    given_name: str
    family_name: str
    email: str
    job: str
    unit: str
    tier: str
    on_leave: bool

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def initials(self) -> str:
        return (self.given_name[:1] + self.family_name[:1]).upper()

    @property
    def unit_name(self) -> str:
        return self.unit.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Held:
    """A certificate as a manager sees it: `none`, `valid`, `ending` (60 days), `ended`, `paused` or `withdrawn`."""

    state: str = "none"
    until: date | None = None

    @property
    def holds(self) -> bool:
        return self.state in {"valid", "ending"}


def held(valid_until: date | None, status: str | None, ends_on: date | None, today: date) -> Held:
    """What a certificate and the standing of what it gave amount to on a day."""
    if valid_until is None:
        return Held()
    until = min(valid_until, ends_on or valid_until)
    if status == "revoked":
        return Held("withdrawn")
    if status == "ended" or until < today:
        return Held("ended", until if until < today else None)
    if status == "suspended":
        return Held("paused", until)
    return Held("ending" if until <= today + ENDING else "valid", until)


@dataclass(frozen=True)
class Progress:
    """How far somebody is in a course. The quiz is a step like a lesson, as on the learner's own page.

    `lessons` is how many the version has that she is on, none for the live one; `enrollment` its public number.
    """

    course: CourseView
    lessons_done: int
    started: bool
    due_on: date | None
    completed_at: datetime | None
    lessons: int | None = None
    enrollment: str = ""

    @property
    def percent(self) -> int:
        return progress.percent(
            self.lessons_done,
            len(self.course.needed) if self.lessons is None else self.lessons,
            has_quiz=self.course.quiz_slug is not None,
            completed=self.completed_at is not None,
        )

    @property
    def status(self) -> str:
        if self.completed_at:
            return "done"
        return "in progress" if self.started or self.lessons_done else "not started"

    def overdue(self, today: date) -> bool:
        return self.completed_at is None and self.due_on is not None and self.due_on < today


@dataclass(frozen=True)
class Cell:
    """How many of those enrolled in a course have completed it."""

    enrolled: int = 0
    done: int = 0

    @property
    def percent(self) -> int | None:
        return share(self.done, self.enrolled)

    @property
    def shade(self) -> int:
        """0 for nobody enrolled, 1 (under 40 percent) to 5 (90 and up)."""
        percent = self.percent
        return 0 if percent is None else 1 + sum(percent >= limit for limit in SHADES)

    def __add__(self, other: "Cell") -> "Cell":
        return Cell(self.enrolled + other.enrolled, self.done + other.done)
