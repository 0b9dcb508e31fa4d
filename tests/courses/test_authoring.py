"""Drafts, saving, publishing, bringing back: on both databases."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from lxml import html as lxml_html
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from courses import catalog
from courses.authoring import comparison, drafts, editions, publishing
from courses.models import Course, CourseVersion, Lesson, LessonClause, LessonText, Module
from lms.base import markdown, richtext
from lms.base.audit import AuditEntry
from lms.base.db import Database
from lms.base.errors import Conflict, Invalid, NotFound
from lms.people.models import Person
from tests.make import Make

TEXT = "<h2>New words</h2><p>Say who you are, always.</p>"


@pytest.fixture
def dana(make: Make) -> Person:
    return make.person("Dana", "Smit", roles=("author",))


@pytest.fixture
def course(make: Make) -> Course:
    make.course("noise", lessons=2)
    return make.course("principles")


def save(
    session: Session, course: Course, by: Person, html: str = TEXT, *, language: str = "en", **more: Any
) -> LessonText:
    """Save lesson 1 of the course's draft as the person sees it now."""
    draft = drafts.open_draft(session, course.id, by.id)
    opened = editions.text(session, draft.id, "lesson-1", language)
    lesson_id = editions.lesson_id(session, draft.id, "lesson-1")
    title, revision = more.get("title", opened.title or "Titel"), more.get("revision", opened.revision)
    return drafts.save_lesson(session, lesson_id, language, title, html, revision, by.id)


def test_a_draft_is_a_full_copy_of_the_live_version(session: Session, make: Make, course: Course, dana: Person) -> None:
    live = make.live(course)
    draft = drafts.open_draft(session, course.id, dana.id)
    assert (draft.status, draft.number, draft.created_by) == ("draft", 2, dana.id)
    shapes = comparison.shapes(session, draft.id, live.id)
    assert shapes[draft.id] == shapes[live.id]
    assert len(shapes[draft.id]) == 2 + 1 + 2 + 3 + 3
    texts = comparison.texts(session, draft.id, live.id)
    assert len(texts) == 12
    assert comparison.changes(texts, draft.id, live.id) == []


def test_there_is_one_draft_a_course(session: Session, course: Course, dana: Person, make: Make) -> None:
    tom = make.person("Tom")
    first = drafts.open_draft(session, course.id, dana.id)
    assert drafts.open_draft(session, course.id, tom.id).id == first.id


def test_a_course_that_does_not_exist_has_no_draft(session: Session, dana: Person) -> None:
    with pytest.raises(NotFound):
        drafts.open_draft(session, 99999, dana.id)


HARMFUL = {
    "script": "<p>a</p><script>alert(1)</script>",
    "event": '<img src="/media/x/y.png" alt="x" onerror="alert(1)"><p onclick=alert(1)>a</p>',
    "javascript": '<p><a href="javascript:alert(1)">a</a><a href=" jAva&#x0A;script:alert(1)">b</a></p>',
    "svg": '<svg onload="alert(1)"><style><img src=x onerror=alert(1)></style><a xlink:href="javascript:a()"/></svg>',
    "mathml": '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "iframe": '<iframe srcdoc="<script>alert(1)</script>"></iframe><object data="x"></object><embed src="x">',
    "style": '<p style="background:url(javascript:alert(1))">a</p><style>*{}</style><link rel=stylesheet href=//x>',
    "form": '<form action="//evil"><input name=password><button formaction="javascript:alert(1)">x</button></form>',
    "base": '<base href="//evil/"><meta http-equiv="refresh" content="0;url=//evil">',
    "remote": '<img src="https://evil.example/pixel.gif" alt="x"><video src="//evil.example/a.mp4"></video>',
}


