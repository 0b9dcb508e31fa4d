"""Changing the outline of a course, and taking changes back."""

from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.authoring import arrangement, comparison, drafts, publishing, steps, structure
from courses.authoring.arrangement import Order
from courses.authoring.models import DraftStep, VersionAuthor
from courses.models import Course, CourseVersion, Lesson, LessonFile, LessonItem, LessonText, LessonTopic, Module
from lms.base.db import Database
from lms.base.errors import Conflict, NotFound
from lms.people.models import Person
from tests.make import Make
from tests.test_at_once import at_once

ORDER = Order((("a", ("one", "two")), ("b", ("three",)), ("c", ())))
_numbers = count(1)


@pytest.fixture
def dana(make: Make) -> Person:
    return make.person("Dana", "Smit", roles=("author",))


@pytest.fixture
def course(make: Make) -> Course:
    return make.course("principles")


def draft_of(session: Session, course: Course) -> CourseVersion:
    found = drafts.edition(session, course.id, "draft")
    assert found
    return found


def order_of(session: Session, course: Course) -> list[tuple[str, list[str]]]:
    order = arrangement.read(session, draft_of(session, course).id)
    return [(key, list(slugs)) for key, slugs in order.modules]


def positions(session: Session, course: Course) -> list[int]:
    draft = draft_of(session, course)
    rows = select(Lesson.position).join(Module, Module.id == Lesson.module_id)
    return list(session.scalars(rows.where(Lesson.version_id == draft.id).order_by(Module.position, Lesson.position)))


def newest(session: Session, course: Course) -> int:
    return next(step.id for step in steps.latest(session, draft_of(session, course).id) if step.newest)


@pytest.mark.parametrize(
    ("slug", "way", "expected"),
    [
        ("two", "up", [["two", "one"], ["three"], []]),
        ("one", "up", [["one", "two"], ["three"], []]),
        ("one", "down", [["two", "one"], ["three"], []]),
        ("two", "down", [["one"], ["two", "three"], []]),
        ("three", "up", [["one", "two", "three"], [], []]),
        ("three", "down", [["one", "two"], [], ["three"]]),
    ],
)
def test_a_lesson_goes_one_place_up_or_down_and_over_the_edge_of_its_module(
    slug: str, way: arrangement.Way, expected: list[list[str]]
) -> None:
    assert [list(slugs) for _, slugs in ORDER.lesson_nudged(slug, way).modules] == expected


@pytest.mark.parametrize(
    ("key", "way", "expected"),
    [("a", "up", "abc"), ("a", "down", "bac"), ("b", "down", "acb"), ("c", "up", "acb"), ("c", "down", "abc")],
)
def test_a_module_goes_one_place_up_or_down(key: str, way: arrangement.Way, expected: str) -> None:
    assert "".join(ORDER.module_nudged(key, way).module_keys()) == expected


def test_moving_beside_what_is_not_there_is_a_conflict() -> None:
    for deed in (
        lambda: ORDER.with_lesson("one", "b", "two"),
        lambda: ORDER.with_lesson("one", "x"),
        lambda: ORDER.lesson_nudged("x", "up"),
        lambda: ORDER.with_module("a", "x"),
        lambda: ORDER.module_nudged("x", "up"),
    ):
        with pytest.raises(Conflict):
            deed()


def full(session: Session, course: Course) -> frozenset[tuple[str, ...]]:
    """All that a draft holds, for comparing: structure and texts."""
    draft = draft_of(session, course)
    texts = {
        ("text", text.slug, text.language, text.variant, text.title, text.html)
        for text in comparison.texts(session, draft.id)
    }
    return comparison.shapes(session, draft.id)[draft.id] | texts


