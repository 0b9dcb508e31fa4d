"""Which people a report is about. A choice is part of the address, so that a link is the report."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import ColumnElement, Subquery, or_, select

from lms.base.errors import NotFound
from lms.people.models import TIERS, Unit
from lms.reports.compliance.models import GROUPS

NONE = "none"
"""Stands for people of whom something is not known, or who hold no certificate: `?country=none`."""
LONGEST = 500


@dataclass(frozen=True)
class Choice:
    """People in a unit and all below it, of a tier, country, language, and with a highest certificate of a level.

    What is empty is not asked. `by` is the dimension by which a table groups them.
    """

    unit: str = ""
    tier: str = ""
    country: str = ""
    language: str = ""
    level: str = ""
    by: str = "unit"

    @property
    def filters(self) -> dict[str, str]:
        """What is asked, by dimension."""
        return {name: value for name in GROUPS if (value := getattr(self, name))}

    @property
    def link(self) -> dict[str, str]:
        """The parameters of an address that show the same."""
        return self.filters | ({"by": self.by} if self.by != "unit" else {})

    def alone(self, name: str) -> "Choice":
        """Everybody by one dimension, and nothing else; by unit those of the unit that is asked for."""
        return Choice(unit=self.unit if name == "unit" else "", by=name)

    def at(self, name: str, value: str) -> "Choice":
        """Only the people of one group."""
        return replace(self, **{name: value})


def read(asked: Mapping[str, str]) -> Choice:
    """The choice of an address. Raises `NotFound` for what cannot be one."""
    found = {field.name: asked[field.name].strip() for field in fields(Choice) if asked.get(field.name, "").strip()}
    choice = Choice(**found)
    known = choice.by in GROUPS and choice.tier in ("", *TIERS)
    if not known or any(len(value) > LONGEST for value in found.values()):
        raise NotFound
    return choice


def conditions(facts: Subquery, choice: Choice) -> list[ColumnElement[bool]]:
    """What the rows of `populations` must meet to be in a choice."""
    asked: list[ColumnElement[bool]] = []
    for name, value in choice.filters.items():
        if name == "unit":
            asked.append(_in_unit(facts, value))
        else:
            asked.append(facts.c[name] == ("" if value == NONE else value))
    return asked


def _in_unit(facts: Subquery, path: str) -> ColumnElement[bool]:
    if path == NONE:
        return facts.c.unit_id.is_(None)
    column: ColumnElement[Any] = facts.c.unit_id
    below = Unit.path.startswith(f"{path}/", autoescape=True)
    return column.in_(select(Unit.id).where(or_(Unit.path == path, below)))
