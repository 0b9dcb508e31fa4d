"""How a level read after each change: written whole, so that what it asked for on any day can be said."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from certificates.ladder import RULES, LevelView
from certificates.level_models import LevelRevision
from lms.base import clock
from lms.people.models import Person

Rules = Mapping[str, Any]


@dataclass(frozen=True)
class Revision:
    """A version of a level: when it began to hold, whose change it was, and what it said."""

    number: int
    at: datetime
    by: str
    rules: Rules


def written(level: LevelView) -> dict[str, Any]:
    """All rules and words of a level as plain JSON, always in the same form."""
    return {
        "code": level.code,
        **{name: getattr(level, name) for name in RULES},
        "retired": level.retired,
        "texts": {
            language: asdict(words) | {"may": list(words.may), "never": list(words.never)}
            for language, words in sorted(level.texts.items())
        },
        "needs": [{name: value for name, value in asdict(need).items() if name != "course_id"} for need in level.needs],
        "approvers": list(level.approvers),
        "scope": [list(pair) for pair in level.scope.pairs()],
    }


def keep(session: Session, level: LevelView, by_id: int | None = None) -> None:
    """Write down how a level reads now, unless this revision of it is written down already."""
    if session.scalar(
        select(exists().where(LevelRevision.level_id == level.id, LevelRevision.number == level.revision))
    ):
        return
    session.add(
        LevelRevision(level_id=level.id, number=level.revision, at=clock.now(), by_id=by_id, rules=written(level))
    )
    session.flush()


def history(session: Session, level_id: int) -> list[Revision]:
    """All versions of a level, the newest first. One statement."""
    rows = session.execute(
        select(LevelRevision, Person.given_name, Person.family_name)
        .outerjoin(Person, Person.id == LevelRevision.by_id)
        .where(LevelRevision.level_id == level_id)
        .order_by(LevelRevision.number.desc())
    ).all()
    return [
        Revision(row.number, row.at, f"{given or ''} {family or ''}".strip(), row.rules) for row, given, family in rows
    ]
