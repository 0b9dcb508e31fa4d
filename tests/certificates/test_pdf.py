"""The certificate on paper: tagged, named, and with a code that leads to the right page."""

import io
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pdfua
import pikepdf
import pypdf
import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from certificates import look, pdf
from lms.base.i18n import force_locale
from lms.base.settings import Settings
from tests.make import Make

SITE = "https://speak.acme.example"
pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def content(session: Session, make: Make) -> dict[str, Any]:
    return dict(make.certificate(make.person("Ana", "Peeters")).content)


def named(content: dict[str, Any], name: str) -> dict[str, Any]:
    return content | {"holder": {"name": name}}


@pytest.mark.parametrize(("moment", "shown"), [("22:59:00", "22 November 2026"), ("23:01:00", "23 November 2026")])
def test_the_day_of_issue_is_the_companys_as_on_every_page(content: dict[str, Any], moment: str, shown: str) -> None:
    made = pdf.pdf(content | {"issued_at": f"2026-11-22T{moment}+00:00"}, SITE)
    assert shown in pypdf.PdfReader(io.BytesIO(made)).pages[0].extract_text()


def test_it_is_one_tagged_page_with_title_and_language(content: dict[str, Any], app: Flask) -> None:
    with app.test_request_context("/"), force_locale("nl"):
        made = pdf.pdf(content, SITE)
    with pikepdf.open(io.BytesIO(made)) as document:
        assert len(document.pages) == 1
        width, height = (float(side) for side in document.pages[0].MediaBox[2:])
        assert (round(width), round(height)) == (842, 595)
        assert str(document.Root.Lang) == "nl"
        assert document.Root.MarkInfo.Marked
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert b"pdfuaid" in document.Root.Metadata.read_bytes()
        assert "Ana Peeters" in document.open_metadata()["dc:title"]


def structure(node: Any) -> list[tuple[str, str]]:
    """Kind and alternative text of every part of the structure tree."""
    found = []
    if isinstance(node, pikepdf.Dictionary) and "/S" in node:
        found.append((str(node.S), str(node.get("/Alt", ""))))
    children = node.get("/K") if isinstance(node, pikepdf.Dictionary) else None
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary):
            found += structure(child)
    return found


def test_name_is_the_heading_and_the_code_has_words(content: dict[str, Any]) -> None:
    with pikepdf.open(io.BytesIO(pdf.pdf(content, SITE))) as document:
        parts = structure(document.Root.StructTreeRoot)
    kinds = [kind for kind, _ in parts]
    assert kinds.count("/H1") == 1
    (figure,) = [words for kind, words in parts if kind == "/Figure"]
    assert pdf.verify_address(content, SITE) in figure


def test_every_field_can_be_read_as_text(content: dict[str, Any]) -> None:
    text = pypdf.PdfReader(io.BytesIO(pdf.pdf(content, SITE))).pages[0].extract_text()
    number = f"{content['number'][:5]}-{content['number'][5:]}"
    for words in (
        "Ana Peeters",
        "Ambassador",
        number,
        "speak.acme.example",
        "Own accounts",
        "Any language",
        "Principles, version 1",
        "How we speak, version 1",
        "Social media hub",
        "Issued",
        "Valid until",
    ):
        assert words in text, words
    assert "may speak about ACME online, as a colleague." in " ".join(text.split())


def test_the_code_leads_to_the_check_page(content: dict[str, Any]) -> None:
    picture = Image.open(io.BytesIO(pdf.picture(content, SITE)))
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text == f"{SITE}/verify/{content['uid']}"


def conforms(made: bytes) -> bool:
    """Whether a PDF says that it is PDF/UA-1, and a checker that others wrote finds nothing to say against it."""
    with NamedTemporaryFile(suffix=".pdf") as file:
        file.write(made)
        file.flush()
        findings = pdfua.validate(file.name).findings
    with pikepdf.open(io.BytesIO(made)) as document:
        assert len(document.pages) == 1
        says = b"pdfuaid" in document.Root.Metadata.read_bytes()
        return says and bool(document.Root.MarkInfo.Marked) and not findings


