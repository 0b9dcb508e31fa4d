"""Looking after people in a real browser: a file from the upload to the undoing, and choosing a person while typing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lms.people.imports.columns import USUAL
from lms.people.models import Person
from tests.make import Make, People

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def dana(make: Make) -> Person:
    return make.person("Dana", "Smit", roles=["administrator"], tier="executive")


def test_a_file_is_uploaded_matched_checked_imported_and_undone_without_scripts(
    new_page: Callable[..., Page],
    enter: Callable[..., None],
    dana: Person,
    people: People,
    tmp_path: Path,
) -> None:
    file = tmp_path / "hr.csv"
    bob = people.bob.employee_id
    rows = (
        ",".join(USUAL).replace("given_name", "First name"),
        f"N1,ines@acme.example,Inès,Fournier,Field service,{bob},staff,,fr,2026-11-01,active",
        f"{people.alice.employee_id},alice@acme.example,Alice,Janssen,Marketing,{bob},staff,,en,,active",
    )
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    page = new_page(width=390, javascript=False)
    enter(dana, page)
    page.goto("/admin/imports")
    page.get_by_label("File from HR").set_input_files(file)
    page.get_by_role("button", name="Upload the file").click()
    expect(page.get_by_role("combobox", name="First name")).to_have_value("given_name")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("row", name="Inès Fournier").get_by_text("New", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="Import 2 changes").click()
    expect(page.get_by_role("heading", name="The people are in")).to_be_visible()
    page.get_by_role("link", name="Undo this import").click()
    expect(page.get_by_text("1 person stands again as before.")).to_be_visible()
    page.get_by_role("button", name="Undo the import").click()
    expect(page.get_by_role("heading", name="This import was undone")).to_be_visible()
    page.goto("/admin/people?status=left")
    expect(page.get_by_role("link", name="Inès Fournier")).to_be_visible()


def test_a_manager_is_chosen_while_typing(
    page: Page, enter: Callable[..., None], dana: Person, people: People, accessible: Callable[[Page], None]
) -> None:
    enter(dana, page)
    page.goto(f"/admin/people/{people.charlie.uid}/edit")
    page.get_by_role("combobox", name="Manager", exact=True).press_sequentially("bob de")
    expect(page.locator("#managers option")).to_have_attribute("value", "bob@acme.example")
    page.get_by_role("combobox", name="Manager", exact=True).fill("bob@acme.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Bob de Vries")).to_be_visible()
    accessible(page)


def test_the_pages_about_people_are_for_everybody_to_use(
    page: Page,
    enter: Callable[..., None],
    dana: Person,
    people: People,
    tmp_path: Path,
    accessible: Callable[[Page], None],
) -> None:
    enter(dana, page)
    for path in ("people", "people/new", "roles", "people/absences", "people/without-manager", "imports"):
        page.goto(f"/admin/{path}")
        accessible(page)
    file = tmp_path / "hr.csv"
    for status in ("left", "nonsense"):
        line = f"{people.alice.employee_id},alice@acme.example,Alice,Janssen,Marketing,,staff,,en,,{status}"
        file.write_text(f"{','.join(USUAL)}\n{line}\n", encoding="utf-8")
        page.goto("/admin/imports")
        page.get_by_label("File from HR").set_input_files(file)
        page.get_by_role("button", name="Upload the file").click()
        if status == "left":
            accessible(page)
        page.get_by_role("button", name="Check the file").click()
        accessible(page)
