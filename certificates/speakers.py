"""Finding speakers: who may speak today, by name, by account, and by what they may speak about."""

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, func, or_, select
from sqlalchemy.orm import Session

from certificates import days, ladder, naming
from certificates.coverage import Wanted, asked_values, covering, covers, holding, scopes_of, widened
from certificates.handles import names
from certificates.handles.models import BrandedHandle
from certificates.models import Authorization, AuthorizationScope, Certificate, Handle
from certificates.standing import Scope
from lms.base.i18n import pick
from lms.people.models import Person, Unit

PAGE = 20
LAST_PAGE = 50
"""The register is not a list to walk through; whoever looks for more narrows the search."""
NEAR_AMONG = 1500
ALIKE = 0.7
WORDS, LONGEST = 6, 100
FEW = 2000
"""Up to so many rows of a scope, a search begins with them; above it goes through the names until a page is full."""


@dataclass(frozen=True)
class Speaker:
    """Somebody who may speak today, as the public sees her. Listed by initials, she has no `uid` to follow."""

    uid: str
    name: str
    role: str
    level: str
    endorsements: tuple[str, ...]
    scope: Scope
    ends_on: date
    person_id: int
    person_uid: str


@dataclass(frozen=True)
class Found:
    """A page of speakers; `near` are names like the one looked for, when there is none with it.

    `account` says what is known of an account that was looked for: nothing asked, `held`, `branded` or `unknown`.
    """

    speakers: list[Speaker]
    page: int
    more: bool
    near: list[Speaker]
    account: str = ""


def search(session: Session, wanted: Wanted, page: int = 1) -> Found:
    """Listed people with a permission that holds today and covers what is looked for. At most nine statements."""
    if not wanted.enough:
        return Found([], 1, False, [])
    page = min(page, LAST_PAGE)
    added = endorsements(session)
    statement = _people(wanted, added, *_few(session, wanted), *_named(session, wanted))
    ids = session.scalars(statement.limit(PAGE + 1).offset(PAGE * (page - 1))).all()
    near = _near(session, wanted, added) if not ids and page == 1 and wanted.words and not wanted.account else []
    return Found(
        speakers=shown(session, ids[:PAGE], wanted),
        page=page,
        more=len(ids) > PAGE and page < LAST_PAGE,
        near=shown(session, near, wanted),
        account=_account(session, wanted, bool(ids)),
    )


def endorsements(session: Session) -> tuple[int, ...]:
    """The numbers of the endorsements of the ladder. One statement."""
    return tuple(level.id for level in ladder.levels(session) if level.kind == "endorsement")


