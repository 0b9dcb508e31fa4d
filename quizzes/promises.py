"""Promises in a quiz: a whole answer to a question that attests accepts the clauses whose very words it showed.

A clause counts as shown when its title and all its words stand, as they are live now, in the stem and the statements of
the question, in the language in which the attempt was begun. For a question that only names a clause or tells of it in
other words nothing is recorded here: what was confirmed is proved by the question and the time of the answer.
"""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from lms.base import richtext
from lms.base.i18n import pick
from lms.guidelines import attestations
from quizzes.attempt_models import Attempt
from quizzes.papers import Item
from quizzes.questions import QuestionView


def keep(session: Session, attempt: Attempt, paper: Iterable[Item]) -> None:
    """Record the clauses that the owner of an attempt accepted with it. A second time changes nothing.

    No statement for a paper without promises.
    """
    for item in paper:
        if item.kind.attests and item.answered and item.question.clauses:
            _keep(session, attempt, item.question)


def _keep(session: Session, attempt: Attempt, question: QuestionView) -> None:
    words = _shown(question, attempt.language)
    asked = attestations.asked_clauses(session, attempt.person_id, question.clauses, attempt.language)
    accepted = {one.code: one.sha256 for one in asked if _stands_in(words, one.title, richtext.plain(one.html))}
    if accepted:
        attestations.accept_clauses(session, attempt.person_id, accepted, attempt.language, accepted)


def _shown(question: QuestionView, language: str) -> str:
    """All that somebody read before she confirmed it, in one line."""
    said = (question.stems, *(choice.texts for choice in question.choices))
    return " ".join(" ".join(pick(texts, language).split()) for texts in said)


def _stands_in(words: str, *parts: str) -> bool:
    lines = [" ".join(part.split()) for part in parts]
    return all(line and line in words for line in lines)
