"""Cells of tables that people open with a spreadsheet."""

import re

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_AFTER_A_SEPARATOR = re.compile(r"([;|\t\r\n]\s*)([=+\-@])")
"""Where a spreadsheet of a country that separates with semicolons would begin another cell."""


def neutral(value: str) -> str:
    """A cell that no spreadsheet takes for a formula, whatever somebody's name or title begins with."""
    begins = 0 if value.startswith((";", "|")) else 1
    value = value[:begins] + _AFTER_A_SEPARATOR.sub(r"\1'\2", value[begins:])
    return f"'{value}" if value.startswith(FORMULA) else value
