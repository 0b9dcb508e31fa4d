"""Loading everything that is shipped, in the order in which one thing cites another."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from certificates import ladder
from courses.files import loading as courses
from lms.base import schema
from lms.base.files import FileStore
from lms.guidelines import loading as guidelines
from quizzes import bank


def load_shipped(session: Session, files: FileStore) -> Iterator[tuple[str, str]]:
    """Load guidelines, courses, quizzes and levels; yields what each is and whether it was added or unchanged.

    Raises `ContentError` at the first thing that is wrong; the transaction around it then undoes the rest.
    """
    schema.take_turns(session)
    for folder in sorted(guidelines.CONTENT.iterdir()):
        yield f"guideline {folder.name}", guidelines.load(session, folder)
    for folder in sorted(courses.CONTENT.iterdir()):
        yield f"course {folder.name}", courses.load(session, files, folder)
    for folder in sorted(bank.CONTENT.iterdir()):
        yield f"quiz {folder.name}", bank.load(session, folder)
    yield "levels", ladder.load(session, ladder.CONTENT)