SCRIPTS = {
    "Chinese": "李小龙",
    "Japanese": "佐藤さくら",
    "Korean": "김민준",
    "Arabic": "محمد الأمين",
    "Hebrew": "שרה כהן",
    "Greek": "Αλεξάνδρα Παπαδοπούλου",
    "Cyrillic": "Владимир Щербаков",
    "Polish": "Šťastná Żółkiewska",
    "Devanagari": "नरेन्द्र मोदी",
    "Tamil": "தமிழ்ச்செல்வன்",
    "Thai": "ธนวัฒน์",
    "Georgian": "გიორგი",
    "Ethiopic": "አበበ",
    "combining": "S̈ị̈ô̱n Z̴̢a",
    "emoji": "Ana 🙂 👩‍👩‍👧‍👦",
    "turned": "a\u202eb",
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_name_in_any_script_is_drawn_and_accessible(content: dict[str, Any], script: str) -> None:
    assert conforms(pdf.pdf(named(content, SCRIPTS[script]), SITE))


@pytest.mark.parametrize("name", ['#strong[x] *y* \\ " $z$', "</script><b>", "X", "\ue000", "ᚠᚢᚦ", "x\ty\nz"])
def test_no_name_breaks_it(content: dict[str, Any], name: str) -> None:
    with pikepdf.open(io.BytesIO(pdf.pdf(named(content, name), SITE))) as document:
        assert len(document.pages) == 1
        assert document.Root.MarkInfo.Marked


@pytest.mark.parametrize(
    "name",
    [
        "Maria-Theresia Alexandrina von Hohenzollern-Sigmaringen zu Schleswig-Holstein-Sonderburg-Augustenburg",
        "x" * 500,
        "م" * 500,
        "Ana Maria " * 50,
    ],
)
def test_a_long_name_stays_on_the_page(content: dict[str, Any], name: str) -> None:
    """Right of the words there is paper, and no ink."""
    many = [
        {"dimension": "topic", "value": str(n), "words": {"en": f"A topic with many words, {n}"}} for n in range(20)
    ]
    crowded = named(content, name) | {"scope": many}
    assert conforms(pdf.pdf(crowded, SITE))
    drawn = Image.open(io.BytesIO(pdf.picture(crowded, SITE, ppi=72))).convert("L")
    width, height = drawn.size
    margin = drawn.crop((round(width * 0.955), round(height * 0.32), width, height))
    assert margin.getextrema()[0] > 200
    foot = drawn.crop((round(width * 0.28), round(height * 0.985), width, height))
    assert foot.getextrema()[0] > 200


def test_the_credential_lies_in_the_pdf(content: dict[str, Any]) -> None:
    made = pdf.pdf(content, SITE, [pdf.Attachment("credential.jwt", "application/vc+jwt", "a.b.c", "Signed")])
    assert conforms(made)
    with pikepdf.open(io.BytesIO(made)) as document:
        assert document.attachments["credential.jwt"].get_file().read_bytes() == b"a.b.c"


@pytest.mark.parametrize("color", ["#ffcc00", "#ffffff", "#00ff00", "#000000", "#2a4cad"])
def test_the_company_color_is_darkened_until_it_can_be_read(settings: Settings, color: str) -> None:
    found = look.of(replace(settings, brand_color=color))
    assert look.contrast(found.deep, "#ffffff") >= 7
    assert look.contrast(found.accent, look.PAPER) >= 4.5


def test_the_company_puts_its_logo_and_color_on_it(
    content: dict[str, Any], make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 3"><path fill="#f00" d="M0 0h9v3H0z"/></svg>'
    )
    with make_app().test_request_context("/"):
        plain, edition = pdf.picture(content, SITE, ppi=36), pdf.edition(content, SITE)
    with make_app(brand_logo=logo, brand_color="#006644").test_request_context("/"):
        assert conforms(pdf.pdf(content, SITE))
        assert pdf.picture(content, SITE, ppi=36) != plain
        assert pdf.edition(content, SITE) != edition


def test_it_takes_less_than_a_tenth_of_a_second(content: dict[str, Any]) -> None:
    pdf.pdf(content, SITE)
    took = []
    for _ in range(5):
        started = time.perf_counter()
        pdf.pdf(content, SITE)
        took.append(time.perf_counter() - started)
    assert min(took) < 0.1


def test_the_same_content_is_the_same_edition(content: dict[str, Any]) -> None:
    assert pdf.edition(content, SITE) == pdf.edition(dict(reversed(content.items())), SITE)
    assert pdf.edition(content, SITE) != pdf.edition(named(content, "Bo"), SITE)
