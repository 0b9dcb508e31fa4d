"""Regrades as their pages show them: how far they are, what they change, for whom, and what would follow from it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, not_, select
from sqlalchemy.orm import Session, aliased

from courses.enrollment_models import Enrollment
from courses.events import WouldComplete, WouldWithdraw
from lms.base.errors import NotFound
from lms.base.events import Foreseen, foresee
from lms.people.models import Person
from quizzes import definitions
from quizzes.attempt_models import Attempt, Mark
from quizzes.models import Quiz
from quizzes.question_models import Question
from quizzes.questions import QuestionView
from quizzes.regrading import looking, runs
from quizzes.regrading.models import Regrade, RegradeChange

AT_ONCE = 50
"""So many people stand on one page of the list."""
SHOWN = ("all", "lost", "gained", "points")

_LOST = and_(RegradeChange.passed_before, not_(RegradeChange.passed_after))
_GAINED = and_(RegradeChange.passed_after, not_(RegradeChange.passed_before))


@dataclass(frozen=True)
class Subject:
    """The question that is marked anew, and where it stands."""

    slug: str
    titles: Mapping[str, str]
    course_slug: str
    question: QuestionView
    retired: bool


@dataclass(frozen=True)
class Affected:
    """An attempt that changes. Percents in hundredths. `done` says that it has happened; `follows` names the
    certificates that are gained or lost with it, by language."""

    attempt_id: int
    person_id: int
    name: str
    number: int
    percent_before: int
    percent_after: int
    passed_before: bool
    passed_after: bool
    red_lines_after: int
    missed_after: str
    done: bool
    follows: tuple[Foreseen, ...] = ()

    @property
    def what(self) -> str:
        """One of `SHOWN` but the first."""
        if self.passed_before == self.passed_after:
            return "points"
        return "gained" if self.passed_after else "lost"


@dataclass(frozen=True)
class Overview:
    """A regrade in numbers. `changed` attempts of `people`; `left_out` of them were not touched when it was applied.

    `awarded` and `paused` say what would follow while it can still be decided; `undoing_loses` how many attempts
    would fail again if it were undone.
    """

    regrade: Regrade
    subject: Subject
    names: Mapping[int, str]
    changed: int
    people: int
    gained: int
    lost: int
    undoable: bool
    undoing_loses: int
    left_out: int
    awarded: Sequence[Foreseen] = ()
    paused: Sequence[Foreseen] = ()

    def name(self, person_id: int | None) -> str:
        return self.names.get(person_id or 0, "")

    @property
    def points_only(self) -> int:
        return self.changed - self.gained - self.lost

    @property
    def percent(self) -> int:
        """How far the work is, in whole percent."""
        whole = self.regrade.total if self.regrade.state == "computing" else self.people
        return min(100, 100 * self.regrade.done // whole) if whole else 0


@dataclass(frozen=True)
class Listed:
    """A regrade in the list of a quiz."""

    id: int
    stems: Mapping[str, str]
    policy: str
    state: str
    asked_at: datetime
    asked_by: str
    gained: int
    lost: int


def subject(session: Session, slug: str, key: str) -> Subject:
    """A question as it would be marked anew. Raises `NotFound`."""
    question = runs.question_of(session, slug, key)
    return _subject(session, question, looking.key_version(session, question))


def _subject(session: Session, question: Question, version_id: int) -> Subject:
    slug = session.scalars(select(Quiz.slug).where(Quiz.id == question.quiz_id)).one()
    quiz = definitions.live(session, slug)
    found = definitions.question(session, version_id)
    return Subject(slug, quiz.titles, quiz.course_slug, found, question.current_id is None)


def overview(session: Session, regrade_id: int) -> Overview:
    """A regrade for its page. Raises `NotFound`. The same number of statements for any number of attempts."""
    regrade = runs.get(session, regrade_id)
    changed, people, gained, lost = runs.counted(session, regrade_id)
    ids = {regrade.asked_by, regrade.applied_by, regrade.approved_by, regrade.undone_by, regrade.undo_approved_by}
    persons = session.scalars(select(Person).where(Person.id.in_([id for id in ids if id])))
    applied = regrade.state in ("applied", "waiting") and regrade.applied_at is not None
    deciding = regrade.state in ("ready", "waiting") and not applied
    return Overview(
        regrade=regrade,
        subject=_subject(session, session.get_one(Question, regrade.question_id), regrade.key_version_id),
        names={person.id: person.name for person in persons},
        changed=changed,
        people=people,
        gained=gained,
        lost=lost,
        undoable=runs.undoable(session, regrade),
        undoing_loses=runs.lost_by_undoing(session, regrade_id) if applied else 0,
        left_out=_left_out(session, regrade_id) if applied else 0,
        awarded=foresee(session, WouldComplete(_completing(regrade_id))) if deciding else (),
        paused=foresee(session, WouldWithdraw(_withdrawing(regrade_id))) if deciding else (),
    )


_DONE = exists().where(Mark.item_id == RegradeChange.item_id, Mark.regrade_id == RegradeChange.regrade_id)
_other, _its = aliased(Attempt), aliased(RegradeChange)


def _left_out(session: Session, regrade_id: int) -> int:
    return session.scalar(select(func.count()).where(RegradeChange.regrade_id == regrade_id, ~_DONE)) or 0


def _completing(regrade_id: int, *more: ColumnElement[bool]) -> Select[Any]:
    """The enrollments that would be completed: not yet, and an attempt of them would pass."""
    return (
        select(Attempt.enrollment_id)
        .join(RegradeChange, RegradeChange.attempt_id == Attempt.id)
        .join(Enrollment, Enrollment.id == Attempt.enrollment_id)
        .where(RegradeChange.regrade_id == regrade_id, _GAINED, Enrollment.completed_at.is_(None), *more)
    )


def _withdrawing(regrade_id: int, *more: ColumnElement[bool]) -> Select[Any]:
    """The enrollments that would no longer be completed: a passed attempt fails, and no other one is passed then."""
    passed_then = func.coalesce(_its.passed_after, _other.passed)
    still = (
        select(_other.id)
        .outerjoin(_its, and_(_its.attempt_id == _other.id, _its.regrade_id == regrade_id))
        .where(_other.enrollment_id == Attempt.enrollment_id, _other.state.in_(looking.CLOSED), passed_then.is_(True))
        .correlate(Attempt)
        .exists()
    )
    return (
        select(Attempt.enrollment_id)
        .join(RegradeChange, RegradeChange.attempt_id == Attempt.id)
        .join(Enrollment, Enrollment.id == Attempt.enrollment_id)
        .where(RegradeChange.regrade_id == regrade_id, _LOST, Enrollment.completed_at.is_not(None), ~still, *more)
    )


def affected(session: Session, regrade: Regrade, shown: str = "all", page: int = 1) -> tuple[list[Affected], bool]:
    """The attempts that a regrade changes, those who lose a pass first, and whether there are more after this page.

    `shown` is one of `SHOWN`. One statement, and a few for certificates while it can still be decided.
    """
    if shown not in SHOWN or not 1 <= page <= 100_000:
        raise NotFound
    only = {"lost": _LOST, "gained": _GAINED, "points": RegradeChange.passed_before == RegradeChange.passed_after}
    statement = (
        select(RegradeChange, Person.given_name, Person.family_name, Attempt.number, _DONE.label("done"))
        .join(Person, Person.id == RegradeChange.person_id)
        .join(Attempt, Attempt.id == RegradeChange.attempt_id)
        .where(RegradeChange.regrade_id == regrade.id)
        .order_by(case((_LOST, 0), (_GAINED, 1), else_=2), RegradeChange.person_id, RegradeChange.attempt_id)
        .offset((page - 1) * AT_ONCE)
        .limit(AT_ONCE + 1)
    )
    if shown in only:
        statement = statement.where(only[shown])
    rows = session.execute(statement).all()
    some = rows[:AT_ONCE]
    follows = _follows(session, regrade, [row.RegradeChange.attempt_id for row in some])
    return [_affected(row, follows) for row in some], len(rows) > AT_ONCE


def _follows(session: Session, regrade: Regrade, attempts: Sequence[int]) -> Mapping[int, list[Foreseen]]:
    """By person, the certificates that would come or be paused with these attempts."""
    found: dict[int, list[Foreseen]] = defaultdict(list)
    if regrade.state in ("ready", "waiting") and regrade.applied_at is None and attempts:
        among = RegradeChange.attempt_id.in_(attempts)
        for event in (
            WouldComplete(_completing(regrade.id, among), by_person=True),
            WouldWithdraw(_withdrawing(regrade.id, among), by_person=True),
        ):
            for one in foresee(session, event):
                found[one.person_id or 0].append(one)
    return found


def _affected(row: Any, follows: Mapping[int, list[Foreseen]]) -> Affected:
    change: RegradeChange = row.RegradeChange
    flips = change.passed_before != change.passed_after
    return Affected(
        attempt_id=change.attempt_id,
        person_id=change.person_id,
        name=f"{row.given_name} {row.family_name or ''}".strip(),
        number=row.number,
        percent_before=change.percent_before,
        percent_after=change.percent_after,
        passed_before=change.passed_before,
        passed_after=change.passed_after,
        red_lines_after=change.red_lines_after,
        missed_after=change.missed_after,
        done=row.done,
        follows=tuple(follows.get(change.person_id, ())) if flips else (),
    )


def of_quiz(session: Session, slug: str) -> list[Listed]:
    """All regrades of a quiz's questions, the newest first. The same number of statements for any number."""
    rows = session.execute(
        select(Regrade, Person.given_name, Person.family_name)
        .join(Question, Question.id == Regrade.question_id)
        .join(Quiz, Quiz.id == Question.quiz_id)
        .join(Person, Person.id == Regrade.asked_by)
        .where(Quiz.slug == slug)
        .order_by(Regrade.id.desc())
    ).all()
    questions = definitions.questions(session, {row.Regrade.key_version_id for row in rows})
    return [
        Listed(
            id=row.Regrade.id,
            stems=questions[row.Regrade.key_version_id].stems,
            policy=row.Regrade.policy,
            state=row.Regrade.state,
            asked_at=row.Regrade.asked_at,
            asked_by=f"{row.given_name} {row.family_name or ''}".strip(),
            gained=row.Regrade.gained,
            lost=row.Regrade.lost,
        )
        for row in rows
    ]
