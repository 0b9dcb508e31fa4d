"""How many people there are for each topic, market and language, of all permissions together.

A set of permissions is a number with a bit for each of them, so that one operation of the processor judges 64. Bits
are laid out in rows: the first permission of each person, the second of each, and so on; laid upon each other, rows
count a person once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from itertools import product
from operator import or_
from typing import NamedTuple

from sqlalchemy import String, and_, case, cast, func, select
from sqlalchemy.orm import Session

from certificates import authority
from certificates.coverage import WIDENED, endorsements, holding
from certificates.models import Authorization, AuthorizationScope
from lms.base.db import rows
from lms.people.models import Person

Cell = tuple[str, str, str]
"""A topic, a country and a language."""


@dataclass(frozen=True)
class Depth:
    """People who may speak, permissions that end by the last day, and for each cell people and how many lapse."""

    people: int
    lapsing: int
    cells: Mapping[Cell, tuple[int, int]]


class _Permission(NamedTuple):
    """A permission that holds; `longer` is 1 when it does after the last day too."""

    id: int
    person_id: int
    level_id: int
    revision: int
    longer: int


@dataclass(frozen=True)
class _Layout:
    """Where the bit of each permission is: by number, as text. `width` people have up to `height` permissions each."""

    places: Mapping[str, int]
    width: int
    height: int

    def bits(self, numbers: Iterable[str]) -> int:
        """The set of these permissions, without those that do not count."""
        signs = bytearray(b"0") * (self.width * self.height)
        for place in map(self.places.get, numbers):
            if place is not None:
                signs[place] = 49
        return int(signs or b"0", 2)

    def people(self, bits: int) -> int:
        """How many people have one of these permissions."""
        return self._laid(bits).bit_count()

    def of_same_people(self, bits: int) -> int:
        """All places of the people who have one of these permissions."""
        laid = self._laid(bits)
        return reduce(or_, (laid << (self.width * row) for row in range(self.height)), 0)

    def _laid(self, bits: int) -> int:
        row = (1 << self.width) - 1
        return reduce(or_, ((bits >> (self.width * number)) & row for number in range(self.height)), 0)


def read(
    session: Session, today: date, last: date, topics: Sequence[str], markets: Sequence[str], languages: Sequence[str]
) -> Depth:
    """What is there on a day, and what lapses by the last day. Five statements, however many permissions there are."""
    given = _permissions(session, today, last)
    layout = _layout(given)
    added = set(endorsements(session))
    level = layout.bits(str(row.id) for row in given if row.level_id not in added)
    longer = layout.bits(str(row.id) for row in given if row.longer) & level
    named = _named(session, given, layout)
    covering = {
        "topic": {code: _covering(named, layout, level, "topic", code) for code in topics},
        "country": {code: _covering(named, layout, level, "country", code) for code in markets},
        "language": {code: _covering(named, layout, level, "language", code) for code in languages},
    }
    cells = {}
    for topic, country, language in product(topics, markets, languages):
        found = covering["topic"][topic] & covering["country"][country] & covering["language"][language]
        people = layout.people(found)
        cells[topic, country, language] = (people, people - layout.people(found & longer))
    return Depth(layout.people(level), (level & ~longer).bit_count(), cells)


def _permissions(session: Session, today: date, last: date) -> list[_Permission]:
    """Permissions of those who work today. Whoever does not is read apart: joined, it takes twice as long."""
    away = set(session.scalars(select(Person.id).where(Person.status != "active")))
    columns = (Authorization.id, Authorization.person_id, Authorization.level_id, Authorization.revision)
    longer = case((Authorization.ends_on > last, 1), else_=0)
    found = rows(session, select(*columns, longer).where(*holding(today)), {}).all()
    return [_Permission(*row) for row in found if row[1] not in away]


def _layout(given: Sequence[_Permission]) -> _Layout:
    columns = {person_id: column for column, person_id in enumerate(dict.fromkeys(row.person_id for row in given))}
    width, taken, places = len(columns), Counter[int](), {}
    for number, person_id, *_ in given:
        places[str(number)] = taken[person_id] * width + columns[person_id]
        taken[person_id] += 1
    return _Layout(places, width, max(taken.values(), default=0))


def _named(session: Session, given: Sequence[_Permission], layout: _Layout) -> dict[tuple[str, str], int]:
    """The permissions that name each value of a dimension in the scope in force.

    Values are read with all permissions that ever named them, straight from the index; the few permissions whose scope
    was changed since are left out of that and read by themselves.
    """
    changed = {str(row.id) for row in given if row.revision > 1}
    numbers = func.aggregate_strings(cast(AuthorizationScope.authorization_id, String), ",")
    pair = (AuthorizationScope.dimension, AuthorizationScope.value)
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    first = _Layout({id: at for id, at in layout.places.items() if id not in changed}, layout.width, layout.height)
    for *key, text in session.execute(select(*pair, numbers).where(pair[0].in_(WIDENED)).group_by(*pair)):
        found[key[0], key[1]] |= first.bits(text.split(","))
    if changed:
        in_force = and_(
            Authorization.id == AuthorizationScope.authorization_id,
            Authorization.revision == AuthorizationScope.revision,
        )
        newer = select(*pair, numbers).join(Authorization, in_force).where(Authorization.revision > 1)
        for *key, text in session.execute(newer.where(pair[0].in_(WIDENED)).group_by(*pair)):
            found[key[0], key[1]] |= layout.bits(text.split(","))
    return found


def _covering(named: Mapping[tuple[str, str], int], layout: _Layout, level: int, dimension: str, code: str) -> int:
    """The permissions of levels that cover a value: by name, as a whole, by an endorsement, or in every country."""
    whole = 0 if code in authority.NAMED_TOPICS else named.get((dimension, "*"), 0)
    bits = named.get((dimension, code), 0) | whole
    if bits & ~level:
        bits |= layout.of_same_people(bits & ~level)
    if dimension == "country":
        bits |= level & ~reduce(or_, (found for (kind, _), found in named.items() if kind == "country"), 0)
    return bits & level
