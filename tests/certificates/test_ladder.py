"""Loading the ladder."""

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates import ladder
from certificates.level_models import Level, LevelRevision
from certificates.levels import loading
from lms.base import clock
from lms.base.content import ContentError
from tests.make import Make

TEXT = loading.CONTENT.read_text(encoding="utf-8")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "levels.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_shipped_levels_load_once(session: Session, make: Make) -> None:
    make.course(slug="principles")
    assert loading.load(session) == "added"
    assert loading.load(session) == "unchanged"
    attested, ambassador, *higher = ladder.levels(session)
    assert (attested.code, attested.valid_months, attested.gives_authorization) == ("L0", 12, False)
    assert (ambassador.code, ambassador.valid_months, ambassador.gives_authorization) == ("L1", 24, True)
    assert set(ambassador.texts) == {"en", "nl", "fr"}
    assert ambassador.scope.pairs() == [("channel", "own"), ("topic", "published"), ("language", "*")]
    assert [level.code for level in higher if level.kind == "level"] == ["L2", "L3", "L4"]
    assert {level.code: level.approvers for level in higher} == {
        "L2": ("manager", "hub"),
        "L3": ("manager", "hub", "care"),
        "L4": ("legal", "board"),
        "crisis": ("hub", "care"),
        "regulated": ("hub", "legal"),
        "results": ("legal", "board"),
        "language": ("hub", "coach"),
        "coach": ("manager", "hub"),
        "executive": ("hub", "legal"),
    }
    assert [level.code for level in higher if "results" in level.scope.topics] == ["results"]


def test_a_level_whose_courses_are_not_there_is_loaded_and_waits_for_them(session: Session, make: Make) -> None:
    make.course(slug="principles")
    loading.load(session)
    assert [level.code for level in ladder.levels(session) if level.complete][:2] == ["L0", "L1"]
    speaker = ladder.level(session, "L2")
    assert not speaker.complete
    assert [need.slug for need in speaker.needs_of("executive")] == [
        "principles",
        "confidential-and-compliant",
        "listening-immersion",
        "rank-is-not-a-licence",
    ]
    assert {need.slug for need in speaker.needs_of("staff")} >= {"helping-customers", "blogging-and-commenting"}
    for slug in sorted({need.slug for need in speaker.needs if not need.renewal and not need.course_id}):
        make.course(slug=slug)
    assert ladder.level(session, "L2").complete


def test_changed_words_are_loaded_and_seen_at_once(session: Session, make: Make, file: Path) -> None:
    make.course(slug="principles")
    loading.load(session, file)
    assert ladder.levels(session)[1].texts["en"].name == "Ambassador"
    change(file, 'en = "Ambassador"', 'en = "Friend"')
    assert loading.load(session, file) == "updated"
    assert ladder.levels(session)[1].texts["en"].name == "Friend"
    assert loading.load(session, file) == "unchanged"
    numbers = select(LevelRevision.number).join(Level).where(Level.code == "L1").order_by(LevelRevision.number)
    assert list(session.scalars(numbers)) == [1, 2]


def test_a_level_that_was_edited_here_is_kept(session: Session, make: Make, file: Path) -> None:
    make.course(slug="principles")
    loading.load(session, file)
    edited = session.scalars(select(Level).where(Level.code == "L1")).one()
    edited.edited_at, edited.valid_months = clock.now(), 18
    edited.revision += 1
    assert loading.load(session, file) == "unchanged"
    change(file, 'en = "Ambassador"', 'en = "Friend"')
    assert loading.load(session, file) == "kept"
    kept = ladder.level(session, "L1")
    assert (kept.valid_months, kept.texts["en"].name) == (18, "Ambassador")
    assert session.scalar(select(func.count(LevelRevision.id))) == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("valid_months = 24", "valid_months = 0", "must be 1 or more"),
        ("valid_months = 24", 'valid_months = "two years"', "must be of type int"),
        ('code = "L1"', 'code = "L0"', "stands here twice"),
        ("rank = 1\n", "rank = 0\n", "stands here twice"),
        ('fr = "Ambassadeur"', 'fr = ""', "no text in 'fr'"),
        ('channel = ["own"]', 'channel = ["fax"]', "'fax' is not a channel"),
        ('topic = ["published"]', 'subject = ["published"]', "'subject'"),
        ("[[level]]", "[[level", "This is not TOML"),
        ("granted_by_rule = true", "granted_by_rule = 1", "must be of type bool"),
        ("granted_by_rule = true", "granted_by_rule = false", "needs approvals"),
        ('approvals = ["manager", "hub"]', 'approvals = ["hub", "nobody"]', "'nobody' cannot approve L2"),
        ('kind = "endorsement"', 'kind = "bonus"', "it must be level or endorsement"),
        ('tier = "executive"', 'tier = "boss"', "'boss' in \"L2\" is not a tier"),
        ("percent = 85", "percent = 101", "it must be 1 to 100"),
        ("within_months = 6", "within_months = 0", "it must be 1 to 120"),
        ('kind = "level", slug = "L2"', 'kind = "level", slug = "L9"', "asks for the level 'L9'"),
        ("dormant_months = 3", "sleepy_months = 3", "sleepy_months is not known"),
        ('code = "crisis"', 'code = "crisis!"', "it must be a letter"),
        ('en = ["share news that {company} has published", ', "en = [", "not as many texts"),
    ],
)
def test_a_broken_file_says_where_and_what_and_changes_nothing(
    session: Session, make: Make, file: Path, old: str, new: str, said: str
) -> None:
    make.course(slug="principles")
    loading.load(session)
    before = ladder.levels(session)
    change(file, old, new)
    with pytest.raises(ContentError, match=r"levels\.toml:\d+: ") as caught:
        loading.load(session, file)
    assert said in str(caught.value)
    assert ladder.levels(session) == before
