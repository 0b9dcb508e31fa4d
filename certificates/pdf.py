"""The certificate as a tagged PDF (PDF/UA-1), drawn by typst from the frozen content alone.

Names come in any script: the fonts of twenty scripts are installed with us, and those of the machine come after them.
"""

import hashlib
import io
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import segno
import typst

from certificates import days, look, numbers
from certificates.frozen import Content
from lms.base import i18n
from lms.base.i18n import gettext, pick

FOLDER = Path(__file__).resolve().parent / "typst"
TEMPLATE = FOLDER / "certificate.typ"
FONT_PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk")
SCRIPTS = (
    "Arabic Armenian Bengali Devanagari Ethiopic Georgian Gujarati Gurmukhi Hebrew Kannada Khmer Lao Malayalam Myanmar "
    "Oriya Sinhala Tamil Telugu Thai Symbols"
).split()
LONG_WORD = 24
"""From so many letters on a word may be broken anywhere, so that it stays on the page."""


@dataclass(frozen=True)
class Attachment:
    """A file of text inside the PDF: its name, its MIME type, what it holds, and what that is in words."""

    name: str
    kind: str
    data: str
    words: str


def pdf(content: Content, site: str, attachments: Iterable[Attachment] = ()) -> bytes:
    """The certificate in the reader's language. `site` is the address the QR code begins with."""
    return _compile(content, site, "pdf", attachments=attachments)


def picture(content: Content, site: str, ppi: float = 144) -> bytes:
    """The same page as a PNG."""
    return _compile(content, site, "png", ppi)


def edition(content: Content, site: str, attachments: Iterable[Attachment] = ()) -> str:
    """What the PDF depends on, in short: the same edition is the same page."""
    words = json.dumps([_values(content, site, attachments), content["issued_at"], _template_digest()], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def verify_address(content: Content, site: str) -> str:
    """Where the certificate can be checked: what the QR code carries."""
    return f"{site}/verify/{content['uid']}"


def _compile(
    content: Content, site: str, kind: str, ppi: float | None = None, attachments: Iterable[Attachment] = ()
) -> bytes:
    values = {"data": json.dumps(_values(content, site, attachments), ensure_ascii=False)}
    compiler = typst.Compiler(TEMPLATE, root=FOLDER, font_paths=_fonts(), sys_inputs=values)
    issued = datetime.fromisoformat(content["issued_at"])
    if kind == "png":
        return _one(compiler.compile(format="png", ppi=ppi))
    try:
        return _one(compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=issued))
    except typst.TypstError:
        # A script without a font, here and on this machine: the standard refuses the page. Tagged all the same.
        return _one(compiler.compile(format="pdf", timestamp=issued))


def _one(made: bytes | list[bytes] | None) -> bytes:
    assert isinstance(made, bytes), "one page, in memory"
    return made


@cache
def _fonts() -> typst.Fonts:
    """Our fonts, those installed with us, in typst and on the machine, for names in any script. Searched for once."""
    packages = [find_spec(name) for name in FONT_PACKAGES]
    installed = [Path(found.origin).parent for found in packages if found and found.origin]
    return typst.Fonts(font_paths=[FOLDER / "fonts", *installed])


@cache
def _template_digest() -> str:
    return hashlib.sha256(TEMPLATE.read_bytes()).hexdigest()


def _values(content: Content, site: str, attachments: Iterable[Attachment]) -> dict[str, object]:
    words = pick(content["level"]["texts"])
    number = numbers.shown(content["number"])
    address = verify_address(content, site)
    issued = days.day_of(datetime.fromisoformat(content["issued_at"]))
    return {
        "lang": i18n.language(),
        "title": gettext("Certificate of %(name)s", name=content["holder"]["name"]),
        "company": content["company"],
        "name": content["holder"]["name"],
        "breakable_name": _breakable(content["holder"]["name"]),
        "scripts": [*SCRIPTS, *_east_asian(content["holder"]["name"])],
        "look": _look(),
        "attachments": [asdict(file) for file in attachments],
        "level": words["name"],
        "allows": words["allows"],
        "criteria": words["criteria"],
        "issued_year": issued.year,
        "grid": _grid(content),
        "earned": _earned(content),
        "issued": [gettext("Issued"), i18n.day(issued)],
        "until": [gettext("Valid until"), _day(content["valid_until"])],
        "signed": [gettext("Social media hub"), content["company"]],
        "check": gettext("Check this certificate at"),
        "site": address.split("://", 1)[-1].split("/", 1)[0],
        "address": address,
        "number": [gettext("Number"), number],
        "qr": _qr(address),
        "qr_alt": gettext("QR code with the address to check this certificate: %(address)s", address=address),
    }


def _look() -> dict[str, object]:
    ours = look.look()
    logo = list(ours.logo) if ours.logo else None
    return {"deep": ours.deep, "accent": ours.accent, "logo": logo, "kind": ours.logo_kind}


def _breakable(name: str) -> str:
    """The name with places to break in words that are too long for a line: between letters, never before a mark."""
    return " ".join(_broken(word) if len(word) > LONG_WORD else word for word in name.split(" "))


def _broken(word: str) -> str:
    return "".join(
        f"\u200b{letter}" if at and at % 8 == 0 and unicodedata.category(letter)[0] in "LN" else letter
        for at, letter in enumerate(word)
    )


def _east_asian(name: str) -> list[str]:
    """The order in which fonts are asked for Han characters: as the other letters of the name are written."""
    if any("\uac00" <= letter <= "\ud7a3" for letter in name):
        return ["CJK KR", "CJK SC"]
    if any("\u3040" <= letter <= "\u30ff" for letter in name):
        return ["CJK JP", "CJK SC"]
    return ["CJK SC"]


def _grid(content: Content) -> list[tuple[str, str]]:
    """What it covers; for a level without a scope, what the holder promises to say."""
    names = {
        "topic": gettext("Topics"),
        "channel": gettext("Channels"),
        "language": gettext("Languages"),
        "country": gettext("Countries"),
    }
    found = {
        dimension: [pick(part["words"]) for part in content["scope"] if part["dimension"] == dimension]
        for dimension in names
    }
    rows = [(names[name], ("\n" if len(values) < 4 else ", ").join(values)) for name, values in found.items() if values]
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
