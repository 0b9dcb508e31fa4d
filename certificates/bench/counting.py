"""How deep the bench is: speakers for each topic, market and language, and where there is nobody."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, literal_column, select
from sqlalchemy.orm import Session

from certificates import authority, ladder, vocabulary
from certificates.authority import Question
from certificates.bench import depth
from certificates.coverage import Wanted, covering, covers, endorsements, holding, one_row, scopes_of_all, widened
from certificates.models import Authorization
from certificates.rulings import Circumstances
from certificates.standing import Scope
from lms.base.csv_cells import neutral
from lms.base.db import parts
from lms.base.i18n import day, gettext, pick
from lms.people.models import Person, Unit

BEFORE = 60
"""Days that the hub looks ahead, unless it asks for more."""
SHOWN = 100
"""People on a page; whoever needs fewer asks for more."""
PART = 1000
"""Permissions that are read and written at once in a table of all."""
COLUMNS = ("name", "email", "unit", "level", "topics", "channels", "languages", "countries", "ends_on")


@dataclass(frozen=True)
class Held:
    """A permission that holds today, and whose it is."""

    id: int
    person_id: int
    name: str
    email: str
    unit: str
    level: str
    rank: int
    scope: Scope
    ends_on: date
    endorsements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """How many people speak about a topic in a language on a market; `lapsing` of them only until the day asked for."""

    topic: str
    country: str
    language: str
    people: int
    lapsing: int

    @property
    def shade(self) -> int:
        """From 1 (one person) to 5 (ten and more), 0 for nobody."""
        return next((shade for shade, least in ((5, 10), (4, 6), (3, 3), (2, 2), (1, 1)) if self.people >= least), 0)


@dataclass(frozen=True)
class Row:
    """A topic on a market, in every language."""

    topic: str
    country: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Bench:
    """The bench on a day. `gaps` are topics and languages for which there is nobody on any market.

    `lapsing` are the first permissions to end, as many as a page shows, of `lapsing_in_all`.
    """

    rows: tuple[Row, ...]
    languages: tuple[str, ...]
    gaps: tuple[tuple[str, str], ...]
    lapsing: tuple[Held, ...]
    lapsing_in_all: int
    people: int


def read(session: Session, today: date, before: int = BEFORE, countries: Iterable[str] = ()) -> Bench:
    """The bench of the hub for some markets (all of the vocabulary unless told). At most nine statements."""
    last = today + timedelta(days=before)
    languages = tuple(code for code, _ in vocabulary.choices("language"))
    markets = tuple(countries) or tuple(code for code, _ in vocabulary.choices("country"))
    topics = tuple(code for code, _ in vocabulary.choices("topic"))
    found = depth.read(session, today, last, topics, markets, languages)
    gaps = [
        (topic, language)
        for topic in topics
        for language in languages
        if not any(found.cells[topic, country, language][0] for country in markets)
    ]
    rows = (
        Row(topic, country, tuple(Cell(topic, country, code, *found.cells[topic, country, code]) for code in languages))
        for topic in topics
        for country in markets
    )
    return Bench(
        rows=tuple(row for row in rows if any(cell.people for cell in row.cells)),
        languages=languages,
        gaps=tuple(gaps),
        lapsing=tuple(_first_to_lapse(session, today, last)),
        lapsing_in_all=found.lapsing,
        people=found.people,
    )


def _first_to_lapse(session: Session, today: date, last: date) -> list[Held]:
    """The first permissions to end by the last day, as many as a page shows."""
    first = (
        select(Authorization.id)
        .join(Person, Person.id == Authorization.person_id)
        .where(*holding(today), Authorization.ends_on <= last, Person.status == "active")
        .where(Authorization.level_id.not_in(endorsements(session)))
        .order_by(Authorization.ends_on, Person.family_name, Person.given_name, Authorization.id)
    )
    chosen = session.scalars(first.limit(literal_column(str(SHOWN)))).all()
    people = select(Authorization.person_id).where(Authorization.id.in_(chosen))
    held = holders(session, today, None, Authorization.person_id.in_(people)) if chosen else []
    return [one for one in held if one.id in set(chosen)]


def colleagues(session: Session, today: date, wanted: Wanted) -> list[Held]:
    """Colleagues who may speak about what is asked for, by name: one permission of each, of the highest level.

    At most one more than a page shows. At most six statements.
    """
    added = endorsements(session)
    given = one_row(Authorization, Authorization.person_id == Person.id, *holding(today), *covering(wanted, added))
    people = (
        select(Person.id)
        .where(Person.status.in_(("active",)), given.correlate(Person).scalar_subquery().is_not(None))
        .order_by(Person.family_name, Person.given_name, Person.id)
        .limit(literal_column(str(SHOWN + 1)))
    )
    ids = session.scalars(people).all()
    return strongest(holders(session, today, wanted, Authorization.person_id.in_(ids))) if ids else []


def holders(
    session: Session, today: date, wanted: Wanted | None = None, *conditions: ColumnElement[bool]
) -> list[Held]:
    """Permissions that hold today and cover what is asked for, the first to end first. Three statements.

    `conditions` on permissions narrow it to some people. Endorsements are no permissions of their own: they widen
    the levels of the same person.
    """
    rows = session.execute(
        select(
            Authorization.id,
            Authorization.person_id,
            Authorization.level_id,
            Authorization.ends_on,
            Person.given_name,
            Person.family_name,
            Person.email,
            Unit.path,
        )
        .join(Person, Person.id == Authorization.person_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(*holding(today), Person.status == "active", *conditions)
        .order_by(Authorization.ends_on, Person.family_name, Person.given_name, Authorization.id)
    ).all()
    scopes = scopes_of_all(session, [*holding(today), *conditions])
    levels = {level.id: level for level in ladder.levels(session)}
    added: dict[int, list[Any]] = {}
    for row in rows:
        if levels[row.level_id].kind == "endorsement":
            added.setdefault(row.person_id, []).append(row)
    more = {person_id: [scopes.get(one.id, Scope()) for one in some] for person_id, some in added.items()}
    names = {number: pick(level.texts).name for number, level in levels.items()}
    found = (
        _held(
            row,
            names[row.level_id],
            levels[row.level_id].rank,
            widened(scopes.get(row.id, Scope()), more.get(row.person_id, [])),
            tuple(names[one.level_id] for one in added.get(row.person_id, ())),
        )
        for row in rows
        if levels[row.level_id].kind == "level"
    )
    return [one for one in found if wanted is None or covers(one.scope, wanted)]


def _held(row: Any, level: str, rank: int, scope: Scope, endorsements: tuple[str, ...]) -> Held:
    return Held(
        id=row.id,
        person_id=row.person_id,
        name=f"{row.given_name} {row.family_name}".strip(),
        email=row.email,
        unit=row.path or "",
        level=level,
        rank=rank,
        scope=scope,
        ends_on=row.ends_on,
        endorsements=endorsements,
    )


def strongest(held: Iterable[Held]) -> list[Held]:
    """One permission of each person, of the highest level, by name."""
    best: dict[int, Held] = {}
    for one in held:
        if one.person_id not in best or one.rank > best[one.person_id].rank:
            best[one.person_id] = one
    return sorted(best.values(), key=lambda one: (one.name, one.person_id))


def silence(question: Question, circumstances: Circumstances) -> str:
    """Why speakers had better wait today, as a sentence: a crisis, or a quiet period over what is asked. Else empty."""
    if circumstances.crisis:
        return gettext("A crisis is on. Only those named for it speak; ask the social media hub first.")
    quiet = next((one for one in circumstances.quiet if authority.is_quiet(one, question)), None)
    if quiet is None:
        return ""
    return gettext("Quiet period until %(day)s. Ask the social media hub first.", day=day(quiet.until))


def table(session: Session, today: date, wanted: Wanted | None = None, last: date | None = None) -> Iterator[bytes]:
    """The permissions of `holders` as a CSV file in UTF-8, for a spreadsheet, in parts of so many people as `PART`.

    `last`: only those that end by this day. Only their numbers are read at once; four statements for each part.
    """
    yield b"\xef\xbb\xbf" + ",".join(COLUMNS).encode() + b"\r\n"
    chosen = (
        select(Authorization.id, Authorization.person_id)
        .join(Person, Person.id == Authorization.person_id)
        .where(*holding(today), Person.status == "active", *([Authorization.ends_on <= last] if last else []))
        .order_by(Authorization.ends_on, Person.family_name, Person.given_name, Authorization.id)
    )
    for some in parts([(row.id, row.person_id) for row in session.execute(chosen)], PART):
        own = {number for number, _ in some}
        people = {person_id for _, person_id in some}
        held = holders(session, today, wanted, Authorization.person_id.in_(people))
        yield lines(one for one in held if one.id in own)


def lines(held: Iterable[Held]) -> bytes:
    """Permissions as lines of a CSV file, in UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for one in held:
        scope = (one.scope.topics, one.scope.channels, one.scope.languages, one.scope.countries)
        cells = (one.name, one.email, one.unit, one.level, *(" ".join(sorted(part)) for part in scope))
        writer.writerow([*(neutral(cell) for cell in cells), one.ends_on.isoformat()])
    return out.getvalue().encode()
