"""Computing the figures of a quiz: read in one go, worked out without the database, and put in place of the old."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from lms.base import clock
from lms.base.db import Database
from quizzes import definitions
from quizzes.analysis import figures, gathering
from quizzes.analysis.answers import Given, tally
from quizzes.analysis.figures import Moments, Sums
from quizzes.analysis.gathering import Cell, Gathered
from quizzes.analysis.models import ClauseFigures, PickFigures, QuestionFigures, QuizFigures
from quizzes.kinds import KINDS
from quizzes.models import Quiz
from quizzes.questions import QuestionView

MINIMUM = 30
"""Below so many answers no figure is kept: it would say more about people than about questions."""
SURE = 3
HALF = 50
Row = dict[str, Any]


@dataclass(frozen=True)
class Computed:
    """Rows to keep: of the quiz, of its lines with the answers picked (by line), and of clauses."""

    quiz: Row
    questions: list[Row]
    picks: Mapping[int, list[Row]]
    clauses: list[Row]


def compute(database: Database, quiz_id: int, *, only_first: bool = True) -> Computed:
    """Compute the figures of a quiz and keep them, for the worker. What is read is read before anything is locked."""
    began, at = time.perf_counter(), clock.now()
    with database.reading() as session:
        if database.engine.dialect.name == "postgresql":
            session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        gathered = gathering.gather(session, quiz_id, only_first=only_first)
        questions = definitions.questions(session, {cell.line_id for cell in gathered.cells})
        pass_mark = definitions.live(session, _slug(session, quiz_id)).pass_mark
    found = computed(gathered, questions, pass_mark)
    found.quiz["milliseconds"] = round(1000 * (time.perf_counter() - began))
    with database.transaction() as session:
        _replace(session, quiz_id, only_first, at, found)
    return found


def computed(gathered: Gathered, questions: Mapping[int, QuestionView], pass_mark: int) -> Computed:
    """The figures of what was gathered; `questions` are those with which the lines began."""
    lines = _folded(gathered.cells, lambda cell: cell.line_id)
    picks = {line: _picks(questions[line], cells) for line, cells in lines.items() if _answers(cells) >= MINIMUM}
    rows = [
        row
        for line, cells in lines.items()
        for row in _line(line, cells, picks.get(line, {}), figures.median(gathered.seconds.get(line, {})))
    ]
    sums = {line: _sum(cells) for line, cells in lines.items()}
    return Computed(
        quiz=_quiz(gathered, sums, pass_mark),
        questions=rows,
        picks={line: list(_pick_rows(found, sums[line])) for line, found in picks.items()},
        clauses=list(_clauses(lines, questions)),
    )


def _quiz(gathered: Gathered, lines: Mapping[int, Sums], pass_mark: int) -> Row:
    attempts = sum(one.n for one in gathered.outcomes)
    row: Row = dict.fromkeys(
        ("mean", "deviation", "alpha", "standard_error", "livingston", "near_the_cut", "median_seconds")
    )
    row |= {"attempts": attempts, "passed": 0}
    if attempts < MINIMUM:
        return row
    histogram: dict[int, int] = defaultdict(int)
    for one in gathered.outcomes:
        histogram[one.percent_hundredths] += one.n
    marks = figures.moments(histogram, 100)
    assert marks
    row |= {"mean": marks.mean, "deviation": marks.deviation, "median_seconds": figures.median(gathered.durations)}
    row["passed"] = sum(one.n for one in gathered.outcomes if one.passed)
    return row | _reliability(gathered, lines, marks, pass_mark)


def _reliability(gathered: Gathered, lines: Mapping[int, Sums], marks: Moments, pass_mark: int) -> Row:
    """Alpha where everybody had the same questions; else how far drawn questions agree. What follows from either."""
    same_for_all = all(sums.n == marks.n for sums in lines.values())
    alpha = figures.alpha(lines.values(), marks) if same_for_all else None
    reliability = alpha if same_for_all else _of_draws(lines.values(), marks)
    if reliability is None:
        return {}
    error = figures.standard_error(marks, reliability)
    near = sum(one.n for one in gathered.outcomes if abs(one.percent_hundredths - 100 * one.pass_mark) <= 100 * error)
    return {
        "alpha": alpha,
        "standard_error": error,
        "livingston": figures.livingston(reliability, marks, pass_mark),
        "near_the_cut": near,
    }


def _of_draws(lines: Iterable[Sums], marks: Moments) -> float | None:
    whole = sum(lines, Sums())
    return figures.reliability_of_draws(whole.n, whole.xx, marks)


def _line(line: int, cells: list[Cell], picks: Mapping[str, figures.Picked], median: int | None) -> Iterator[Row]:
    whole = _sum(cells)
    parts = dict(_parts(line, cells, whole))
    found = list(figures.flags(whole, picks.values())) if whole.n >= MINIMUM else []
    found += [name for name in ("language", "tier") if any(_matters(parts, name))]
    yield _figures(line, "", whole) | {
        "median_seconds": median if whole.n >= MINIMUM else None,
        "flags": " ".join(found),
    }
    yield from (row for row, _ in parts.values())


def _parts(line: int, cells: list[Cell], whole: Sums) -> Iterator[tuple[str, tuple[Row, figures.Gap | None]]]:
    named: tuple[tuple[str, Callable[[Cell], str]], ...] = (
        ("language", lambda cell: cell.language),
        ("tier", lambda cell: cell.tier),
    )
    for name, of in named:
        for value, some in sorted(_folded(cells, of).items()):
            sums = _sum(some)
            others = whole - sums
            gap = figures.gap(sums, others) if min(sums.n, others.n) >= MINIMUM else None
            row = _figures(line, f"{name}:{value}", sums)
            if gap:
                row |= {"points": gap.points, "expected": gap.expected, "z": max(-999.0, min(999.0, gap.z))}
            yield row["part"], (row, gap)


def _matters(parts: Mapping[str, tuple[Row, figures.Gap | None]], name: str) -> Iterator[bool]:
    return (bool(gap and gap.matters) for part, (_, gap) in parts.items() if part.startswith(f"{name}:"))


def _figures(line: int, part: str, sums: Sums) -> Row:
    enough = sums.n >= MINIMUM
    return {
        "line_id": line,
        "part": part,
        "answers": sums.n,
        "facility": figures.facility(sums) if enough else None,
        "discrimination": figures.discrimination(sums) if enough else None,
        "median_seconds": None,
        "points": None,
        "expected": None,
        "z": None,
        "flags": "",
    }


def _picks(question: QuestionView, cells: Iterable[Cell]) -> dict[str, figures.Picked]:
    kind = KINDS[question.kind]
    best = kind.picked(question, kind.best(question))
    given = (Given(cell.picked, cell.credit, cell.n, cell.r) for cell in cells)
    return tally(given, question.keys, best)


def _pick_rows(picks: Mapping[str, figures.Picked], sums: Sums) -> Iterator[Row]:
    for picked, one in picks.items():
        correlation = figures.pick_correlation(one, sums)
        share = 100 * one.n / sums.n
        yield {"picked": picked, "times": one.n, "share": share, "correlation": correlation, "right": one.right}


def _clauses(lines: Mapping[int, list[Cell]], questions: Mapping[int, QuestionView]) -> Iterator[Row]:
    """By clause: who earned less than half, and who was sure all the same. Only where there are enough answers."""
    about: dict[str, list[Cell]] = defaultdict(list)
    for line, cells in lines.items():
        for code in questions[line].clauses:
            about[code] += cells
    for code, cells in about.items():
        asked = [cell for cell in cells if cell.certainty is not None]
        sure = [cell for cell in asked if cell.certainty == SURE]
        if _answers(asked) < MINIMUM:
            asked, sure = [], []
        if _answers(cells) >= MINIMUM:
            yield {
                "code": code,
                "answers": _answers(cells),
                "wrong": _answers(_wrong(cells)),
                "asked_certainty": _answers(asked),
                "sure": _answers(sure),
                "sure_and_wrong": _answers(_wrong(sure)),
            }


def _wrong(cells: Iterable[Cell]) -> Iterator[Cell]:
    return (cell for cell in cells if cell.credit < HALF)


def _answers(cells: Iterable[Cell]) -> int:
    return sum(cell.n for cell in cells)


def _sum(cells: Iterable[Cell]) -> Sums:
    n = x = xx = r = rr = xr = 0
    for cell in cells:  # as plain numbers: there may be a hundred thousand cells
        n += cell.n
        x += cell.n * cell.credit
        xx += cell.n * cell.credit * cell.credit
        r += cell.r
        rr += cell.rr
        xr += cell.credit * cell.r
    return Sums(n, x, xx, r, rr, xr)


def _folded(cells: Iterable[Cell], by: Callable[[Cell], Any]) -> dict[Any, list[Cell]]:
    found: dict[Any, list[Cell]] = defaultdict(list)
    for cell in cells:
        found[by(cell)].append(cell)
    return found


def _slug(session: Session, quiz_id: int) -> str:
    return session.scalars(select(Quiz.slug).where(Quiz.id == quiz_id)).one()


def _replace(session: Session, quiz_id: int, only_first: bool, at: datetime, found: Computed) -> None:
    """Put the figures in place of those before; nothing when somebody has put newer ones there meanwhile."""
    run = run_of(session, quiz_id, only_first)
    if run.computed_at is not None and run.computed_at > at:
        return
    lines = select(QuestionFigures.id).where(QuestionFigures.run_id == run.id)
    session.execute(delete(PickFigures).where(PickFigures.figures_id.in_(lines)))
    session.execute(delete(QuestionFigures).where(QuestionFigures.run_id == run.id))
    session.execute(delete(ClauseFigures).where(ClauseFigures.run_id == run.id))
    for name, value in found.quiz.items():
        setattr(run, name, value)
    run.computed_at = at
    connection = session.connection()
    run.asked_at = run.asked_at if run.asked_at is not None and run.asked_at > at else None
    if found.questions:
        connection.execute(insert(QuestionFigures), [{"run_id": run.id} | row for row in found.questions])
    whole = select(QuestionFigures.line_id, QuestionFigures.id).where(
        QuestionFigures.run_id == run.id, QuestionFigures.part == ""
    )
    picks = [{"figures_id": id} | row for line, id in session.execute(whole) for row in found.picks.get(line, ())]
    if picks:
        connection.execute(insert(PickFigures), picks)
    if found.clauses:
        connection.execute(insert(ClauseFigures), [{"run_id": run.id} | row for row in found.clauses])


def run_of(session: Session, quiz_id: int, only_first: bool) -> QuizFigures:
    """The row of a quiz's figures, begun when there is none, while whoever else changes it waits."""
    session.execute(select(Quiz.id).where(Quiz.id == quiz_id).with_for_update(key_share=True))
    run = session.scalar(
        select(QuizFigures)
        .where(QuizFigures.quiz_id == quiz_id, QuizFigures.only_first.is_(only_first))
        .execution_options(populate_existing=True)
    )
    if run is None:
        run = QuizFigures(quiz_id=quiz_id, only_first=only_first)
        session.add(run)
        session.flush()
    return run
