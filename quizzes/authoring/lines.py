"""The parts of a quiz's rules that are lists, as they are typed: lines of the blueprint, clauses that must be passed.

Nothing here knows the database. What is typed is never lost: what is wrong is said in sentences.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from lms.base.i18n import gettext
from quizzes.authoring.rules import Rules
from quizzes.models import DIMENSIONS, PARTS, PHASES
from quizzes.questions import QuotaView

Fields = Mapping[str, Sequence[str]]
MOST = 30
"""Lines that a blueprint may have, and clauses that must be passed."""
_DEED = re.compile(r"(remove|up)-(quota|must)-(\d{1,2})")


@dataclass(frozen=True)
class TypedLine:
    """A line: `what` is a word such as `clause:D2` or the code of a clause, `number` how many, or percent."""

    what: str = ""
    number: str = ""


@dataclass(frozen=True)
class TypedLists:
    """All lists of the form. `own_shows` says that the boxes in `shows` (`phase:part`) count, not the usual."""

    quotas: tuple[TypedLine, ...] = ()
    must: tuple[TypedLine, ...] = ()
    own_shows: bool = False
    shows: frozenset[str] = frozenset()


def of_rules(rules: Rules, usual: Mapping[str, frozenset[str]]) -> TypedLists:
    """The lists of rules that are there, to be changed. Without own review options, the usual ones are ticked."""
    return TypedLists(
        quotas=tuple(TypedLine(f"{line.dimension}:{line.value}", str(line.count)) for line in rules.quotas),
        must=tuple(TypedLine(code, str(percent)) for code, percent in rules.must_pass.items()),
        own_shows=bool(rules.shows),
        shows=frozenset(f"{phase}:{part}" for phase, parts in (rules.shows or usual).items() for part in parts),
    )


def of_fields(fields: Fields) -> TypedLists:
    """What is in a form. Lines stand in it as `quota-1-what`, `quota-1-number` and so on, counted from 1."""

    def lines(name: str) -> tuple[TypedLine, ...]:
        found = []
        for place in range(1, MOST + 1):
            if f"{name}-{place}-what" in fields:
                what, number = (_one(fields, f"{name}-{place}-{part}") for part in ("what", "number"))
                found.append(TypedLine(what, number))
        return tuple(found)

    known = {f"{phase}:{part}" for phase in PHASES for part in PARTS}
    return TypedLists(
        quotas=lines("quota"),
        must=lines("must"),
        own_shows=_one(fields, "shows") == "own",
        shows=frozenset(known & set(fields.get("show", ()))),
    )


def _one(fields: Fields, name: str) -> str:
    values = fields.get(name, ())
    return values[0].strip()[:60] if values else ""


def rearranged(typed: TypedLists, deed: str) -> TypedLists:
    """The lists with a line more (`add-quota`, `add-must`), less (`remove-quota-2`), or one higher (`up-quota-2`)."""
    if deed == "add-quota" and len(typed.quotas) < MOST:
        return replace(typed, quotas=(*typed.quotas, TypedLine(number="1")))
    if deed == "add-must" and len(typed.must) < MOST:
        return replace(typed, must=(*typed.must, TypedLine(number="100")))
    found = _DEED.fullmatch(deed)
    if not found:
        return typed
    name, place = found[2], int(found[3])
    lines = list(typed.quotas if name == "quota" else typed.must)
    if 1 <= place <= len(lines):
        taken = lines.pop(place - 1)
        if found[1] == "up":
            lines.insert(max(0, place - 2), taken)
    return replace(typed, quotas=tuple(lines)) if name == "quota" else replace(typed, must=tuple(lines))


def faults(typed: TypedLists, known_clauses: Collection[str]) -> list[str]:
    """What its author has to put right, a sentence each."""
    found = []
    if any(_quota(line) is None for line in typed.quotas):
        found.append(gettext("Say of every line of the blueprint what it draws, and how many: a whole number from 1."))
    if any(line.what not in known_clauses or not 1 <= _number(line) <= 100 for line in typed.must):
        found.append(gettext("Say of every clause that must be passed which it is, and how many percent: 1 to 100."))
    if len({line.what for line in typed.must}) < len(typed.must):
        found.append(gettext("A clause stands twice among those that must be passed. Leave one out."))
    if typed.own_shows and not typed.shows:
        found.append(gettext("Tick at least one box of what learners see, or choose the usual."))
    return found


def with_lists(rules: Rules, typed: TypedLists) -> Rules:
    """Rules with what was typed. Only for lists without faults."""
    return replace(
        rules,
        quotas=tuple(quota for line in typed.quotas if (quota := _quota(line))),
        must_pass={line.what: _number(line) for line in typed.must},
        shows=_shows(typed) if typed.own_shows else {},
    )


def _shows(typed: TypedLists) -> dict[str, frozenset[str]]:
    pairs = [name.split(":") for name in typed.shows]
    found = {phase: frozenset(part for first, part in pairs if first == phase) for phase in PHASES}
    return {phase: parts for phase, parts in found.items() if parts}


def _quota(line: TypedLine) -> QuotaView | None:
    dimension, _, value = line.what.partition(":")
    if dimension not in DIMENSIONS or not value or not 1 <= _number(line) <= 50:
        return None
    return QuotaView(dimension, value, _number(line))


def _number(line: TypedLine) -> int:
    return int(line.number) if line.number.isascii() and line.number.isdecimal() and len(line.number) < 4 else 0
