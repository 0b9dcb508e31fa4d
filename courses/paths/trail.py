"""A path as somebody walks it: what is done, what is next, what opens later; and an order that cannot be walked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from courses.catalog import CourseView
from courses.paths.reading import PathView
from courses.progress import Standing

State = Literal["done", "next", "optional", "locked", "later"]


@dataclass(frozen=True)
class TrailStep:
    """A course on the path and where its reader stands in it. `missing` are the courses that have to come before."""

    standing: Standing
    optional: bool
    state: State
    missing: tuple[CourseView, ...]

    @property
    def course(self) -> CourseView:
        return self.standing.course


@dataclass(frozen=True)
class Trail:
    """A path and how far its reader has come. What is optional is not counted."""

    path: PathView
    steps: tuple[TrailStep, ...]

    @property
    def wanted(self) -> int:
        return sum(not step.optional for step in self.steps)

    @property
    def done(self) -> int:
        return sum(step.state == "done" and not step.optional for step in self.steps)

    @property
    def next(self) -> TrailStep | None:
        return next((step for step in self.steps if step.state == "next"), None)


def follow(path: PathView, standings: Iterable[Standing]) -> Trail:
    """A path for the person whose standings in all live courses these are. Courses that are not live are left out.

    Next is the first course that is wanted, not done, and open; a course is locked until those it requires are done.
    """
    by_slug = {standing.course.slug: standing for standing in standings}
    steps: list[TrailStep] = []
    for step in path.steps:
        if standing := by_slug.get(step.course):
            missing = tuple(
                by_slug[slug].course
                for slug in standing.course.prerequisites
                if slug in by_slug and by_slug[slug].completed_at is None
            )
            reached = any(before.state == "next" for before in steps)
            state = _state(standing, step.optional, bool(missing), reached)
            steps.append(TrailStep(standing, step.optional, state, missing))
    return Trail(path, tuple(steps))


def _state(standing: Standing, optional: bool, locked: bool, reached: bool) -> State:
    if standing.completed_at is not None:
        return "done"
    if locked:
        return "locked"
    if optional:
        return "optional"
    return "later" if reached else "next"


@dataclass(frozen=True)
class Conflict:
    """A course that stands on a path before one that it requires, or without it (`absent`)."""

    course: str
    required: str
    absent: bool


def conflicts(order: Sequence[str], requirements: Mapping[str, Iterable[str]]) -> list[Conflict]:
    """Where the order of a path is against what its courses require, by addresses."""
    found = []
    for place, course in enumerate(order):
        for required in requirements.get(course, ()):
            if required not in order[:place]:
                found.append(Conflict(course, required, absent=required not in order))
    return found