@pytest.mark.parametrize("html", HARMFUL.values(), ids=HARMFUL)
def test_what_is_saved_is_stored_harmless(session: Session, course: Course, dana: Person, html: str) -> None:
    saved = save(session, course, dana, "<p>Words.</p>" + html)
    key = LessonText.lesson_id == saved.lesson_id, LessonText.language == "en"
    kept, policy = session.execute(select(LessonText.html, LessonText.policy).where(*key)).one()
    lower = kept.lower()
    for bad in (
        "<script",
        "<svg",
        "<math",
        "<iframe",
        "<style",
        "<form",
        "<base",
        "<meta",
        "<object",
        "javascript:",
        "evil",
    ):
        assert bad not in lower or f"&lt;{bad[1:]}" in lower
    assert richtext.clean(kept) == kept
    assert [
        name
        for element in lxml_html.fromstring(f"<div>{kept}</div>").iter()
        for name in element.attrib
        if name.startswith("on")
    ] == []
    assert kept.startswith("<p>Words.</p>")
    assert policy == richtext.POLICY


def test_the_own_shapes_of_lessons_survive_saving(session: Session, course: Course, dana: Person) -> None:
    html = markdown.from_markdown(
        "::: check What now?\n- [x] Ask // Yes.\n- [ ] Post // Look again.\n:::\n::: careful Mind\nText.\n:::\n"
        "::: post Karel V. | ACME community | Tuesday\nHello?\n:::\n",
        media=lambda name: f"/media/{name}",
        clause=lambda code: f"/guidelines/how-we-speak#{code}",
    )
    assert save(session, course, dana, html).html == html.strip()


def test_saving_what_is_there_already_changes_nothing(session: Session, course: Course, dana: Person) -> None:
    first = save(session, course, dana)
    assert first.revision == 2
    again = save(session, course, dana, TEXT.replace("\n", "\r\n"), revision=1)
    assert (again.revision, again.html) == (2, first.html)


def test_a_stale_save_is_refused_and_loses_nothing(session: Session, make: Make, course: Course, dana: Person) -> None:
    tom = make.person("Tom", "Wouters", roles=("author",))
    save(session, course, tom, "<p>Tom wrote this.</p>")
    with pytest.raises(drafts.StaleText) as refused:
        save(session, course, dana, "<p>Dana wrote that.</p>", revision=1)
    assert "Tom Wouters" in refused.value.message
    assert refused.value.theirs.html == "<p>Tom wrote this.</p>"
    assert refused.value.theirs.saved_at is not None
    assert refused.value.html_typed == "<p>Dana wrote that.</p>"
    draft = drafts.open_draft(session, course.id, dana.id)
    assert editions.text(session, draft.id, "lesson-1", "en").html == "<p>Tom wrote this.</p>"


def test_a_page_opened_before_a_publishing_does_not_overwrite_it(
    session: Session, course: Course, dana: Person
) -> None:
    save(session, course, dana)
    publishing.publish(session, course.id, dana.id, "")
    with pytest.raises(drafts.StaleText):
        save(session, course, dana, "<p>Typed over the old text.</p>", revision=1)


def test_a_published_lesson_is_not_saved(session: Session, make: Make, course: Course, dana: Person) -> None:
    lesson_id = editions.lesson_id(session, make.live(course).id, "lesson-1")
    with pytest.raises(Conflict):
        drafts.save_lesson(session, lesson_id, "en", "Title", TEXT, 1, dana.id)


def test_unknown_lessons_and_languages_are_not_found(session: Session, course: Course, dana: Person) -> None:
    draft = drafts.open_draft(session, course.id, dana.id)
    with pytest.raises(NotFound):
        drafts.save_lesson(session, 99999, "en", "Title", TEXT, 1, dana.id)
    with pytest.raises(NotFound):
        drafts.save_lesson(session, editions.lesson_id(session, draft.id, "lesson-1"), "xx", "T", TEXT, 0, dana.id)