DEEDS: dict[str, Callable[[Session, int, int], object]] = {
    "add a module": lambda s, c, p: structure.add_module(s, c, p, {"en": ("Next", "You can")}),
    "add a lesson": lambda s, c, p: structure.add_lesson(s, c, p, "first", "New words", "nl"),
    "rename a module": lambda s, c, p: structure.rename_module(s, c, p, "first", {"en": ("First", "")}),
    "rename a lesson": lambda s, c, p: structure.rename_lesson(s, c, p, "lesson-1", "Better", "en"),
    "copy a lesson": lambda s, c, p: structure.copy_lesson(s, c, p, "lesson-2"),
    "copy a module": lambda s, c, p: structure.copy_module(s, c, p, "first"),
    "remove a lesson": lambda s, c, p: structure.remove_lesson(s, c, p, "lesson-2"),
    "remove a module": lambda s, c, p: structure.remove_module(s, c, p, "first"),
    "move a lesson": lambda s, c, p: structure.move_lesson(s, c, p, "lesson-1", "first"),
    "nudge a lesson": lambda s, c, p: structure.nudge_lesson(s, c, p, "lesson-3", "up"),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_each_deed_opens_the_draft_is_remembered_and_can_be_undone(
    session: Session, make: Make, course: Course, dana: Person, deed: str
) -> None:
    _decorate(session, make, make.live(course))
    live = make.live(course)
    DEEDS[deed](session, course.id, dana.id)
    draft = draft_of(session, course)
    assert draft.id != live.id
    assert session.get(VersionAuthor, (draft.id, dana.id))
    assert positions(session, course) == list(range(1, len(positions(session, course)) + 1))
    assert comparison.shapes(session, live.id)[live.id] != full(session, course)
    [step] = steps.latest(session, draft.id)
    assert (step.by, step.newest) == ("Dana Smit", True)
    steps.undo(session, course.id, step.id, dana.id)
    assert drafts.same(session, comparison.texts(session, draft.id, live.id), draft.id, live.id)
    assert steps.latest(session, draft.id) == []
    with pytest.raises(Conflict, match="undone already"):
        steps.undo(session, course.id, step.id, dana.id)


def _decorate(session: Session, make: Make, live: CourseVersion) -> None:
    """Make the second lesson of a live version one with everything: as if it had been published so."""
    draft = make.course_version(session.get_one(Course, live.course_id), number=live.number + 1)
    row = session.scalars(select(Lesson).where(Lesson.version_id == draft.id, Lesson.slug == "lesson-2")).one()
    row.kind, row.exercise, row.entries_wanted, row.minutes = "exercise", "log", 4, 9
    own = {"lesson_id": row.id, "version_id": draft.id}
    session.add_all(
        [
            LessonTopic(**own, topic="crisis"),
            LessonFile(**own, language="en", role="video", address="/media/a/b.mp4", label="Film", seconds=30),
            LessonItem(**own, language="en", position=1, words="Say who you are"),
            LessonItem(**own, language="en", position=2, words="Be kind"),
        ]
    )
    text = session.get_one(LessonText, (row.id, "en", ""))
    words = {"title": "For managers", "html": "<p>Lead.</p>", "policy": 1, "saved_at": text.saved_at}
    session.add(LessonText(**own, language="en", variant="tier:manager", **words))
    session.flush()
    make.publish(draft)


def test_a_copy_of_a_lesson_has_all_it_had(session: Session, make: Make, course: Course, dana: Person) -> None:
    _decorate(session, make, make.live(course))
    slug = structure.copy_lesson(session, course.id, dana.id, "lesson-2")
    assert order_of(session, course) == [("first", ["lesson-1", "lesson-2", "lesson-2-2", "lesson-3"])]
    assert slug == "lesson-2-2"
    lines = full(session, course)
    original = {line for line in lines if any(part.split("/")[0] == "lesson-2" for part in line)}
    copied = {line for line in lines if any(part.split("/")[0] == "lesson-2-2" for part in line)}
    assert len(original) == len(copied) == 9
    titles = {line[4] for line in copied if line[0] == "text"}
    assert titles == {"Lesson 2 (copy)", "Les 2 (kopie)", "For managers (copy)"}


def test_a_removed_lesson_comes_back_with_all_it_had(
    session: Session, make: Make, course: Course, dana: Person
) -> None:
    _decorate(session, make, make.live(course))
    draft = drafts.open_draft(session, course.id, dana.id)
    before = full(session, course)
    structure.remove_module(session, course.id, dana.id, "first")
    assert order_of(session, course) == []
    steps.undo(session, course.id, newest(session, course), dana.id)
    assert full(session, course) == before
    text = session.scalars(select(LessonText).where(LessonText.version_id == draft.id).limit(1)).one()
    assert text.saved_at.tzinfo is not None


def test_moving_to_where_it_stands_opens_no_draft(session: Session, make: Make, course: Course, dana: Person) -> None:
    structure.nudge_lesson(session, course.id, dana.id, "lesson-1", "up")
    structure.move_lesson(session, course.id, dana.id, "lesson-3", "first")
    structure.move_lesson(session, course.id, dana.id, "lesson-2", "first", "lesson-2")
    structure.nudge_module(session, course.id, dana.id, "first", "down")
    structure.rename_lesson(session, course.id, dana.id, "lesson-1", " Lesson  1 ", "en")
    structure.rename_module(
        session,
        course.id,
        dana.id,
        "first",
        {
            "nl": ("Principles (nl)", "You can say who you are."),
            "en": ("Principles", "You can say who you are."),
        },
    )
    assert drafts.edition(session, course.id, "draft") is None


def test_what_is_not_there_is_named(session: Session, course: Course, dana: Person) -> None:
    for deed in (
        lambda: structure.remove_lesson(session, course.id, dana.id, "x"),
        lambda: structure.add_lesson(session, course.id, dana.id, "x", "Title", "en"),
        lambda: structure.move_lesson(session, course.id, dana.id, "x", "first"),
        lambda: structure.move_module(session, course.id, dana.id, "x"),
        lambda: structure.copy_module(session, course.id, dana.id, "x"),
    ):
        with pytest.raises(Conflict, match="not there any more"):
            deed()
    for missing in (
        lambda: structure.rename_lesson(session, course.id, dana.id, "lesson-1", "Titre", "fr"),
        lambda: structure.rename_module(session, course.id, dana.id, "x", {"en": ("Title", "")}),
        lambda: structure.remove_lesson(session, 999_999, dana.id, "lesson-1"),
        lambda: steps.undo(session, course.id, 999_999, dana.id),
    ):
        with pytest.raises(NotFound):
            missing()


def test_an_address_is_never_given_again(session: Session, make: Make, course: Course, dana: Person) -> None:
    structure.remove_lesson(session, course.id, dana.id, "lesson-1")
    assert structure.add_lesson(session, course.id, dana.id, "first", "Lesson 1", "en") == "lesson-1-2"
    assert structure.add_lesson(session, course.id, dana.id, "first", "Settings", "en") == "settings-2"
    assert structure.add_lesson(session, course.id, dana.id, "first", "漢字", "en") == "lesson"


def test_only_the_newest_change_is_undone_and_only_while_nothing_else_happened(
    session: Session, make: Make, course: Course, dana: Person
) -> None:
    slug = structure.add_lesson(session, course.id, dana.id, "first", "New", "en")
    first = newest(session, course)
    structure.nudge_lesson(session, course.id, dana.id, slug, "up")
    with pytest.raises(Conflict, match="newer changes"):
        steps.undo(session, course.id, first, dana.id)
    steps.undo(session, course.id, newest(session, course), dana.id)
    row = session.scalars(select(Lesson).where(Lesson.slug == slug)).one()
    drafts.save_lesson(session, row.id, "en", "New", "<p>Much work.</p>", 1, dana.id)
    with pytest.raises(Conflict, match="worked on since"):
        steps.undo(session, course.id, first, dana.id)
    row.slug = "another"
    session.flush()
    with pytest.raises(Conflict, match="changed in another way"):
        steps.undo(session, course.id, first, dana.id)


def test_a_renamed_lesson_is_not_given_its_old_title_when_it_got_another_since(
    session: Session, course: Course, dana: Person
) -> None:
    structure.rename_lesson(session, course.id, dana.id, "lesson-1", "Better", "en")
    row = session.scalars(
        select(Lesson).where(Lesson.slug == "lesson-1", Lesson.version_id == draft_of(session, course).id)
    ).one()
    text = session.get_one(LessonText, (row.id, "en", ""))
    assert (text.revision, text.saved_by) == (2, dana.id)
    drafts.save_lesson(session, row.id, "en", "Best", text.html, 2, dana.id)
    with pytest.raises(Conflict, match="words have changed"):
        steps.undo(session, course.id, newest(session, course), dana.id)


def test_a_published_version_has_no_steps_to_undo(session: Session, make: Make, course: Course, dana: Person) -> None:
    structure.remove_lesson(session, course.id, dana.id, "lesson-1")
    step = newest(session, course)
    publishing.publish(session, course.id, dana.id, "Shorter")
    with pytest.raises(NotFound):
        steps.undo(session, course.id, step, dana.id)
    assert session.scalar(select(func.count()).select_from(DraftStep)) == 0


def test_the_number_of_statements_does_not_grow(
    session: Session, make: Make, dana: Person, statements: list[str]
) -> None:
    counts = []
    for slug, lessons in (("small", 3), ("large", 60)):
        course = make.course(slug, lessons=lessons)
        drafts.open_draft(session, course.id, dana.id)
        statements.clear()
        structure.nudge_lesson(session, course.id, dana.id, "lesson-2", "up")
        structure.remove_lesson(session, course.id, dana.id, "lesson-1")
        steps.undo(session, course.id, newest(session, course), dana.id)
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.sqlite_only
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a smaller example of a failure takes minutes to find
)
@given(data=st.data())
def test_any_changes_are_taken_back_one_by_one(session: Session, make: Make, dana: Person, data: st.DataObject) -> None:
    course = make.course(f"course-{next(_numbers)}", lessons=3)
    draft = drafts.open_draft(session, course.id, dana.id)
    before, deeds = full(session, course), 0
    for _ in range(data.draw(st.integers(1, 8))):
        order = arrangement.read(session, draft.id)
        deeds += _any_deed(session, course.id, dana.id, order, data)
        places = positions(session, course)
        assert places == list(range(1, len(places) + 1))
    for _ in range(deeds):
        steps.undo(session, course.id, newest(session, course), dana.id)
        places = positions(session, course)
        assert places == list(range(1, len(places) + 1))
    assert full(session, course) == before


