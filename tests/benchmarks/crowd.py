"""A crowd for the deadline day: people who have done all lessons, each signed in: `python -m tests.benchmarks.crowd N`.

Prints the cookies of their browsers, one a line.
"""

import hashlib
import secrets
import sys
from datetime import timedelta

from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import func, insert, select

from courses import catalog
from courses.enrollment_models import Enrollment, LessonCompletion
from lms import create_app
from lms.base import clock
from lms.people.models import Person, SignIn

AT_ONCE = 500


def add(count: int) -> None:
    app = create_app()
    writer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert writer
    now = clock.now()
    with app.app_context(), app.extensions["database"].transaction() as session:
        course = catalog.get(session, "principles")
        first = (session.scalar(select(func.max(Person.id))) or 0) + 1
        for start in range(0, count, AT_ONCE):
            ids = range(first + start, first + min(count, start + AT_ONCE))
            tokens = {id: secrets.token_urlsafe(32) for id in ids}
            session.execute(
                insert(Person),
                [{"id": id, "email": f"crowd{id}@acme.example", "given_name": f"Crowd {id}"} for id in ids],
            )
            session.execute(
                insert(Enrollment),
                [
                    {
                        "person_id": id,
                        "course_id": course.id,
                        "version_id": course.version_id,
                        "enrolled_at": now,
                        "started_at": now,
                        "last_lesson": course.needed[-1].slug,
                    }
                    for id in ids
                ],
            )
            enrolled = session.execute(select(Enrollment.id).where(Enrollment.person_id.in_(ids))).scalars().all()
            session.execute(
                insert(LessonCompletion),
                [
                    {"enrollment_id": id, "lesson": one.slug, "version_id": course.version_id, "completed_at": now}
                    for id in enrolled
                    for one in course.needed
                ],
            )
            session.execute(
                insert(SignIn),
                [
                    {
                        "token_hash": hashlib.sha256(token.encode()).hexdigest(),
                        "person_id": id,
                        "started_at": now,
                        "ends_at": now + timedelta(hours=12),
                        "browser": "the crowd",
                    }
                    for id, token in tokens.items()
                ],
            )
            for token in tokens.values():
                print(writer.dumps({"_user_id": token, "_fresh": True}))


if __name__ == "__main__":
    add(int(sys.argv[1]))
