"""A second pair of eyes: versions of questions are proposed, approved, or sent back.

What touches a regulated topic waits for somebody who reviews all those topics, or the course; what was brought in
files and touches none waits for an administrator, the hub, legal or a reviewer of the course. Nobody approves what
she wrote.
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.review.models import Topic, TopicClause
from lms.base import audit, clock, mail, outbox
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.i18n import force_locale, gettext, pick
from lms.base.settings import in_force
from lms.people import directory
from lms.people.models import Person
from quizzes.attempt_models import PaperItem
from quizzes.authoring import proposals
from quizzes.authoring.proposals import Proposal
from quizzes.models import Quiz
from quizzes.question_models import Question, QuestionClause, QuestionVersion

LONGEST = 2000
"""Letters that the words to the author may have."""


def settle(session: Session, question: Question, version: QuestionVersion, person_id: int) -> None:
    """A version was kept by its author: have it drawn, or propose it when it touches a regulated topic.

    Where a version waits already, this one waits in its place, whoever kept it. A retired question stays retired until
    it is brought back.
    """
    if question.proposed_id is not None:
        propose(session, question, version.id, person_id)
    elif version.number == 1 or question.current_id is not None:
        _let_in(session, question, version, person_id)


def bring_back(session: Session, question: Question, version: QuestionVersion, person_id: int) -> None:
    """Draw a retired question again, in this version: at once if it was drawn before, else as if it was just kept.

    It was when learners have had it, and when it came with the shipped files: nobody here is its author then.
    """
    asked = select(PaperItem.id).where(PaperItem.question_version_id == version.id).limit(1)
    if version.author_id is None or session.scalar(asked):
        question.current_id, question.proposed_id = version.id, None
    else:
        _let_in(session, question, version, person_id)


def _let_in(session: Session, question: Question, version: QuestionVersion, person_id: int) -> None:
    """What leaves a regulated topic touches it too."""
    codes = select(QuestionClause.code).where(QuestionClause.version_id.in_([version.id, question.current_id or 0]))
    regulated = select(Topic.key).join(TopicClause, TopicClause.key == Topic.key)
    if session.scalar(regulated.where(Topic.regulated, TopicClause.code.in_(codes)).limit(1)):
        propose(session, question, version.id, person_id)
    else:
        question.current_id, question.proposed_id = version.id, None


def propose(session: Session, question: Question, version_id: int, person_id: int) -> None:
    """Have a version wait for a reviewer; what is drawn stays until then. One that waited already gives way to it."""
    question.proposed_id = version_id
    audit.record(session, "proposed a question", f"question:{question.id}", actor_id=person_id, version_id=version_id)


def approve(session: Session, question_id: int, version_id: int, reader_id: int, roles: Collection[str]) -> None:
    """A reviewer lets the version in that she has read: it is drawn from now on.

    Raises `NotFound` when nothing waits, `Conflict` when another version waits now, `Forbidden` when it is not hers.
    """
    question = _decided(session, question_id, version_id, reader_id, roles)
    question.current_id, question.proposed_id = version_id, None
    session.flush()
    audit.record(session, "approved a question", f"question:{question_id}", actor_id=reader_id, version_id=version_id)


def send_back(
    session: Session, question_id: int, version_id: int, reader_id: int, roles: Collection[str], words: str
) -> None:
    """A reviewer does not let the version in, and tells its author why. What is drawn stays.

    Raises as `approve` does, and `Invalid` without words.
    """
    if not words.strip() or len(words) > LONGEST:
        raise Invalid(gettext("Say in up to %(most)s letters what the author should change.", most=LONGEST))
    found = proposals.get(session, question_id)
    question = _decided(session, question_id, version_id, reader_id, roles)
    question.proposed_id = None
    session.flush()
    audit.record(
        session, "sent back a question", f"question:{question_id}", actor_id=reader_id, version_id=version_id, why=words
    )
    _tell_author(session, found, directory.get(session, reader_id), words.strip())


def _decided(session: Session, question_id: int, version_id: int, reader_id: int, roles: Collection[str]) -> Question:
    """The question, locked with its quiz, whose waiting version this person may decide about."""
    home = select(Question.quiz_id).where(Question.id == question_id).scalar_subquery()
    session.execute(select(Quiz.id).where(Quiz.id == home).with_for_update(key_share=True))
    question = session.get(Question, question_id, populate_existing=True)
    if question is None or question.proposed_id is None:
        raise NotFound
    if question.proposed_id != version_id:
        raise Conflict(gettext("The question has changed since you opened it. Read what it says now, then decide."))
    if sentence := proposals.get(session, question_id).obstacle(reader_id, roles):
        raise Forbidden(sentence)
    return question


def _tell_author(session: Session, found: Proposal, reviewer: Person, words: str) -> None:
    version = session.get_one(QuestionVersion, found.version.version_id)
    author = session.get(Person, version.author_id) if version.author_id else None
    if author is None:
        return
    with force_locale(author.language):
        title = pick(found.version.stems, author.language)
        body = mail.render(
            "bank/mail/sent_back.txt",
            author=author,
            reviewer=reviewer,
            words=words,
            stem=title,
            is_drawn=found.before is not None,
            address=f"{in_force().base_url}/studio/quizzes/{found.quiz.slug}/questions/{found.version.key}",
        )
        subject = gettext("Please look again at a question")
    key = f"question:{version.id}:sent back:{clock.now():%Y%m%d%H%M%S%f}"
    outbox.queue(session, key=key, recipient=author.email, subject=subject, body=body)
