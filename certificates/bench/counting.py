"""How deep the bench is: speakers for each topic, market and language, and where there is nobody."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import authority, ladder, vocabulary
from certificates.authority import Question
from certificates.coverage import Wanted, covers, holding, scopes_of_all, widened
from certificates.models import Authorization
from certificates.rulings import Circumstances
from certificates.standing import Scope
from lms.base.csv_cells import neutral
from lms.base.i18n import day, gettext, pick
from lms.people.models import Person, Unit

BEFORE = 60
"""Days that the hub looks ahead, unless it asks for more."""
COLUMNS = ("name", "email", "unit", "level", "topics", "channels", "languages", "countries", "ends_on")


@dataclass(frozen=True)
class Held:
    """A permission that holds today, and whose it is."""

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
    """The bench on a day. `gaps` are topics and languages for which there is nobody on any market."""

    rows: tuple[Row, ...]
    languages: tuple[str, ...]
    gaps: tuple[tuple[str, str], ...]
    lapsing: tuple[Held, ...]
    people: int


def read(session: Session, today: date, before: int = BEFORE, countries: Iterable[str] = ()) -> Bench:
    """The bench of the hub for some markets (all of the vocabulary unless told). Three statements."""
    held = holders(session, today)
    last = today + timedelta(days=before)
    languages = tuple(code for code, _ in vocabulary.choices("language"))
    markets = tuple(countries) or tuple(code for code, _ in vocabulary.choices("country"))
    topics = tuple(code for code, _ in vocabulary.choices("topic"))
    counted = _counted(held, topics, markets, languages, last)
    gaps = [
        (topic, language)
        for topic in topics
        for language in languages
        if not any(counted[topic, country, language][0] for country in markets)
    ]
    rows = (
        Row(topic, country, tuple(Cell(topic, country, code, *counted[topic, country, code]) for code in languages))
        for topic in topics
        for country in markets
    )
    return Bench(
        rows=tuple(row for row in rows if any(cell.people for cell in row.cells)),
        languages=languages,
        gaps=tuple(gaps),
        lapsing=tuple(one for one in held if one.ends_on <= last),
        people=len({one.person_id for one in held}),
    )


def holders(session: Session, today: date, wanted: Wanted | None = None) -> list[Held]:
    """Permissions that hold today and cover what is asked for, the first to end first. Three statements.

    Endorsements are no permissions of their own: they widen the levels of the same person.
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
        .where(*holding(today), Person.status == "active")
        .order_by(Authorization.ends_on, Person.family_name, Person.given_name, Authorization.id)
    ).all()
    scopes = scopes_of_all(session, holding(today))
    levels = {level.id: level for level in ladder.levels(session)}
    added: dict[int, list[Any]] = {}
    for row in rows:
        if levels[row.level_id].kind == "endorsement":
            added.setdefault(row.person_id, []).append(row)
    more = {person_id: [scopes.get(one.id, Scope()) for one in some] for person_id, some in added.items()}
    found = (
        Held(
            person_id=row.person_id,
            name=f"{row.given_name} {row.family_name}".strip(),
            email=row.email,
            unit=row.path or "",
            level=pick(levels[row.level_id].texts).name,
            rank=levels[row.level_id].rank,
            scope=widened(scopes.get(row.id, Scope()), more.get(row.person_id, [])),
            ends_on=row.ends_on,
            endorsements=tuple(pick(levels[one.level_id].texts).name for one in added.get(row.person_id, ())),
        )
        for row in rows
        if levels[row.level_id].kind == "level"
    )
    return [one for one in found if wanted is None or covers(one.scope, wanted)]


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


def table(held: Iterable[Held]) -> bytes:
    """Permissions as a CSV file in UTF-8, for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in held:
        parts = (one.scope.topics, one.scope.channels, one.scope.languages, one.scope.countries)
        cells = (one.name, one.email, one.unit, one.level, *(" ".join(sorted(part)) for part in parts))
        writer.writerow([*(neutral(cell) for cell in cells), one.ends_on.isoformat()])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _counted(
    held: Iterable[Held], topics: tuple[str, ...], markets: tuple[str, ...], languages: tuple[str, ...], last: date
) -> dict[tuple[str, str, str], tuple[int, int]]:
    """People, and those who lapse by the last day, of each topic, market and language.

    Somebody lapses when none of her permissions that cover it lasts longer. Scopes that are alike are spread out once.
    """
    alike: dict[Scope, dict[int, date]] = {}
    for one in held:
        ends = alike.setdefault(one.scope, {})
        ends[one.person_id] = max(one.ends_on, ends.get(one.person_id, one.ends_on))
    until: dict[tuple[str, str, str], dict[int, date]] = {}
    for scope, ends in alike.items():
        for cell in _cells(scope, topics, markets, languages):
            found = until.setdefault(cell, {})
            for person_id, ends_on in ends.items():
                found[person_id] = max(ends_on, found.get(person_id, ends_on))
    every = ((topic, country, code) for topic in topics for country in markets for code in languages)
    return {cell: _count(until.get(cell, {}), last) for cell in every}


def _count(until: dict[int, date], last: date) -> tuple[int, int]:
    return len(until), sum(ends_on <= last for ends_on in until.values())


def _cells(
    scope: Scope, topics: tuple[str, ...], markets: tuple[str, ...], languages: tuple[str, ...]
) -> Iterable[tuple[str, str, str]]:
    about = [topic for topic in topics if topic in scope.topics or _by_star(scope, topic)]
    where = [code for code in markets if not scope.countries or code in scope.countries or "*" in scope.countries]
    spoken = [code for code in languages if code in scope.languages or "*" in scope.languages]
    return ((topic, country, code) for topic in about for country in where for code in spoken)


def _by_star(scope: Scope, topic: str) -> bool:
    return "*" in scope.topics and topic not in authority.NAMED_TOPICS
