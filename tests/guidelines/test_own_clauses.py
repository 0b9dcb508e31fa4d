"""A reader sees the clauses for her role and country in their place, and accepts those alone; and all on one page."""

import re
import shutil
from pathlib import Path

import pytest

from lms.base import richtext
from lms.base.content import ContentError
from lms.guidelines import attestations, catalog, comparing, loading
from lms.guidelines.catalog import ClauseView, GuidelineView
from tests.curriculum import measures

SLUG = "how-we-speak"
ADDRESS = f"/guidelines/{SLUG}"
LIMITS = {"D13": ("manager", None), "D14": ("executive", None)}
LIMITS |= dict.fromkeys(("D16", "D17"), (None, "nl")) | dict.fromkeys(("D18", "D19"), (None, "be"))
LIMITS |= dict.fromkeys(("D20", "D21"), (None, "gb")) | dict.fromkeys(("D22", "D23", "D24"), (None, "us"))
UNSURE = {"D16", "D18", "D19", "D20", "D21", "D22", "D23"}
SOURCE = {"en": "Source: ", "nl": "Bron: ", "fr": "Source\u00a0: "}
DATED = {"en": ", as of ", "nl": ", stand van ", "fr": ", état d"}
CHECK = {
    "en": "<strong>Have counsel check before you rely on this.</strong>",
    "nl": "<strong>Laat een jurist dit nakijken voor je erop vertrouwt.</strong>",
    "fr": "<strong>Faites vérifier par un juriste avant de vous y fier.</strong>",
}
LONGEST = 110


@pytest.fixture(scope="module")
def shipped() -> GuidelineView:
    return loading.version_in(loading.CONTENT / SLUG)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(loading.CONTENT / SLUG, tmp_path / SLUG))


def codes(clauses: tuple[ClauseView, ...]) -> list[str]:
    return [clause.code for clause in clauses]


def test_the_shipped_clauses_for_some_are_for_whom_they_say(shipped):
    assert {one.code: (one.tier, one.country) for one in shipped.clauses if one.limited} == LIMITS
    assert "D15" in codes(shipped.clauses_for("staff", "FR")), "for everybody: everybody may get a permission"


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_every_rule_of_a_country_says_its_source_and_date_and_what_counsel_must_check(shipped, language):
    for clause in shipped.clauses:
        html = clause.note_htmls.get(language, "")
        assert bool(html) == bool(clause.country), clause.code
        if clause.country:
            assert html.startswith(f"<p>{SOURCE[language]}"), clause.code
            assert DATED[language] in richtext.plain(html), clause.code
            assert (CHECK[language] in html) == (clause.code in UNSURE), clause.code


def test_the_shipped_clauses_are_short_and_plain(shipped):
    for clause in shipped.clauses:
        for language in ("en", "nl"):
            words = re.findall(r"[\w’'-]+", clause.sources[language])
            assert len(words) <= LONGEST, f"{clause.code} has {len(words)} words in {language}"
        assert measures.grade(clause.bodies["en"] + clause.note_htmls.get("en", "")) <= 9, clause.code
        assert "**For example:**" in clause.sources["en"], clause.code
        assert "**Bijvoorbeeld:**" in clause.sources["nl"], clause.code


def test_a_reader_accepts_the_clauses_for_her_alone(shipped):
    text = attestations.exact_text(shipped, "en", "manager", "GB").text
    assert re.findall(r"^## (\w+)", text, re.MULTILINE) == codes(shipped.clauses_for("manager", "GB"))
    assert set(codes(shipped.clauses_for_others("manager", "GB"))) == set(LIMITS) - {"D13", "D20", "D21"}


def test_her_own_clauses_stand_in_their_place_and_the_others_folded_at_the_end(session, folder, make, client_for):
    loading.load(session, folder)
    page = client_for(make.person("Bob", tier="manager", country="GB")).get(ADDRESS).text
    before, _, after = page.partition('id="others"')
    for code in LIMITS:
        assert (f'id="{code}"' in before) == (code in {"D13", "D20", "D21"}), code
        assert f'id="{code}"' in page
    assert "For: Managers" in before
    assert "United Kingdom</span>" in before
    assert "Have counsel check before you rely on this." in before
    assert 'href="https://www.regulationtomorrow.com/' in before
    assert "you do not accept them" in after


def test_who_is_not_signed_in_says_as_whom_she_reads(session, folder, anonymous):
    loading.load(session, folder)
    before = anonymous.get(ADDRESS).text.partition('id="others"')[0]
    assert not any(f'id="{code}"' in before for code in LIMITS)
    before = anonymous.get(f"{ADDRESS}?tier=executive&country=us").text.partition('id="others"')[0]
    assert [code for code in LIMITS if f'id="{code}"' in before] == ["D14", "D22", "D23", "D24"]


def test_one_page_has_a_line_for_each_clause_freedoms_first_and_red_lines_by_word_and_sign(
    session, folder, make, client_for
):
    loading.load(session, folder)
    client = client_for(make.person("Eva", tier="executive", country="US"))
    page = client.get(f"{ADDRESS}/one-page").text
    shown = re.findall(rf'href="{ADDRESS}#(\w+)"><span class="clause-code">', page)
    assert sorted(shown) == sorted(codes(catalog.live(session).clauses_for("executive", "US")))
    assert shown[:9] == ["F1", "F2", "F3", "F4", "D2", "D4", "D5", "D6", "D10"]
    red = page.partition('id="red"')[2].partition("</section>")[0]
    assert "Red lines: here everybody stops" in red
    assert red.count("<svg") == 6, "the sign on the heading and on each red line"
    assert 'href="mailto:hub@acme.example"' in page
    assert f'href="{ADDRESS}/one-page"' in client.get(ADDRESS).text
    assert client.get("/guidelines/nothing/one-page").status_code == 404
    assert "Zeg wie je bent" in client.get(f"{ADDRESS}/one-page?text=nl").text


def test_one_page_needs_few_statements(session, folder, people, client_for, statements):
    loading.load(session, folder)
    client = client_for(people.alice)
    client.get(f"{ADDRESS}/one-page")
    statements.clear()
    client.get(f"{ADDRESS}/one-page")
    assert len(statements) <= 4


def test_a_note_that_cannot_be_read_is_named_with_its_line(session, folder):
    toml = folder / "guideline.toml"
    toml.write_text(toml.read_text().replace('note = { en = "Source', 'note = { en = "::: shout\\nSource', 1))
    with pytest.raises(ContentError, match=r"guideline\.toml:\d+: The note of D16 \(en\): "):
        loading.load(session, folder)


def test_a_note_that_leads_elsewhere_is_a_change(shipped, folder):
    toml = folder / "guideline.toml"
    toml.write_text(toml.read_text().replace("https://foley.com/", "https://elsewhere.example/"))
    other = loading.version_in(folder)
    assert comparing.changed_codes(shipped, other) == ("D24",)
    changed = comparing.compare(shipped, other, "en").changed
    assert [(one.code, one.facts) for one in changed] == [
        ("D24", ("The words stay. Only the form changes, such as bold words or links.",))
    ]
