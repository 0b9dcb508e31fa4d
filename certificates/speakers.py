"""Finding speakers: who may speak today, by name, by account, and by what they may speak about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, String, cast, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from certificates import authority, calling, days, ladder, naming, rulings
from certificates.authority import Question
from certificates.coverage import (
    Wanted,
    asked_values,
    covering,
    covers,
    endorsements,
    endorsements_given,
    holding,
    one_row,
    scopes_of,
    widened,
)
from certificates.handles.models import BrandedHandle
from certificates.level_models import Level
from certificates.likeness import Likeness
from certificates.models import Authorization, AuthorizationScope, Certificate
from certificates.periods import calendar
from certificates.rulings import Circumstances
from certificates.standing import Scope
from lms.base.i18n import pick
from lms.people.models import Person, Unit

PAGE, LONGEST = 20, 100
LAST_PAGE = 50
"""The register is not a list to walk through; whoever looks for more narrows the search."""
NEAR_AMONG, BEST = 1500, 50
HERE = ("active", "leave")
"""Who has not left. Named, because PostgreSQL takes "not left" for next to nobody when it plans for any value."""
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
    `silence` says why even speakers wait today, or nothing.
    """

    speakers: list[Speaker]
    page: int
    more: bool
    near: list[Speaker]
    account: str = ""
    silence: str = ""


def search(session: Session, wanted: Wanted, page: int = 1) -> Found:
    """Listed people with a permission that holds today and covers what is looked for. At most eleven statements."""
    if not wanted.enough:
        return Found([], 1, False, [])
    page = min(page, LAST_PAGE)
    added, known = _facts(session)
    ids = _page(session, wanted, added, page)
    near = _near(session, wanted, added) if not ids and page == 1 and wanted.words and not wanted.account else []
    return Found(
        speakers=shown(session, ids[:PAGE], wanted),
        page=page,
        more=len(ids) > PAGE and page < LAST_PAGE,
        near=shown(session, near, wanted),
        account=_account(session, wanted, bool(ids)),
        silence=_silence(wanted, known),
    )


def _facts(session: Session) -> tuple[tuple[int, ...], Circumstances]:
    """The endorsements that somebody ever got, and what holds for everybody today: of both, in one statement."""
    added = (
        endorsements_given().with_only_columns(func.aggregate_strings(cast(Level.id, String), ",")).scalar_subquery()
    )
    ids, *state = session.execute(select(added, *calendar.state_columns())).one()
    known = calendar.of_state(session, tuple(state)).on(days.today())
    return tuple(int(number) for number in (ids or "").split(",") if number), known


def _silence(wanted: Wanted, known: Circumstances) -> str:
    """Why even these people had better wait today, as a sentence: a crisis, or a quiet period. Else empty."""
    if known.crisis:
        return rulings.in_crisis(known.crisis).reason
    question = Question(days.today(), wanted.channel, wanted.topic, wanted.language, wanted.country)
    quiet = next((one for one in known.quiet if authority.is_quiet(one, question)), None)
    return rulings.in_quiet(quiet).reason if quiet else ""


def _page(session: Session, wanted: Wanted, added: Sequence[int], page: int) -> Sequence[int]:
    """The numbers of a page of people and one more.

    What was typed is looked for anywhere in names; when that is more than a page, those who begin with it, if there
    are any. Both stop at a full page.
    """
    few = _few(session, wanted)
    named, *begins = (_people(wanted, added, *few, *names) for names in calling.named(session, wanted))
    ids = session.scalars(_limited(named, PAGE + 1)).all() if page == 1 else []
    if page == 1 and len(ids) <= PAGE:
        return ids
    offset = PAGE * (page - 1)
    for way in begins:
        found = session.scalars(_limited(way, PAGE + 1, offset)).all()
        if found or (page > 1 and session.scalar(_limited(way, 1))):
            return found
    return ids or session.scalars(_limited(named, PAGE + 1, offset)).all()


def _limited(statement: Any, limit: int, offset: int = 0) -> Any:
    """A part of what is found. The numbers stand in the statement: a plan made for any number reads all there is."""
    return statement.limit(literal_column(str(limit))).offset(literal_column(str(offset)))


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
        select(func.count()).select_from(_limited(rows, FEW + 1).subquery()).scalar_subquery()
        for rows in within.values()
    ]
    count, name = min(zip(session.execute(select(*counts)).one(), within, strict=True))
    holders = select(Authorization.person_id).where(Authorization.id.in_(within[name]))
    return [Person.id.in_(holders)] if count <= FEW else []


def after(session: Session, number: int, limit: int) -> Sequence[int]:
    """The numbers of speakers who let themselves be found, above a number, for a list of all. Two statements."""
    statement = _people(Wanted(), endorsements(session), Person.id > number).order_by(None).order_by(Person.id)
    return session.scalars(_limited(statement, limit)).all()


def _people(wanted: Wanted, added: Sequence[int], *conditions: ColumnElement[bool]) -> Any:
    """The numbers of speakers who let themselves be found, by name."""
    given = one_row(
        Authorization, Authorization.person_id == Person.id, *holding(days.today()), *covering(wanted, added)
    ).correlate(Person)
    return (
        select(Person.id)
        .where(Person.listed.is_(True), Person.status.in_(HERE), *conditions, given.scalar_subquery().is_not(None))
        .order_by(Person.family_name, Person.given_name, Person.id)
    )


def _near(session: Session, wanted: Wanted, added: Sequence[int]) -> list[int]:
    """Speakers whose name is like the one looked for: another spelling, a slip of the keys. The likest first."""
    alike = (
        select(Person.id, Person.given_name, Person.family_name)
        .where(Person.listed.is_(True), Person.status.in_(HERE), Person.listed_as == "full")
        .where(calling.could_be(wanted.words))
    )
    rows = session.execute(_limited(alike, NEAR_AMONG)).all()
    best = Likeness(wanted.words).best([(row.id, row.given_name, row.family_name) for row in rows], BEST)
    may_speak = set(session.scalars(_people(wanted, added, Person.id.in_(best)))) if best else set()
    return [number for number in best if number in may_speak][:5]


def _account(session: Session, wanted: Wanted, found: bool) -> str:
    """What is known of the account that was looked for. An account of somebody who may not speak counts as unknown."""
    if not wanted.account or found:
        return "held" if wanted.account else ""
    branded = select(func.count()).where(BrandedHandle.name == wanted.account, BrandedHandle.closed_at.is_(None))
    return "branded" if session.scalar(branded) else "unknown"


_later = aliased(Certificate)
_NEWEST = (
    select(_later.uid)
    .where(_later.root_id == Certificate.id)
    .order_by(_later.issue.desc())
    .limit(literal_column("1"))
    .correlate(Certificate)
    .scalar_subquery()
)
"""The public id of the newest correction of a certificate, if there is one."""


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
            func.coalesce(_NEWEST, Certificate.uid).label("uid"),
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
