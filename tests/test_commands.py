"""The command `lms`, as somebody types it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import and_, func, select

from certificates.handles.models import HandleClaim
from certificates.models import Authorization
from certificates.permissions.models import Hold, SpeakerPair
from courses.enrollment_models import Enrollment, LessonCompletion
from courses.exercises.models import CoachAnswer, ExerciseEntry
from courses.models import CourseVersion
from courses.sessions.models import LiveSession, Seat
from lms.base import clock
from lms.base.db import Database
from lms.people import passwords
from lms.people.models import Person, PersonRole
from lms.reports.compliance.models import Snapshot
from lms.reports.counters import rebuilding
from lms.reports.counters.models import TeamPast
from quizzes.marking.models import Appeal

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def lms(tmp_path, database_kind, request):
    """Runs the command on an empty database; `lms.database` looks into it."""
    if database_kind == "sqlite":
        url = f"sqlite:///{tmp_path / 'fresh.sqlite'}"
    else:
        server = request.getfixturevalue("postgresql_server")
        name = f"commands_{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**8}"
        server.execute(f"CREATE DATABASE {name}")
        url = server.url(name)
    yield from running(url, tmp_path)


@pytest.fixture
def lms_with_tables(database_url, tmp_path):
    """Runs the command on a database that has its tables, as migrations make them, and no rows."""
    yield from running(database_url, tmp_path)


def running(url, tmp_path):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    environment = clean | {"LMS_INSTANCE": str(tmp_path / "instance"), "LMS_DATABASE_URL": url}

    def run(*words: str, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lms", *words],
            cwd=ROOT,
            env=environment | more,
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    run.database = Database(url, {})
    yield run
    run.database.close()


def test_from_nothing_to_a_demo_company_twice(lms):
    first = lms("init")
    assert first.returncode == 0, first.stderr
    assert "course principles: added" in first.stdout
    assert "unchanged" in lms("init").stdout
    demo = lms("demo")
    assert demo.returncode == 0, demo.stderr
    with lms.database.reading() as session:
        people = session.scalar(select(func.count()).select_from(Person))
        assert alice_is_in_the_first_course_alone(session)
        assert quiet(session) == []
        assert session.scalar(select(func.count(Enrollment.course_id.distinct()))) >= 16
        assert set(session.scalars(select(Authorization.status))) == {"active", "requested", "revoked", "suspended"}
        assert rebuilding.verify(session) == []
    assert "is there already" in lms("demo").stdout
    assert "is there already" in lms("demo", "--if-empty").stdout
    nightly = lms("nightly")
    assert nightly.returncode == 0, nightly.stderr
    assert lms("nightly").stdout.count(": 0") >= 3
    with lms.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == people
        assert session.scalars(select(Hold.cause)).all() == ["investigation"], "no rule has anything to put right"
    checked = lms("check")
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count("ok  ") == 7


def alice_is_in_the_first_course_alone(session):
    alice = select(Person.id).where(Person.email == "alice@acme.example").scalar_subquery()
    (own,) = session.scalars(select(Enrollment).where(Enrollment.person_id == alice)).all()
    done = select(func.count()).select_from(LessonCompletion).where(LessonCompletion.enrollment_id == own.id)
    return own.due_on and session.scalar(done) == 3


def quiet(session):
    """What of the programme is missing: nothing of these is, in a company where people are at it."""
    late = and_(Enrollment.completed_at.is_(None), Enrollment.due_on < clock.today())
    there = {
        "weeks of teams": select(TeamPast.on_day).distinct(),
        "ends of months": select(Snapshot.id),
        "an executive and her writer": select(SpeakerPair.id),
        "an account to look at": select(HandleClaim.id).where(HandleClaim.state == "open"),
        "seats in a workshop to come": select(Seat.id)
        .join(LiveSession)
        .where(Seat.state == "booked", LiveSession.starts_at > clock.now()),
        "an appeal": select(Appeal.id).where(Appeal.decided_at.is_(None)),
        "a reflection to read": select(ExerciseEntry.id)
        .outerjoin(CoachAnswer)
        .where(ExerciseEntry.words.contains("customers ask twice"), CoachAnswer.id.is_(None)),
        "a draft in review": select(CourseVersion.id).where(CourseVersion.in_review_at.is_not(None)),
        "somebody late": select(Enrollment.id).where(late),
    }
    least = {"weeks of teams": 20, "ends of months": 10, "seats in a workshop to come": 5, "somebody late": 4}
    return [what for what, rows in there.items() if len(session.execute(rows).all()) < least.get(what, 1)]


def test_the_demo_refuses_a_database_with_other_people(lms_with_tables):
    lms = lms_with_tables
    assert lms("people", "add", "ann@example.com", "--name", "Ann Onymous").returncode == 0
    refused = lms("demo")
    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: There are people in this database already")
    assert lms("demo", "--if-empty").returncode == 0


def test_the_first_administrator_is_added_by_hand(lms_with_tables):
    lms = lms_with_tables
    words = ("people", "add", "Root@Example.com", "--name", "Rosa Root", "--role", "administrator", "--password-stdin")
    added = lms(*words, typed="correct horse battery\n")
    assert added.returncode == 0, added.stderr
    with lms.database.reading() as session:
        person = session.scalars(select(Person)).one()
        assert (person.email, person.name) == ("root@example.com", "Rosa Root")
        assert passwords.matches(person.password_hash, "correct horse battery")
        assert session.scalars(select(PersonRole.role)).all() == ["administrator"]
    again = lms(*words, typed="correct horse battery\n")
    assert (again.returncode, again.stderr) == (1, "Error: root@example.com is somebody’s address already.\n")


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("words", "more", "code", "sentence"),
    [
        (("people", "add", "a@example.com", "--name", "A", "--role", "king"), {}, 2, "Invalid value"),
        (("people", "add", "nobody", "--name", "No Body"), {}, 1, "is not a mail address"),
        (("people", "add", "a@example.com", "--name", "A", "--password-stdin"), {}, 1, "needs at least 10"),
        (("serve", "--port", "99999999"), {}, 2, "Invalid value"),
        (("init",), {"LMS_COLOUR": "blue"}, 1, "LMS_COLOUR is not a setting"),
        (("init",), {"LMS_PORT": "many"}, 1, "must be a whole number"),
        (("serve", "--host", "0.0.0.0"), {"LMS_DEMO": "1"}, 1, "works on 127.0.0.1 only"),
        (("check",), {"LMS_SMTP_URL": "smtp://127.0.0.1:1"}, 1, ""),
    ],
)
def test_a_mistake_gets_a_sentence_and_never_a_traceback(lms_with_tables, words, more, code, sentence):
    answer = lms_with_tables(*words, typed="short\n", **more)
    assert answer.returncode == code, answer.stderr
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr + answer.stdout


@pytest.mark.sqlite_only
def test_a_database_that_was_not_prepared_is_said_in_a_sentence(lms):
    answer = lms("demo")
    assert answer.returncode == 1
    assert "Has lms init been run?" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.sqlite_only
@pytest.mark.parametrize("words", [(), ("init",), ("demo",), ("serve",), ("worker",), ("nightly",), ("people", "add")])
def test_every_command_has_help(lms, words):
    answer = lms(*words, "--help")
    assert answer.returncode == 0
    assert "Usage:" in answer.stdout
