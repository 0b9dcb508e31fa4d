"""The shipped courses and quizzes as they are written, read with the loaders of the product."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from courses.files import loading as courses
from courses.files.pages import Pages
from courses.files.reading import Rules, read
from courses.files.written import WrittenCourse
from lms.base.content import CONTENT_LANGUAGES
from lms.base.files import FileStore
from lms.guidelines import catalog as guidelines
from lms.guidelines import loading as guideline_files
from quizzes import bank, files
from quizzes.written import WrittenQuiz


@dataclass(frozen=True)
class Taught:
    """A course and the quiz that closes it."""

    folder: Path
    course: WrittenCourse
    quiz: WrittenQuiz


def slugs() -> list[str]:
    """The shipped courses, by the names of their folders."""
    return sorted(folder.name for folder in courses.CONTENT.iterdir() if folder.is_dir())


def clauses() -> frozenset[str]:
    """The codes of the clauses that every course can cite."""
    folders = (guideline_files.version_in(folder) for folder in sorted(guideline_files.CONTENT.iterdir()))
    return frozenset(clause.code for version in folders for clause in version.clauses)


def taught(session: Session, slug: str) -> Taught:
    """A course with its quiz. Raises `ContentError` with all that a loader refuses."""
    folder = courses.CONTENT / slug
    known = clauses()
    with tempfile.TemporaryDirectory() as passing:
        pages = Pages(session, FileStore(Path(passing)), folder, known)
        course = read(folder, Rules(known, None, CONTENT_LANGUAGES, proofread=True), pages)
    return Taught(folder, course, files.read(bank.CONTENT / slug))


def guideline_codes(session: Session) -> Iterable[str]:
    """The clauses of the guideline that is live."""
    return [clause.code for clause in guidelines.live(session).clauses]
