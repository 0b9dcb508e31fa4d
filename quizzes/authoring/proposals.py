"""Versions of questions that wait for a reviewer: what they say, who wrote them, and who may approve them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import and_, false, func, not_, or_, select, true
from sqlalchemy.orm import Session, aliased

from courses.review import reviewers, topics
from courses.review.models import Reviewer, Topic, TopicClause
from courses.review.reviewers import Seat
from courses.review.topics import TopicView
from lms.base.errors import NotFound
from lms.base.i18n import gettext, pick
from lms.people.models import Person
from quizzes import definitions
from quizzes.authoring import homes
from quizzes.authoring.homes import Home
from quizzes.models import Quiz
from quizzes.question_models import Question, QuestionClause, QuestionVersion
from quizzes.questions import QuestionView

UNCLAIMED = frozenset({"administrator", "hub", "legal"})
"""Roles whose holders approve what touches no regulated topic."""


@dataclass(frozen=True)
class Proposal:
    """A version that waits for a reviewer, and the one that is drawn until then, if there is one.

    `authors` have written since that one: names by number. `topics` are the regulated ones that it touches, `seats`
    those who review any of them, or the course.
    """

    quiz: Home
    version: QuestionView
    before: QuestionView | None
    authors: dict[int, str]
    topics: tuple[TopicView, ...]
    seats: tuple[Seat, ...]

    @property
    def id(self) -> int:
        """The number of the question."""
        return self.version.number

    def covers(self, person_id: int) -> bool:
        """Whether somebody reviews the course, or all the topics that the version touches."""
        own = [seat for seat in self.seats if seat.person_id == person_id]
        keys = {topic.key for topic in self.topics}
        return any(seat.course_id for seat in own) or (bool(keys) and keys <= {seat.topic for seat in own})

    @property
    def may_be_asked(self) -> list[str]:
        """The names of the reviewers who can approve it."""
        able = [seat for seat in self.seats if seat.person_id not in self.authors and self.covers(seat.person_id)]
        return list(dict.fromkeys(seat.name for seat in able))

    @property
    def unclaimed(self) -> list[TopicView]:
        """The topics that nobody reviews, while nobody reviews the course either."""
        if any(seat.course_id for seat in self.seats):
            return []
        return [topic for topic in self.topics if topic.key not in {seat.topic for seat in self.seats}]

    def obstacle(self, person_id: int, roles: Collection[str]) -> str:
        """Why somebody cannot approve it or send it back, as a sentence to her; empty when she can."""
        if person_id in self.authors:
            return gettext("You wrote this. Nobody approves their own words: ask another reviewer.")
        if self.covers(person_id) or (not self.topics and not UNCLAIMED.isdisjoint(roles)):
            return ""
        if self.unclaimed:
            names = ", ".join(pick(topic.names) for topic in self.unclaimed)
            return gettext(
                "“%(topics)s” has no reviewer yet. An administrator can name one under “Reviewers”.", topics=names
            )
        if self.may_be_asked:
            return gettext("These reviewers can approve it: %(names)s.", names=", ".join(self.may_be_asked))
        if self.topics:
            return gettext("No other reviewer covers all that this touches. An administrator can name one.")
        return gettext("An administrator, the hub or legal can approve this, if they did not write it.")


_proposed, _current = aliased(QuestionVersion), aliased(QuestionVersion)
_WAITING = (
    select(Question.id, Question.quiz_id, Question.current_id, Question.proposed_id, _proposed, _current.number)
    .join(_proposed, _proposed.id == Question.proposed_id)
    .outerjoin(_current, _current.id == Question.current_id)
    .order_by(_proposed.created_at, Question.id)
)
_WRITTEN = select(QuestionVersion.question_id, QuestionVersion.number, Person).join(
    Person, Person.id == QuestionVersion.author_id
)


def waiting(session: Session, question_id: int | None = None) -> list[Proposal]:
    """The versions that wait for a reviewer, the longest waiting first, or that of one question.

    The same number of statements for any number of them.
    """
    statement = _WAITING if question_id is None else _WAITING.where(Question.id == question_id)
    found = session.execute(statement).all()
    if not found:
        return []
    versions = definitions.questions(session, (id for row in found for id in (row.current_id, row.proposed_id) if id))
    wrote = session.execute(_WRITTEN.where(QuestionVersion.question_id.in_([row.id for row in found]))).all()
    authors: dict[int, dict[int, str]] = {row.id: {} for row in found}
    since = {row.id: row.number or 0 for row in found}
    for question, number, person in wrote:
        if number > since[question]:
            authors[question][person.id] = person.name
    regulated = [topic for topic in topics.all(session) if topic.regulated]
    seats, quizzes = reviewers.everyone(session), homes.quizzes(session)
    return [
        _proposal(
            quizzes[row.quiz_id],
            versions[row.proposed_id],
            versions.get(row.current_id),
            authors[row.id],
            regulated,
            seats,
        )
        for row in found
    ]


def count(session: Session, person_id: int, roles: Collection[str]) -> int:
    """How many waiting versions somebody can decide about: those without an `obstacle` to her. One statement."""
    codes = select(QuestionClause.code).where(QuestionClause.version_id.in_([_proposed.id, _current.id]))
    touched = select(Topic.key).join(TopicClause, TopicClause.key == Topic.key)
    touched = touched.where(Topic.regulated, TopicClause.code.in_(codes.correlate(_proposed, _current)))
    touched = touched.correlate(_proposed, _current)
    hers = select(Reviewer.topic).where(Reviewer.person_id == person_id, Reviewer.topic.is_not(None))
    of_course = select(Reviewer.id).where(Reviewer.person_id == person_id, Reviewer.course_id == Quiz.course_id)
    wrote = select(QuestionVersion.id).where(
        QuestionVersion.question_id == Question.id,
        QuestionVersion.author_id == person_id,
        QuestionVersion.number > func.coalesce(_current.number, 0),
    )
    is_claimed, has_role = touched.exists(), false() if UNCLAIMED.isdisjoint(roles) else true()
    covers = and_(is_claimed, not_(touched.where(Topic.key.not_in(hers)).exists()))
    able = or_(of_course.correlate(Quiz).exists(), covers, and_(not_(is_claimed), has_role))
    statement = _WAITING.join(Quiz, Quiz.id == Question.quiz_id).order_by(None)
    statement = statement.where(not_(wrote.correlate(Question, _current).exists()), able)
    return session.scalar(statement.with_only_columns(func.count(), maintain_column_froms=True)) or 0


def get(session: Session, question_id: int) -> Proposal:
    """The version of a question that waits. Raises `NotFound` when none does."""
    for found in waiting(session, question_id):
        return found
    raise NotFound


def _proposal(
    quiz: Home,
    version: QuestionView,
    before: QuestionView | None,
    authors: dict[int, str],
    regulated: Iterable[TopicView],
    seats: Iterable[Seat],
) -> Proposal:
    codes = {*version.clauses, *(before.clauses if before else ())}
    touched = tuple(topic for topic in regulated if topic.clauses & codes)
    keys = {topic.key for topic in touched}
    own = tuple(seat for seat in seats if seat.course_id == quiz.course_id or seat.topic in keys)
    return Proposal(quiz, version, before, authors, touched, own)
