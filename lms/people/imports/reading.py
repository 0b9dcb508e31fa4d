"""From the bytes of a file to its rows: whatever program wrote it, or a sentence that says why not."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lms.base.i18n import gettext
from lms.people.imports.columns import FIELDS, plain
from lms.people.imports.problems import Problems

LARGEST = 200_000_000
"""Bytes of a file."""
MOST_COLUMNS = 200
LONGEST_LINE = 200_000
"""Letters. No line of people is longer; one that is, is no line of people."""
_MOST_LINES_OF_A_ROW = 100
_LINE = re.compile(r"[^\r\n]*+(?:\r\n?|\n)|[^\r\n]+")
"""A line with its end, found where it lies: reading the text as a file would take four times its memory."""
_SEPARATORS = ",;\t"
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


@dataclass
class Sheet:
    """The rows of a file, each with as many cells as the header, and the line each begins on."""

    header: tuple[str, ...] = ()
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class _Unreadable(Exception):
    def __init__(self, line: int, sentence: str, value: str = "") -> None:
        super().__init__(sentence)
        self.line, self.sentence, self.value = line, sentence, value


def read(data: bytes, problems: Problems) -> Sheet:
    """The rows of a file. What is wrong with its form is added to the problems; then there may be no rows."""
    sheet = Sheet()
    try:
        text = _decoded(data, sheet.notes)
        _read_rows(text, sheet, problems)
    except _Unreadable as error:
        problems.add(error.line, "", error.value, error.sentence)
    return sheet


def _decoded(data: bytes, notes: list[str]) -> str:
    if len(data) > LARGEST:
        raise _Unreadable(0, gettext("The file is larger than 200 MB. Right would be several smaller ones."))
    if not data.strip():
        raise _Unreadable(0, gettext("The file is empty. Right would be a first line with the names of the columns."))
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        text = _decoded_otherwise(data, encoding, error, notes)
    if not text or text.isspace():
        raise _Unreadable(0, gettext("The file is empty. Right would be a first line with the names of the columns."))
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise _Unreadable(
            line,
            gettext("The file has NUL characters, which no text has. Right would be the file saved anew as CSV UTF-8."),
        )
    if encoding.startswith("utf-16"):
        notes.append(gettext("The file is in UTF-16; it was read as such."))
    return text


def _decoded_otherwise(data: bytes, encoding: str, error: UnicodeDecodeError, notes: list[str]) -> str:
    if encoding != "utf-8" or error.start >= len(data) - 3:
        line = data.count(b"\n", 0, error.start) + 1
        raise _Unreadable(
            line,
            gettext("The file is cut off, or not the text it says it is. Right would be the whole file, as CSV UTF-8."),
        )
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    notes.append(
        gettext("The file is not in UTF-8; it was read as Western European (Windows-1252). Look at names with accents.")
    )
    return text


class _Lines:
    """The lines of a text one by one, none too long, and not too many that no row came of."""

    def __init__(self, text: str) -> None:
        self.text, self.since = text, 0

    def __iter__(self) -> Iterator[str]:
        for number, found in enumerate(_LINE.finditer(self.text), 1):
            self.since += 1
            start, end = found.span()
            if end - start > LONGEST_LINE:
                sentence = gettext("This line has more than 200,000 letters. Right would be one line for each person.")
                raise _Unreadable(number, sentence, self.text[start : start + 80])
            if self.since > _MOST_LINES_OF_A_ROW:
                raise _Unreadable(number - self.since + 1, _open_quote())
            yield found[0]


def _first(lines: _Lines) -> str:
    """The first line that is not empty: the header."""
    for line in lines:
        lines.since = 0
        if not line.isspace():
            return line
    return ""


def _open_quote() -> str:
    return gettext('A quote (") that is opened in this line is not closed. Right would be one at the end of the cell.')


def _separator(line: str) -> str:
    """The one that makes most known columns of the header."""
    return max(
        _SEPARATORS, key=lambda one: sum(plain(name.strip('"')) in FIELDS for name in line.split(one)[:MOST_COLUMNS])
    )


def _read_rows(text: str, sheet: Sheet, problems: Problems) -> None:
    lines = _Lines(text)
    first = _first(_Lines(text))
    separator = _separator(first)
    _refuse_too_many(first.count(separator) + 1)
    wrong: list[tuple[int, list[str]]] = []
    begins, width, row = 1, 0, [""]
    reader = csv.reader(lines, delimiter=separator, strict=True)
    try:
        for row in reader:
            lines.since = 0
            if not width:
                width = len(row)
                sheet.header = tuple(name.strip() for name in row)
            elif len(row) == width:
                sheet.rows.append(row)
                sheet.lines.append(begins)
            elif any(row):
                wrong.append((begins, row))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise _Unreadable(begins, _why(error)) from error
    _drop_empty(sheet)
    cut_off = bool(wrong) and row is wrong[-1][1] and len(row) < width and not text.endswith(("\n", "\r"))
    _tell_widths(wrong[:-1] if cut_off else wrong, width, problems)
    if cut_off:
        sentence = gettext(
            "The file seems to be cut off: its last line has %(count)s of %(width)s columns. "
            "Right would be the whole file.",
            count=len(row),
            width=width,
        )
        problems.add(wrong[-1][0], "", " | ".join(row), sentence)
    if not sheet.rows and not problems:
        raise _Unreadable(0, gettext("The file has no people in it, only the names of columns."))


def _why(error: csv.Error) -> str:
    """What the module of the standard library says of a row, in other words."""
    if "unexpected end" in str(error) or "limit" in str(error):
        return _open_quote()
    return gettext(
        'Something stands behind a closing quote ("). Right would be two quotes where one is part of the text.'
    )


def _refuse_too_many(count: int) -> None:
    if count > MOST_COLUMNS:
        sentence = gettext(
            "The file has %(count)s columns. Right would be at most %(most)s.", count=count, most=MOST_COLUMNS
        )
        raise _Unreadable(1, sentence)


def _drop_empty(sheet: Sheet) -> None:
    """Rows without a word, which spreadsheets leave at the end."""
    empty = [number for number, row in enumerate(sheet.rows) if not row[0] and not any(row)]
    for number in reversed(empty):
        del sheet.rows[number], sheet.lines[number]


def _tell_widths(wrong: list[tuple[int, list[str]]], width: int, problems: Problems) -> None:
    for line, row in wrong:
        sentence = gettext(
            "This line has %(count)s columns, the first has %(width)s. "
            "Right would be as many; text with a separator in it stands in quotes.",
            count=len(row),
            width=width,
        )
        problems.add(line, "", " | ".join(row[:MOST_COLUMNS]), sentence)
