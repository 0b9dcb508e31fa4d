"""The sources that lessons can cite, read once from a file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lms.base.content import TomlFile

FILE = Path(__file__).resolve().parent / "sources.toml"
GROUPS = ("texts", "dell", "peers", "altimeter", "tools", "law", "curriculum")
MARKS = ("confirmed", "partly")
_PAGE = "/sources"
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,19}")
_OF_A_SOURCE = frozenset("code group title url mark note".split())


@dataclass(frozen=True)
class Source:
    """A page or a text. `mark` is "confirmed" when what rests on it was read there, else "partly"."""

    code: str
    group: str
    title: str
    urls: tuple[str, ...]
    mark: str
    notes: Mapping[str, str] = field(default_factory=dict)


def address(code: str) -> str:
    """Where the page of sources says what a source is."""
    return f"{_PAGE}#{code}"


def code_at(place: str) -> str | None:
    """The code of the source at an address; nothing when it is not that of one."""
    code = place.removeprefix(address(""))
    return code if code != place and code in everything() else None


def cited(code: str) -> str:
    """The address of a source that a text cites. Raises `KeyError` when there is none of this code."""
    if code not in everything():
        raise KeyError(f"source {code}")
    return address(code)


@cache
def everything() -> Mapping[str, Source]:
    """All sources by code, in the order of their groups."""
    found = read(FILE)
    return {one.code: one for group in GROUPS for one in found if one.group == group}


def check() -> str:
    """Read the shipped file again; returns "unchanged", as nothing of it is stored. Raises `ContentError`."""
    read(FILE)
    return "unchanged"


def read(path: Path) -> list[Source]:
    """The sources of a file. Raises `ContentError` with the line of what is wrong."""
    file = TomlFile(path)
    file.only(file.data, {"source"})
    tables = file.need(file.data, "source", list)
    if not all(isinstance(table, dict) for table in tables):
        raise file.wrong_at("source", "source must be written as [[source]].")
    found = [_source(file, table) for table in tables]
    codes = [one.code for one in found]
    if twice := next((code for code in codes if codes.count(code) > 1), None):
        raise file.wrong(f"There are two sources {twice}.", twice)
    return found


def _source(file: TomlFile, table: dict[str, Any]) -> Source:
    code = file.need(table, "code", str)
    if not _CODE.fullmatch(code):
        raise file.wrong(f"code is {code!r}; it must be letters and digits, such as D3.", code)
    file.only(table, _OF_A_SOURCE, code)
    group, mark = file.need(table, "group", str, code), file.need(table, "mark", str, code)
    for value, known in ((group, GROUPS), (mark, MARKS)):
        if value not in known:
            raise file.wrong(f"{value!r} of {code} is not known; known are {', '.join(known)}.", code)
    given = file.need(table, "url", (str, list), code)
    urls = tuple([given] if isinstance(given, str) else given)
    if not all(isinstance(url, str) and _is_address(url) for url in urls):
        raise file.wrong(f"url of {code} must be addresses that begin with https:// or http://.", code)
    return Source(code, group, file.need(table, "title", str, code), urls, mark, file.spoken(table, "note", code))


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
