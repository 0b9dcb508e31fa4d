"""Writing TOML for content files: always in the same form, so that the same values make the same bytes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

Value = str | bool | int | date | Sequence["Value"] | Mapping[str, "Value"]
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def text(words: str) -> str:
    """Words in quotes; what cannot be seen is written as a number."""
    return '"' + "".join(_SHORT.get(one) or (one if one.isprintable() else _number(one)) for one in words) + '"'


def _number(sign: str) -> str:
    return f"\\u{ord(sign):04X}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08X}"


def value(found: Value) -> str:
    """Any value on one line; tables and lists are written inline."""
    if isinstance(found, str):
        return text(found)
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, int):
        return str(found)
    if isinstance(found, date):
        return found.isoformat()
    if isinstance(found, Mapping):
        return "{ " + ", ".join(f"{name} = {value(one)}" for name, one in found.items()) + " }" if found else "{}"
    return "[" + ", ".join(value(one) for one in found) + "]"


def line(name: str, found: Value) -> str:
    """A name with its value."""
    return f"{name} = {value(found)}"


def table(name: str, values: Mapping[str, Value]) -> str:
    """A table with a heading, a value a line."""
    return "\n".join([f"[{name}]", *(line(key, one) for key, one in values.items())])


def rows(name: str, tables: Iterable[Mapping[str, Value]]) -> str:
    """A list of tables, a row a line."""
    return "\n".join([f"{name} = [", *(f"    {value(one)}," for one in tables), "]"])
