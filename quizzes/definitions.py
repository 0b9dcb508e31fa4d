"""Reading quizzes and questions. What is published never changes, so it is loaded once and kept in the process."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Row, Select, String, cast, exists, func, literal, select
from sqlalchemy.orm import Session

from courses.models import Course
from lms.base.db import all_remembered, remembered
from lms.base.errors import NotFound
from quizzes.models import MustPass, Quiz, QuizText, QuizVersion, Quota, ReviewRule
from quizzes.question_models import (
    Choice,
    ChoiceText,
    Criterion,
    CriterionText,
    Question,
    QuestionClause,
    QuestionOption,
    QuestionText,
    QuestionVersion,
    Step,
    StepText,
)
from quizzes.questions import (
    ChoiceView,
    CriterionView,
    Post,
    QuestionView,
    QuizView,
    QuotaView,
    StepView,
    by_code,
)

AT_ONCE = 500
"""So many questions are loaded with one statement."""
BETWEEN, _WITHIN = "\x1e", "\x1f"
"""Signs between rows and between columns, where rows are folded into one text."""
Kept = TypeVar("Kept")


def _folded(table: type[Any], *columns: Any, of: Any) -> Any:
    """The rows of a table that belong to a version, folded into one text: one statement instead of two."""
    words = columns[0]
    for column in columns[1:]:
        words = words + literal(_WITHIN) + cast(column, String)
    return (
        select(func.aggregate_strings(words, BETWEEN)).where(table.version_id == of.id).correlate(of).scalar_subquery()
    )


def _unfolded(text: str | None) -> list[list[str]]:
    return [row.split(_WITHIN) for row in text.split(BETWEEN)] if text else []


CODES = _folded(QuestionClause, QuestionClause.code, of=QuestionVersion)
_OPTIONS = _folded(QuestionOption, QuestionOption.name, QuestionOption.value, of=QuestionVersion)
_NEWEST = select(QuizVersion.id).join(Quiz, Quiz.id == QuizVersion.quiz_id).order_by(QuizVersion.number.desc()).limit(1)


def live(session: Session, slug: str) -> QuizView:
    """The newest version of a quiz, by address. Raises `NotFound`. One statement once it is in memory."""
    version_id = session.scalar(_NEWEST.where(Quiz.slug == slug))
    if version_id is None:
        raise NotFound
    return version(session, version_id)


def newest(session: Session, quiz_ids: Iterable[int]) -> dict[int, QuizView]:
    """The newest versions of quizzes, by number of the quiz. One statement once they are in memory."""
    found = session.scalars(
        select(func.max(QuizVersion.id)).where(QuizVersion.quiz_id.in_(set(quiz_ids))).group_by(QuizVersion.quiz_id)
    )
    quizzes = [version(session, version_id) for version_id in found]
    return {quiz.id: quiz for quiz in quizzes}


def version(session: Session, version_id: int) -> QuizView:
    """A version of a quiz, from memory after the first time; then one statement."""
    return remembered(session, ("quiz", version_id), lambda: _load(session, version_id))


def questions(session: Session, version_ids: Iterable[int]) -> dict[int, QuestionView]:
    """Versions of questions, from memory after the first time; then two to four statements for each 500."""
    return all_remembered(session, "question", version_ids, lambda missing: dict(_questions(session, missing)))


def question(session: Session, version_id: int) -> QuestionView:
    """A version of a question. Raises `KeyError`."""
    return questions(session, [version_id])[version_id]


def in_order(codes: str | None) -> tuple[str, ...]:
    """Codes of clauses that were folded into one text, in the order of the guideline."""
    return tuple(sorted((codes or "").split(BETWEEN), key=by_code)) if codes else ()


_RULES = (
    select(
        Quiz.slug,
        Course.slug.label("course_slug"),
        Quiz.course_id,
        QuizVersion,
        QuizText,
        _folded(MustPass, MustPass.code, MustPass.percent, of=QuizVersion).label("must_pass"),
        _folded(Quota, Quota.dimension, Quota.position, Quota.value, Quota.count, of=QuizVersion).label("quotas"),
        _folded(ReviewRule, ReviewRule.phase, ReviewRule.part, of=QuizVersion).label("shows"),
    )
    .select_from(Quiz)
    .join(Course, Course.id == Quiz.course_id)
    .join(QuizVersion, QuizVersion.quiz_id == Quiz.id)
    .join(QuizText, QuizText.version_id == QuizVersion.id)
)


def _load(session: Session, version_id: int) -> QuizView:
    found = session.execute(_RULES.where(QuizVersion.id == version_id)).all()
    row = found[0]
    rules: QuizVersion = row.QuizVersion
    return QuizView(
        id=rules.quiz_id,
        slug=row.slug,
        course_id=row.course_id,
        course_slug=row.course_slug,
        version_id=rules.id,
        number=rules.number,
        pass_mark=rules.pass_mark,
        questions_drawn=rules.questions_drawn,
        minutes=rules.minutes,
        published_at=rules.published_at,
        titles={each.QuizText.language: each.QuizText.title for each in found},
        intros={each.QuizText.language: each.QuizText.intro for each in found},
        closes_at=rules.closes_at,
        asks_certainty=rules.asks_certainty,
        attempts_allowed=rules.attempts_allowed,
        cooling_hours=rules.cooling_hours,
        long_wait_days=rules.long_wait_days,
        markers=rules.markers,
        anonymous_marking=rules.anonymous_marking,
        marking_days=rules.marking_days,
        apart=rules.apart,
        must_pass={code: int(percent) for code, percent in sorted(_unfolded(row.must_pass))},
        quotas=_quotas(row.quotas),
        shows=_shows(row.shows),
    )


def _quotas(text: str | None) -> tuple[QuotaView, ...]:
    lines = sorted(_unfolded(text), key=lambda line: int(line[1]))
    return tuple(QuotaView(dimension, value, int(count)) for dimension, _, value, count in lines)


def _shows(text: str | None) -> Mapping[str, frozenset[str]]:
    parts: dict[str, set[str]] = defaultdict(set)
    for phase, part in _unfolded(text):
        parts[phase].add(part)
    return {phase: frozenset(found) for phase, found in parts.items()}


def _questions(session: Session, version_ids: Sequence[int]) -> Iterator[tuple[int, QuestionView]]:
    for start in range(0, len(version_ids), AT_ONCE):
        some = version_ids[start : start + AT_ONCE]
        found = _by_version(session, _HEADS.where(QuestionVersion.id.in_(some)))
        choices = _by_version(session, _CHOICES.where(Choice.version_id.in_(some)))
        steps = [id for id, heads in found.items() if heads[0].has_steps]
        turns = _by_version(session, _STEPS.where(Step.version_id.in_(steps))) if steps else {}
        judged = [id for id, heads in found.items() if heads[0].has_criteria]
        criteria = _by_version(session, _CRITERIA.where(Criterion.version_id.in_(judged))) if judged else {}
        for id, heads in found.items():
            yield id, _question(heads, choices.get(id, []), turns.get(id, []), criteria.get(id, []))


_HEADS = (
    select(
        QuestionVersion.id.label("version_id"),
        Question.key,
        QuestionVersion,
        CODES.label("codes"),
        _OPTIONS.label("options"),
        exists().where(Step.version_id == QuestionVersion.id).label("has_steps"),
        exists().where(Criterion.version_id == QuestionVersion.id).label("has_criteria"),
        QuestionText,
    )
    .select_from(Question)
    .join(QuestionVersion, QuestionVersion.question_id == Question.id)
    .join(QuestionText, QuestionText.version_id == QuestionVersion.id)
)
_CHOICES = (
    select(Choice.version_id, Choice, ChoiceText)
    .outerjoin(ChoiceText, ChoiceText.choice_id == Choice.id)
    .order_by(Choice.position)
)
_STEPS = (
    select(Step.version_id, Step, StepText).outerjoin(StepText, StepText.step_id == Step.id).order_by(Step.position)
)
_CRITERIA = (
    select(Criterion.version_id, Criterion, CriterionText)
    .outerjoin(CriterionText, CriterionText.criterion_id == Criterion.id)
    .order_by(Criterion.position)
)


def _by_version(session: Session, statement: Select[*tuple[Any, ...]]) -> dict[int, list[Row[*tuple[Any, ...]]]]:
    found: dict[int, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in session.execute(statement):
        found[row.version_id].append(row)
    return found


Rows = Sequence[Row[*tuple[Any, ...]]]


def _question(heads: Rows, choices: Rows, steps: Rows, criteria: Rows) -> QuestionView:
    found: QuestionVersion = heads[0].QuestionVersion
    texts: list[QuestionText] = [row.QuestionText for row in heads]
    return QuestionView(
        number=found.question_id,
        version_id=found.id,
        key=heads[0].key,
        kind=found.kind,
        red_line=found.red_line,
        clauses=in_order(heads[0].codes),
        stems={text.language: text.stem for text in texts},
        posts={
            text.language: Post(text.post_name, text.post_place, text.post_time, text.post_text)
            for text in texts
            if text.post_name or text.post_text
        },
        explanations={text.language: text.explanation for text in texts},
        choices=_choices(choices),
        options=dict(_unfolded(heads[0].options)),
        steps=_steps(steps),
        criteria=_criteria(criteria),
        line_id=found.line_id or found.id,
    )


def _spoken(found: Rows, of: type[Kept], texts: type[Any]) -> dict[Kept, dict[str, Any]]:
    """The rows of a table with their texts by language."""
    spoken: dict[Kept, dict[str, Any]] = {}
    for row in found:
        words = spoken.setdefault(getattr(row, of.__name__), {})
        if (text := getattr(row, texts.__name__)) is not None:
            words[text.language] = text
    return spoken


def _choices(found: Rows) -> tuple[ChoiceView, ...]:
    return tuple(
        ChoiceView(
            key=choice.key,
            credit=choice.credit,
            bucket=choice.bucket,
            crosses=choice.crosses,
            texts={language: text.text for language, text in words.items()},
            whys={language: text.why for language, text in words.items()},
            partners={language: text.partner for language, text in words.items() if text.partner},
            step=choice.step,
            leads_to=choice.leads_to,
            rule=choice.rule,
            clause=choice.clause,
        )
        for choice, words in _spoken(found, Choice, ChoiceText).items()
    )


def _steps(found: Rows) -> tuple[StepView, ...]:
    return tuple(
        StepView(
            key=step.key,
            names={language: text.name for language, text in words.items() if text.name},
            texts={language: text.text for language, text in words.items()},
        )
        for step, words in _spoken(found, Step, StepText).items()
    )


def _criteria(found: Rows) -> tuple[CriterionView, ...]:
    return tuple(
        CriterionView(
            id=criterion.id,
            key=criterion.key,
            most=criterion.most,
            titles={language: text.title for language, text in words.items()},
            guides={language: text.guide for language, text in words.items()},
        )
        for criterion, words in _spoken(found, Criterion, CriterionText).items()
    )
