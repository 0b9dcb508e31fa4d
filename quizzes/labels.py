"""What stands on a question beside its words: its purpose, for whom, how hard, and tags. No version is made of it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quizzes.question_models import Question, QuestionTag

MOST_TAGS, LONGEST_TAG = 20, 40
DIFFICULTIES = (1, 2, 3)


@dataclass(frozen=True)
class Labels:
    """The labels of a question. `tags` are in small letters and in order; `always` is for red-line questions."""

    purpose: str = "exam"
    tier: str | None = None
    difficulty: int | None = None
    tags: tuple[str, ...] = ()
    always: bool = False


def tags_in(words: Iterable[str]) -> tuple[str, ...]:
    """Tags as they are kept: small letters, single spaces, each once, in order."""
    return tuple(sorted({" ".join(word.lower().split()) for word in words} - {""}))


def wrong_tags(tags: Iterable[str]) -> list[str]:
    """The tags that are too long, or have a sign in them that tags cannot have."""
    return [tag for tag in tags if len(tag) > LONGEST_TAG or not re.fullmatch(r"[^,\x00-\x1f\x7f]+", tag)]


def of(session: Session, quiz_id: int) -> Mapping[str, Labels]:
    """The labels of the questions of a quiz, by key. Two statements."""
    questions = session.scalars(
        select(Question).where(Question.quiz_id == quiz_id).execution_options(populate_existing=True)
    ).all()
    tags: dict[int, list[str]] = {}
    for question_id, tag in session.execute(
        select(QuestionTag.question_id, QuestionTag.tag)
        .join(Question, Question.id == QuestionTag.question_id)
        .where(Question.quiz_id == quiz_id)
    ):
        tags.setdefault(question_id, []).append(tag)
    return {
        one.key: Labels(one.purpose, one.tier, one.difficulty, tuple(sorted(tags.get(one.id, ()))), one.always)
        for one in questions
    }


def keep(session: Session, question: Question, before: Labels, after: Labels) -> bool:
    """Put other labels on a question; whether anything changed. The caller audits it."""
    if before == after:
        return False
    question.purpose, question.tier, question.difficulty = after.purpose, after.tier, after.difficulty
    question.always = after.always
    gone, new = set(before.tags) - set(after.tags), set(after.tags) - set(before.tags)
    if gone:
        session.execute(
            delete(QuestionTag).where(QuestionTag.question_id == question.id, QuestionTag.tag.in_(sorted(gone)))
        )
    session.add_all(QuestionTag(question_id=question.id, tag=tag) for tag in sorted(new))
    session.flush()
    return True


def of_question(session: Session, question: Question) -> Labels:
    """The labels of one question. One statement."""
    tags = session.scalars(select(QuestionTag.tag).where(QuestionTag.question_id == question.id))
    return Labels(question.purpose, question.tier, question.difficulty, tuple(sorted(tags)), question.always)


def of_key(session: Session, quiz_id: int, key: str) -> Labels:
    """The labels of the question of a quiz with this key, which must be there. Two statements."""
    return of_question(
        session, session.scalars(select(Question).where(Question.quiz_id == quiz_id, Question.key == key)).one()
    )
