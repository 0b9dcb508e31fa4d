"""Learning paths: how they are made, walked and loaded."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from courses import progress
from courses.paths import editing, loading, reading, trail
from courses.paths.editing import Words
from courses.paths.models import PathStep
from lms.base.audit import AuditEntry
from lms.base.content import ContentError
from lms.base.errors import Conflict, NotFound

FILE = """
[[path]]
slug = "staff"
tier = "staff"
title = { en = "For staff", nl = "Voor iedereen" }
summary = { en = "Begin here.", nl = "Begin hier." }
[[path.step]]
course = "one"
[[path.step]]
course = "two"
optional = true
"""


def words(title: str = "For staff", tier: str | None = "staff") -> Words:
    return Words({"en": title, "nl": "", "fr": ""}, {"en": "Begin here."}, tier)


@pytest.fixture
def dana(make):
    return make.person("Dana", "Smit", roles=("author",))


@pytest.fixture
def courses(make):
    one = make.course("one", title="One")
    return [one, make.course("two", title="Two", prerequisites=[one]), make.course("three", title="Three")]


@pytest.fixture
def path(session, dana, courses):
    """A path with all three courses, in their order."""
    made = editing.create(session, words(), dana.id)
    for course in courses:
        editing.add(session, made.slug, course.slug, dana.id)
    return made


def order(session, slug: str) -> list[str]:
    return [step.course for step in reading.get(session, slug).steps]


def test_a_path_gets_an_address_of_its_own(session, dana):
    made = [editing.create(session, words(title), dana.id).slug for title in ("New", "For staff", "For staff", "漢字")]
    assert made == ["new-2", "for-staff", "for-staff-2", "path"]


def test_courses_are_put_in_order(session, path, dana):
    assert order(session, path.slug) == ["one", "two", "three"]
    assert editing.move(session, path.slug, "three", -1, dana.id) == 2
    assert order(session, path.slug) == ["one", "three", "two"]
    assert editing.move(session, path.slug, "one", -1, dana.id) == 1
    assert editing.move(session, path.slug, "one", 9, dana.id) == 3
    editing.remove(session, path.slug, "two", dana.id)
    assert order(session, path.slug) == ["three", "one"]
    assert session.scalars(select(PathStep.position).order_by(PathStep.position)).all() == [1, 2]


def test_a_course_is_on_a_path_once_and_only_if_it_is_in_use(session, make, path, dana):
    with pytest.raises(Conflict, match="already"):
        editing.add(session, path.slug, "one", dana.id)
    make.course("old", retired_at=path.retired_at or func.now())
    with pytest.raises(Conflict, match="retired"):
        editing.add(session, path.slug, "old", dana.id)
    for deed in (editing.add, editing.remove):
        with pytest.raises(NotFound):
            deed(session, path.slug, "nothing", dana.id)
    with pytest.raises(NotFound):
        editing.add(session, "nothing", "one", dana.id)


def test_what_is_done_to_a_path_is_written_down(session, path, dana):
    editing.retire(session, path.slug, dana.id)
    editing.retire(session, path.slug, dana.id)
    editing.bring_back(session, path.slug, dana.id)
    session.flush()
    deeds = session.scalars(select(AuditEntry.deed).where(AuditEntry.subject == f"path:{path.id}")).all()
    assert deeds.count("retired a learning path") == 1
    assert deeds[0] == "made a learning path"
    assert deeds[-1] == "brought back a learning path"


def test_people_are_on_the_paths_of_their_tier_and_of_everybody(session, dana):
    for title, tier in (("All", None), ("Staff", "staff"), ("Bosses", "manager")):
        editing.create(session, words(title, tier), dana.id)
    editing.retire(session, editing.create(session, words("Old", "staff"), dana.id).slug, dana.id)
    assert [one.slug for one in reading.of_tier(session, "staff")] == ["staff", "all"]
    assert [one.slug for one in reading.of_tier(session, "executive")] == ["all"]
    assert [one.slug for one in reading.everything(session)] == ["all", "staff", "bosses", "old"]


@pytest.mark.parametrize("count", [1, 30])
def test_reading_paths_takes_three_statements(session, dana, courses, statements, count):
    for _ in range(count):
        slug = editing.create(session, words(), dana.id).slug
        editing.add(session, slug, "one", dana.id)
    session.flush()
    statements.clear()
    assert len(reading.of_tier(session, "staff")) == count
    assert len(statements) == 3


def states(session, person, path) -> list[str]:
    walked = trail.follow(reading.get(session, path.slug), progress.overview(session, person.id))
    return [step.state for step in walked.steps]


def test_a_trail_says_what_is_next_and_what_opens_later(session, make, path, courses, dana):
    alice = make.person()
    assert states(session, alice, path) == ["next", "locked", "later"]
    editing.set_optional(session, path.slug, "three", True, dana.id)
    assert states(session, alice, path) == ["next", "locked", "optional"]
    make.enrollment(alice, courses[0], completed=True)
    session.expire_all()
    assert states(session, alice, path) == ["done", "next", "optional"]
    make.enrollment(alice, courses[1], completed=True)
    walked = trail.follow(reading.get(session, path.slug), progress.overview(session, alice.id))
    assert (walked.done, walked.wanted, walked.next) == (2, 2, None)


def test_a_course_that_is_not_live_is_left_out_of_a_trail(session, make, path, courses):
    courses[0].retired_at = courses[0].retired_at or make.live(courses[0]).published_at
    session.flush()
    assert states(session, make.person(), path) == ["next", "later"]


@pytest.mark.parametrize(
    ("order_", "requirements", "found"),
    [
        (["a", "b"], {"b": ["a"]}, []),
        (["b", "a"], {"b": ["a"]}, [("b", "a", False)]),
        (["b"], {"b": ["a", "c"]}, [("b", "a", True), ("b", "c", True)]),
        ([], {"b": ["a"]}, []),
    ],
)
def test_an_order_that_cannot_be_walked_is_named(order_, requirements, found):
    assert [(one.course, one.required, one.absent) for one in trail.conflicts(order_, requirements)] == found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "paths.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_shipped_paths_are_loaded_once_and_follow_their_file(session, courses, file):
    assert [loading.load(session, file) for _ in range(2)] == ["added", "unchanged"]
    assert [(step.course, step.optional) for step in reading.get(session, "staff").steps] == [
        ("one", False),
        ("two", True),
    ]
    file.write_text(FILE.replace("optional = true", "").replace("Begin here", "Start here"), encoding="utf-8")
    assert [loading.load(session, file) for _ in range(2)] == ["updated", "unchanged"]
    assert reading.get(session, "staff").summaries["en"] == "Start here."


def test_a_shipped_path_that_authors_changed_stays_as_they_made_it(session, courses, file, dana):
    loading.load(session, file)
    editing.move(session, "staff", "two", -1, dana.id)
    file.write_text(FILE.replace("Begin here", "Start here"), encoding="utf-8")
    assert loading.load(session, file) == "unchanged"
    assert order(session, "staff") == ["two", "one"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('course = "two"', 'course = "six"', "'six' does not exist"),
        ('tier = "staff"', 'tier = "clan"', "must be one of"),
        ('slug = "staff"', 'slug = "A b"', "small letters"),
        ("nl = ", "fr = ", "no text in 'nl'"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(session, courses, file, old, new, sentence):
    file.write_text(FILE.replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError, match=sentence):
        loading.load(session, file)


def test_an_author_makes_a_path_in_the_studio(session, courses, client_for, dana, people):
    client = client_for(dana)
    assert "There is no path yet" in client.get("/studio/paths/").text
    made = client.submit("/studio/paths/new", {"title_en": "All & <b>", "summary_en": "Why.", "tier": ""}).location
    assert made == "/studio/paths/all-b"
    client.submit(f"{made}/steps", {"course": "two"})
    client.submit(f"{made}/steps", {"course": "one", "optional": "yes"})
    page = client.get(made).text
    assert "“Two” opens after “One”, which comes later." in page
    after = client.submit(f"{made}/steps/one/move", {"way": "up"}).location
    page = client.get(after).text
    assert "“One” is now course 1 of 2." in page
    assert "comes later" not in page
    client.submit(f"{made}/steps/one/optional", {"optional": "no"})
    client.submit(made, {"title_en": "All of us", "title_nl": "Wij", "tier": "staff", "summary_en": ""})
    learner = client_for(people.alice)
    page = learner.get("/courses/").text
    assert page.index("Your path") < page.index("All of us") < page.index("Two in short")
    assert "0 of 2 courses done" in learner.get("/paths/all-b").text
    client.submit(f"{made}/steps/two/remove")
    client.submit(f"{made}/retire")
    assert learner.get("/paths/all-b").status_code == 404
    assert "All of us" not in learner.get("/courses/").text
    assert "Learners do not see it." in client.get(made).text
    client.submit(f"{made}/bring-back")
    assert learner.get("/paths/all-b").status_code == 200


def test_a_path_without_a_name_is_refused_with_what_was_typed(courses, client_for, dana):
    client = client_for(dana)
    answer = client.submit("/studio/paths/new", {"title_en": " ", "summary_en": "My words.", "tier": "staff"})
    assert answer.status_code == 422
    assert "Give the path a title in English." in answer.text
    assert "My words." in answer.text
    assert client.submit("/studio/paths/new", {"title_en": "A", "tier": "clan"}).status_code == 422
    made = client.submit("/studio/paths/new", {"title_en": "A", "tier": "staff"}).location
    assert client.submit(made, {"title_en": "x" * 121, "tier": "staff"}).status_code == 422
    assert client.submit(f"{made}/steps", {}).status_code == 409
    assert client.submit(f"{made}/steps/one/move", {"way": "up"}).status_code == 404


def test_learners_make_no_paths(courses, client_for, people):
    client = client_for(people.alice)
    assert client.get("/studio/paths/").status_code == 403
    assert client.submit("/studio/paths/new", {"title_en": "A", "tier": ""}).status_code == 403
