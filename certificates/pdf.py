"""The certificate as a tagged PDF (PDF/UA-1), drawn by typst from the frozen content alone."""

import hashlib
import io
import json
from datetime import date, datetime
from functools import cache
from pathlib import Path

import segno
import typst

from certificates import numbers
from certificates.frozen import Content
from lms.base import i18n
from lms.base.i18n import gettext, pick

FOLDER = Path(__file__).resolve().parent / "typst"
TEMPLATE = FOLDER / "certificate.typ"


def pdf(content: Content, site: str) -> bytes:
    """The certificate in the reader's language. `site` is the address the QR code begins with."""
    return _compile(content, site, "pdf")


def picture(content: Content, site: str, ppi: float = 144) -> bytes:
    """The same page as a PNG."""
    return _compile(content, site, "png", ppi)


def edition(content: Content, site: str) -> str:
    """What the PDF depends on, in short: the same edition is the same page."""
    words = json.dumps([_values(content, site), content["issued_at"], _template_digest()], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def verify_address(content: Content, site: str) -> str:
    """Where the certificate can be checked: what the QR code carries."""
    return f"{site}/verify/{content['uid']}"


def _compile(content: Content, site: str, kind: str, ppi: float | None = None) -> bytes:
    values = {"data": json.dumps(_values(content, site), ensure_ascii=False)}
    compiler = typst.Compiler(TEMPLATE, root=FOLDER, font_paths=_fonts(), sys_inputs=values)
    issued = datetime.fromisoformat(content["issued_at"])
    if kind == "png":
        return _one(compiler.compile(format="png", ppi=ppi))
    try:
        return _one(compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=issued))
    except typst.TypstError:
        # A script for which this machine has no font: the standard refuses the page. Tagged all the same.
        return _one(compiler.compile(format="pdf", timestamp=issued))


def _one(made: bytes | list[bytes] | None) -> bytes:
    assert isinstance(made, bytes), "one page, in memory"
    return made


@cache
def _fonts() -> typst.Fonts:
    """Our fonts, those in typst and those of the machine, for names in any script. Searched for once."""
    return typst.Fonts(font_paths=[FOLDER / "fonts"])


@cache
def _template_digest() -> str:
    return hashlib.sha256(TEMPLATE.read_bytes()).hexdigest()


def _values(content: Content, site: str) -> dict[str, object]:
    words = pick(content["level"]["texts"])
    number = numbers.shown(content["number"])
    address = verify_address(content, site)
    return {
        "lang": i18n.language(),
        "title": gettext("Certificate of %(name)s", name=content["holder"]["name"]),
        "company": content["company"],
        "name": content["holder"]["name"],
        "level": words["name"],
        "allows": words["allows"],
        "criteria": words["criteria"],
        "issued_year": int(content["issued_at"][:4]),
        "grid": _grid(content),
        "earned": _earned(content),
        "issued": [gettext("Issued"), _day(content["issued_at"][:10])],
        "until": [gettext("Valid until"), _day(content["valid_until"])],
        "signed": [gettext("Social media hub"), content["company"]],
        "check": gettext("Check this certificate at"),
        "site": address.split("://", 1)[-1].split("/", 1)[0],
        "address": address,
        "number": [gettext("Number"), number],
        "qr": _qr(address),
        "qr_alt": gettext("QR code with the address to check this certificate: %(address)s", address=address),
    }


def _grid(content: Content) -> list[tuple[str, str]]:
    """What it covers; for a level without a scope, what the holder promises to say."""
    names = {"topic": gettext("Topics"), "channel": gettext("Channels"), "language": gettext("Languages")}
    found = {
        dimension: [pick(part["words"]) for part in content["scope"] if part["dimension"] == dimension]
        for dimension in names
    }
    rows = [(names[dimension], "\n".join(values)) for dimension, values in found.items() if values]
    return rows or [(gettext("The promise"), pick(content["level"]["texts"])["disclosure"])]


def _earned(content: Content) -> str:
    """The courses and the guideline it rests on, with their versions."""
    parts = [*content["courses"], content["guideline"]]
    return " · ".join(
        gettext("%(title)s, version %(number)s", title=pick(part["titles"]), number=part["version"]) for part in parts
    )


def _qr(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=4, dark="#14110c", light="#ffffff")
    return drawn.getvalue().decode()


def _day(iso: str) -> str:
    return i18n.day(date.fromisoformat(iso))
