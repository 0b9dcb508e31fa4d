"""From the figures down to a unit and its people, with the keyboard, and accessible on the way."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from lms.people.models import Person
from lms.reports.compliance import months
from tests.make import Make, People

pytestmark = pytest.mark.sqlite_only


def test_a_figure_leads_to_its_people(
    page: Page,
    new_page: Callable[..., Page],
    enter: Callable[..., None],
    accessible: Callable[[Page], None],
    make: Make,
    people: People,
) -> None:
    make.enrollment(people.alice, make.course(), completed=True)
    hub: Person = make.person("Hugo", "Hub", roles=["hub"])
    for month in ("2026-08-31", "2026-09-30", "2026-10-31"):
        months.take(make.session, months.date.fromisoformat(month))
    enter(hub)
    page.goto("/reports")
    accessible(page)
    page.get_by_role("link", name="Benelux", exact=True).press("Enter")
    expect(page.get_by_role("rowheader", name="Benelux itself")).to_be_visible()
    page.get_by_role("region", name="In short").get_by_role("link", name="Completed: 1").press("Enter")
    expect(page.get_by_role("heading", name="Completed", level=1)).to_be_visible()
    expect(page.get_by_role("rowheader", name="Alice Janssen")).to_be_visible()
    accessible(page)
    phone = new_page(width=390, dark=True)
    enter(hub, phone)
    phone.goto("/reports/months")
    expect(phone.get_by_role("img", name="Attended: 1")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    accessible(phone)
