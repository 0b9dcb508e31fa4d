"""Beside a changed clause stands a question about it; it is answered before the text is accepted, and kept nowhere."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates.campaigns.models import Campaign, CampaignPerson
from lms.people.models import Person
from quizzes.attempt_models import PaperItem
from quizzes.models import Quiz
from quizzes.practice import by_clause
from quizzes.practice.models import PracticeAnswer, PracticeCard
from quizzes.question_models import Question, QuestionClause, QuestionVersion
from tests.certificates import makers
from tests.certificates.test_campaigns import publish
from tests.make import Make
from tests.quizzes import makers as quizzes
from tests.support.client import Client

OPEN = "Something is still open."


@pytest.fixture
def asked(make: Make, session: Session) -> Person:
    """A holder whom a new clause touches."""
    person = make.person()
    quizzes.quiz(session, per_kind=2, red=())
    makers.certificate(session, person)
    publish(make)
    return person


def about(session: Session, key: str, code: str = "D99", purpose: str = "practice") -> int:
    """Have a question of the bank ask about a clause; its version."""
    question = session.scalars(select(Question).where(Question.key == key)).one()
    question.purpose = purpose
    session.add(QuestionClause(version_id=question.current_id, code=code))
    session.flush()
    assert question.current_id
    return question.current_id


def address(session: Session) -> str:
    return f"/campaigns/{session.scalars(select(Campaign.id)).one()}"


def test_one_answers_before_accepting_and_reads_why(
    session: Session, asked: Person, client_for: Callable[..., Client]
) -> None:
    version, client, page = about(session, "single-1"), client_for(asked), address(session)
    first = client.get(f"{page}/changes").text
    assert "Stem of single-1" in first
    assert "SECRET" not in first
    assert f"{page}/accept" not in first
    sha256 = _sha256(client, page, version)
    agreed = {"agree": "y", "language": "en", "sha256": sha256}
    for sent in ({}, {"q1-version": version}, {"q1-version": version + 1, "q1-answer": "1"}):
        assert OPEN in client.submit(f"{page}/changes", sent).text
        refused = client.submit(f"{page}/accept", agreed | sent)
        assert (refused.status_code, OPEN in refused.text) == (422, True)
    answered = {"q1-version": version, "q1-answer": "1"}
    told = client.submit(f"{page}/changes", answered)
    assert told.status_code == 200
    assert "SECRET-EXPLANATION of single-1" in told.text
    assert "Tick the box" in client.submit(f"{page}/accept", answered | {"sha256": sha256}).text
    assert session.scalars(select(CampaignPerson.accepted_at)).all() == [None]
    assert client.submit(f"{page}/accept", agreed | answered).status_code == 303
    session.expire_all()
    assert session.scalars(select(CampaignPerson.accepted_at)).all() != [None]
    assert "Stem of single-1" not in client.get(f"{page}/changes").text
    kept = [session.scalar(select(func.count()).select_from(table)) for table in (PracticeAnswer, PracticeCard)]
    assert kept == [0, 0]


def test_a_clause_without_questions_asks_nothing(
    session: Session, asked: Person, client_for: Callable[..., Client], make: Make
) -> None:
    about(session, "single-1", purpose="exam")
    page, client = address(session), client_for(asked)
    text = client.get(f"{page}/changes").text
    assert "Stem of" not in text
    assert f'action="{page}/accept"' in text
    assert client_for(make.person()).submit(f"{page}/accept", {"agree": "y"}).status_code == 404
    sent = {"agree": "y", "language": "en", "sha256": _hidden(text, "sha256")}
    assert client.submit(f"{page}/accept", sent).status_code == 303
    assert "Accepted" in client.get(f"{page}/changes").text


def test_questions_are_near_to_their_clause_and_asked_once_and_never_from_an_open_paper(
    session: Session, asked: Person, statements: list[str]
) -> None:
    near = about(session, "single-1", "D98")
    for key in ("single-2", "truefalse-1"):
        for code in ("D98", "D99"):
            about(session, key, code)

    def drawn() -> dict[str, int]:
        found = by_clause.draw(session, ["D98", "D99", "D97"], asked.id, "staff", 7)
        return {code: item.question.version_id for code, item in found.items()}

    first = drawn()
    assert (first["D98"], set(first)) == (near, {"D98", "D99"})
    assert near != first["D99"]
    assert drawn() == first
    statements.clear()
    drawn()
    assert len(statements) == 1
    quiz = session.scalars(select(Quiz)).one()
    for question in session.scalars(select(Question)):
        question.purpose = "both"
    paper = quizzes.attempt(session, asked, quiz)
    on_paper = select(PaperItem.question_version_id).where(PaperItem.attempt_id == paper.id)
    assert set(session.scalars(on_paper)).isdisjoint(drawn().values())
    for old in session.scalars(select(QuestionVersion).where(QuestionVersion.id.in_(on_paper))).all():
        values = {one.name: getattr(old, one.name) for one in QuestionVersion.__table__.columns if one.name != "id"}
        newer = QuestionVersion(**values | {"number": old.number + 1})
        session.add(newer)
        session.flush()
        session.get_one(Question, old.question_id).current_id = newer.id
        session.add(QuestionClause(version_id=newer.id, code="D97"))
    assert "D97" not in drawn(), "a newer version of what lies on an open paper gives its key away too"


def _hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found
    return found[1]


def _sha256(client: Client, page: str, version: int) -> str:
    return _hidden(client.submit(f"{page}/changes", {"q1-version": version, "q1-answer": "2"}).text, "sha256")
