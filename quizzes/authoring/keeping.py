"""Keeping a question: a version when it says or does something else, and its labels, of which none is made."""

from dataclasses import replace

from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid
from lms.base.i18n import gettext
from quizzes import definitions, labels, versions, written
from quizzes.authoring import approval, spare
from quizzes.labels import Labels
from quizzes.question_models import Question, QuestionVersion
from quizzes.questions import Pooled
from quizzes.written import WrittenQuestion


def keep_version(
    session: Session,
    question: Question,
    last: QuestionVersion | None,
    wanted: WrittenQuestion,
    person_id: int,
    *,
    typo: bool,
) -> QuestionVersion | None:
    """Add a version after the last one, neither drawn nor proposed yet; none when the last one says the same.

    After a `typo` the figures go on in the line of the last version. Raises `Invalid` when it is more than a typo.
    """
    before = written.of_view(definitions.question(session, last.id)) if last else None
    if before == written.in_order(wanted):
        return None
    if typo and before and not written.marked_alike(before, written.in_order(wanted)):
        raise Invalid(
            gettext(
                "This is more than a typo: what is right, who crosses a line, or how the question is built has changed."
                " Say that it is a change, or take that back."
            )
        )
    change = "first" if last is None else "typo" if typo else "change"
    version = versions.made(question.id, last.number + 1 if last else 1, wanted, clock.now(), change)
    version.author_id = person_id
    version.line_id = (last.line_id or last.id) if last and typo else None
    session.add(version)
    session.flush()
    subject = f"question:{question.id}"
    audit.record(session, "kept a question", subject, actor_id=person_id, version=version.number, change=change)
    return version


def keep(
    session: Session,
    question: Question,
    last: QuestionVersion | None,
    wanted: WrittenQuestion,
    person_id: int,
    *,
    typo: bool,
) -> None:
    """Add a version if one is due, and have it drawn, or wait for a reviewer. Raises as `keep_version` does."""
    version = keep_version(session, question, last, wanted, person_id, typo=typo)
    if version is not None:
        approval.settle(session, question, version, person_id)


def keep_labels(session: Session, question: Question, wanted: Labels | None, person_id: int, *, red_line: bool) -> None:
    """Put other labels on a question; none leaves them as they are, but only red-line questions are always drawn.

    The caller holds the lock of its quiz. Raises `Conflict` when an open quiz would have too few questions left.
    """
    before = labels.of_question(session, question)
    after = before if wanted is None else wanted
    after = replace(after, always=after.always and red_line)
    if after == before:
        return
    spare.lock(session, [question.id])
    if sentence := spare.refusals(session, [question.id], lambda one: _labeled(one, after)).get(question.id):
        raise Conflict(sentence)
    labels.keep(session, question, before, after)
    audit.record(
        session,
        "labeled a question",
        f"question:{question.id}",
        actor_id=person_id,
        purpose=after.purpose,
        tier=after.tier,
        difficulty=after.difficulty,
        tags=list(after.tags),
        always=after.always,
    )


def _labeled(one: Pooled, after: Labels) -> Pooled | None:
    """A question as an exam draws it once it has these labels; none when it is only for practice."""
    if after.purpose == "practice":
        return None
    return replace(one, tier=after.tier, difficulty=after.difficulty, tags=after.tags, always=after.always)
