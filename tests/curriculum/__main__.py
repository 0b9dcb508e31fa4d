"""`python -m tests.curriculum [course …]`: what breaks a rule in the shipped courses."""

import sys
import tempfile
from pathlib import Path

from lms.base.content import ContentError
from lms.base.db import Database
from tests.conftest import prepare
from tests.curriculum import lessons, questions, shelf, spelling


def main(wanted: list[str]) -> int:
    """Print what is wrong with the courses named, or with all; returns how many are not good yet."""
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'passing.sqlite'}"
        prepare(url)
        with Database(url, {}).session(writes=True) as session:
            for slug in wanted or shelf.slugs():
                try:
                    one = shelf.taught(session, slug)
                    found = [*lessons.faults(one), *questions.faults(one), *spelling.faults(one)]
                    minutes = sum(lesson.minutes for lesson in one.course.lessons if not lesson.optional)
                    print(f"{slug}: {minutes} minutes, {len(one.quiz.questions)} questions, {len(found)} faults")
                except ContentError as error:
                    found = [str(error)]
                    print(f"{slug}: cannot be loaded")
                for fault in found:
                    print(f"  {fault}")
                bad += bool(found)
    return bad


if __name__ == "__main__":
    sys.exit(min(1, main(sys.argv[1:])))