def test_a_translation_can_be_added(session: Session, course: Course, dana: Person) -> None:
    french = save(session, course, dana, "<p>Dites qui vous êtes.</p>", language="fr", title="Leçon 1", revision=0)
    assert (french.language, french.revision) == ("fr", 1)
    publishing.publish(session, course.id, dana.id, "French")
    view = catalog.get(session, "principles")
    assert catalog.lesson_page(session, view.version_id, "lesson-1", "fr").title == "Leçon 1"


def test_publishing_makes_the_next_readers_text_new_and_keeps_the_old_version(
    session: Session, make: Make, course: Course, dana: Person
) -> None:
    before = catalog.get(session, "principles")
    old_text = catalog.lesson_page(session, before.version_id, "lesson-1", "en")
    save(session, course, dana)
    assert catalog.get(session, "principles").version_id == before.version_id
    published = publishing.publish(session, course.id, dana.id, "  Better\nwords ")
    after = catalog.get(session, "principles")
    assert (after.version_id, after.version_number) == (published.id, 2)
    assert catalog.lesson_page(session, after.version_id, "lesson-1", "en").html == TEXT
    assert published.note == "Better words"
    statuses = session.execute(
        select(CourseVersion.number, CourseVersion.status)
        .where(CourseVersion.course_id == course.id)
        .order_by(CourseVersion.number)
    ).all()
    assert [tuple(row) for row in statuses] == [(1, "superseded"), (2, "published")]
    kept = session.scalar(
        select(LessonText.html)
        .join(Lesson, Lesson.id == LessonText.lesson_id)
        .where(Lesson.version_id == before.version_id, Lesson.slug == "lesson-1", LessonText.language == "en")
    )
    assert kept == old_text.html
    deeds = session.scalars(select(AuditEntry).where(AuditEntry.deed == "published a course")).all()
    assert [(deed.subject, deed.actor_id) for deed in deeds] == [(f"course:{course.id}", dana.id)]
    assert make.live(course).published_by == dana.id


def test_an_unchanged_draft_is_not_published(session: Session, course: Course, dana: Person) -> None:
    drafts.open_draft(session, course.id, dana.id)
    with pytest.raises(Conflict):
        publishing.publish(session, course.id, dana.id, "")


def test_publishing_without_a_draft_is_refused(session: Session, course: Course, dana: Person) -> None:
    with pytest.raises(Conflict):
        publishing.publish(session, course.id, dana.id, "")


FAULTY = {
    "empty": "",
    "blank": "<p> </p>",
    "silent picture": '<p>Look.</p><figure class="picture"><img src="/media/a/b.png"></figure>',
    "blank alternative": '<p>Look.</p><img src="/media/a/b.png" alt=" ">',
    "heading order": "<h3>Sub</h3><p>Text.</p>",
    "skipped level": "<h2>Head</h2><h4>Deep</h4><p>Text.</p>",
    "empty heading": "<h2></h2><p>Text.</p>",
    "check without a right choice": '<p>T</p><section class="check"><p class="check-q">Q</p><ul class="check-choices">'
    '<li class="check-choice" data-right="false"><p>A</p></li><li class="check-choice"><p>B</p></li></ul></section>',
}


@pytest.mark.parametrize("html", FAULTY.values(), ids=FAULTY)
def test_a_faulty_text_is_saved_and_not_published(session: Session, course: Course, dana: Person, html: str) -> None:
    save(session, course, dana, html)
    with pytest.raises(Invalid, match="Lesson 1"):
        publishing.publish(session, course.id, dana.id, "")
    assert catalog.get(session, "principles").version_number == 1


def test_an_empty_translation_that_was_never_live_is_left_out(session: Session, course: Course, dana: Person) -> None:
    save(session, course, dana)
    save(session, course, dana, "", language="fr", title="Leçon", revision=0)
    published = publishing.publish(session, course.id, dana.id, "")
    assert {text.language for text in comparison.texts(session, published.id)} == {"en", "nl"}


