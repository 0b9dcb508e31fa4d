"""What a quiz draws from: the questions of its own bank, and those it uses of others."""

from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from lms.base.db import rows
from quizzes.attempt_models import Attempt, PaperItem
from quizzes.definitions import BETWEEN, CODES, in_order
from quizzes.question_models import Choice, Question, QuestionTag, QuestionUse, QuestionVersion
from quizzes.questions import Pooled

TAGS = (
    select(func.aggregate_strings(QuestionTag.tag, BETWEEN))
    .where(QuestionTag.question_id == Question.id)
    .correlate(Question)
    .scalar_subquery()
)
_in_places = (
    select(Choice.key, Choice.version_id)
    .where(Choice.version_id == QuestionVersion.id)
    .correlate(QuestionVersion)
    .order_by(Choice.position)
    .subquery()
)
_KEYS = select(func.aggregate_strings(_in_places.c.key, BETWEEN)).scalar_subquery()
_SEEN = (
    select(QuestionVersion.question_id, func.count().label("times"))
    .join(PaperItem, PaperItem.question_version_id == QuestionVersion.id)
    .join(Attempt, Attempt.id == PaperItem.attempt_id)
    .where(Attempt.person_id == bindparam("person_id"))
    .group_by(QuestionVersion.question_id)
    .subquery()
)
_POOL = (
    select(
        Question.id,
        QuestionVersion.id.label("version_id"),
        QuestionVersion.kind,
        QuestionVersion.red_line,
        CODES.label("codes"),
        TAGS.label("tags"),
        _KEYS.label("keys"),
        func.coalesce(_SEEN.c.times, 0).label("seen"),
        Question.tier,
        Question.difficulty,
        Question.always,
    )
    .join(QuestionVersion, QuestionVersion.id == Question.current_id)
    .outerjoin(_SEEN, _SEEN.c.question_id == Question.id)
    .where(
        Question.purpose.in_(bindparam("purposes", expanding=True)),
        or_(
            Question.quiz_id == bindparam("quiz_id"),
            exists().where(QuestionUse.quiz_id == bindparam("quiz_id"), QuestionUse.question_id == Question.id),
        ),
    )
    .order_by(Question.id)
)


def drawable(session: Session, quiz_id: int, person_id: int = 0, *, practice: bool = False) -> list[Pooled]:
    """The questions that a quiz draws from now, its own and those it uses of other banks. One statement.

    `person_id` is who they are drawn for: what she has had says `seen`.
    """
    purposes = ["practice" if practice else "exam", "both"]
    return [
        Pooled(
            number=row.id,
            version_id=row.version_id,
            kind=row.kind,
            red_line=row.red_line,
            clauses=in_order(row.codes),
            tags=tuple(sorted(row.tags.split(BETWEEN))) if row.tags else (),
            tier=row.tier,
            difficulty=row.difficulty,
            always=row.always,
            keys=tuple(row.keys.split(BETWEEN)) if row.keys else (),
            seen=row.seen,
        )
        for row in rows(session, _POOL, {"quiz_id": quiz_id, "purposes": purposes, "person_id": person_id})
    ]
