"""The record of an attempt: complete, for the right eyes only, and proof against a hand in the database."""

import hashlib
import json

import pytest
from sqlalchemy import text

from lms.base.errors import Conflict
from quizzes import attempts, closing, papers
from quizzes.analysis.models import ItemFact
from quizzes.records import evidence, record
from quizzes.review import EVERYTHING, USUAL, phase
from tests.quizzes.makers import CROSSING, later

MARKERS = {"Auditor": "auditor", "Carla": "coach", "Hugo": "hub"}


@pytest.fixture
def attempt(session, make, people):
    found = make.attempt(people.alice, make.quiz())
    first = papers.items(session, found)[0]
    attempts.save(session, found, 1, CROSSING[first.question.kind], 0)
    make.answer(found)
    return closing.submit(session, found)


def test_it_holds_paper_answers_with_times_marks_and_rules(session, attempt):
    found = evidence.find(session, attempt.uid)
    assert len(found.paper) == 10
    assert len(found.responses) == 11
    assert len(found.answers(found.paper[0])) == 2
    assert all(one.answered_at >= attempt.started_at for one in found.responses)
    [decision] = found.decisions
    assert (decision.result.because, decision.result.rules, decision.agrees) == ("handed in", 2, True)
    assert [entry.deed for entry in found.history] == ["handed in an attempt"]
    assert found.history[0].details["record"] == decision.result.record_sha256


def test_the_file_can_be_checked_with_nothing_but_json_and_sha256(session, attempt):
    document = json.loads(json.dumps(evidence.document(evidence.find(session, attempt.uid))))

    def sha256(value):
        plain = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(plain.encode()).hexdigest()

    [decision] = document["decisions"]
    assert sha256(decision["decided"]) == decision["record_sha256"]
    assert all(sha256(content) == name for name, content in document["questions"].items())
    assert {item["question"] for item in decision["decided"]["paper"]} == set(document["questions"])


FORGERIES = [
    'UPDATE response SET answer = \'{"choice": "d"}\' WHERE id = (SELECT max(id) FROM response)',
    "UPDATE mark SET credit = 0",
    "UPDATE attempt SET started_at = '2020-01-01 00:00:00+00:00'",
    "UPDATE attempt SET seed = 7",
    "UPDATE question_text SET stem = 'Something else'",
    "UPDATE choice SET credit = 0 WHERE credit = 100",
    "UPDATE quiz_version SET pass_mark = 50",
    "UPDATE result SET percent_hundredths = 9000",
]


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_hand_in_the_database_is_seen(session, database, attempt, forgery):
    uid = attempt.uid
    session.commit()
    with database.session(writes=True) as forger, forger.begin():
        if forger.get_bind().dialect.name == "postgresql":
            forger.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for (name,) in forger.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                forger.execute(text(f"DROP TRIGGER {name}"))
        forger.execute(text(forgery))
    database._remembered.clear()
    with database.reading() as fresh:
        assert not evidence.find(fresh, uid).agrees


def test_keepers_read_it_others_do_not_and_the_owner_once_she_has_passed(session, make, people, attempt, client_for):
    auditor, uid = make.person("Auditor", roles=["auditor"]), attempt.uid
    session.commit()
    assert "nothing has changed since it was decided" in client_for(auditor).get(f"/evidence/attempts/{uid}").text
    assert client_for(auditor).get(f"/evidence/attempts/{uid}.json").json["format"] == "attempt-record/1"
    assert client_for(people.alice).get(f"/evidence/attempts/{uid}").status_code == 200
    for somebody in (people.bob, people.charlie):
        assert client_for(somebody).get(f"/evidence/attempts/{uid}").status_code == 404
        assert client_for(somebody).get("/evidence/attempts").status_code == 403
    found = client_for(auditor).get("/evidence/attempts?q=alice")
    assert uid in found.text
    assert uid not in client_for(auditor).get("/evidence/attempts?q=%25").text


