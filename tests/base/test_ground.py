"""The small parts of the ground: clock, events, files, content files, languages, and who may open an address."""

import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask

from lms.base import access, clock, content, i18n
from lms.base.content import ContentError, TomlFile, read
from lms.base.db import Database
from lms.base.events import Event, announce
from lms.base.files import FileStore
from lms.base.forms import trimmed

MOMENT = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)


def test_the_world_of_a_test_can_be_built(make, people, client_for):
    make.guideline()
    course = make.course()
    make.enrollment(people.alice, course, done=2, due_in=-3)
    assert client_for(people.alice).get("/readyz").json == {"status": "ready"}


def test_the_clock_can_stand_still_and_goes_on_afterwards():
    with clock.frozen(MOMENT):
        assert clock.now() == MOMENT
        assert clock.today("UTC") == date(2026, 11, 2)
        assert clock.today() == date(2026, 11, 3)
    assert clock.now() != MOMENT
    assert clock.now().tzinfo is UTC


@dataclass(frozen=True)
class Rung(Event):
    """The bell rang."""

    times: int


def test_an_event_is_followed_by_its_row_in_the_table_in_order(tmp_path):
    heard: list[str] = []
    table = {Rung: [lambda session, event: heard.append(f"first {event.times}"), lambda *_: heard.append("second")]}
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite'}", table)
    with database.transaction() as session:
        announce(session, Rung(3))
        announce(session, Event())
    assert heard == ["first 3", "second"]
    database.close()


def test_a_consequence_that_fails_undoes_the_deed(tmp_path):
    def fail(session: object, event: Event) -> None:
        raise ValueError("no")

    database = Database(f"sqlite:///{tmp_path / 'x.sqlite'}", {Rung: [fail]})
    with pytest.raises(ValueError, match="no"), database.transaction() as session:
        announce(session, Rung(1))
    database.close()


def test_a_file_is_kept_once_under_its_hash(tmp_path):
    store = FileStore(tmp_path / "files")
    digests = [store.put(b"the same") for _ in range(2)]
    assert digests[0] == digests[1]
    assert store.read(digests[0]) == b"the same"
    assert len([path for path in (tmp_path / "files").rglob("*") if path.is_file()]) == 1