def test_a_published_version_never_changes(session: Session, make: Make, course: Course) -> None:
    version_id = make.live(course).id
    session.commit()
    for statement in (
        update(LessonText).where(LessonText.version_id == version_id).values(html="<p>x</p>"),
        update(Lesson).where(Lesson.version_id == version_id).values(minutes=99),
        update(Module).where(Module.version_id == version_id).values(position=9),
        text(f"DELETE FROM lesson_clause WHERE version_id = {version_id}"),
        text(f"DELETE FROM course_version WHERE id = {version_id}"),
    ):
        with pytest.raises(DBAPIError, match="never changes"):
            session.execute(statement)
        session.rollback()
    assert session.scalar(select(LessonClause.code).where(LessonClause.version_id == version_id).limit(1)) == "D2"


def test_an_older_version_is_brought_back_as_a_draft(
    session: Session, make: Make, course: Course, dana: Person
) -> None:
    first = make.live(course)
    old = editions.text(session, first.id, "lesson-1", "en")
    save(session, course, dana)
    publishing.publish(session, course.id, dana.id, "")
    draft = drafts.bring_back(session, first.id, dana.id)
    assert (draft.number, draft.status) == (3, "draft")
    back = editions.text(session, draft.id, "lesson-1", "en")
    assert (back.html, back.saved_by) == (old.html, "Dana Smit")
    assert back.revision > 2
    assert catalog.get(session, "principles").version_number == 2
    publishing.publish(session, course.id, dana.id, "Back to the first")
    view = catalog.get(session, "principles")
    assert catalog.lesson_page(session, view.version_id, "lesson-1", "en").html == old.html
    assert [entry.status for entry in drafts.history(session, course.id)] == [
        "published",
        "superseded",
        "superseded",
    ]


def test_bringing_back_replaces_only_an_unchanged_draft(
    session: Session, make: Make, course: Course, dana: Person
) -> None:
    first = make.live(course)
    save(session, course, dana)
    publishing.publish(session, course.id, dana.id, "")
    unchanged = drafts.open_draft(session, course.id, dana.id)
    assert drafts.bring_back(session, first.id, dana.id).id == unchanged.id
    with pytest.raises(Conflict, match="changes that are not published"):
        drafts.bring_back(session, first.id, dana.id)


def test_the_live_version_and_the_draft_need_no_bringing_back(
    session: Session, make: Make, course: Course, dana: Person
) -> None:
    with pytest.raises(Conflict):
        drafts.bring_back(session, make.live(course).id, dana.id)
    with pytest.raises(NotFound):
        drafts.bring_back(session, 99999, dana.id)


def test_history_names_who_did_what_the_newest_first(
    session: Session, make: Make, course: Course, dana: Person
) -> None:
    save(session, course, dana)
    publishing.publish(session, course.id, dana.id, "Better words")
    drafts.open_draft(session, course.id, make.person("Tom", "Wouters").id)
    entries = drafts.history(session, course.id)
    assert [(entry.number, entry.status, entry.by, entry.note) for entry in entries] == [
        (3, "draft", "Tom Wouters", ""),
        (2, "published", "Dana Smit", "Better words"),
        (1, "superseded", None, ""),
    ]


def test_the_outline_says_what_is_changed_and_which_translation_is_behind(
    session: Session, make: Make, course: Course, dana: Person
) -> None:
    save(session, course, dana)
    draft = drafts.open_draft(session, course.id, dana.id)
    [module] = editions.outline(session, draft.id, make.live(course).id)
    assert [lesson.state for lesson in module.lessons] == ["draft", "live", "live"]
    first = module.lessons[0]
    assert (first.behind("nl"), first.behind("en")) == (True, False)
    assert [one.changed for one in editions.courses(session)] == [0, 1]


