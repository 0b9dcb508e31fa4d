"""The bank as a whole: the questions of all quizzes, found by words and labels, a page at a time."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from lms.base.i18n import LANGUAGES
from quizzes.authoring.homes import Home
from quizzes.definitions import BETWEEN, CODES, in_order
from quizzes.models import Quiz
from quizzes.pool import TAGS
from quizzes.question_models import (
    Choice,
    ChoiceText,
    Question,
    QuestionClause,
    QuestionTag,
    QuestionText,
    QuestionUse,
    QuestionVersion,
    Step,
    StepText,
)

PAGE = 50
"""Questions on a page."""
STATES = ("drawn", "retired", "waiting", "language")
SORTS = ("quiz", "newest", "difficulty")


@dataclass(frozen=True)
class Wanted:
    """What is looked for; what is empty is not asked. `state` is one of `STATES`, `sort` of `SORTS`, `red`: "yes"."""

    q: str = ""
    quiz: str = ""
    kind: str = ""
    clause: str = ""
    tag: str = ""
    tier: str = ""
    difficulty: str = ""
    purpose: str = ""
    state: str = ""
    red: str = ""
    sort: str = "quiz"
    page: int = 1


@dataclass(frozen=True)
class Entry:
    """A question on the shelf, in the version that is drawn, else in the one that waits, else in the newest.

    `used_in` are the other quizzes that draw it.
    """

    id: int
    key: str
    quiz: Home
    kind: str
    red_line: bool
    always: bool
    stems: Mapping[str, str]
    clauses: tuple[str, ...]
    tags: tuple[str, ...]
    tier: str | None
    difficulty: int | None
    purpose: str
    drawn: bool
    waits: bool
    used_in: tuple[Home, ...]

    @property
    def retired(self) -> bool:
        """Whether it is neither drawn nor waiting to be."""
        return not self.drawn and not self.waits

    @property
    def missing(self) -> list[str]:
        """The languages it does not come in."""
        return [language for language in LANGUAGES if language not in self.stems]


@dataclass(frozen=True)
class Page:
    """A page of what was found: `found` questions in all, on `pages` pages."""

    entries: tuple[Entry, ...]
    found: int
    number: int
    pages: int


@dataclass(frozen=True)
class Counts:
    """How many questions there are in all, how many are retired, and how many wait for a reviewer."""

    all: int
    retired: int
    waiting: int


_NEWEST = (
    select(func.max(QuestionVersion.id)).where(QuestionVersion.question_id == Question.id).correlate(Question)
).scalar_subquery()
HEAD = func.coalesce(Question.current_id, Question.proposed_id, _NEWEST)
"""The version that speaks for a question."""
_is_retired = and_(Question.current_id.is_(None), Question.proposed_id.is_(None))
_SPOKEN = select(func.count()).where(QuestionText.version_id == HEAD).correlate(Question).scalar_subquery()
_USES = (
    select(func.aggregate_strings(cast(QuestionUse.quiz_id, String), BETWEEN))
    .where(QuestionUse.question_id == Question.id)
    .correlate(Question)
    .scalar_subquery()
)


def look(session: Session, wanted: Wanted, every: Mapping[int, Home]) -> Page:
    """The page that was asked for, or the last there is. Three statements, however many questions."""
    compare = "ilike" if session.get_bind().dialect.name == "postgresql" else "like"
    ids = session.scalars(_matching(wanted, compare)).all()
    pages = max(1, -(-len(ids) // PAGE))
    number = min(max(1, wanted.page), pages)
    shown = ids[(number - 1) * PAGE : number * PAGE]
    return Page(tuple(entries(session, shown, every)), len(ids), number, pages)


def entries(session: Session, ids: Sequence[int], every: Mapping[int, Home]) -> list[Entry]:
    """Questions as they stand on the shelf, in this order. Two statements; none without a question."""
    if not ids:
        return []
    statement = (
        select(Question, QuestionVersion.kind, QuestionVersion.red_line, CODES.label("codes"), TAGS.label("tags"))
        .add_columns(_USES.label("uses"), QuestionVersion.id.label("version_id"))
        .join(QuestionVersion, QuestionVersion.id == HEAD)
        .where(Question.id.in_(ids))
    )
    found = {row.Question.id: row for row in session.execute(statement)}
    stems: dict[int, dict[str, str]] = {row.version_id: {} for row in found.values()}
    texts = select(QuestionText.version_id, QuestionText.language, QuestionText.stem)
    for version_id, language, stem in session.execute(texts.where(QuestionText.version_id.in_(list(stems)))):
        stems[version_id][language] = stem
    return [_entry(found[id], stems[found[id].version_id], every) for id in ids if id in found]


def _entry(row: Any, stems: dict[str, str], every: Mapping[int, Home]) -> Entry:
    question: Question = row.Question
    return Entry(
        id=question.id,
        key=question.key,
        quiz=every[question.quiz_id],
        kind=row.kind,
        red_line=row.red_line,
        always=question.always,
        stems=stems,
        clauses=in_order(row.codes),
        tags=tuple(sorted(row.tags.split(BETWEEN))) if row.tags else (),
        tier=question.tier,
        difficulty=question.difficulty,
        purpose=question.purpose,
        drawn=question.current_id is not None,
        waits=question.proposed_id is not None,
        used_in=tuple(every[int(id)] for id in sorted((row.uses or "").split(BETWEEN)) if id),
    )


def counts(session: Session) -> Counts:
    """How full the bank is. One statement."""
    retired, waiting = case((_is_retired, 1)), case((Question.proposed_id.is_not(None), 1))
    return Counts(
        *session.execute(select(func.count(), func.count(retired), func.count(waiting)).select_from(Question)).one()
    )


def tags(session: Session) -> list[str]:
    """All tags that questions have, in order. One statement."""
    return list(session.scalars(select(QuestionTag.tag).distinct().order_by(QuestionTag.tag)))


def _matching(wanted: Wanted, compare: str) -> Select[int]:
    """The numbers of all questions that are looked for, in order. `compare`: by what, whatever the letters' size."""
    orders: dict[str, tuple[Any, ...]] = {
        "newest": (QuestionVersion.created_at.desc(), Question.id.desc()),
        "difficulty": (func.coalesce(Question.difficulty, 0), Question.quiz_id, Question.id),
    }
    return (
        select(Question.id)
        .join(QuestionVersion, QuestionVersion.id == HEAD)
        .where(*_conditions(wanted), *(_says(word, compare) for word in wanted.q.split()[:8]))
        .order_by(*orders.get(wanted.sort, (Question.quiz_id, Question.id)))
    )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    states: dict[str, ColumnElement[bool]] = {
        "drawn": Question.current_id.is_not(None),
        "retired": _is_retired,
        "waiting": Question.proposed_id.is_not(None),
        "language": len(LANGUAGES) > _SPOKEN,
    }
    quiz = select(Quiz.id).where(Quiz.slug == wanted.quiz)
    uses = select(QuestionUse.question_id).where(QuestionUse.quiz_id.in_(quiz))
    asked: list[tuple[str, ColumnElement[bool]]] = [
        (wanted.quiz, or_(Question.quiz_id.in_(quiz), Question.id.in_(uses))),
        (wanted.kind, QuestionVersion.kind == wanted.kind),
        (wanted.clause, _has(QuestionClause.version_id == QuestionVersion.id, QuestionClause.code == wanted.clause)),
        (wanted.tag, _has(QuestionTag.question_id == Question.id, QuestionTag.tag == wanted.tag)),
        (wanted.tier, Question.tier.is_(None) if wanted.tier == "all" else Question.tier == wanted.tier),
        (wanted.difficulty, Question.difficulty == (int(wanted.difficulty) if wanted.difficulty.isdecimal() else None)),
        (wanted.purpose, Question.purpose == wanted.purpose),
        (wanted.red, QuestionVersion.red_line.is_(True)),
        (wanted.state, states.get(wanted.state, Question.id.is_not(None))),
    ]
    return [condition for value, condition in asked if value]