def test_it_says_what_people_gave_who_when_and_why(session, make, people, client_for, statements):
    auditor, carla, hugo = (make.person(name, roles=[role]) for name, role in MARKERS.items())
    attempt = make.handed_in(people.alice, make.read_quiz(markers=2))
    make.mark_task(make.task(attempt, 1), carla, 1, 4, comment="Say <who> you are.")
    assert evidence.find(session, attempt.uid).markings == (), "a marker reads nothing of the other"
    make.mark_task(make.task(attempt, 2), hugo, comment="Good.")
    assert attempt.passed
    session.commit()
    statements.clear()
    evidence.find(session, attempt.uid)
    assert len(statements) <= 11
    address = f"/evidence/attempts/{attempt.uid}"
    first, second = client_for(auditor).get(f"{address}.json").json["markings"]
    assert (first["position"], first["slot"], first["by"], first["credit"]) == (1, 1, carla.id, 83)
    assert (first["comment"], first["points"]) == ("Say <who> you are.", {"who": 1, "tone": 4})
    assert first["at"] == record.moment(make.task(attempt, 1).done_at)
    assert (second["slot"], second["by"], second["points"]) == (2, hugo.id, {"who": 2, "tone": 4})
    page = client_for(auditor).get(address).text
    assert "Marker 1: Carla" in page
    assert "Say &lt;who&gt; you are." in page
    assert "tone (en): 4 of 4" in page
    own = client_for(people.alice).get(address).text
    assert "Say &lt;who&gt; you are." in own
    assert "Carla" not in own, "a learner reads the reason, not who gave it"


def test_the_owner_does_not_read_the_keys_after_a_failure(session, make, people, client_for):
    attempt = make.attempt(people.alice, make.quiz())
    make.answer(attempt, **CROSSING)
    closing.submit(session, attempt)
    session.commit()
    assert client_for(people.alice).get(f"/evidence/attempts/{attempt.uid}").status_code == 409


def test_a_voided_attempt_counts_neither_as_a_try_nor_in_the_figures(session, make, people, client_for):
    admin, quiz = make.person("Dana", roles=["administrator"]), make.quiz()
    attempt = make.attempt(people.alice, quiz)
    make.answer(attempt, **CROSSING)
    closing.submit(session, attempt)
    session.commit()
    address = f"/evidence/attempts/{attempt.uid}/void"
    dana = client_for(admin)
    assert dana.submit(address, {"reason": "?"}).status_code == 422
    assert dana.submit(address, {"reason": "The network of the office was down."}).status_code == 303
    assert client_for(people.bob).submit(address, {"reason": "I do not like it at all."}).status_code == 403
    session.refresh(attempt)
    assert attempt.state == "voided"
    assert not session.query(ItemFact).filter_by(attempt_id=attempt.id).count()
    assert attempts.start(session, people.alice.id, quiz.slug).number == 2
    assert "does not count" in client_for(people.alice).get(f"/attempts/{attempt.id}").text


def test_a_pass_is_not_voided(session, make, people, attempt):
    with pytest.raises(Conflict, match="A pass is only taken away by regrading"):
        closing.void(session, attempt, people.bob.id, "Because I say so.")


def test_phases_go_from_nothing_to_everything(session, make, people):
    attempt = make.attempt(people.alice, make.quiz())
    assert phase(attempt, settled=False, now=attempt.started_at) == "during"
    closing.submit(session, attempt)
    at = attempt.submitted_at
    with later(hours=2):
        assert phase(attempt, settled=False, now=at) == "right_after"
    assert phase(attempt, settled=True, now=at) == "after_passing"
    assert USUAL["right_after"] == USUAL["later"] == {"clauses"}
    assert USUAL["after_passing"] == EVERYTHING
    assert not USUAL["during"]


def test_after_a_failure_only_the_clauses_are_shown_and_all_once_the_attempts_are_used_up(
    session, make, people, client_for
):
    quiz = make.quiz()
    attempt = make.attempt(people.alice, quiz)
    make.answer(attempt, **CROSSING)
    closing.submit(session, attempt)
    session.commit()
    page = client_for(people.alice).get(f"/attempts/{attempt.id}").text
    assert "Reread these clauses" in page
    assert "Question by question" not in page
    assert "Stem of" not in page
    for number in (1, 2):
        with later(hours=49 * number):
            again = attempts.start(session, people.alice.id, quiz.slug)
            make.answer(again, **CROSSING)
            closing.submit(session, again)
    session.commit()
    page = client_for(people.alice).get(f"/attempts/{attempt.id}").text
    assert "Question by question" in page
    assert "SECRET-EXPLANATION" in page
