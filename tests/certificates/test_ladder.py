"""Loading the ladder."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from certificates import ladder
from lms.base.content import ContentError
from tests.make import Make

TEXT = ladder.CONTENT.read_text(encoding="utf-8")


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
    assert ladder.load(session) == "added"
    assert ladder.load(session) == "unchanged"
    attested, ambassador = ladder.levels(session)
    assert (attested.code, attested.valid_months, attested.gives_authorization) == ("L0", 12, False)
    assert (ambassador.code, ambassador.valid_months, ambassador.gives_authorization) == ("L1", 24, True)
    assert set(ambassador.texts) == {"en", "nl", "fr"}
    assert ambassador.scope.pairs() == [("channel", "own"), ("topic", "published"), ("language", "*")]


def test_changed_words_are_loaded_and_seen_at_once(session: Session, make: Make, file: Path) -> None:
    make.course(slug="principles")
    ladder.load(session, file)
    assert ladder.levels(session)[1].texts["en"].name == "Ambassador"
    change(file, 'en = "Ambassador"', 'en = "Friend"')
    assert ladder.load(session, file) == "updated"
    assert ladder.levels(session)[1].texts["en"].name == "Friend"
    assert ladder.load(session, file) == "unchanged"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("valid_months = 24", "valid_months = 0", "must be 1 or more"),
        ("valid_months = 24", 'valid_months = "two years"', "must be of type int"),
        ('code = "L1"', 'code = "L0"', "stands here twice"),
        ("rank = 1", "rank = 0", "stands here twice"),
        ('fr = "Ambassadeur"', 'fr = ""', "no text in 'fr'"),
        ('channel = ["own"]', 'channel = ["fax"]', "'fax' is not a channel"),
        ('topic = ["published"]', 'subject = ["published"]', "'subject'"),
        ("[[level]]", "[[level", "This is not TOML"),
        ("granted_by_rule = true", "granted_by_rule = 1", "must be of type bool"),
        ('en = ["share news that {company} has published", ', "en = [", "not as many texts"),
    ],
)
def test_a_broken_file_says_where_and_what_and_changes_nothing(
    session: Session, make: Make, file: Path, old: str, new: str, said: str
) -> None:
    make.course(slug="principles")
    ladder.load(session)
    before = ladder.levels(session)
    change(file, old, new)
    with pytest.raises(ContentError, match=r"levels\.toml:\d+: ") as caught:
        ladder.load(session, file)
    assert said in str(caught.value)
    assert ladder.levels(session) == before
