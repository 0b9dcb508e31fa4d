"""The facts of a course, making, copying and retiring it, and throwing drafts away."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses import catalog
from courses.authoring import discarding, drafts, editions, publishing, settings, shelf, structure
from courses.authoring.models import DraftStep, Presence
from courses.models import Course, CourseVersion, Lesson, LessonText, Module, Prerequisite
from courses.paths.models import LearningPath, PathStep
from courses.review.models import ReviewComment, Reviewer, SignOff
from lms.base import clock
from lms.base.audit import AuditEntry
from lms.base.db import Database
from lms.base.errors import Conflict, Invalid, NotFound
from lms.people.models import Person
from tests.make import Make
from tests.test_at_once import TIMES, at_once

REASON = "Everyone who speaks online can harm or help."


@pytest.fixture
def dana(make: Make) -> Person:
    return make.person("Dana", "Smit", roles=("author",))


def facts(**changed: object) -> settings.Facts:
    usual = {"owner": "Hub", "business_reason": REASON, "review_on": clock.today() + timedelta(days=300)}
    return settings.Facts(**({"tier": "staff", "code": "S1", "required": frozenset()} | usual | changed))  # type: ignore[arg-type]


def deeds(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.deed).order_by(AuditEntry.id)))


def test_a_new_course_is_a_draft_with_one_module(session: Session, dana: Person) -> None:
    course = shelf.create(session, dana.id, "  Speaking  in\x07 public ", "nl", "manager")
    assert (course.slug, course.code, course.tier, course.position) == ("speaking-in-public", "M1", "manager", 1)
    shown = editions.course(session, course.slug)
    assert (shown.titles, shown.live, shown.current.number) == ({"nl": "Speaking in public"}, None, 1)
    [module] = editions.outline(session, shown.current.id, None)
    assert (module.titles, module.lessons) == ({"nl": "Module 1"}, [])
    assert deeds(session) == ["made a course"]


def test_a_course_gets_an_address_and_a_code_of_its_own(session: Session, make: Make, dana: Person) -> None:
    make.course("media-2", code="S7")
    assert shelf.create(session, dana.id, "Media", "en", "staff").slug == "media-3"
    assert shelf.create(session, dana.id, "漢字", "en", "staff").slug == "course"
    assert shelf.create(session, dana.id, "Other", "en", "staff", "X-1").code == "X-1"
    with pytest.raises(Invalid, match="code S7"):
        shelf.create(session, dana.id, "Other", "en", "staff", "S7")


def test_codes_are_proposed_in_order() -> None:
    assert shelf.proposed_code([], "staff") == "S1"
    assert shelf.proposed_code(["S1", "S12", "M3", "S-9", "S²"], "staff") == "S13"
    assert shelf.proposed_code(["S1"], "executive") == "E1"


def test_what_is_missing_is_named_until_it_is_there(session: Session, dana: Person) -> None:
    course = shelf.create(session, dana.id, "Rede", "nl", "staff")
    assert len(settings.missing(session, course)) == 5
    settings.save(session, course.id, dana.id, facts())
    settings.save_texts(session, course.id, dana.id, {"en": ("Speech", ""), "nl": ("Rede", "")})
    assert settings.missing(session, course) == ["Add a lesson."]
    slug = structure.add_lesson(session, course.id, dana.id, "module-1", "Eerste", "nl")
    structure.add_module(session, course.id, dana.id, {"en": ("Second", "")})
    assert settings.missing(session, course) == [
        "“Eerste” has no text in English yet.",
        "The module “Second” has no lesson. Add one, or remove the module.",
    ]
    structure.remove_module(session, course.id, dana.id, "second")
    row = session.scalars(select(Lesson.id).where(Lesson.slug == slug)).one()
    drafts.save_lesson(session, row, "en", "First", "<p>Words.</p>", 0, dana.id)
    assert settings.missing(session, editions.course(session, course.slug)) == []
    assert publishing.publish(session, course.id, dana.id, "").status == "published"


def test_a_published_course_keeps_what_it_answers_with(session: Session, make: Make, dana: Person) -> None:
    course = make.course("principles", code="S1")
    for lacking in ({"owner": ""}, {"business_reason": ""}, {"review_on": None}):
        with pytest.raises(Invalid, match="keeps an owner"):
            settings.save(session, course.id, dana.id, facts(**lacking))
    settings.save(session, course.id, dana.id, facts(owner="Marketing", tier="manager", code="M4"))
    session.expire_all()
    assert (course.owner, course.tier, course.code) == ("Marketing", "manager", "M4")
    assert deeds(session) == ["changed the facts of a course"]
    settings.save(session, course.id, dana.id, facts(owner="Marketing", tier="manager", code="M4"))
    assert len(deeds(session)) == 1


def test_a_review_date_lies_ahead_when_it_is_set(session: Session, make: Make, dana: Person) -> None:
    course = make.course("principles", code="S1")
    with pytest.raises(Invalid, match="passed already"):
        settings.save(session, course.id, dana.id, facts(review_on=date(2020, 1, 1)))
    course.review_on = date(2020, 1, 1)
    session.flush()
    settings.save(session, course.id, dana.id, facts(review_on=date(2020, 1, 1), owner="Other"))
    assert course.owner == "Other"


def test_courses_never_wait_for_one_another(session: Session, make: Make, dana: Person) -> None:
    first = make.course("first", code="A1")
    second = make.course("second", code="A2", prerequisites=[first])
    make.course("third", code="A3", prerequisites=[second])
    with pytest.raises(Invalid, match="A1 → A3 → A2 → A1"):
        settings.save(session, first.id, dana.id, facts(code="A1", required=frozenset({"third"})))
    with pytest.raises(Invalid, match="A1 → A1"):
        settings.save(session, first.id, dana.id, facts(code="A1", required=frozenset({"first"})))
    with pytest.raises(Invalid, match="no course nothing"):
        settings.save(session, first.id, dana.id, facts(code="A1", required=frozenset({"nothing"})))
    assert session.scalar(select(func.count()).select_from(Prerequisite)) == 2


def test_a_way_around_is_the_shortest() -> None:
    assert settings.loop({"a": {"b", "c"}, "b": {"c"}, "c": {"a"}}, "a") == ["a", "c", "a"]
    assert settings.loop({"a": {"b"}, "b": {"c"}, "c": {"b"}}, "a") == []


def test_what_comes_first_is_published(session: Session, make: Make, dana: Person) -> None:
    live = make.course("live", code="A1")
    draft = shelf.create(session, dana.id, "Draft", "en", "staff")
    with pytest.raises(Invalid, match="not published"):
        settings.save(session, live.id, dana.id, facts(code="A1", required=frozenset({"draft"})))
    other = shelf.create(session, dana.id, "Other", "en", "staff")
    settings.save(session, other.id, dana.id, facts(code=other.code, required=frozenset({"draft"})))
    assert f"Course {draft.code} comes first and is not published." in settings.missing(session, other)


def test_two_authors_who_make_two_courses_wait_for_one_another_do_not_both_succeed(
    database: Database, session: Session, make: Make, dana: Person
) -> None:
    one, other = make.course("one", code="A1"), make.course("other", code="A2")
    ids, person_id = {"one": (one.id, "A1", "other"), "other": (other.id, "A2", "one")}, dana.id
    turns = iter(["one", "other"] * TIMES)
    session.commit()

    def ask(own: Session) -> None:
        course_id, code, required = ids[next(turns)]
        settings.save(own, course_id, person_id, facts(code=code, required=frozenset({required})))

    failures = at_once(database, ask)
    assert {type(failure) for failure in failures} == {Invalid}
    assert session.scalar(select(func.count()).select_from(Prerequisite)) == 1


def test_courses_made_at_once_all_get_their_own_or_a_sentence(
    database: Database, session: Session, dana: Person
) -> None:
    person_id = dana.id
    session.commit()
    failures = at_once(database, lambda own: shelf.create(own, person_id, "Same", "en", "staff"))
    assert {type(failure) for failure in failures} <= {Conflict}
    slugs = session.scalars(select(Course.slug)).all()
    assert len(set(slugs)) == len(slugs) == TIMES - len(failures)


def test_a_copy_has_all_but_the_quiz_and_the_review_date(session: Session, make: Make, dana: Person) -> None:
    first = make.course("first")
    course = make.course("principles", prerequisites=[first], quiz=True)
    copied = shelf.copy(session, course.id, dana.id)
    assert (copied.slug, copied.quiz_slug, copied.review_on, copied.owner) == (
        "principles-2",
        None,
        None,
        "Social media hub",
    )
    shown = editions.course(session, "principles-2")
    assert shown.titles == {"en": "Principles (copy)", "nl": "Principles (nl) (kopie)"}
    slugs = [one.slug for module in editions.outline(session, shown.current.id, None) for one in module.lessons]
    assert slugs == ["lesson-1", "lesson-2", "lesson-3"]
    assert settings.facts(session, copied.id).required == {"first"}
    assert editions.course(session, "principles").draft is None


def test_a_retired_course_leaves_the_catalog_and_comes_back(session: Session, make: Make, dana: Person) -> None:
    course = make.course("principles")
    shelf.retire(session, course.id, dana.id)
    assert catalog.live(session) == ()
    with pytest.raises(Conflict, match="retired already"):
        shelf.retire(session, course.id, dana.id)
    assert editions.courses(session) == []
    assert [one.slug for one in editions.courses(session, retired=True)] == ["principles"]
    shelf.bring_back(session, course.id, dana.id)
    assert [one.slug for one in catalog.live(session)] == ["principles"]
    with pytest.raises(Conflict, match="not retired"):
        shelf.bring_back(session, course.id, dana.id)
    assert deeds(session) == ["retired a course", "brought back a course"]


def test_what_other_courses_ask_for_is_not_retired(session: Session, make: Make, dana: Person) -> None:
    first = make.course("first")
    make.course("second", code="A2", prerequisites=[first])
    with pytest.raises(Conflict, match="A2 can only be taken after"):
        shelf.retire(session, first.id, dana.id)


def test_a_draft_is_thrown_away_and_what_is_live_stays(session: Session, make: Make, dana: Person) -> None:
    course = make.course("principles")
    live = make.live(course).id
    structure.remove_lesson(session, course.id, dana.id, "lesson-1")
    draft = drafts.open_draft(session, course.id, dana.id)
    comment = {"lesson": "lesson-2", "language": "en", "words": "Hm", "person_id": dana.id, "made_at": clock.now()}
    first = ReviewComment(version_id=draft.id, **comment)
    session.add(first)
    session.flush()
    session.add(ReviewComment(version_id=draft.id, answers_id=first.id, **comment))
    session.flush()
    assert discarding.discard(session, course.id, dana.id) is False
    assert session.scalars(select(CourseVersion.id)).all() == [live]
    assert session.scalar(select(func.count()).select_from(Lesson)) == 3
    assert session.scalar(select(func.count()).select_from(DraftStep)) == 0
    with pytest.raises(Conflict, match="no draft"):
        discarding.discard(session, course.id, dana.id)


def test_a_signed_draft_becomes_what_is_live(session: Session, make: Make, dana: Person) -> None:
    course = make.course("principles")
    structure.remove_lesson(session, course.id, dana.id, "lesson-1")
    draft = drafts.open_draft(session, course.id, dana.id)
    lena = make.person("Lena", roles=("legal",))
    session.add(SignOff(version_id=draft.id, person_id=lena.id, digest="x", signed_at=clock.now()))
    session.flush()
    assert discarding.discard(session, course.id, dana.id) is False
    shown = editions.course(session, "principles")
    assert shown.draft
    assert shown.draft.id == draft.id
    slugs = [one.slug for module in editions.outline(session, draft.id, None) for one in module.lessons]
    assert slugs == ["lesson-1", "lesson-2", "lesson-3"]
    texts = session.scalars(select(LessonText.revision).where(LessonText.version_id == draft.id))
    assert set(texts) == {2}
    with pytest.raises(Conflict, match="says the same"):
        publishing.publish(session, course.id, dana.id, "")


def test_a_course_that_was_never_published_goes_with_its_draft(session: Session, make: Make, dana: Person) -> None:
    make.course("other")
    course = shelf.create(session, dana.id, "Fresh", "en", "staff")
    course_id = course.id
    structure.add_lesson(session, course_id, dana.id, "module-1", "One", "en")
    path = LearningPath(slug="path")
    session.add(path)
    session.flush()
    session.add_all(
        [
            Reviewer(person_id=dana.id, course_id=course_id),
            Presence(course_id=course_id, lesson="one", language="en", person_id=dana.id, seen_at=clock.now()),
            PathStep(path_id=path.id, course_id=course_id, position=1),
        ]
    )
    session.flush()
    assert discarding.discard(session, course_id, dana.id) is True
    assert session.scalars(select(Course.slug)).all() == ["other"]
    assert session.scalar(select(func.count()).select_from(Module)) == 1
    with pytest.raises(NotFound):
        editions.course(session, "fresh")


def test_a_course_that_is_needed_is_not_thrown_away(session: Session, make: Make, dana: Person) -> None:
    course = shelf.create(session, dana.id, "Fresh", "en", "staff")
    other = shelf.create(session, dana.id, "Other", "en", "staff")
    settings.save(session, other.id, dana.id, facts(code=other.code, required=frozenset({"fresh"})))
    with pytest.raises(Conflict, match="can only be taken after"):
        discarding.discard(session, course.id, dana.id)
    other.quiz_slug = "other"
    session.flush()
    with pytest.raises(Conflict, match="quiz"):
        discarding.discard(session, other.id, dana.id)


def test_courses_are_found_by_words_and_state(session: Session, make: Make, dana: Person) -> None:
    make.course("principles", title="What we say")
    overdue = make.course("photos", title="Photos and people")
    overdue.review_on = date(2020, 1, 1)
    shelf.create(session, dana.id, "Été en ligne", "fr", "manager")
    retired = make.course("old")
    shelf.retire(session, retired.id, dana.id)
    courses = editions.courses(session, retired=True)

    def found(words: str = "", show: str = "") -> list[str]:
        return sorted(one.slug for one in shelf.filtered(courses, words, show, clock.today()))

    assert found() == ["ete-en-ligne", "photos", "principles"]
    assert found("PEOPLE photos") == ["photos"]
    assert found("été") == ["ete-en-ligne"]
    assert found("hub") == ["photos", "principles"]
    assert found(show="overdue") == ["photos"]
    assert found(show="new") == found(show="draft") == ["ete-en-ligne"]
    assert found(show="retired") == ["old"]
    assert found("nothing") == found(show="review") == []


def test_saving_one_part_of_the_page_keeps_the_other(make: Make, client_for) -> None:
    make.course("principles")
    dana = client_for(make.person("Dana", roles=["author"]))
    fields = {"business_reason": "Because.", "owner": "Hub", "review_on": "2031-01-05", "tier": "staff", "code": "S1"}
    words = {"title_en": "Better", "summary_en": "In short.", "title_nl": "Beter", "summary_nl": "Kort."}
    refused = dana.submit("/studio/principles/settings", fields | words | {"review_on": "2020-01-05"})
    assert refused.status_code == 422
    assert 'value="Beter"' in refused.text
    assert dana.submit("/studio/principles/settings", fields | words).status_code == 303
    page = dana.get("/studio/principles/settings").text
    assert 'value="Beter"' in page
    assert 'value="Hub"' in page
