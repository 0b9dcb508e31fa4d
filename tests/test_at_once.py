"""The same done twice at the same moment: a doubled click, two windows, two programs that start."""

import threading
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses import enrollment
from courses.enrollment_models import Enrollment
from lms import content
from lms.base.db import Database
from lms.base.files import FileStore
from lms.guidelines import attestations
from lms.guidelines.models import Attestation, GuidelineVersion
from lms.people import signin
from lms.people.models import SignInFailures
from tests.make import Make, People

TIMES = 4


def at_once(database: Database, deed: Callable[[Session], object]) -> list[Exception]:
    """Do something several times at once, each in its own transaction; returns what went wrong."""
    barrier, failures = threading.Barrier(TIMES), list[Exception]()

    def run() -> None:
        barrier.wait()
        try:
            with database.transaction(patience=content.PATIENCE) as session:
                deed(session)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(TIMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_guideline_is_accepted_once(database: Database, session: Session, make: Make, people: People) -> None:
    person_id, version_id = people.alice.id, make.guideline().id
    session.commit()
    assert not at_once(database, lambda own: attestations.accept(own, person_id, version_id, "en"))
    assert count(session, Attestation) == 1


def test_somebody_is_enrolled_once(database: Database, session: Session, make: Make, people: People) -> None:
    person_id, course_id = people.alice.id, make.course().id
    session.commit()
    assert not at_once(database, lambda own: enrollment.enroll(own, person_id, course_id))
    assert count(session, Enrollment) == 1


def test_every_failed_sign_in_is_counted(database: Database, session: Session, make: Make) -> None:
    session.commit()
    assert not at_once(database, lambda own: signin.check_password(own, "no@one.example", "not the one", "network"))
    assert session.scalars(select(SignInFailures.count)).all() == [TIMES, TIMES]


def test_content_is_loaded_once(database: Database, session: Session, tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    assert not at_once(database, lambda own: list(content.load_shipped(own, files)))
    assert count(session, GuidelineVersion) == 1