def _any_deed(session: Session, course_id: int, person_id: int, order: Order, data: st.DataObject) -> int:
    """Do something to a course, and return how many steps that made."""
    at = session, course_id, person_id
    words = st.sampled_from(["A", "Long title", "Été", "漢字", "settings"])
    choices: list[Callable[[], object]] = [
        lambda: structure.add_module(*at, {"en": (data.draw(words), "")}),
    ]
    if keys := order.module_keys():
        key, ways = data.draw(st.sampled_from(keys)), st.sampled_from(["up", "down"])
        other = st.sampled_from([None, *keys])
        choices += [
            lambda: structure.add_lesson(*at, key, data.draw(words), "en"),
            lambda: structure.rename_module(*at, key, {"fr": (data.draw(words), "Objective")}),
            lambda: structure.copy_module(*at, key),
            lambda: structure.remove_module(*at, key),
            lambda: structure.move_module(*at, key, data.draw(other)),
            lambda: structure.nudge_module(*at, key, data.draw(ways)),
        ]
        if slugs := order.lessons():
            slug = data.draw(st.sampled_from(slugs))
            beside = st.sampled_from([None, *order.of(key)])
            choices += [
                lambda: structure.copy_lesson(*at, slug),
                lambda: structure.remove_lesson(*at, slug),
                lambda: structure.move_lesson(*at, slug, key, data.draw(beside)),
                lambda: structure.nudge_lesson(*at, slug, data.draw(ways)),
            ]
    count_steps = select(func.count()).select_from(DraftStep)
    before = session.scalar(count_steps) or 0
    data.draw(st.sampled_from(choices))()
    return (session.scalar(count_steps) or 0) - before


def test_authors_who_move_at_the_same_moment_lose_nothing(
    database: Database, session: Session, make: Make, course: Course, dana: Person
) -> None:
    course_id, person_id = course.id, dana.id
    session.commit()
    failures = at_once(database, lambda own: structure.nudge_lesson(own, course_id, person_id, "lesson-1", "down"))
    assert failures == []
    session.expire_all()
    assert order_of(session, course) == [("first", ["lesson-2", "lesson-3", "lesson-1"])]
    assert positions(session, course) == [1, 2, 3]
    assert session.scalar(select(func.count()).select_from(CourseVersion)) == 2


def test_authors_who_remove_the_same_lesson_remove_it_once(
    database: Database, session: Session, make: Make, course: Course, dana: Person
) -> None:
    course_id, person_id = course.id, dana.id
    session.commit()
    failures = at_once(database, lambda own: structure.remove_lesson(own, course_id, person_id, "lesson-1"))
    assert {type(failure) for failure in failures} == {Conflict}
    assert len(failures) == 3
    session.expire_all()
    assert order_of(session, course) == [("first", ["lesson-2", "lesson-3"])]
