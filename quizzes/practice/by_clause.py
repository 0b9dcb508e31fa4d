"""A question about each of some clauses, to be answered beside their text. It is told how it was; nothing is kept."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from courses.models import Course
from quizzes import definitions
from quizzes.attempt_models import OPEN, Attempt, PaperItem
from quizzes.kinds import KINDS
from quizzes.kinds.kind import Fields
from quizzes.models import Quiz
from quizzes.papers import Item
from quizzes.practice.rounds import OPEN_TO_ALL, order
from quizzes.question_models import Question, QuestionClause, QuestionVersion

AT_A_GLANCE = frozenset(KINDS) - {"attest", "rewrite", "thread", "triage"}
"""Kinds that are answered in one go and marked without a reader."""
_every = aliased(QuestionClause)
_shown = aliased(QuestionVersion)


def draw(session: Session, codes: Sequence[str], person_id: int, tier: str, seed: int) -> dict[str, Item]:
    """One question for each clause that has any, by code: the same for the same seed while the bank stays as it is.

    Those that are about few other clauses come first; none is asked twice, and none that everybody may not practice or
    that lies on an open paper of hers. Three to five statements, one when there is none.
    """
    found: dict[str, list[tuple[int, int]]] = {code: [] for code in codes}
    for code, version_id, others in session.execute(_about(codes, person_id, tier)):
        found[code].append((others, version_id))
    chosen: dict[str, int] = {}
    for code, known in found.items():
        free = [one for one in known if one[1] not in chosen.values()]
        nearest = [version_id for others, version_id in free if others == min(free)[0]]
        if nearest:
            chosen[code] = Random(f"{seed}/{code}").choice(nearest)  # noqa: S311 - nothing to gain by foreseeing it
    questions = definitions.questions(session, chosen.values())
    drawn = {code: questions[version_id] for code, version_id in chosen.items()}
    return {
        code: Item(0, place, question, order(question, seed), answer=None, mark=None)
        for place, (code, question) in enumerate(drawn.items(), 1)
    }


def read(item: Item, fields: Fields) -> Item:
    """A question with the answer of a form and how it was; as it is when it was left open, or is another by now.

    The fields of the third question begin with `q3-`; `q3-version` says which one was shown. Raises `Invalid` for an
    answer that was not offered.
    """
    prefix = f"q{item.position}-"
    own = {name.removeprefix(prefix): values for name, values in fields.items() if name.startswith(prefix)}
    if list(own.get("version", ())) != [str(item.question.version_id)]:
        return item
    answer = item.kind.parse(item.question, own, item.order, None)
    if answer is not None:
        item.kind.validate(item.question, answer)
    read = replace(item, answer=answer)
    return replace(read, mark=item.kind.mark(item.question, answer)) if read.answered else read


def fields_of(items: Iterable[Item], fields: Fields) -> list[tuple[str, str]]:
    """The fields of a form that belong to these questions, to be sent once more."""
    prefixes = tuple(f"q{item.position}-" for item in items)
    return [(name, value) for name, values in fields.items() if name.startswith(prefixes) for value in values]


def _about(codes: Sequence[str], person_id: int, tier: str) -> Select[str, int, int]:
    others = select(func.count()).where(_every.version_id == QuestionVersion.id).scalar_subquery()
    on_paper = exists().where(  # in whichever version: a newer one has much the same key
        PaperItem.attempt_id == Attempt.id,
        Attempt.person_id == person_id,
        Attempt.state.in_(OPEN),
        PaperItem.question_version_id == _shown.id,
        _shown.question_id == Question.id,
    )
    return (
        select(QuestionClause.code, QuestionVersion.id, others)
        .join(QuestionVersion, QuestionVersion.id == QuestionClause.version_id)
        .join(Question, Question.current_id == QuestionVersion.id)
        .join(Quiz, Quiz.id == Question.quiz_id)
        .join(Course, Course.id == Quiz.course_id)
        .where(
            QuestionClause.code.in_(codes),
            QuestionVersion.kind.in_(AT_A_GLANCE),
            Question.purpose.in_(OPEN_TO_ALL),
            or_(Question.tier.is_(None), Question.tier == tier),
            Course.retired_at.is_(None),
            ~on_paper,
        )
        .order_by(QuestionVersion.id)
    )
