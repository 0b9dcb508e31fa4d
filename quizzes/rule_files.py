"""The rules of a quiz in its file `quiz.toml`: read with errors that name file and line, and written."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from lms.base import toml
from lms.base.content import TomlFile
from quizzes.kinds import KINDS
from quizzes.labels import DIFFICULTIES
from quizzes.models import DIMENSIONS, PARTS, PHASES
from quizzes.questions import QuotaView
from quizzes.written import WrittenRules

USUAL = WrittenRules()
NUMBERS = {
    "attempts_allowed": (0, 100),
    "cooling_hours": (0, 24 * 365),
    "long_wait_days": (0, 365),
    "markers": (1, 2),
    "marking_days": (1, 365),
    "apart": (0, 100),
}
"""The rules that are whole numbers, from the least to the most; attempts_allowed = 0 is any number of attempts."""
FLAGS = ("asks_certainty", "anonymous_marking")
NAMES = frozenset({field.name for field in fields(WrittenRules)} - {"quotas", "shows"} | {"quota", "review"})


def read(file: TomlFile, drawn: int) -> WrittenRules:
    """The rules that a file gives, and the usual ones for the rest. Raises `ContentError`.

    `drawn` is how many questions are drawn: the blueprint cannot ask for more.
    """
    numbers = {name: _number(file, name) for name in NUMBERS}
    return WrittenRules(
        closes_at=_moment(file),
        asks_certainty=file.may(file.data, "asks_certainty", bool, USUAL.asks_certainty),
        attempts_allowed=numbers["attempts_allowed"] or None,
        cooling_hours=numbers["cooling_hours"],
        long_wait_days=numbers["long_wait_days"],
        markers=numbers["markers"],
        anonymous_marking=file.may(file.data, "anonymous_marking", bool, USUAL.anonymous_marking),
        marking_days=numbers["marking_days"],
        apart=numbers["apart"],
        must_pass=_must_pass(file),
        quotas=tuple(_quotas(file, drawn)),
        shows=_shows(file),
    )


def _number(file: TomlFile, name: str) -> int:
    usual = getattr(USUAL, name) or 0
    value: int = file.may(file.data, name, int, usual)
    least, most = NUMBERS[name]
    if not least <= value <= most:
        raise file.wrong(f"{name} is {value}; it must be {least} to {most}.", name)
    return value


def _moment(file: TomlFile) -> datetime | None:
    value = file.may(file.data, "closes_at", (datetime, str), None)
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        found = None
    if value is not None and (found is None or found.tzinfo is None):
        raise file.wrong(
            f"closes_at is {str(value)!r}; it must be a moment with its zone, such as 2027-01-31T17:00:00Z.",
            "closes_at",
        )
    return found.astimezone(UTC) if found else None


def _must_pass(file: TomlFile) -> dict[str, int]:
    found = file.may(file.data, "must_pass", dict, {})
    for code, percent in found.items():
        if not re.fullmatch(r"[A-Z]\d{1,3}", code):
            raise file.wrong(f"must_pass: {code} is not a clause, such as D2.", code)
        if type(percent) is not int or not 1 <= percent <= 100:
            raise file.wrong(f"must_pass: {code} is {percent!r}; it must be 1 to 100 percent.", code)
    return dict(sorted(found.items()))


def _quotas(file: TomlFile, drawn: int) -> Iterator[QuotaView]:
    tables = file.may(file.data, "quota", list, [])
    total = 0
    for table in tables:
        if not isinstance(table, dict):
            raise file.wrong("quota must be tables, each under [[quota]].", "quota")
        file.only(table, {"dimension", "value", "count"}, "[[quota]]")
        line = _quota(file, table)
        total += line.count
        yield line
    if total > drawn:
        raise file.wrong(f"The quotas ask for {total} questions, but {drawn} are drawn.", "[[quota]]")


def _quota(file: TomlFile, table: dict[str, Any]) -> QuotaView:
    dimension = file.need(table, "dimension", str, "[[quota]]")
    value = file.need(table, "value", (str, int), "[[quota]]")
    if dimension not in DIMENSIONS:
        raise file.wrong(f"dimension is {dimension!r}; it must be one of {', '.join(DIMENSIONS)}.", dimension)
    allowed = {"kind": tuple(KINDS), "difficulty": tuple(map(str, DIFFICULTIES))}.get(dimension)
    if (allowed and str(value) not in allowed) or not str(value).strip():
        raise file.wrong(f"value is {value!r}; it must be one of {', '.join(allowed or ['words'])}.", str(value))
    return QuotaView(dimension, str(value).strip(), file.number(table, "count", 1, 1000, 0, "[[quota]]"))


def _shows(file: TomlFile) -> dict[str, frozenset[str]]:
    table = file.may(file.data, "review", dict, {})
    file.only(table, PHASES, "[review]")
    found = {}
    for phase in PHASES:
        parts = file.words(table, phase, "[review]")
        if unknown := [part for part in parts if part not in PARTS]:
            raise file.wrong(f"review: {unknown[0]!r} is not one of {', '.join(PARTS)}.", unknown[0])
        if parts:
            found[phase] = frozenset(parts)
    return found


def values(rules: WrittenRules) -> Iterator[str]:
    """The lines of the rules that differ from the usual ones, for the top of the file."""
    if rules.closes_at:
        yield toml.line("closes_at", rules.closes_at.astimezone(UTC))
    for name in (*FLAGS, *NUMBERS):
        value = getattr(rules, name)
        if value != getattr(USUAL, name):
            yield toml.line(name, 0 if value is None else value)


def tables(rules: WrittenRules) -> Iterator[str]:
    """The tables of the rules, for the end of the file."""
    if rules.must_pass:
        yield toml.table("must_pass", dict(sorted(rules.must_pass.items())))
    if rules.shows:
        shown = {phase: rules.shows[phase] for phase in PHASES if rules.shows.get(phase)}
        yield toml.table("review", {phase: [part for part in PARTS if part in found] for phase, found in shown.items()})
    for quota in rules.quotas:
        line: Mapping[str, toml.Value] = {"dimension": quota.dimension, "value": quota.value, "count": quota.count}
        yield "\n".join(["[[quota]]", *(toml.line(name, value) for name, value in line.items())])
