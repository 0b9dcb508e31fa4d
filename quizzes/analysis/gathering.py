"""Reading what the figures of a quiz are computed from: sums and counts, made by the database in one pass each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Row, Select, bindparam, cast, extract, func, select
from sqlalchemy.orm import Session

from quizzes.analysis.models import CELL, ItemFact
from quizzes.attempt_models import Attempt
from quizzes.models import QuizVersion


@dataclass(frozen=True)
class Cell:
    """Answers that are alike in all that is counted: how many, and the sums of their rests and of the squares."""

    line_id: int
    picked: str
    language: str
    tier: str
    credit: int
    certainty: int | None
    n: int
    r: int
    rr: int


@dataclass(frozen=True)
class Outcome:
    """Attempts with the same mark in hundredths of a percent under the same pass mark, and how they ended."""

    percent_hundredths: int
    pass_mark: int
    passed: bool
    n: int


@dataclass(frozen=True)
class Gathered:
    """All that the figures of a quiz are made of. `seconds` is a histogram by line, `durations` one of attempts."""

    cells: Sequence[Cell]
    outcomes: Sequence[Outcome]
    seconds: Mapping[int, Mapping[int, int]]
    durations: Mapping[int, int]


_HERE = ItemFact.quiz_id == bindparam("quiz_id")
_BY = tuple(getattr(ItemFact, name) for name in CELL)
_CELLS = (
    select(
        ItemFact.line_id,
        ItemFact.picked,
        ItemFact.language,
        ItemFact.tier,
        ItemFact.credit,
        ItemFact.certainty,
        func.count().label("n"),
        func.sum(ItemFact.rest).label("r"),
        func.sum(ItemFact.rest * ItemFact.rest).label("rr"),
    )
    .where(_HERE)
    .group_by(*_BY)
)
_SECONDS = (
    select(ItemFact.line_id, ItemFact.seconds, func.count().label("n"))
    .where(_HERE, ItemFact.seconds.is_not(None))
    .group_by(ItemFact.quiz_id, ItemFact.first, ItemFact.line_id, ItemFact.seconds)
)
_MARKED = (
    select(func.count().label("n"))
    .select_from(Attempt)
    .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
    .where(QuizVersion.quiz_id == bindparam("quiz_id"), Attempt.state == "marked")
)
_OUTCOME = (Attempt.percent_hundredths, QuizVersion.pass_mark, Attempt.passed)
_OUTCOMES = _MARKED.add_columns(*_OUTCOME).group_by(*_OUTCOME)
_TAKEN = cast(extract("epoch", Attempt.submitted_at), Integer) - cast(extract("epoch", Attempt.started_at), Integer)
_DURATIONS = _MARKED.add_columns(_TAKEN.label("seconds")).group_by(_TAKEN)


def gather(session: Session, quiz_id: int, *, only_first: bool) -> Gathered:
    """Everything about a quiz, or about first attempts alone. Four statements, however many attempts there are."""
    facts = (ItemFact.first.is_(True),) if only_first else ()
    attempts = (Attempt.number == 1,) if only_first else ()

    def read(statement: Select[*tuple[Any, ...]], *also: Any) -> Sequence[Row[*tuple[Any, ...]]]:
        return session.execute(statement.where(*also), {"quiz_id": quiz_id}).all()

    return Gathered(
        cells=[_cell(row) for row in read(_CELLS, *facts)],
        outcomes=[
            Outcome(row.percent_hundredths, row.pass_mark, row.passed, row.n) for row in read(_OUTCOMES, *attempts)
        ],
        seconds=_by_line(read(_SECONDS, *facts)),
        durations={row.seconds: row.n for row in read(_DURATIONS, *attempts)},
    )


def _cell(row: Row[*tuple[Any, ...]]) -> Cell:
    line_id, picked, language, tier, credit, certainty, n, r, rr = row
    return Cell(line_id, picked, language, tier, credit, certainty, n, int(r), int(rr))


def _by_line(found: Sequence[Row[*tuple[Any, ...]]]) -> Mapping[int, Mapping[int, int]]:
    histograms: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in found:
        histograms[row.line_id][row.seconds] += row.n
    return histograms
