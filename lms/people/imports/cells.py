"""Cells of a people file: harmless to a spreadsheet on the way out, and the same again on the way in."""

import re
import unicodedata

_FORMULA = re.compile(r"'*[=+\-@]")
_ESCAPED = re.compile(r"'+[=+\-@]")
_INSIDE = re.compile(r"([;|\t]\s*)('*[=+\-@])")
_INSIDE_ESCAPED = re.compile(r"([;|\t]\s*)'('*[=+\-@])")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What no name, address or unit has in it."""


def written(value: str) -> str:
    """A value as it is written: no spreadsheet takes it for a formula, and `read` gives back the same."""
    if _INSIDE.search(value):
        value = _INSIDE.sub(r"\1'\2", value)
    return f"'{value}" if _FORMULA.match(value) else value


def read(cell: str) -> str:
    """The value of a cell: in one of the ways Unicode can write it, without spaces around it."""
    cell = cell.strip()
    if not cell.isascii():
        cell = unicodedata.normalize("NFC", cell).strip()
    if "'" not in cell:
        return cell
    if _ESCAPED.match(cell):
        cell = cell[1:]
    return _INSIDE_ESCAPED.sub(r"\1\2", cell)
