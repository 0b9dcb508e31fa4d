"""Changing many questions of the bank at once: in one transaction, each that can be, the others with the reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Invalid
from lms.base.i18n import gettext
from lms.people.models import TIERS
from quizzes import labels
from quizzes.authoring import approval, spare
from quizzes.authoring.spare import Change
from quizzes.models import Quiz
from quizzes.question_models import PURPOSES, Question, QuestionTag, QuestionUse, QuestionVersion
from quizzes.questions import Pooled

DEEDS = ("tag", "untag", "difficulty", "tier", "purpose", "use", "unuse", "retire", "return")
AT_ONCE = 200
"""Questions that are changed at once."""


@dataclass(frozen=True)
class Outcome:
    """What came of it: how many questions were changed, how many were so already, and why others were refused."""

    changed: int
    same: int
    refused: Mapping[int, str]


Apply = Callable[[Question], bool | str]
"""Changes a question; says whether anything changed, or a sentence why it cannot be."""


@dataclass(frozen=True)
class _Deed:
    """What is done to each question, how the drawing sees it after that, and which quiz alone it is about."""

    apply: Apply
    effect: Change | None = None
    quiz_id: int | None = None


def change(session: Session, question_ids: Sequence[int], deed: str, value: str, person_id: int) -> Outcome:
    """Do the same to many questions, for an author. A question that an open quiz cannot spare is refused.

    `deed` is one of `DEEDS`; `value` are tags, a difficulty, a tier, a purpose or the address of a quiz; empty takes
    a difficulty or a tier away. Raises `Invalid` for what cannot be done to any, and without a question.
    """
    ids = list(dict.fromkeys(question_ids))
    if not ids or len(ids) > AT_ONCE:
        raise Invalid(gettext("Tick at least one question, and up to %(most)s.", most=AT_ONCE))
    quiz_id = _quiz(session, value) if deed in ("use", "unuse") else 0
    spare.lock(session, ids, quiz_id)
    chosen = select(Question).where(Question.id.in_(ids)).order_by(Question.id)
    questions = session.scalars(chosen.execution_options(populate_existing=True)).all()
    planned = _deed(session, [one.id for one in questions], deed, value, quiz_id, person_id)
    refused = {}
    if planned.effect:
        refused = spare.refusals(session, [one.id for one in questions], planned.effect, quiz_id=planned.quiz_id)
    changed = same = 0
    for question in questions:
        found = refused.get(question.id) or planned.apply(question)
        if isinstance(found, str):
            refused[question.id] = found
            continue
        changed, same = changed + found, same + (not found)
        if found:
            _record(session, question, deed, value, person_id)
    session.flush()
    return Outcome(changed, same, refused)


def _record(session: Session, question: Question, deed: str, value: str, person_id: int) -> None:
    named = {"retire": "retired a question", "return": "brought back a question"}
    details = {} if deed in named else {"what": deed, "value": value}
    words = named.get(deed, "changed a question")
    audit.record(session, words, f"question:{question.id}", actor_id=person_id, **details)


def _quiz(session: Session, slug: str) -> int:
    found = session.scalar(select(Quiz.id).where(Quiz.slug == slug))
    if found is None:
        raise Invalid(gettext("Choose a quiz."))
    return found


def _deed(session: Session, ids: list[int], deed: str, value: str, quiz_id: int, person_id: int) -> _Deed:
    if deed in ("tag", "untag"):
        return _tagging(session, ids, _tags(value), on=deed == "tag")
    if deed in ("use", "unuse"):
        return _using(session, ids, quiz_id, on=deed == "use")
    if deed == "retire":
        return _Deed(_retire, spare.gone)
    if deed == "return":
        return _Deed(lambda question: _bring_back(session, question, person_id))
    return _labeling(deed, value)


def _tags(value: str) -> tuple[str, ...]:
    found = labels.tags_in(value.split(","))
    if not found or labels.wrong_tags(found):
        raise Invalid(
            gettext("Give one tag or more, parted by commas, each of up to %(most)s letters.", most=labels.LONGEST_TAG)
        )
    return found


def _tagging(session: Session, ids: list[int], tags: tuple[str, ...], *, on: bool) -> _Deed:
    there: dict[int, set[str]] = {id: set() for id in ids}
    rows = session.execute(select(QuestionTag.question_id, QuestionTag.tag).where(QuestionTag.question_id.in_(ids)))
    for question_id, tag in rows:
        there[question_id].add(tag)

    def put_on(question: Question) -> bool | str:
        new = set(tags) - there[question.id]
        if len(new) + len(there[question.id]) > labels.MOST_TAGS:
            return gettext("It would have more than %(most)s tags. Take one off first.", most=labels.MOST_TAGS)
        session.add_all(QuestionTag(question_id=question.id, tag=tag) for tag in sorted(new))
        return bool(new)

    def take_off(question: Question) -> bool | str:
        gone = sorted(set(tags) & there[question.id])
        if gone:
            own = (QuestionTag.question_id == question.id, QuestionTag.tag.in_(gone))
            session.execute(delete(QuestionTag).where(*own))
        return bool(gone)

    def without(question: Pooled) -> Pooled | None:
        return replace(question, tags=tuple(tag for tag in question.tags if tag not in tags))

    return _Deed(put_on) if on else _Deed(take_off, without)


def _using(session: Session, ids: list[int], quiz_id: int, *, on: bool) -> _Deed:
    used = select(QuestionUse.question_id).where(QuestionUse.quiz_id == quiz_id, QuestionUse.question_id.in_(ids))
    there = set(session.scalars(used))

    def use(question: Question) -> bool | str:
        if question.quiz_id == quiz_id:
            return gettext("It belongs to this quiz, which draws it anyway.")
        if question.id in there:
            return False
        session.add(QuestionUse(quiz_id=quiz_id, question_id=question.id))
        return True

    def stop(question: Question) -> bool | str:
        if question.quiz_id == quiz_id:
            return gettext("It belongs to this quiz. Retire it, and no quiz draws it any more.")
        own = (QuestionUse.quiz_id == quiz_id, QuestionUse.question_id == question.id)
        session.execute(delete(QuestionUse).where(*own))
        return question.id in there

    return _Deed(use) if on else _Deed(stop, spare.gone, quiz_id)


def _labeling(deed: str, value: str) -> _Deed:
    allowed = {"difficulty": ("", "1", "2", "3"), "tier": ("", *TIERS), "purpose": PURPOSES}
    if value not in allowed.get(deed, ()):
        raise Invalid(gettext("Choose what the questions should be."))
    wanted = int(value) if deed == "difficulty" and value else value or None

    def put(question: Question) -> bool | str:
        before = getattr(question, deed)
        setattr(question, deed, wanted)
        return bool(before != wanted)

    def effect(question: Pooled) -> Pooled | None:
        if deed == "purpose":
            return None if wanted == "practice" else question
        after: dict[str, Any] = {deed: wanted}
        return replace(question, **after)

    return _Deed(put, effect)


def _retire(question: Question) -> bool | str:
    was_there = bool(question.current_id or question.proposed_id)
    question.current_id = question.proposed_id = None
    return was_there


def _bring_back(session: Session, question: Question, person_id: int) -> bool | str:
    if question.current_id or question.proposed_id:
        return False
    newest = select(QuestionVersion).where(QuestionVersion.question_id == question.id)
    last = session.scalars(newest.order_by(QuestionVersion.number.desc()).limit(1)).one()
    approval.bring_back(session, question, last, person_id)
    return True
