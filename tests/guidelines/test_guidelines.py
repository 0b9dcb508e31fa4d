"""Versioned clauses, and accepting exactly the words one read."""

import hashlib
import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from lms.base.content import ContentError
from lms.base.errors import Conflict, NotFound
from lms.guidelines import attestations, catalog, loading
from lms.guidelines.models import Attestation, ClauseText, GuidelineText, GuidelineVersion


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(loading.CONTENT / "how-we-speak", tmp_path / "how-we-speak"))


def test_the_shipped_guideline_has_freedoms_and_duties_in_its_three_languages(session, folder):
    assert loading.load(session, folder) == "added"
    found = catalog.live(session)
    assert [clause.code for clause in found.freedoms] == ["F1", "F2", "F3", "F4"]
    assert [clause.code for clause in found.duties] == [f"D{number}" for number in range(1, 25)]
    assert {clause.code for clause in found.clauses if clause.red_line} == {"D2", "D4", "D5", "D6", "D10"}
    for clause in found.clauses:
        assert len(set(clause.titles.values())) == 3
        assert set(clause.bodies) == {"en", "nl", "fr"}


def test_loading_again_changes_nothing(session, folder):
    loading.load(session, folder)
    assert loading.load(session, folder) == "unchanged"


def test_published_words_cannot_change_without_a_new_version(session, folder):
    loading.load(session, folder)
    path = folder / "en.md"
    path.write_text(path.read_text() + "\nOne more sentence.\n")
    with pytest.raises(ContentError, match="published already: raise it"):
        loading.load(session, folder)
    toml = folder / "guideline.toml"
    toml.write_text(toml.read_text().replace("version = 2", "version = 3"))
    assert loading.load(session, folder) == "added"
    assert catalog.live(session).number == 3


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("nl.md", "## D2 ", "## D32 ", "There is no section “## D2 …”"),
        ("en.md", "## D3 ", "## D2 ", "Clause D2 stands here a second time"),
        ("en.md", "## D3 ", "## Three ", "is not a heading such as"),
        ("guideline.toml", 'kind = "freedom"', 'kind = "wish"', "must be freedom or duty"),
        ("guideline.toml", "material = true", 'material = "yes"', "must be of type bool"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(session, folder, name, old, new, sentence):
    path = folder / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ContentError, match=r":\d+: ") as refusal:
        loading.load(session, folder)
    assert name in str(refusal.value)
    assert sentence in str(refusal.value)


def test_a_published_guideline_never_changes(session, make):
    make.guideline()
    text = session.scalars(select(ClauseText)).first()
    text.title = "Another"
    with pytest.raises(DBAPIError, match="never changes"):
        session.flush()


def test_accepting_keeps_the_hash_of_the_exact_words(session, make, people):
    version = make.guideline()
    text = session.get_one(GuidelineText, (version.id, "nl"))
    attestations.accept(session, people.alice.id, version.id, "nl", text.sha256)
    attestations.accept(session, people.alice.id, version.id, "nl", text.sha256)
    kept = session.scalars(select(Attestation)).one()
    assert kept.text_sha256 == hashlib.sha256(text.whole.encode()).hexdigest()
    assert attestations.accepted(session, people.alice.id, version.id)
    assert not attestations.accepted(session, people.charlie.id, version.id)


def test_words_that_are_no_longer_those_on_the_page_cannot_be_accepted(session, make, people):
    version = make.guideline()
    with pytest.raises(Conflict, match="newer text"):
        attestations.accept(session, people.alice.id, version.id, "en", "0" * 64)
    with pytest.raises(Conflict):
        attestations.accept(session, people.alice.id, version.id, "xx")
    assert session.scalar(select(func.count()).select_from(Attestation)) == 0


def test_an_attestation_can_neither_be_changed_nor_removed(session, make, people):
    make.attestation(people.alice, make.guideline())
    session.delete(session.scalars(select(Attestation)).one())
    with pytest.raises(DBAPIError, match="append-only"):
        session.flush()


def test_a_guideline_that_is_not_there_is_not_found(session):
    with pytest.raises(NotFound):
        catalog.live(session, "nothing")


def test_anyone_reads_the_guideline_and_who_is_signed_in_accepts_it(session, make, people, client_for, anonymous):
    version = make.guideline()
    page = anonymous.get("/guidelines/how-we-speak")
    assert page.status_code == 200
    assert "Accept the guideline" not in page.text
    assert "Set-Cookie" not in page.headers
    client = client_for(people.alice)
    text = session.get_one(GuidelineText, (version.id, "en"))
    fields = {"language": "en", "sha256": text.sha256}
    assert client.submit("/guidelines/how-we-speak", fields).status_code == 422
    answer = client.submit("/guidelines/how-we-speak", fields | {"agree": "yes", "next": "//evil.example"})
    assert (answer.status_code, answer.location) == (303, "/learning")
    assert "You accepted this version" in client.get("/guidelines/how-we-speak").text


def test_the_page_needs_few_statements(make, people, client_for, statements):
    make.guideline()
    client = client_for(people.alice)
    client.get("/guidelines/how-we-speak")
    statements.clear()
    client.get("/guidelines/how-we-speak")
    assert len(statements) <= 4


def test_versions_are_counted_from_the_file(session, folder):
    loading.load(session, folder)
    assert session.scalars(select(GuidelineVersion.number)).all() == [2]
