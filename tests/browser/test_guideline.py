"""The guideline in a line for each clause: on one screen, on a phone, on one sheet of paper."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from lms.guidelines import loading
from tests.make import Make

pytestmark = pytest.mark.sqlite_only

Enter = Callable[..., None]
NewPage = Callable[..., Page]
ADDRESS = "/guidelines/how-we-speak"


@pytest.mark.parametrize(("language", "country"), [("en", "US"), ("nl", "NL"), ("fr", "GB")])
def test_all_of_it_stands_on_one_screen_and_on_one_sheet(
    make: Make,
    page: Page,
    new_page: NewPage,
    enter: Enter,
    accessible: Callable[[Page], None],
    language: str,
    country: str,
) -> None:
    loading.load(make.session, loading.CONTENT / "how-we-speak")
    person = make.person("Eva", tier="executive", country=country, language=language)
    enter(person)
    page.goto(f"{ADDRESS}/one-page?lang={language}")
    assert page.evaluate("document.documentElement.scrollHeight") <= 800
    accessible(page)
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
    phone = new_page(width=390, dark=True)
    enter(person, phone)
    phone.goto(f"{ADDRESS}/one-page?lang={language}")
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    accessible(phone)


def test_a_cited_clause_of_another_country_opens_where_it_is_folded(make: Make, page: Page, enter: Enter) -> None:
    loading.load(make.session, loading.CONTENT / "how-we-speak")
    enter(make.person("Lotte", country="BE"))
    page.goto(f"{ADDRESS}#D20")
    expect(page.get_by_role("heading", name="D20 United Kingdom")).to_be_visible()
    expect(page.get_by_role("heading", name="D18 Belgium")).to_be_visible()
    page.goto(ADDRESS)
    expect(page.get_by_role("heading", name="D20 United Kingdom")).to_be_hidden()
    page.get_by_text("Show 9 clauses").click()
    expect(page.get_by_role("heading", name="D20 United Kingdom")).to_be_visible()
