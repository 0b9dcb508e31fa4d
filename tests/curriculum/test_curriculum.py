"""The shipped courses are as good as they were when they were written."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from lms.base.db import Database
from tests.conftest import prepare
from tests.curriculum import lessons, questions, shelf, spelling
from tests.curriculum.shelf import Taught
from tests.curriculum.table import table

TABLE = Path(__file__).parents[2] / "docs" / "curriculum.md"
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


def test_the_table_of_the_courses_says_what_they_are(every: dict[str, Taught]) -> None:
    assert table(every.values()) in TABLE.read_text(encoding="utf-8")


STEMS = {
    "an order number in the open": ("helping-customers", "your-order-my-timeline"),
    "a great quarter": ("confidential-and-compliant", "great-quarter-in-sales"),
    "a wrong figure on a blog": ("blogging-and-commenting", "blogger-and-the-wrong-number"),
    "a true criticism": ("blogging-and-commenting", "she-is-right"),
    "satire": ("triage-and-service-levels", "the-yacht-again"),
    "best ever, with the employer in the profile": ("confidential-and-compliant", "best-dryer-ever"),
    "layoffs at a party": ("confidential-and-compliant", "layoffs-at-a-party"),
    "a journalist in private": ("confidential-and-compliant", "a-friendly-reporter"),
    "pay on a public page": ("watching-within-the-law", "two-at-midnight"),
    "an angry customer and an ambassador": ("helping-customers", "just-put-it-on-the-truck"),
    "a volcano": ("crisis-volunteer", "volcano-and-twenty-posts"),
    "a certificate that ended yesterday": ("refresher", "the-day-after"),
}


@pytest.mark.parametrize("stem", STEMS)
def test_every_case_of_the_plan_can_be_lived_through(stem: str, every: dict[str, Taught]) -> None:
    slug, key = STEMS[stem]
    case = next(question for question in every[slug].quiz.questions if question.key == key)
    assert case.kind == "thread"
    assert len(case.steps) >= 4
