"""Reviewing a draft: topics, reviewers, sign-offs, remarks, and the pages for them."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from courses.authoring import drafts, editions, publishing
from courses.authoring.models import VersionAuthor
from courses.models import (
    Course,
    CourseText,
    CourseVersion,
    Lesson,
    LessonClause,
    LessonFile,
    LessonText,
    LessonTopic,
    Module,
    ModuleText,
)
from courses.review import anchors, asking, colleagues, comments, contents, reviewers, signoffs, topics
from courses.review.models import ReviewComment, Reviewer, SignOff, Topic, TopicClause
from courses.review.reviewers import Seat
from courses.review.signoffs import Matter, Signature
from courses.review.topics import TopicView
from lms.base import clock, richtext
from lms.base.audit import AuditEntry
from lms.base.db import Database
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.outbox import OutboxMessage
from lms.people.models import Person
from tests.make import Make, People
from tests.support.client import Client

ClientFor = Callable[[Person], Client]
REVIEW = "/studio/principles/review"
LESSON = f"{REVIEW}/lesson-1"


@pytest.fixture
def known(session: Session) -> None:
    """The topics that come with the university; the clause of every lesson made here belongs to personal data."""
    topics.load_shipped(session)
    session.add(TopicClause(key="personal-data", code="D2"))
    session.flush()


@pytest.fixture
def course(make: Make) -> Course:
    return make.course("principles")


@pytest.fixture
def dana(make: Make) -> Person:
    return make.person("Dana", "Smit", roles=("author",))


@pytest.fixture
def lena(make: Make, session: Session, known: None) -> Person:
    """Reviews personal data."""
    lena = make.person("Lena", "Vogel", email="lena@acme.example", roles=("legal",))
    reviewers.add(session, lena, lena.id, topic="personal-data")
    return lena


@pytest.fixture
def draft(session: Session, course: Course, dana: Person, lena: Person) -> CourseVersion:
    """Dana changed the first lesson."""
    return change(session, course, dana)


def change(session: Session, course: Course, person: Person, words: str = "Changed.", slug: str = "lesson-1"):
    draft = drafts.open_draft(session, course.id, person.id)
    number = editions.lesson_id(session, draft.id, slug)
    text = editions.text(session, draft.id, slug, "en")
    drafts.save_lesson(session, number, "en", text.title, f"<p>{words}</p>", text.revision, person.id)
    return draft


def digest_of(session: Session, course: Course, key: str = "personal-data") -> str:
    found = editions.course(session, course.slug)
    assert found.draft
    live_id = found.live.id if found.live else None
    return signoffs.dossier(session, course.id, found.draft.id, live_id).matter(key).digest


def sign(session: Session, course: Course, person: Person, key: str = "personal-data") -> SignOff:
    return signoffs.sign(session, course.id, person.id, key, digest_of(session, course, key))


def missing(session: Session, course: Course) -> list[str]:
    draft, live = (drafts.edition(session, course.id, status) for status in ("draft", "published"))
    assert draft
    return signoffs.missing(session, draft, live)


# ---- topics


def test_the_shipped_topics_are_loaded_once_and_follow_their_file(session: Session, tmp_path) -> None:
    assert topics.load_shipped(session) == "added"
    assert topics.load_shipped(session) == "unchanged"
    found = {topic.key: topic for topic in topics.all(session)}
    assert found["results"] == TopicView(
        "results",
        True,
        {"en": "Financial results", "nl": "Financiële resultaten", "fr": "Résultats financiers"},
        {"D5"},
    )
    assert [key for key, topic in found.items() if topic.regulated] == [
        "results",
        "personal-data",
        "promotions",
        "product-safety",
    ]
    changed = topics.SHIPPED.read_text(encoding="utf-8").replace('clauses = ["D5"]', 'clauses = ["D4", "D9"]')
    path = tmp_path / "topics.toml"
    path.write_text(changed, encoding="utf-8")
    assert topics.load_shipped(session, path) == "updated"
    assert {topic.key: topic.clauses for topic in topics.all(session)}["results"] == {"D4", "D9"}


# ---- who may sign what


def seat(person_id: int, *, topic: str | None = "results", course: int | None = None, wrote: bool = False) -> Seat:
    return Seat(1, person_id, f"Person {person_id}", "", None if course else topic, course, wrote)


def signature(person_id: int, digest: str = "now", *, wrote: bool = False) -> Signature:
    return Signature(person_id, f"Person {person_id}", "results", digest, "", clock.now(), wrote)


def matter(*seats: Seat, signed: tuple[Signature, ...] = ()) -> Matter:
    topic = TopicView("results", True, {"en": "Results"}, set())
    return Matter("results", topic, ("lesson-1",), ("lesson-1",), "now", seats, signed)


@pytest.mark.parametrize(
    ("seats", "words"),
    [
        ([], "Only its reviewers"),
        ([seat(2)], "Only its reviewers"),
        ([seat(1, wrote=True)], "Nobody signs off their own work"),
        ([seat(1, course=7, wrote=True), seat(2)], "Nobody signs off their own work"),
        ([seat(1)], None),
        ([seat(1, course=7)], None),
        ([seat(2, wrote=True), seat(1)], None),
    ],
)
def test_who_may_sign(seats: list[Seat], words: str | None) -> None:
    sentence = signoffs.obstacle(matter(*seats), 1)
    assert (sentence is None) == (words is None)
    assert words is None or words in (sentence or "")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (matter(), "has no reviewer yet"),
        (matter(seat(1, wrote=True)), "somebody who did not change this draft"),
        (matter(seat(1), seat(2)), "Ask Person 1, Person 2."),
        (matter(seat(1), signed=(signature(1, "before"),)), "Ask Person 1 again"),
    ],
)
def test_what_is_lacking_says_who_can_give_it(found: Matter, words: str) -> None:
    assert not found.counting
    assert words in signoffs.lacking(found)


@pytest.mark.parametrize(
    ("found", "counts"),
    [
        (matter(seat(1), signed=(signature(1),)), True),
        (matter(seat(1), signed=(signature(1, "before"),)), False),
        (matter(seat(1), signed=(signature(1, wrote=True),)), False),
        (matter(seat(2), signed=(signature(1),)), False),
        (matter(seat(1), signed=(signature(1, "before"), signature(1))), True),
    ],
)
def test_which_signatures_count(found: Matter, counts: bool) -> None:
    assert bool(found.counting) is counts
    assert not (found.counting and found.stale)


# ---- what a draft needs


def test_what_touches_a_regulated_topic_needs_a_sign_off(session: Session, course: Course, draft, lena: Person) -> None:
    assert missing(session, course) == ["“Personal data” is not signed off yet. Ask Lena Vogel."]
    with pytest.raises(Invalid, match="Ask Lena Vogel"):
        publishing.publish(session, course.id, lena.id, "")
    asking.ask(session, course.id, draft.created_by)
    sign(session, course, lena)
    assert missing(session, course) == []


def test_without_topics_nothing_is_needed_and_little_is_asked(
    session: Session, make: Make, course: Course, dana: Person, statements: list[str]
) -> None:
    change(session, course, dana)
    statements.clear()
    assert missing(session, course) == []
    assert len(statements) == 3  # with the two editions


def test_what_did_not_change_needs_no_sign_off(session: Session, course: Course, dana: Person, lena: Person) -> None:
    draft = drafts.open_draft(session, course.id, dana.id)
    assert missing(session, course) == []
    session.execute(delete(LessonClause).where(LessonClause.version_id == draft.id))
    assert missing(session, course) != [], "taking the clause away does not take it out of sight"


def test_a_lesson_that_leaves_needs_a_sign_off(session: Session, course: Course, dana: Person, lena: Person) -> None:
    draft = drafts.open_draft(session, course.id, dana.id)
    number = editions.lesson_id(session, draft.id, "lesson-3")
    for table in (LessonClause, LessonText):
        session.execute(delete(table).where(table.lesson_id == number))
    session.execute(delete(Lesson).where(Lesson.id == number))
    assert missing(session, course) == ["“Personal data” is not signed off yet. Ask Lena Vogel."]


def test_a_first_edition_needs_them_for_all_its_lessons(session: Session, make: Make, lena: Person) -> None:
    course = Course(slug="new", code="N1", tier="staff", owner="Hub")
    session.add(course)
    session.flush()
    make.course_version(course)
    assert len(missing(session, course)) == 1


def test_a_tag_makes_a_topic_touched(session: Session, course: Course, draft: CourseVersion, lena: Person) -> None:
    number = editions.lesson_id(session, draft.id, "lesson-2")
    session.add(LessonTopic(lesson_id=number, topic="promotions", version_id=draft.id))
    session.flush()
    assert missing(session, course)[1] == (
        "“Endorsements and promotions” has no reviewer yet. An administrator can name one under “Reviewers”."
    )


def test_a_topic_that_is_not_regulated_needs_none(session: Session, course: Course, draft: CourseVersion) -> None:
    session.get_one(Topic, "personal-data").regulated = False
    assert missing(session, course) == []


def _title(session: Session, draft: CourseVersion, number: int) -> None:
    session.get_one(LessonText, (number, "nl", "")).title = "Anders"


def _clause(session: Session, draft: CourseVersion, number: int) -> None:
    session.add(LessonClause(lesson_id=number, code="D4", version_id=draft.id))


def _file(session: Session, draft: CourseVersion, number: int) -> None:
    session.add(LessonFile(lesson_id=number, language="en", role="document", version_id=draft.id, address="/media/x/y"))


def _variant(session: Session, draft: CourseVersion, number: int) -> None:
    words = {"title": "Other", "html": "<p>Other.</p>", "policy": 1, "saved_at": clock.now()}
    session.add(LessonText(lesson_id=number, language="en", variant="country:BE", version_id=draft.id, **words))


@pytest.mark.parametrize("alter", [_title, _clause, _file, _variant])
def test_any_change_makes_a_sign_off_one_of_before(
    session: Session, course: Course, draft: CourseVersion, dana: Person, lena: Person, alter: Callable[..., None]
) -> None:
    asking.ask(session, course.id, dana.id)
    sign(session, course, lena)
    alter(session, draft, editions.lesson_id(session, draft.id, "lesson-2"))
    session.flush()
    assert missing(session, course) == ["“Personal data” was signed before the last change. Ask Lena Vogel again."]
    sign(session, course, lena)
    assert missing(session, course) == []


def _head(session: Session, draft: CourseVersion) -> None:
    session.get_one(CourseText, (draft.id, "en")).summary = "Share whatever you like."


def _module(session: Session, draft: CourseVersion) -> None:
    module = session.scalars(select(Module).where(Module.version_id == draft.id)).first()
    assert module
    session.get_one(ModuleText, (module.id, "en")).title = "Share whatever you like"


@pytest.mark.parametrize("alter", [_head, _module])
def test_the_titles_around_a_regulated_lesson_are_signed_too(
    session: Session, course: Course, dana: Person, lena: Person, alter: Callable[..., None]
) -> None:
    draft = drafts.open_draft(session, course.id, dana.id)
    assert missing(session, course) == []
    alter(session, draft)
    session.flush()
    assert missing(session, course) == ["“Personal data” is not signed off yet. Ask Lena Vogel."]
    asking.ask(session, course.id, dana.id)
    sign(session, course, lena)
    assert missing(session, course) == []


def test_a_clause_that_is_cited_in_the_text_alone_touches_its_topic(
    session: Session, course: Course, draft: CourseVersion, dana: Person, lena: Person
) -> None:
    session.execute(delete(LessonClause).where(LessonClause.version_id == draft.id))
    live = drafts.edition(session, course.id, "published")
    assert live
    read = contents.read(session, draft.id)[draft.id]
    assert contents.touching(["D2"], "none", read) == []
    change(session, course, dana, '<a class="clause" href="/guidelines/how-we-speak#D2">D2</a>', "lesson-3")
    read = contents.read(session, draft.id)[draft.id]
    assert contents.touching(["D2"], "none", read) == ["lesson-3"]


def test_a_change_elsewhere_leaves_a_sign_off_as_it_is(
    session: Session, course: Course, draft: CourseVersion, dana: Person, lena: Person
) -> None:
    number = editions.lesson_id(session, draft.id, "lesson-3")
    session.execute(delete(LessonClause).where(LessonClause.lesson_id == number))
    live = drafts.edition(session, course.id, "published")
    session.execute(delete(TopicClause))
    session.add(
        LessonTopic(
            lesson_id=editions.lesson_id(session, draft.id, "lesson-1"), topic="promotions", version_id=draft.id
        )
    )
    reviewers.add(session, lena, lena.id, topic="promotions")
    session.flush()
    assert live
    asking.ask(session, course.id, dana.id)
    sign(session, course, lena, "promotions")
    change(session, course, dana, "Elsewhere.", "lesson-3")
    assert missing(session, course) == []


def test_a_reviewer_of_the_course_signs_all_of_it(
    session: Session, make: Make, course: Course, draft: CourseVersion, dana: Person
) -> None:
    session.execute(delete(Reviewer))
    hugo = make.person("Hugo", "Martens")
    reviewers.add(session, hugo, dana.id, course_id=course.id)
    other = make.course("other", code="X9")
    reviewers.add(session, make.person("Otto"), dana.id, course_id=other.id)
    assert missing(session, course) == ["“Personal data” is not signed off yet. Ask Hugo Martens."]
    asking.ask(session, course.id, dana.id)
    sign(session, course, hugo, signoffs.WHOLE_COURSE)
    assert missing(session, course) == []
    session.scalars(
        select(CourseText).where(CourseText.version_id == draft.id, CourseText.language == "en")
    ).one().title = "Another title"
    session.flush()
    assert missing(session, course) != []


def test_nobody_signs_their_own_work(
    session: Session, course: Course, draft: CourseVersion, dana: Person, lena: Person
) -> None:
    reviewers.add(session, dana, dana.id, topic="personal-data")
    asking.ask(session, course.id, dana.id)
    with pytest.raises(Forbidden, match="Nobody signs off their own work"):
        sign(session, course, dana)
    sign(session, course, lena)
    drafts.changed_by(session, draft.id, lena.id)
    session.flush()
    assert missing(session, course) == [
        "“Personal data” needs a sign-off by somebody who did not change this draft."
        " An administrator can name another reviewer."
    ], "what she signed before she wrote does not count either"


def test_only_its_reviewers_sign_and_only_in_review(
    session: Session, make: Make, course: Course, draft: CourseVersion, dana: Person, lena: Person
) -> None:
    with pytest.raises(Conflict, match="not in review"):
        sign(session, course, lena)
    asking.ask(session, course.id, dana.id)
    with pytest.raises(Forbidden, match="Only its reviewers"):
        sign(session, course, make.person("Mallory", roles=("legal",)))
    with pytest.raises(NotFound):
        sign(session, course, lena, "nothing")
    with pytest.raises(Conflict, match="changed since you opened it"):
        signoffs.sign(session, course.id, lena.id, "personal-data", "0" * 64)
    reviewers.remove(session, session.scalars(select(Reviewer.id)).one(), dana.id)
    with pytest.raises(Forbidden):
        sign(session, course, lena)


def test_signing_twice_is_once_and_is_audited(
    session: Session, course: Course, draft: CourseVersion, dana: Person, lena: Person
) -> None:
    asking.ask(session, course.id, dana.id)
    first = sign(session, course, lena)
    assert sign(session, course, lena).id == first.id
    assert (first.version_id, first.topic, first.person_id) == (draft.id, "personal-data", lena.id)
    deeds = session.scalars(select(AuditEntry.deed).where(AuditEntry.actor_id == lena.id)).all()
    assert deeds.count("signed off a draft") == 1


# ---- asking


def test_reviewers_of_what_changed_get_a_mail_in_their_language(
    session: Session, make: Make, course: Course, draft: CourseVersion, dana: Person, lena: Person
) -> None:
    for topic in ("results", "crisis"):
        reviewers.add(session, make.person("Nobody", topic), dana.id, topic=topic)
    reviewers.add(session, make.person("Gone", status="active"), dana.id, topic="personal-data")
    session.scalars(select(Person).where(Person.given_name == "Gone")).one().status = "left"
    reviewers.add(session, dana, dana.id, topic="personal-data")
    assert asking.ask(session, course.id, dana.id) == ["Lena Vogel"]
    mail = session.scalars(select(OutboxMessage)).one()
    assert mail.recipient == "lena@acme.example"
    assert mail.subject == "Please review: Principles"
    assert "Dana Smit asks you to review draft 2" in mail.body
    assert "- Personal data" in mail.body
    assert "/studio/principles/review" in mail.body
    with pytest.raises(Conflict, match="in review already"):
        asking.ask(session, course.id, dana.id)


def test_it_can_be_taken_back_and_asked_again(
    session: Session, course: Course, draft: CourseVersion, dana: Person, lena: Person
) -> None:
    with pytest.raises(Conflict, match="not in review"):
        asking.take_back(session, course.id, dana.id)
    asking.ask(session, course.id, dana.id)
    assert [one.slug for one in asking.waiting(session, lena.id)] == ["principles"]
    asking.take_back(session, course.id, dana.id)
    assert asking.waiting(session, lena.id) == []
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        asking.ask(session, course.id, dana.id)
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 2


def test_without_a_draft_nobody_is_asked(session: Session, course: Course, dana: Person) -> None:
    with pytest.raises(Conflict, match="no draft"):
        asking.ask(session, course.id, dana.id)


def test_what_waits_for_somebody_costs_the_same_for_one_and_for_many(
    session: Session, make: Make, dana: Person, lena: Person, statements: list[str]
) -> None:
    counts = []
    for number in (1, 4):
        for _ in range(number):
            course = make.course(f"course-{len(asking.waiting(session, lena.id))}")
            change(session, course, dana)
            asking.ask(session, course.id, dana.id)
        session.expire_all()
        statements.clear()
        found = asking.waiting(session, lena.id)
        counts.append(len(statements))
        assert all([matter.key for matter in one.yours] == ["personal-data"] for one in found)
    assert len(found) == 5
    assert counts[0] == counts[1]


# ---- at once


def both(database: Database, *deeds: Callable[[Session], object]) -> list[Exception]:
    """Do things at the same moment, each in its own transaction; returns what went wrong."""
    barrier, failures = threading.Barrier(len(deeds)), list[Exception]()

    def run(deed: Callable[[Session], object]) -> None:
        barrier.wait()
        try:
            with database.transaction() as session:
                deed(session)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def test_two_sign_offs_at_once_are_one(
    database: Database, session: Session, course: Course, draft: CourseVersion, dana: Person, lena: Person
) -> None:
    asking.ask(session, course.id, dana.id)
    session.commit()
    digest = digest_of(session, course)
    numbers = (course.id, lena.id)
    session.rollback()
    signing = [lambda own: signoffs.sign(own, *numbers, "personal-data", digest)] * 3
    assert both(database, *signing) == []
    assert session.scalar(select(func.count()).select_from(SignOff)) == 1


def test_saving_while_somebody_signs_leaves_no_sign_off_for_words_she_did_not_read(
    database: Database, session: Session, course: Course, draft: CourseVersion, dana: Person, lena: Person
) -> None:
    asking.ask(session, course.id, dana.id)
    session.commit()
    digest, number = digest_of(session, course), editions.lesson_id(session, draft.id, "lesson-1")
    revision = editions.text(session, draft.id, "lesson-1", "en").revision
    people = (course.id, dana.id, lena.id)
    session.rollback()
    failures = both(
        database,
        lambda own: drafts.save_lesson(own, number, "en", "Lesson 1", "<p>At once.</p>", revision, people[1]),
        lambda own: signoffs.sign(own, people[0], people[2], "personal-data", digest),
    )
    session.expire_all()
    assert all(isinstance(one, Conflict) for one in failures)
    assert missing(session, course), "signed before the change or refused: in no case signed as it is now"


def test_a_reviewer_who_writes_and_signs_at_once_has_signed_nothing(
    database: Database, session: Session, course: Course, draft: CourseVersion, dana: Person, lena: Person
) -> None:
    asking.ask(session, course.id, dana.id)
    session.commit()
    digest, number = digest_of(session, course), editions.lesson_id(session, draft.id, "lesson-2")
    people = (course.id, lena.id)
    session.rollback()
    both(
        database,
        lambda own: drafts.save_lesson(own, number, "en", "Lesson 2", "<p>Hers.</p>", 1, people[1]),
        lambda own: signoffs.sign(own, *people, "personal-data", digest),
    )
    session.expire_all()
    assert session.get(VersionAuthor, (draft.id, lena.id))
    assert "did not change this draft" in missing(session, course)[0]


# ---- passages


@pytest.mark.parametrize(
    ("html", "quote"),
    [
        ("<p>Say <strong>who</strong> you are.</p>", "who you"),
        ("<p>One.</p><p>Two.</p>", "One. Two."),
        ("<p>A  B\nC</p>", "A B C"),
        ("<ul><li>First</li><li>Second &amp; last</li></ul>", "Second & last"),
        ("<h2>Title</h2>bare words", "bare words"),
        ("<p>a &lt;b&gt; c</p>", "<b>"),
    ],
)
def test_a_passage_is_found_whatever_its_form(html: str, quote: str) -> None:
    marked, found = anchors.marked(html, [(7, quote)])
    assert found == {7}
    assert 'id="passage-7"' in marked
    assert richtext.plain(marked) == richtext.plain(html)


def test_a_passage_that_is_gone_is_not_found() -> None:
    assert anchors.marked("<p>Now this.</p>", [(1, "Then that.")]) == ("<p>Now this.</p>", frozenset())
    assert not anchors.stands_in("<p>x</p>", "  ")


def test_a_passage_of_a_check_points_to_the_check() -> None:
    html = (
        '<section class="check"><p class="check-q">What now?</p><ul class="check-choices">'
        '<li class="check-choice" data-right="true"><p>Ask</p><p class="check-why">Yes.</p></li></ul></section>'
    )
    marked, found = anchors.marked(html, [(3, "What now?")])
    assert found == {3}
    assert 'id="passage-3"' in str(richtext.display(marked))


WORDS = st.lists(st.text("ab <&é ", min_size=1, max_size=8), min_size=1, max_size=6)


@given(WORDS, st.data())
def test_marking_changes_no_words_and_nothing_else(parts: list[str], data: st.DataObject) -> None:
    tags = data.draw(st.lists(st.sampled_from(["p", "strong", "li", "h2"]), min_size=len(parts), max_size=len(parts)))
    escaped = [part.replace("&", "&amp;").replace("<", "&lt;") for part in parts]
    html = richtext.clean("".join(f"<{tag}>{part}</{tag}>" for tag, part in zip(tags, escaped, strict=True)))
    words = richtext.plain(html).split()
    if not words:
        return
    start = data.draw(st.integers(0, len(words) - 1))
    quote = " ".join(words[start : start + 3])
    marked, found = anchors.marked(html, [(1, quote)])
    assert richtext.plain(marked).replace(" ", "") == richtext.plain(html).replace(" ", "")
    assert ("passage-1" in marked) == bool(found)
    bare = re.sub(r'<mark class="remark"(?: id="passage-1")?>|</mark>', "", marked)
    assert richtext.clean(bare) == richtext.clean(html)


# ---- remarks


def test_a_remark_stands_on_a_passage_of_the_draft(
    session: Session, course: Course, draft: CourseVersion, lena: Person, dana: Person
) -> None:
    place = {"lesson": "lesson-1", "language": "en"}
    made = comments.add(session, course.id, lena.id, **place, words="Why?", quote="Changed.")
    comments.answer(session, course.id, made.id, dana.id, "Because.")
    (thread,) = comments.open_for(session, draft.id, "lesson-1", "en")
    assert (thread.quote, thread.remark.name, [one.words for one in thread.answers]) == (
        "Changed.",
        "Lena Vogel",
        ["Because."],
    )
    assert [(one.lesson, one.open) for one in comments.places(session, draft.id)] == [("lesson-1", 1)]
    with pytest.raises(Invalid, match="does not have these words"):
        comments.add(session, course.id, lena.id, **place, words="Why?", quote="Never said.")
    for wrong in ({"lesson": "x"}, {"language": "fr"}, {"variant": "country:BE"}):
        with pytest.raises(NotFound):
            comments.add(session, course.id, lena.id, **place | wrong, words="Why?")
    with pytest.raises(NotFound):
        comments.answer(session, course.id, made.id + 99, dana.id, "Lost.")


def test_a_remark_is_settled_by_an_author_or_by_who_made_it(
    session: Session, make: Make, course: Course, draft: CourseVersion, lena: Person, dana: Person
) -> None:
    made = comments.add(session, course.id, lena.id, lesson="lesson-1", language="en", words="Why?")
    with pytest.raises(Forbidden):
        comments.settle(session, course.id, made.id, make.person("Hugo").id, author=False)
    comments.settle(session, course.id, made.id, dana.id, author=True)
    comments.settle(session, course.id, made.id, lena.id, author=False)
    assert made.resolved_by == dana.id
    assert comments.open_for(session, draft.id, "lesson-1", "en") == []
    comments.reopen(session, course.id, made.id, lena.id, author=False)
    assert len(comments.open_for(session, draft.id, "lesson-1", "en")) == 1


def test_a_remark_of_another_course_is_not_found(
    session: Session, make: Make, course: Course, draft: CourseVersion, lena: Person, dana: Person
) -> None:
    other = make.course("other", code="X9")
    change(session, other, dana)
    made = comments.add(session, other.id, lena.id, lesson="lesson-1", language="en", words="Why?")
    with pytest.raises(NotFound):
        comments.settle(session, course.id, made.id, dana.id, author=True)


# ---- reviewers and colleagues


def test_reviewers_are_named_once_and_taken_away(session: Session, make: Make, lena: Person, dana: Person) -> None:
    with pytest.raises(Conflict, match="reviews this already"):
        reviewers.add(session, lena, dana.id, topic="personal-data")
    with pytest.raises(Conflict, match="does not work here"):
        reviewers.add(session, make.person("Gone", status="left"), dana.id, topic="results")
    (only,) = reviewers.everyone(session)
    reviewers.remove(session, only.id, dana.id)
    assert reviewers.everyone(session) == []
    with pytest.raises(NotFound):
        reviewers.remove(session, only.id, dana.id)


def test_a_colleague_is_found_by_address_or_whole_name(session: Session, make: Make) -> None:
    elise = make.person("Élise", "Duran", email="elise@acme.example")
    make.person("Jan", "Jansen")
    make.person("Jan", "Jansen")
    make.person("Gone", "Away", status="left")
    for typed in ("elise@acme.example", " ELISE@acme.example ", "Élise  Duran"):
        assert colleagues.find(session, typed).id == elise.id
    for typed, words in (
        ("", "Type a name"),
        ("Élise", "Nobody here is called"),
        ("Gone Away", "Nobody here"),
        ("jan jansen", "Several people"),
    ):
        with pytest.raises(Invalid, match=words):
            colleagues.find(session, typed)


# ---- pages


@pytest.fixture
def legal(lena: Person, client_for: ClientFor) -> Client:
    return client_for(lena)


@pytest.fixture
def author(dana: Person, client_for: ClientFor) -> Client:
    return client_for(dana)


def test_the_whole_way(author: Client, legal: Client, draft: CourseVersion, make: Make) -> None:
    assert "Nothing is in review" in legal.get("/studio/reviews").text
    assert "Ask for review" in author.get(REVIEW).text
    assert author.submit(REVIEW).status_code == 303
    assert "Waiting for you" in legal.get("/studio/reviews").text
    assert "In review" in author.get("/studio/principles").text
    page = legal.get(LESSON)
    assert '<ins class="is">Changed.</ins>' in page.text
    answer = legal.submit(f"{LESSON}?lang=en", {"quote": "Changed.", "words": "Why?"})
    assert answer.status_code == 303
    page = legal.get(answer.location)
    number = re.search(r'id="remark-(\d+)"', page.text)
    assert number and f'id="passage-{number[1]}"' in page.text
    assert author.submit(f"/studio/principles/comments/{number[1]}/answer", {"words": "Because."}).status_code == 303
    assert author.submit(f"/studio/principles/comments/{number[1]}/resolve").status_code == 303
    assert "Because." in legal.get(LESSON).text
    assert author.submit(f"/studio/principles/comments/{number[1]}/reopen").status_code == 303
    overview = legal.get(REVIEW).text
    assert "1 open remark" in overview
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', overview)
    assert digest and 'name="digest"' not in author.get(REVIEW).text
    fields = {"topic": "personal-data", "digest": digest[1], "note": "Read it."}
    assert author.submit(f"{REVIEW}/sign", fields).status_code == 403
    assert legal.submit(f"{REVIEW}/sign", fields).status_code == 303
    assert "Lena Vogel signed this off on" in author.get(REVIEW).text
    assert author.submit(f"{REVIEW}/undo").status_code == 303
    assert legal.submit(f"{REVIEW}/sign", fields).status_code == 409


def test_what_was_typed_is_kept_when_it_cannot_be_used(author: Client, draft: CourseVersion, legal: Client) -> None:
    answer = legal.submit(LESSON, {"quote": "Not in it", "words": "My remark"})
    assert answer.status_code == 422
    for words in ("Not in it", "My remark", "The text does not have these words"):
        assert words in answer.text
    assert legal.submit(LESSON, {"quote": "Changed.", "words": " "}).status_code == 422
    legal.submit(LESSON, {"words": "Good"})
    number = re.search(r"remark-(\d+)", legal.get(LESSON).text)
    assert number
    answer = legal.submit(f"/studio/principles/comments/{number[1]}/answer", {"words": "x" * 4001})
    assert answer.status_code == 422
    assert "x" * 4001 in answer.text
    author.submit(REVIEW)
    stale = {"topic": "personal-data", "digest": "0" * 64, "note": "My note"}
    answer = legal.submit(f"{REVIEW}/sign", stale)
    assert answer.status_code == 409
    assert "My note" in answer.text
    assert legal.submit(f"{REVIEW}/sign", stale | {"digest": "x"}).status_code == 422


def test_a_reviewer_without_a_role_reads_what_is_hers_and_nothing_else(
    session: Session, make: Make, people: People, draft: CourseVersion, course: Course, client_for: ClientFor
) -> None:
    other = make.course("other", code="X9")
    reviewers.add(session, people.charlie, people.bob.id, course_id=other.id)
    charlie, alice = client_for(people.charlie), client_for(people.alice)
    assert charlie.get("/studio/other/review").status_code == 200
    assert charlie.get("/studio/reviews").status_code == 200
    for address in (REVIEW, LESSON):
        assert charlie.get(address).status_code == 404
    assert charlie.submit(LESSON, {"words": "Hello"}).status_code == 404
    for address in (REVIEW, LESSON, "/studio/reviews", "/studio/other/review"):
        assert alice.get(address).status_code == 404
    assert alice.submit(REVIEW).status_code == 403
    assert alice.get("/studio/reviewers").status_code == 403
    assert make.session.scalar(select(func.count()).select_from(ReviewComment)) == 0


def test_an_administrator_names_reviewers(make: Make, lena: Person, course: Course, client_for: ClientFor) -> None:
    chief, legal = client_for(make.person("Ada", roles=("administrator",))), client_for(lena)
    make.person("Tom", "Wouters", email="tom@acme.example")
    assert "Lena Vogel" in legal.get("/studio/reviewers").text
    assert legal.submit("/studio/reviewers", {"who": "Tom Wouters", "what": "topic:results"}).status_code == 403
    for what in ("topic:results", "course:principles"):
        assert chief.submit("/studio/reviewers", {"who": "Tom Wouters", "what": what}).status_code == 303
    for fields, status in (
        ({"who": "Tom Wouters", "what": "topic:results"}, 409),
        ({"who": "Nobody Here", "what": "topic:results"}, 422),
        ({"who": "", "what": "topic:results"}, 422),
        ({"who": "Tom Wouters", "what": "topic:none"}, 422),
    ):
        answer = chief.submit("/studio/reviewers", fields)
        assert answer.status_code == status
        assert fields["who"] in answer.text
    number = re.search(r"reviewers/(\d+)/remove", chief.get("/studio/reviewers").text)
    assert number
    assert chief.submit(f"/studio/reviewers/{number[1]}/remove").status_code == 303
    assert chief.submit(f"/studio/reviewers/{number[1]}/remove").status_code == 404


def test_the_pages_cost_the_same_for_a_short_course_and_a_long_one(
    make: Make, session: Session, dana: Person, lena: Person, client_for: ClientFor, statements: list[str]
) -> None:
    client, counts = client_for(lena), {}
    for slug, lessons in (("short", 1), ("long", 25)):
        course = make.course(slug, lessons)
        change(session, course, dana)
        for _ in range(lessons):
            comments.add(session, course.id, lena.id, lesson="lesson-1", language="en", words="Why?")
        for page in (f"/studio/{slug}/review", f"/studio/{slug}/review/lesson-1"):
            statements.clear()
            answer = client.get(page)
            assert answer.status_code == 200
            assert len(re.findall("<h1[ >]", answer.text)) == 1
            assert not re.search(r"<[^>]+ (style|on[a-z]+)=", answer.text)
            counts.setdefault(page.replace(slug, "x"), []).append(len(statements))
    assert all(short == long <= 8 for short, long in counts.values()), counts
