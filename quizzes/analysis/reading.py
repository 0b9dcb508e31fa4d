"""Reading figures for those who look after quizzes: what is kept, as the pages show it. Nothing is computed here."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.base.errors import NotFound
from quizzes import definitions
from quizzes.analysis.figures import BEYOND_CHANCE, WORTH_SAYING
from quizzes.analysis.models import OTHERS, ClauseFigures, PickFigures, QuestionFigures, QuizFigures
from quizzes.kinds import KINDS
from quizzes.kinds.kind import Line
from quizzes.models import Quiz
from quizzes.question_models import Question, QuestionVersion
from quizzes.questions import QuestionView, QuizView, by_code

FLAGS = ("key", "distractor", "review", "language", "tier", "easy")
"""What can be said of a question, the gravest first."""
SORTS = ("health", "facility", "discrimination", "answers")


@dataclass(frozen=True)
class Figured:
    """A line of a question with its figures: the words of its newest version, and the numbers of all its versions."""

    question: QuestionView
    numbers: tuple[int, ...]
    drawn: bool
    row: QuestionFigures

    @property
    def line_id(self) -> int:
        return self.row.line_id

    @property
    def flags(self) -> tuple[str, ...]:
        found = self.row.flags.split()
        return tuple(flag for flag in FLAGS if flag in found)

    @property
    def enough(self) -> bool:
        return self.row.facility is not None


@dataclass(frozen=True)
class Pick:
    """An answer in the table of answers: its lines to show; none for "left open", and for all the rare ones."""

    lines: tuple[Line, ...]
    others: bool
    row: PickFigures


@dataclass(frozen=True)
class Part:
    """A language or a tier."""

    value: str
    row: QuestionFigures

    @property
    def chance(self) -> bool:
        return self.row.z is None or abs(self.row.z) < BEYOND_CHANCE

    @property
    def matters(self) -> bool:
        beyond = (self.row.points or 0) - (self.row.expected or 0)
        return not self.chance and abs(beyond) >= WORTH_SAYING


@dataclass(frozen=True)
class QuizPage:
    """The figures of a quiz. `run` is none when they were never asked for."""

    quiz: QuizView
    only_first: bool
    run: QuizFigures | None
    lines: tuple[Figured, ...]
    clauses: tuple[ClauseFigures, ...]

    @property
    def counted(self) -> bool:
        return self.run is not None and self.run.computed_at is not None

    @property
    def waiting(self) -> bool:
        return self.run is not None and self.run.asked_at is not None

    @property
    def to_look_at(self) -> int:
        return sum(bool(set(line.flags) - {"easy"}) for line in self.lines)


@dataclass(frozen=True)
class QuestionPage:
    """The figures of a line, with what was picked, and the other lines of the same question."""

    page: QuizPage
    line: Figured
    others: tuple[Figured, ...]
    picks: tuple[Pick, ...]
    never: tuple[Line, ...]
    languages: tuple[Part, ...]
    tiers: tuple[Part, ...]


@dataclass(frozen=True)
class Overviewed:
    """A quiz in the list of all: its titles, and its figures if there are any."""

    quiz: QuizView
    run: QuizFigures | None


def overview(session: Session) -> list[Overviewed]:
    """All quizzes with the figures of first attempts. Two statements, and one for each quiz not yet in memory."""
    runs = (QuizFigures.quiz_id == Quiz.id) & QuizFigures.only_first.is_(True)
    rows = session.execute(select(Quiz.id, QuizFigures).outerjoin(QuizFigures, runs).order_by(Quiz.slug)).all()
    quizzes = definitions.newest(session, [row.id for row in rows])
    return [Overviewed(quizzes[row.id], row.QuizFigures) for row in rows]


def of_quiz(session: Session, slug: str, *, only_first: bool, sort: str = "health") -> QuizPage:
    """The figures of a quiz. Raises `NotFound`. The same number of statements for any number of questions."""
    quiz = definitions.live(session, slug)
    run = session.scalar(
        select(QuizFigures).where(QuizFigures.quiz_id == quiz.id, QuizFigures.only_first.is_(only_first))
    )
    if run is None:
        return QuizPage(quiz, only_first, None, (), ())
    rows = session.scalars(
        select(QuestionFigures).where(QuestionFigures.run_id == run.id, QuestionFigures.part == "")
    ).all()
    clauses = session.scalars(select(ClauseFigures).where(ClauseFigures.run_id == run.id)).all()
    lines = tuple(sorted(_figured(session, rows), key=lambda line: _place(line, sort)))
    return QuizPage(quiz, only_first, run, lines, tuple(sorted(clauses, key=lambda one: _worst(one))))


def of_question(session: Session, slug: str, key: str, line_id: int | None, *, only_first: bool) -> QuestionPage:
    """The figures of a question: of this line, else of its newest. Raises `NotFound` when there are none."""
    page = of_quiz(session, slug, only_first=only_first)
    lines = sorted((line for line in page.lines if line.question.key == key), key=lambda line: -line.line_id)
    if line_id is not None:
        lines.sort(key=lambda line: line.line_id != line_id)
    if not lines:
        raise NotFound
    line = lines[0]
    picks = tuple(_picks(session, line))
    parts = _parts(session, line)
    return QuestionPage(
        page=page,
        line=line,
        others=tuple(lines[1:]),
        picks=picks,
        never=tuple(_never(line, picks)),
        languages=parts["language"],
        tiers=parts["tier"],
    )


def _figured(session: Session, rows: Iterable[QuestionFigures]) -> Iterator[Figured]:
    by_line = {row.line_id: row for row in rows}
    line = func.coalesce(QuestionVersion.line_id, QuestionVersion.id)
    versions = session.execute(
        select(line.label("line_id"), QuestionVersion.id, QuestionVersion.number, Question.current_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(line.in_(by_line))
        .order_by(QuestionVersion.number)
    ).all()
    words = definitions.questions(session, {row.line_id: row.id for row in versions}.values())
    found: Mapping[int, list[tuple[int, int, bool]]] = defaultdict(list)
    for row in versions:
        found[row.line_id].append((row.id, row.number, row.id == row.current_id))
    for line_id, each in found.items():
        yield Figured(
            question=words[each[-1][0]],
            numbers=tuple(number for _, number, _ in each),
            drawn=any(drawn for _, _, drawn in each),
            row=by_line[line_id],
        )


def _place(line: Figured, sort: str) -> tuple[object, ...]:
    """Where a line stands in the table: what wants a look first, and what has too few answers last."""
    row = line.row
    first: dict[str, float] = {
        "facility": row.facility or 0,
        "discrimination": 101 if row.discrimination is None else row.discrimination,
        "answers": -row.answers,
    }
    gravest = FLAGS.index(line.flags[0]) if line.flags else len(FLAGS)
    return (not line.enough and sort != "answers", first.get(sort, gravest), row.facility or 0, line.question.key)


def _worst(clause: ClauseFigures) -> tuple[float, float, tuple[bool, int]]:
    """Where people are sure and wrong comes first, then where they are wrong."""
    sure = clause.sure_and_wrong / clause.asked_certainty if clause.asked_certainty else 0
    return (-sure, -clause.wrong / clause.answers, by_code(clause.code))


def _picks(session: Session, line: Figured) -> Iterator[Pick]:
    kind, question = KINDS[line.question.kind], line.question
    rows = session.scalars(
        select(PickFigures).where(PickFigures.figures_id == line.row.id).order_by(PickFigures.times.desc())
    )
    for row in sorted(rows, key=lambda row: (row.picked in {"", OTHERS}, -row.times)):
        told = row.picked not in {"", OTHERS}
        yield Pick(tuple(kind.picked_lines(question, row.picked)) if told else (), row.picked == OTHERS, row)


def _never(line: Figured, picks: Iterable[Pick]) -> Iterator[Line]:
    """The choices that nobody picked, where all answers are made of choices."""
    keys = {part.partition(":")[0] for pick in picks for part in filter(None, pick.row.picked.split(","))}
    if keys and keys <= line.question.keys and not any(pick.others for pick in picks):
        yield from (Line.of(choice) for choice in line.question.choices if choice.key not in keys)


def _parts(session: Session, line: Figured) -> dict[str, tuple[Part, ...]]:
    rows = session.scalars(
        select(QuestionFigures)
        .where(
            QuestionFigures.run_id == line.row.run_id,
            QuestionFigures.line_id == line.line_id,
            QuestionFigures.part != "",
        )
        .order_by(QuestionFigures.answers.desc(), QuestionFigures.part)
    ).all()
    found: dict[str, list[Part]] = {"language": [], "tier": []}
    for row in rows:
        name, _, value = row.part.partition(":")
        found[name].append(Part(value, row))
    return {name: tuple(parts) for name, parts in found.items()}
