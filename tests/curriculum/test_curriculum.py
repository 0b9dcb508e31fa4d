"""The shipped courses are as good as they were when they were written."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from lms.base.db import Database
from tests.conftest import prepare
from tests.curriculum import lessons, questions, shelf, spelling
from tests.curriculum.shelf import Taught

pytestmark = pytest.mark.sqlite_only
SLUGS = shelf.slugs()


@pytest.fixture(scope="module")
def passing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    url = f"sqlite:///{tmp_path_factory.mktemp('curriculum') / 'passing.sqlite'}"
    prepare(url)
    database = Database(url, {})
    with database.session(writes=True) as session:
        yield session
    database.close()


@pytest.fixture(scope="module")
def every(passing: Session) -> dict[str, Taught]:
    return {slug: shelf.taught(passing, slug) for slug in SLUGS}


@pytest.mark.parametrize("slug", SLUGS)
def test_lessons_are_complete_truthful_about_time_and_plain_in_both_languages(
    slug: str, every: dict[str, Taught]
) -> None:
    assert lessons.faults(every[slug]) == []


@pytest.mark.parametrize("slug", SLUGS)
def test_questions_are_explained_and_cannot_be_answered_by_length_or_place(slug: str, every: dict[str, Taught]) -> None:
    assert questions.faults(every[slug]) == []


@pytest.mark.parametrize("slug", SLUGS)
def test_every_word_is_spelled_as_in_a_dictionary(slug: str, every: dict[str, Taught]) -> None:
    assert spelling.faults(every[slug]) == []


def test_every_clause_of_the_guideline_is_taught_and_asked(every: dict[str, Taught]) -> None:
    taught = {clause for one in every.values() for lesson in one.course.lessons for clause in lesson.clauses}
    asked = {clause for one in every.values() for question in one.quiz.questions for clause in question.clauses}
    assert shelf.clauses() - taught == frozenset()
    assert shelf.clauses() - asked == frozenset()
