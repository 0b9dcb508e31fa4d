"""Collecting the strings of the source, bringing the catalogs up to date, and compiling them."""

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from lms.base.settings import ROOT, SHIPPED_LANGUAGES

FOLDER = Path(__file__).resolve().parent
PACKAGES = ("lms", "courses", "quizzes", "certificates")
METHODS = [("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}}
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
}


def collect() -> Catalog:
    """Every string of the source that a person may read."""
    catalog = Catalog(project="Social Media University", charset="utf-8")
    for package in PACKAGES:
        for _, _, message, comments, context in extract_from_dir(
            ROOT / package,
            METHODS,
            OPTIONS,
            keywords=KEYWORDS,
        ):
            catalog.add(message, None, auto_comments=comments, context=context)
    return catalog


def path(language: str) -> Path:
    """Where the catalog of a language lies."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    """The catalog of a language as it is kept."""
    if not path(language).exists():
        return Catalog(locale=language, project="Social Media University", charset="utf-8")
    with path(language).open("rb") as file:
        return read_po(file, locale=language)


def missing(catalog: Catalog, collected: Catalog) -> list[str]:
    """The strings a catalog does not have, or has without a translation, or with one to look at again."""
    gaps = []
    for message in collected:
        if not message.id:
            continue
        own = catalog.get(message.id, message.context)
        texts = own.string if own is not None and isinstance(own.string, list | tuple) else [own.string if own else ""]
        if own is None or own.fuzzy or not all(texts):
            gaps.append(message.id if isinstance(message.id, str) else message.id[0])
    return gaps


def update() -> dict[str, list[str]]:
    """Bring all catalogs up to date with the source and compile them; returns what is missing, by language."""
    gaps = {}
    for language in SHIPPED_LANGUAGES:
        collected = collect()  # anew, because a catalog takes over the messages themselves
        catalog = read(language)
        catalog.update(collected, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        catalog.fuzzy = False
        catalog.header_comment = "# The sentences of the Social Media University. Made by: make translations"
        if language == "en":
            _say_the_same(catalog)
        path(language).parent.mkdir(parents=True, exist_ok=True)
        with path(language).open("wb") as file:
            write_po(file, catalog, width=120, sort_output=True, no_location=True, omit_header=False)
        path(language).with_suffix(".mo").write_bytes(compiled(catalog))
        gaps[language] = missing(catalog, collected)
    return gaps


def compiled(catalog: Catalog) -> bytes:
    """The form that is read at run time."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def _say_the_same(catalog: Catalog) -> None:
    """The source is written in English: its catalog says the same."""
    for message in catalog:
        if message.id:
            message.string = message.id
