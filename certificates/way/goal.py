"""The next level, for the first page: a hint that costs no statement. What is missing for it stands on its own page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from certificates import ladder
from certificates.ladder import LevelView
from lms.base import clock
from lms.base.db import remembered

KEPT_MINUTES = 10


@dataclass(frozen=True)
class Goal:
    """The lowest level above what somebody holds that is open to her. `done` of `steps` are the courses of it."""

    code: str
    revision: int
    names: Mapping[str, str]
    done: int
    steps: int


def goal(session: Session, rank: int, tier: str, completed: Iterable[int]) -> Goal | None:
    """The next level for somebody of a tier who holds one of this rank (-1 for none) and completed these courses.

    The ladder is as it was read in the last ten minutes, so that the first page asks nothing for it.
    """
    now = clock.now()
    moment = (now.toordinal(), now.hour, now.minute // KEPT_MINUTES)
    for level in remembered(session, ("ladder lately", *moment), lambda: ladder.levels(session)):
        if level.rank > rank and _is_open(level, tier):
            asked = level.courses_for(tier)
            names = {language: words.name for language, words in level.texts.items()}
            return Goal(level.code, level.revision, names, len(set(completed) & set(asked)), len(asked))
    return None


def _is_open(level: LevelView, tier: str) -> bool:
    needs = [need for need in level.needs_of(tier) if need.kind == "course"]
    there = all(need.course_id for need in needs)
    return level.kind == "level" and level.gives_authorization and there and not (level.by_appointment or level.retired)