def _few(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    """When few permissions name what is looked for: that it is one of these. Country does not count: none is all."""
    asked = {name: values for name, values in asked_values(wanted).items() if name != "country"}
    if not asked:
        return []
    within = {
        name: select(AuthorizationScope.authorization_id).where(
            AuthorizationScope.dimension == name, AuthorizationScope.value.in_(values)
        )
        for name, values in asked.items()
    }
    counts = [
        select(func.count()).select_from(rows.limit(FEW + 1).subquery()).scalar_subquery() for rows in within.values()
    ]
    count, name = min(zip(session.execute(select(*counts)).one(), within, strict=True))
    holders = select(Authorization.person_id).where(Authorization.id.in_(within[name]))
    return [Person.id.in_(holders)] if count <= FEW else []


def after(session: Session, number: int, limit: int) -> Sequence[int]:
    """The numbers of speakers who let themselves be found, above a number, for a list of all. Two statements."""
    statement = _people(Wanted(), endorsements(session), Person.id > number).order_by(None).order_by(Person.id)
    return session.scalars(statement.limit(limit)).all()


def _people(wanted: Wanted, added: Sequence[int], *conditions: ColumnElement[bool]) -> Any:
    """The numbers of speakers who let themselves be found, by name."""
    given = exists().where(Authorization.person_id == Person.id, *holding(days.today()), *covering(wanted, added))
    return (
        select(Person.id)
        .where(Person.listed.is_(True), Person.status != "left", *conditions, given)
        .order_by(Person.family_name, Person.given_name, Person.id)
    )


def _named(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Every word is in the name, or all of it is an account. Whoever is listed by initials is found by account only.

    SQLite folds only A to Z, so variants are tried.
    """
    if not wanted.words:
        return []
    of_account = select(Handle.person_id).where(
        Handle.name == names.folded(wanted.words), Handle.released_at.is_(None), Handle.confirmed_at.is_not(None)
    )
    holders = session.scalars(of_account).all()
    if holders or wanted.account:
        return [Person.id.in_(holders)]
    name = Person.given_name + " " + Person.family_name
    in_name = [
        or_(*(name.icontains(form, autoescape=True) for form in sorted(_forms(word))))
        for word in wanted.words.split()[:WORDS]
    ]
    return [*in_name, Person.listed_as == "full"]


def _forms(word: str) -> set[str]:
    if word.isascii():
        return {word}
    spelled = {unicodedata.normalize(form, word) for form in ("NFC", "NFD")}
    return {form for one in spelled for form in (one, one.lower(), one.upper(), one.title())}


def _near(session: Session, wanted: Wanted, added: Sequence[int]) -> list[int]:
    """Speakers whose name is like the one looked for: another spelling, a slip of the keys. The likest first."""
    letters = {word[0] for word in wanted.words.split()} - {"%", "_", "\\"}
    starts = [
        column.ilike(f"{letter}%") for letter in sorted(letters) for column in (Person.given_name, Person.family_name)
    ]
    if not starts:
        return []
    statement = _people(wanted, added, or_(*starts), Person.listed_as == "full")
    rows = session.execute(statement.add_columns(Person.given_name, Person.family_name).limit(NEAR_AMONG)).all()
    matcher = difflib.SequenceMatcher(b=wanted.words.casefold())
    scored = [(_likeness(matcher, row), row.id) for row in rows]
    best_first = sorted((pair for pair in scored if pair[0]), key=lambda pair: -pair[0])
    return [number for _, number in best_first[:5]]


def _likeness(matcher: difflib.SequenceMatcher[str], row: Row[Any]) -> float:
    """How much a name is like the one looked for, from 0.7 to 1; 0 for less. Dear sums only where cheap ones allow."""
    best_so_far = 0.0
    for name in (row.given_name, row.family_name, f"{row.given_name} {row.family_name}"):
        matcher.set_seq1(name.casefold())
        if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE:
            best_so_far = max(best_so_far, matcher.ratio())
    return best_so_far if best_so_far >= ALIKE else 0.0


def _account(session: Session, wanted: Wanted, found: bool) -> str:
    """What is known of the account that was looked for. An account of somebody who may not speak counts as unknown."""
    if not wanted.account or found:
        return "held" if wanted.account else ""
    branded = select(func.count()).where(BrandedHandle.name == wanted.account, BrandedHandle.closed_at.is_(None))
    return "branded" if session.scalar(branded) else "unknown"


def shown(session: Session, ids: Sequence[int], wanted: Wanted) -> list[Speaker]:
    """What the public sees of these people, in this order. Three statements, none for nobody."""
    if not ids:
        return []
    rows = session.execute(
        select(
            Authorization.id,
            Authorization.person_id,
            Authorization.level_id,
            Authorization.ends_on,
            Certificate.uid,
            Person.uid.label("person_uid"),
            Person.given_name,
            Person.family_name,
            Person.listed_as,
            Person.job,
            Unit.path.label("unit"),
        )
        .join(Certificate, Certificate.id == Authorization.certificate_id)
        .join(Person, Person.id == Authorization.person_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(Authorization.person_id.in_(ids), *holding(days.today()))
        .order_by(Authorization.id)
    ).all()
    levels = {level.id: level for level in ladder.levels(session)}
    scopes = scopes_of(session, [row.id for row in rows])
    held: dict[int, list[Any]] = {number: [] for number in ids}
    for row in rows:
        held[row.person_id].append(row)
    return [_speaker(held[number], levels, scopes, wanted) for number in ids if held[number]]


def _speaker(
    held: Iterable[Row[Any]], levels: dict[int, ladder.LevelView], scopes: dict[int, Scope], wanted: Wanted
) -> Speaker:
    """Somebody by her permissions: shown is the highest level that covers what is looked for; endorsements beside."""
    rows = list(held)
    added = [row for row in rows if levels[row.level_id].kind == "endorsement"]
    more = [scopes.get(row.id, Scope()) for row in added]
    wide = {row.id: widened(scopes.get(row.id, Scope()), more) for row in rows if row not in added}
    best = max(
        (row for row in rows if row.id in wide),
        key=lambda row: (covers(wide[row.id], wanted), levels[row.level_id].rank, row.id),
    )
    return Speaker(
        uid=best.uid if best.listed_as == "full" else "",
        name=naming.shown(best.given_name, best.family_name, best.listed_as),
        role=best.job or (best.unit or "").rsplit("/", 1)[-1],
        level=pick(levels[best.level_id].texts).name,
        endorsements=tuple(dict.fromkeys(pick(levels[row.level_id].texts).name for row in added)),
        scope=wide[best.id],
        ends_on=best.ends_on,
        person_id=best.person_id,
        person_uid=best.person_uid,
    )
