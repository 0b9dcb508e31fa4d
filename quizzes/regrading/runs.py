"""Regrades from asking to deciding: who may do what with one, when. The work itself is done by the worker."""

from typing import Literal

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext
from quizzes.attempt_models import OPEN, Attempt, Mark, PaperItem, Result
from quizzes.models import Quiz
from quizzes.question_models import Question, QuestionVersion
from quizzes.regrading import letters, looking
from quizzes.regrading.models import POLICIES, Regrade, RegradeChange

FEWEST, LONGEST = 10, 1000
"""Letters that the reason of a regrade has: the people concerned read it."""
AT_WORK = ("computing", "ready", "waiting", "applying", "undoing")


def get(session: Session, regrade_id: int) -> Regrade:
    """A regrade by number. Raises `NotFound`."""
    found = session.get(Regrade, regrade_id)
    if found is None:
        raise NotFound
    return found


def locked(session: Session, regrade_id: int) -> Regrade:
    """A regrade as it is now, while whoever else wants to change it waits. Raises `NotFound`."""
    found = session.scalar(
        select(Regrade)
        .where(Regrade.id == regrade_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def question_of(session: Session, slug: str, key: str) -> Question:
    """A question of a quiz by its key. Raises `NotFound`."""
    found = session.scalar(
        select(Question).join(Quiz, Quiz.id == Question.quiz_id).where(Quiz.slug == slug, Question.key == key)
    )
    if found is None:
        raise NotFound
    return found


def at_work(session: Session, question_id: int) -> Regrade | None:
    """The regrade of a question that is not finished, if there is one."""
    return session.scalar(select(Regrade).where(Regrade.question_id == question_id, Regrade.state.in_(AT_WORK)))


def ask(session: Session, slug: str, key: str, policy: str, reason: str, person_id: int) -> Regrade:
    """Ask what marking a question anew would change; nothing is changed yet. "leave" is only written down.

    Raises `NotFound`, `Invalid` for a missing reason, `Conflict` while another regrade of the question is at work.
    """
    found = question_of(session, slug, key)
    reason = reason.strip()
    if policy not in POLICIES:
        raise Invalid(gettext("Choose what is to become of the question."))
    if not FEWEST <= len(reason) <= LONGEST:
        raise Invalid(gettext("Say what was wrong, in 10 to 1,000 letters: the people concerned read it."))
    session.execute(select(Question.id).where(Question.id == found.id).with_for_update(key_share=True))
    if at_work(session, found.id):
        raise Conflict(gettext("This question is being marked anew already. Finish or drop that first."))
    made = Regrade(
        question_id=found.id,
        key_version_id=looking.key_version(session, found),
        policy=policy,
        reason=reason,
        asked_by=person_id,
        asked_at=clock.now(),
    )
    if policy == "leave":
        made.state, made.computed_at = "applied", made.asked_at
        made.applied_by, made.applied_at = person_id, made.asked_at
    session.add(made)
    session.flush()
    _note(session, made, "asked for a regrade", person_id, policy=policy, reason=reason)
    return made


def apply(session: Session, regrade_id: int, person_id: int, *, tells_all: bool = False) -> Regrade:
    """Have a regrade carried out. When passes would be lost, it waits for a second hand first.

    Raises `Conflict`, also for somebody whose own attempt it touches.
    """
    regrade = _in_state(session, regrade_id, "ready")
    _refuse_own(session, regrade, person_id)
    regrade.applied_by, regrade.tells_all = person_id, tells_all
    regrade.state, regrade.done = "waiting" if regrade.lost else "applying", 0
    _note(session, regrade, "had a regrade applied", person_id, gained=regrade.gained, lost=regrade.lost)
    if regrade.lost:
        letters.ask_second_hand(session, regrade, person_id, _slug(session, regrade), regrade.lost)
    return regrade


def approve(session: Session, regrade_id: int, person_id: int) -> Regrade:
    """The second hand: another person agrees that passes are lost.

    Raises `Conflict` for the first one, and for somebody whose own attempt is touched.
    """
    regrade = _in_state(session, regrade_id, "waiting")
    _refuse_own(session, regrade, person_id)
    if person_id == first_hand(regrade):
        raise Conflict(gettext("You asked for this yourself. Somebody else has to agree that passes are taken away."))
    if regrade.undone_by is None:
        regrade.approved_by, regrade.state = person_id, "applying"
    else:
        regrade.undo_approved_by, regrade.state = person_id, "undoing"
    regrade.done = 0
    _note(session, regrade, "approved the loss of passes", person_id, undoing=regrade.undone_by is not None)
    return regrade


def touches(session: Session, regrade: Regrade, person_id: int) -> bool:
    """Whether a regrade touches an attempt of this person, so that others have to decide. One statement.

    An attempt that is not decided yet counts, and one decided since the dry run was asked for.
    """
    changed = exists().where(RegradeChange.regrade_id == regrade.id, RegradeChange.attempt_id == Attempt.id)
    asked = exists().where(
        PaperItem.attempt_id == Attempt.id,
        PaperItem.question_version_id == QuestionVersion.id,
        QuestionVersion.question_id == regrade.question_id,
    )
    fresh: ColumnElement[bool] = Attempt.state.in_((*OPEN, "submitted"))
    if regrade.applied_at is None:
        fresh |= exists().where(Result.attempt_id == Attempt.id, Result.at >= regrade.asked_at)
    own = select(Attempt.id).where(Attempt.person_id == person_id, or_(changed, and_(fresh, asked)))
    return session.scalar(own.limit(1)) is not None


def _refuse_own(session: Session, regrade: Regrade, person_id: int) -> None:
    if touches(session, regrade, person_id):
        raise Conflict(gettext("This regrade touches your own attempt. Somebody else has to let it happen."))


def first_hand(regrade: Regrade) -> int | None:
    """Who asked for what a regrade waits for a second hand with."""
    return regrade.applied_by if regrade.undone_by is None else regrade.undone_by


def refuse(session: Session, regrade_id: int, person_id: int) -> Regrade:
    """Nothing happens: a regrade is dropped, or one that was to be undone stands."""
    regrade = locked(session, regrade_id)
    if regrade.state == "waiting" and regrade.undone_by is not None:
        regrade.state, regrade.undone_by = "applied", None
    elif regrade.state in ("computing", "ready", "waiting") or (regrade.state == "failed" and not regrade.computed_at):
        regrade.state = "dropped"
    else:
        raise _other_state()
    _note(session, regrade, "dropped a regrade", person_id)
    return regrade


def undo(session: Session, regrade_id: int, person_id: int) -> Regrade:
    """Have a regrade undone, the newest of its question first. When passes would be lost, a second hand has to agree.

    Raises `Conflict`, also for somebody whose own attempt it touches.
    """
    regrade = _in_state(session, regrade_id, "applied")
    _refuse_own(session, regrade, person_id)
    if not undoable(session, regrade):
        raise Conflict(gettext("Only the newest regrade of a question that changed something can be undone."))
    regrade.undone_by, regrade.done = person_id, 0
    lost = lost_by_undoing(session, regrade_id)
    regrade.state = "waiting" if lost else "undoing"
    _note(session, regrade, "had a regrade undone", person_id, lost=lost)
    if lost:
        letters.ask_second_hand(session, regrade, person_id, _slug(session, regrade), lost)
    return regrade


def undoable(session: Session, regrade: Regrade) -> bool:
    """Whether a regrade has changed something and is the newest of its question that stands."""
    if regrade.state != "applied" or regrade.policy == "leave":
        return False
    later = select(Regrade.id).where(
        Regrade.question_id == regrade.question_id,
        Regrade.id > regrade.id,
        Regrade.policy != "leave",
        Regrade.state.in_(("applied", *AT_WORK)),
    )
    changed = select(Mark.item_id).where(Mark.regrade_id == regrade.id).limit(1)
    return session.scalar(later.limit(1)) is None and session.scalar(changed) is not None


_before = aliased(Result)
_HELD = exists().where(
    Mark.item_id == RegradeChange.item_id, Mark.regrade_id == RegradeChange.regrade_id
) & ~exists().where(Result.attempt_id == RegradeChange.attempt_id, Result.regrade_id == RegradeChange.regrade_id)
"""That a change came with the first verdict on an attempt, see `holding`."""


def lost_by_undoing(session: Session, regrade_id: int) -> int:
    """How many attempts a regrade has let pass. Two statements."""
    held = select(func.count()).where(
        RegradeChange.regrade_id == regrade_id, RegradeChange.passed_after, ~RegradeChange.passed_before, _HELD
    )
    statement = (
        select(func.count())
        .select_from(Result)
        .join(_before, (_before.attempt_id == Result.attempt_id) & (_before.number == Result.number - 1))
        .where(Result.regrade_id == regrade_id, Result.because == "regrade", Result.passed, ~_before.passed)
    )
    return (session.scalar(statement) or 0) + (session.scalar(held) or 0)


def again(session: Session, regrade_id: int, person_id: int) -> Regrade:
    """Go on with a regrade at which something went wrong, where it stopped. Raises `Conflict`."""
    regrade = _in_state(session, regrade_id, "failed")
    if at_work(session, regrade.question_id):
        raise Conflict(gettext("This question is being marked anew already. Finish or drop that first."))
    regrade.state = "undoing" if regrade.undone_by else "applying" if regrade.computed_at else "computing"
    _note(session, regrade, "went on with a regrade", person_id)
    return regrade


def counted(session: Session, regrade_id: int) -> tuple[int, int, int, int]:
    """How many attempts a regrade changes, how many people they belong to, and how many passes are gained and lost.

    One statement. Attempts that were open then count, once they are decided.
    """
    gained = RegradeChange.passed_after & ~RegradeChange.passed_before
    lost = RegradeChange.passed_before & ~RegradeChange.passed_after
    row = session.execute(
        select(
            func.count(),
            func.count(RegradeChange.person_id.distinct()),
            func.count(case((gained, 1))),
            func.count(case((lost, 1))),
        ).where(RegradeChange.regrade_id == regrade_id)
    ).one()
    return row[0], row[1], row[2], row[3]


def _slug(session: Session, regrade: Regrade) -> str:
    of = select(Quiz.slug).join(Question, Question.quiz_id == Quiz.id).where(Question.id == regrade.question_id)
    return session.scalars(of).one()


State = Literal["ready", "waiting", "applied", "failed"]


def _in_state(session: Session, regrade_id: int, state: State) -> Regrade:
    regrade = locked(session, regrade_id)
    if regrade.state != state:
        raise _other_state()
    return regrade


def _other_state() -> Conflict:
    return Conflict(gettext("Somebody else has gone on with this in the meantime. Look at it again."))


def _note(session: Session, regrade: Regrade, deed: str, person_id: int, **details: object) -> None:
    session.flush()
    audit.record(session, deed, f"regrade:{regrade.id}", actor_id=person_id, question=regrade.question_id, **details)