def in_parallel(database: Database, deed: Callable[[Session], object], times: int = 2) -> list[object]:
    """What each of several threads got, or was refused with."""
    start, found = threading.Barrier(times), list[object]()

    def one() -> None:
        start.wait()
        try:
            with database.transaction() as session:
                found.append(deed(session))
        except Conflict as refusal:
            found.append(refusal)

    threads = [threading.Thread(target=one) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == times
    return found


def test_of_two_publishings_one_wins(database: Database, session: Session, course: Course, dana: Person) -> None:
    save(session, course, dana)
    session.commit()
    course_id, dana_id = course.id, dana.id
    found = in_parallel(database, lambda own: publishing.publish(own, course_id, dana_id, "").number, 3)
    assert sorted(str(one) for one in found if not isinstance(one, Conflict)) == ["2"]
    assert sum(isinstance(one, Conflict) for one in found) == 2


def test_of_two_first_saves_one_opens_the_draft(
    database: Database, session: Session, course: Course, dana: Person
) -> None:
    session.commit()
    course_id, dana_id = course.id, dana.id
    found = in_parallel(database, lambda own: drafts.open_draft(own, course_id, dana_id).id, 4)
    assert len(set(found)) == 1


def test_a_save_never_reaches_a_version_that_is_being_published(
    database: Database, session: Session, course: Course, dana: Person
) -> None:
    save(session, course, dana)
    draft = drafts.open_draft(session, course.id, dana.id)
    draft_id, lesson_id = draft.id, editions.lesson_id(session, draft.id, "lesson-1")
    session.commit()
    course_id, dana_id = course.id, dana.id
    deeds = iter(
        [
            lambda own: publishing.publish(own, course_id, dana_id, "").number,
            lambda own: drafts.save_lesson(own, lesson_id, "en", "Late", "<p>Late.</p>", 2, dana_id).revision,
        ]
    )
    in_parallel(database, lambda own: next(deeds)(own))
    kept = session.scalar(
        select(LessonText.html).where(LessonText.version_id == draft_id, LessonText.lesson_id == lesson_id)
    )
    audited = session.scalars(select(AuditEntry.at).where(AuditEntry.deed == "published a course")).all()
    saved_at = session.scalar(
        select(LessonText.saved_at).where(LessonText.lesson_id == lesson_id, LessonText.language == "en")
    )
    assert kept in (TEXT, "<p>Late.</p>")
    assert saved_at is not None
    assert kept == TEXT or saved_at <= audited[0]


@pytest.mark.parametrize(
    "bomb",
    [
        *(part * 1000 for part in ("<blockquote>", "<ul><li>", "<strong><blockquote></strong>", "<blockquote/>")),
        *(f"{before}{'<blockquote>' * 900}" for before in ("<!-->", "<svg><style>", "<![CDATA[", "<style></style/ >")),
    ],
)
def test_a_text_nested_a_thousand_times_is_refused_at_once(session, make, people, bomb):
    draft = drafts.open_draft(session, make.course().id, people.alice.id)
    lesson = session.scalars(select(Lesson).where(Lesson.version_id == draft.id)).first()
    with pytest.raises(Invalid, match="too deeply"):
        drafts.save_lesson(session, lesson.id, "en", "Title", bomb, 1, people.alice.id)


@pytest.mark.parametrize(
    "crowd", ["<a " + " ".join(f"x{n}=1" for n in range(9000)), "<a/" + "/".join("xyz" * 999) + ">", "<p " * 9000]
)
def test_a_tag_with_thousands_of_attributes_is_refused_at_once(session, make, people, crowd):
    draft = drafts.open_draft(session, make.course().id, people.alice.id)
    lesson = session.scalars(select(Lesson).where(Lesson.version_id == draft.id)).first()
    with pytest.raises(Invalid, match="too much markup"):
        drafts.save_lesson(session, lesson.id, "en", "Title", crowd, 1, people.alice.id)


def test_a_long_text_that_closes_nothing_is_neither_deep_nor_crowded():
    assert richtext.clean("<p>one<br>two" * 500).count("<p>") == 500
    picture = f'<img alt="{"word " * 500}" src="/media/x.png">'
    assert not richtext.crowded(picture)