def _has(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(*where)


def _says(word: str, compare: str) -> ColumnElement[bool]:
    """Whether the question says a word anywhere, in any language, in small or capital letters."""
    texts = select(QuestionText.version_id).where(
        _has_word(
            *(word, compare),
            *(QuestionText.stem, QuestionText.explanation, QuestionText.post_text, QuestionText.post_name),
        )
    )
    choices = select(Choice.version_id).join(ChoiceText, ChoiceText.choice_id == Choice.id)
    steps = select(Step.version_id).join(StepText, StepText.step_id == Step.id)
    return or_(
        _has_word(word, compare, Question.key),
        QuestionVersion.id.in_(texts),
        QuestionVersion.id.in_(choices.where(_has_word(word, compare, ChoiceText.text))),
        QuestionVersion.id.in_(steps.where(_has_word(word, compare, StepText.text))),
    )


def _has_word(word: str, compare: str, *columns: Any) -> ColumnElement[bool]:
    """SQLite knows small and capital letters of the English alphabet only, so others are asked for in all forms."""
    forms = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
    patterns = [f"%{re.sub('[/%_]', _escaped, form)}%" for form in sorted(forms)]
    return or_(*(getattr(column, compare)(pattern, escape="/") for column in columns for pattern in patterns))


def _escaped(sign: re.Match[str]) -> str:
    return f"/{sign[0]}"
