"""Learners who have done all lessons and have the quiz before them: `python -m tests.benchmarks.learners N`."""

import sys

from courses import catalog, progress
from lms import create_app
from lms.base.settings import demo_password
from lms.people import passwords
from lms.people.models import Person


def add(count: int) -> None:
    app = create_app()
    with app.app_context(), app.extensions["database"].transaction() as session:
        secret = passwords.hashed(demo_password(app.extensions["settings"]))
        course = catalog.get(session, "principles")
        for number in range(count):
            person = Person(
                email=f"learner{number}@acme.example",
                given_name="Learner",
                family_name=str(number),
                password_hash=secret,
            )
            session.add(person)
            session.flush()
            for lesson in course.needed:
                progress.complete_lesson(session, person.id, course, lesson.slug)


if __name__ == "__main__":
    add(int(sys.argv[1]))
