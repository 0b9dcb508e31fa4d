"""The rows below a level: its texts, requirements, approvals and scope are replaced together."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from certificates.ladder import LISTS, TEXTS, LevelView
from certificates.level_models import LevelApproval, LevelRequirement, LevelScope, LevelText

TABLES = (LevelText, LevelRequirement, LevelApproval, LevelScope)


def replace(session: Session, level_id: int, rows: Iterable[Any]) -> None:
    """Put other rows in the place of those that a level has. They are written as plain values: no row is kept."""
    for table in TABLES:
        session.execute(delete(table).where(table.level_id == level_id).execution_options(synchronize_session=False))
    for row in list(rows):
        table = type(row)
        names = [column.key for column in table.__mapper__.column_attrs if column.key not in ("id", "level_id")]
        values = {name: getattr(row, name) for name in names if name in row.__dict__}
        session.execute(table.__table__.insert().values(level_id=level_id, **values))
    session.flush()


def of(level: LevelView) -> list[LevelText | LevelRequirement | LevelApproval | LevelScope]:
    """The rows of a level as it should be."""
    texts = [
        LevelText(
            language=language,
            **{name: getattr(words, name) for name in TEXTS},
            **{name: list(getattr(words, name)) for name in LISTS},
        )
        for language, words in level.texts.items()
    ]
    needs = [
        LevelRequirement(
            position=position,
            kind=need.kind,
            slug=need.slug,
            renewal=need.renewal,
            tier=need.tier,
            percent=need.percent,
            within_months=need.within_months,
        )
        for position, need in enumerate(level.needs, 1)
    ]
    approvals = [LevelApproval(role=role) for role in level.approvers]
    scope = [LevelScope(dimension=dimension, value=value) for dimension, value in level.scope.pairs()]
    return [*texts, *needs, *approvals, *scope]
