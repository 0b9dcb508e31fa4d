"""What holds for every kind of question there is, and will be."""

import re
from pathlib import Path

import pytest

import lms
import quizzes
from quizzes.kinds import KINDS

ASKED_BY_NAME = re.compile(rf"""kind\w*\s*(==|!=|\bin\b)[^\n]*["']({"|".join(KINDS)})["']""")
TEMPLATES = Path(lms.__file__).parent / "templates"
ROOMS = ("quizzes", "quiz_authoring", "practice", "marking", "bank", "figures", "regrading", "records")


def test_nothing_outside_of_the_kinds_tells_them_apart() -> None:
    """So a new kind is a module, a row and a template."""
    house = Path(quizzes.__file__).parent
    files = [path for path in house.rglob("*.py") if "kinds" not in path.relative_to(house).parts]
    files += [path for room in ROOMS for path in (TEMPLATES / room).rglob("*.html")]
    assert len(files) > 100
    assert [path.name for path in files if ASKED_BY_NAME.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_has_its_page_a_name_and_markings_or_choices(name: str) -> None:
    kind = KINDS[name]
    assert (TEMPLATES / "quizzes" / f"_{kind.layout}.html").exists()
    assert kind.name()
    assert 0 <= kind.fewest <= kind.most


def test_there_are_all_the_kinds_that_were_asked_for() -> None:
    wanted = {"single", "multiple", "truefalse", "matching", "ordering", "sort", "short", "number", "spot"}
    assert wanted | {"rewrite", "triage", "thread", "attest", "scenario"} == set(KINDS)