def test_the_same_file_may_be_put_by_many_at_once(tmp_path):
    store = FileStore(tmp_path / "files")
    content = b"x" * 1_000_000
    threads = [threading.Thread(target=store.put, args=(content,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (kept,) = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert kept.read_bytes() == content


def toml(tmp_path: Path, text: str) -> TomlFile:
    (tmp_path / "course.toml").write_text(text, encoding="utf-8")
    return TomlFile(tmp_path / "course.toml")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('a = 1\nb = "never closed\n', 2, "not TOML"),
        ("a = 1\n[title]\nen = 'x'\n", 2, "title has no text in 'nl'"),
        ("a = 1\n", 1, "title is missing"),
        ("a = 1\ntitle = 3\n", 2, "title is 3; it must be of type dict"),
    ],
)
def test_a_broken_content_file_is_told_with_file_and_line(tmp_path, text, line, words):
    with pytest.raises(ContentError) as told:
        toml(tmp_path, text).texts(TomlFile(tmp_path / "course.toml").data, "title", ("en", "nl"))
    assert f"course.toml:{line}: " in str(told.value)
    assert words in str(told.value)


def test_a_content_file_that_is_missing_or_not_utf_8_is_told(tmp_path):
    with pytest.raises(ContentError, match="This file is missing"):
        read(tmp_path / "nothing.md")
    (tmp_path / "latin.md").write_bytes(b"one\ntwo\ncaf\xe9")
    with pytest.raises(ContentError, match=r"latin\.md:3: This is not UTF-8"):
        read(tmp_path / "latin.md")
    (tmp_path / "marked.md").write_bytes(b"\xef\xbb\xbfone")
    assert read(tmp_path / "marked.md") == "one"


def test_a_number_is_not_a_yes_or_no(tmp_path):
    file = toml(tmp_path, "version = true\n")
    with pytest.raises(ContentError, match="version is True"):
        file.need(file.data, "version", int)


@pytest.mark.parametrize(("typed", "kept"), [("  a b ", "a b"), (None, None), (3, 3)])
def test_text_is_kept_without_blanks_at_its_ends(typed, kept):
    assert trimmed(typed) == kept


def test_a_text_is_picked_in_the_wanted_language_else_in_english_else_in_any():
    assert i18n.pick({"en": "one", "nl": "een"}, "nl") == "een"
    assert i18n.pick({"en": "one", "nl": "een"}, "fr") == "one"
    assert i18n.pick({"nl": "een"}, "fr") == "een"


def test_without_a_reader_sentences_are_english():
    assert i18n.gettext("%(count)s min", count=5) == "5 min"
    assert i18n.ngettext("%(num)s person", "%(num)s people", 1) == "1 person"
    assert i18n.ngettext("%(num)s person", "%(num)s people", 3) == "3 people"


@pytest.mark.sqlite_only
def test_days_and_moments_are_those_of_the_reader(app):
    with app.test_request_context("/?lang=nl"):
        assert i18n.day(date(2026, 11, 27)) == "27 november 2026"
        assert i18n.day(MOMENT) == "3 november 2026", "half past midnight in Brussels"
        assert i18n.moment(MOMENT) == "3 november 2026, 00:30 (Brussels)"
        assert i18n.time_of_day(MOMENT) == "00:30"
    with app.test_request_context("/?lang=en"):
        assert i18n.day(date(2026, 11, 27)) == "27 November 2026"
        assert i18n.short_day(date(2026, 11, 27)) == "Friday 27 November"
        assert [i18n.minutes(count) for count in (25, 60, 130)] == ["25 min", "1 h", "2 h 10"]


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("accepted", "language"), [("nl-BE,nl;q=0.9", "nl"), ("de,fr;q=0.5", "fr"), ("ja", "en"), ("", "en"), ("*", "en")]
)
def test_the_browser_says_the_language_when_nobody_has_chosen(anonymous, accepted, language):
    page = anonymous.get("/login", headers={"Accept-Language": accepted})
    assert f'<html lang="{language}"' in page.text
    assert "Accept-Language" in page.headers["Vary"]


def test_a_view_that_does_not_say_who_it_is_for_stops_the_start():
    app = Flask("careless", static_folder=None)
    app.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(LookupError, match="open does not say who may open it"):
        access.install(app)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("role", access.ROLES)
def test_an_audience_of_roles_admits_who_holds_one(role):
    class Holder:
        roles = frozenset({role})

    admitted = access.holders_of("author", "administrator").admits(Holder())
    assert admitted is (role in {"author", "administrator"})


@pytest.mark.parametrize(
    "number", ["9" * 6_000, "-" + "9" * 200, "0x" + "f" * 6_000, "[{ b = " + "1_" * 3_000 + "0 }]"]
)
def test_a_number_too_long_to_be_read_is_told_with_its_line(tmp_path, number):
    with pytest.raises(ContentError, match=r"course\.toml:2: There is a number here of more than 100 digits"):
        toml(tmp_path, f"a = 1\nlong = {number}\n")
    assert toml(tmp_path, f'words = "{"9" * 6_000}"\n').data["words"]


def test_an_error_of_a_name_stands_where_it_gets_its_value(tmp_path):
    file = toml(tmp_path, "# slug and version\nversion = 1\nslug = 'a'\n")
    assert "course.toml:3: no" in str(file.wrong_at("slug", "no"))
    assert "course.toml:1: no" in str(file.wrong_at("title", "no"))


class TestFolders:
    def test_hidden_entries_are_none(self, tmp_path):
        for name in ("b", "a", ".git"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "quiz.toml").touch()
        (tmp_path / ".DS_Store").touch()
        assert [one.name for one in content.folders(tmp_path, "quiz.toml", "quiz")] == ["a", "b"]

    @pytest.mark.parametrize("kind", ["file", "empty folder"])
    def test_what_is_not_one_is_named(self, tmp_path, kind):
        stray = tmp_path / "notes.txt"
        if kind == "file":
            stray.touch()
        else:
            stray.mkdir()
        with pytest.raises(
            ContentError, match=r"notes\.txt:1: This is not the folder of a quiz: quiz\.toml is missing\."
        ):
            content.folders(tmp_path, "quiz.toml", "quiz")
