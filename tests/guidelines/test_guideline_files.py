"""Guidelines out into files and in again: nothing is lost, and the same words make the same bytes."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms import content
from lms.base.content import ContentError
from lms.base.files import FileStore
from lms.guidelines import catalog, drafting, loading, writing
from lms.guidelines.catalog import ClauseView, GuidelineView
from lms.guidelines.models import GuidelineVersion

SLUG = "how-we-speak"
PIECES = (
    "one",
    "é",
    "“so”",
    "## D2 x",
    "## ",
    "*",
    "**b**",
    "- a",
    "\r\n",
    "\n",
    "\n\n",
    "\u2028",
    "\x0b",
    "\ufeff",
    '"',
)
words = st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join)
glued = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)
text = st.one_of(words, glued)
title = text.map(lambda found: " ".join(f"t {found}".split()))


def spoken(languages, strategy):
    return st.fixed_dictionaries(dict.fromkeys(languages, strategy))


@st.composite
def versions(draw):
    languages = draw(st.sampled_from((("en", "nl"), ("en", "nl", "fr"))))
    codes = draw(st.lists(st.sampled_from(("F1", "F2", "D1", "D2", "D10")), min_size=1, unique=True))
    touch = st.tuples(st.sampled_from(("channel", "topic")), st.sampled_from(("linkedin", "own-work")))
    return GuidelineView(
        version_id=0,
        slug=SLUG,
        number=draw(st.integers(1, 99)),
        effective_on=draw(st.dates(date(2020, 1, 1), date(2040, 1, 1))),
        material=draw(st.booleans()),
        accept_by_on=draw(st.none() | st.just(date(2027, 2, 3))),
        titles=draw(spoken(languages, title)),
        intros=dict.fromkeys(languages, ""),
        intro_sources=draw(spoken(languages, text)),
        changes=draw(spoken(languages, text)),
        sha256s={},
        clauses=tuple(
            ClauseView(
                code=code,
                kind="freedom" if code.startswith("F") else "duty",
                red_line=draw(st.booleans()),
                titles=draw(spoken(languages, title)),
                bodies=dict.fromkeys(languages, ""),
                sources=draw(spoken(languages, text)),
                notes=draw(spoken(languages, text)),
                tier=draw(st.sampled_from((None, "manager", "executive"))),
                country=draw(st.sampled_from((None, "be", "fr"))),
                touches=tuple(sorted(draw(st.sets(touch)))),
            )
            for code in codes
        ),
    )


def written(folder: Path, texts: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, found in texts.items():
        (folder / name).write_bytes(found.encode())
    return folder


def facts(clause: ClauseView) -> tuple[object, ...]:
    limits = clause.tier, clause.country, clause.touches, {code: one for code, one in clause.notes.items() if one}
    return clause.code, clause.kind, clause.red_line, clause.titles, limits


@settings(max_examples=60)
@given(versions())
def test_what_is_written_is_read_and_written_again_to_the_byte(version):
    with TemporaryDirectory() as place:
        texts = writing.texts(version)
        found = loading.version_in(written(Path(place), texts))
    assert writing.texts(found) == texts
    assert [facts(one) for one in found.clauses] == [facts(one) for one in version.clauses]
    assert (found.number, found.material, found.effective_on, found.accept_by_on, found.titles) == (
        version.number,
        version.material,
        version.effective_on,
        version.accept_by_on,
        version.titles,
    )


def test_the_shipped_files_are_as_they_would_be_written():
    folder = loading.CONTENT / SLUG
    texts = writing.texts(loading.version_in(folder))
    assert texts == {path.name: path.read_text() for path in folder.iterdir()}


def nothing(path: Path) -> None:
    """Called for each file."""


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def test_a_guideline_goes_out_and_in_again_and_other_layout_changes_nothing(session, files, tmp_path):
    loading.load(session, loading.CONTENT / SLUG)
    assert content.guideline_slugs(session) == [SLUG]
    content.export_guideline(session, tmp_path, SLUG, seen=nothing)
    toml = tmp_path / "guidelines" / SLUG / "guideline.toml"
    toml.write_text("# by hand\n" + toml.read_text())
    plans = content.plan(session, files, tmp_path, draft=False, seen=nothing)
    assert (plans.lines, plans.changes) == ([f"guideline {SLUG}: unchanged"], False)
    toml.write_text(toml.read_text().replace("version = 2", "version = 3"))
    plans = content.plan(session, files, tmp_path, draft=False, seen=nothing)
    assert (plans.lines, plans.changes) == ([f"guideline {SLUG}: added"], True)
    assert catalog.live(session).number == 3


def test_files_do_not_overwrite_what_authors_write_and_a_wrong_folder_is_named(session, files, make, tmp_path):
    loading.load(session, loading.CONTENT / SLUG)
    content.export_guideline(session, tmp_path, SLUG, seen=nothing)
    drafting.open_draft(session, SLUG, make.person(roles=["author"]).id)
    folder = tmp_path / "guidelines" / SLUG
    assert loading.load(session, folder) == "unchanged"
    toml = folder / "guideline.toml"
    toml.write_text(toml.read_text().replace("version = 2", "version = 3"))
    (line,) = content.plan(session, files, tmp_path, draft=False, seen=nothing).lines
    assert line == f"guideline {SLUG}: kept as it is: its authors write it in the studio"
    folder.rename(tmp_path / "guidelines" / "other")
    with pytest.raises(ContentError, match="the folder is called 'other'"):
        content.plan(session, files, tmp_path, draft=False, seen=nothing)
    assert session.scalar(select(func.count()).select_from(GuidelineVersion)) == 2
