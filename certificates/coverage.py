"""What permissions cover: as a condition on rows, and as a rule for a scope that was read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column, or_, select
from sqlalchemy.orm import Session, aliased

from certificates import authority, days, vocabulary
from certificates.handles import names
from certificates.level_models import Level
from certificates.models import Authorization, AuthorizationScope, Certificate
from certificates.standing import Scope

WIDENED = ("topic", "language", "country")
"""What endorsements add to."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for; an empty part is not looked for."""

    words: str = ""
    channel: str = ""
    topic: str = ""
    language: str = ""
    country: str = ""

    @property
    def enough(self) -> bool:
        """Whether this is a search at all: the register is not a list to walk through."""
        return len(self.words) > 1 or any((self.channel, self.topic, self.language, self.country))

    @property
    def account(self) -> str:
        """The account that is looked for, when it can be nothing else."""
        return names.folded(self.words) if self.words.startswith("@") else ""


def holding(today: date) -> list[ColumnElement[bool]]:
    """The conditions on a permission that holds today."""
    return [Authorization.status == "active", Authorization.starts_on <= today, Authorization.ends_on >= today]


def endorsements(session: Session) -> tuple[int, ...]:
    """The numbers of the endorsements that somebody ever got. One statement."""
    return tuple(session.scalars(endorsements_given()))


def endorsements_given() -> Select[int]:
    """The statement that finds the endorsements that somebody ever got."""
    return select(Level.id).where(Level.kind == "endorsement", exists().where(Certificate.level_id == Level.id))


def covering(wanted: Wanted, added: Sequence[int]) -> list[ColumnElement[bool]]:
    """The conditions on the permission of a level that covers what is looked for, with what endorsements add to it.

    It covers by name or as a whole (some topics by name only); without a country it holds in all of them.
    """
    conditions: list[ColumnElement[bool]] = [Authorization.level_id.not_in(added)] if added else []
    for dimension, values in asked_values(wanted).items():
        ways = [_in_scope(dimension, AuthorizationScope.value.in_(values)).is_not(None)]
        if dimension == "country":
            ways.append(_in_scope("country").is_(None))
        if added and dimension in WIDENED:
            ways.append(_endorsed(dimension, values, added))
        conditions.append(or_(*ways))
    return conditions


def widened(scope: Scope, more: Iterable[Scope]) -> Scope:
    """The scope of a level with the topics, languages and countries of endorsements, as `authority` counts them."""
    added = list(more)
    return Scope(
        channels=scope.channels,
        topics=scope.topics.union(*(one.topics for one in added)),
        languages=scope.languages.union(*(one.languages for one in added)),
        countries=scope.countries and scope.countries.union(*(one.countries for one in added)),
    )


def covers(scope: Scope, wanted: Wanted) -> bool:
    """Whether a scope covers what is looked for: the same rule as `covering`, for one that was read."""
    return all(
        not set(values).isdisjoint(_values_of(scope, dimension)) or (dimension == "country" and not scope.countries)
        for dimension, values in asked_values(wanted).items()
    )


def scopes_of(session: Session, authorization_ids: Sequence[int]) -> dict[int, Scope]:
    """The scopes in force of permissions, by number. One statement, none when there is none to ask about."""
    if not authorization_ids:
        return {}
    return scopes_of_all(session, [Authorization.id.in_(authorization_ids)])


def scopes_of_all(session: Session, conditions: Sequence[ColumnElement[bool]]) -> dict[int, Scope]:
    """The scopes in force of the permissions that meet some conditions, by number. One statement."""
    pair = AuthorizationScope.dimension + ":" + AuthorizationScope.value
    rows = session.execute(
        select(AuthorizationScope.authorization_id, func.aggregate_strings(pair, "\n"))
        .join(
            Authorization,
            and_(
                Authorization.id == AuthorizationScope.authorization_id,
                Authorization.revision == AuthorizationScope.revision,
            ),
        )
        .where(*conditions)
        .group_by(AuthorizationScope.authorization_id)
    )
    return {number: _scope_of(text) for number, text in rows}


@lru_cache(maxsize=4096)
def _scope_of(text: str) -> Scope:
    """The scope of lines of dimension and value: most people have one of a few."""
    return Scope.of((line.partition(":")[0], line.partition(":")[2]) for line in text.split("\n"))


def asked_values(wanted: Wanted) -> dict[str, list[str]]:
    """For each dimension that is asked about: the values of a scope that cover it."""
    own = ["own"] if wanted.channel in vocabulary.personal_channels() else []
    every = [] if wanted.topic in authority.NAMED_TOPICS else ["*"]
    asked = {
        "channel": [wanted.channel, "*", *own] if wanted.channel else [],
        "topic": [wanted.topic, *every] if wanted.topic else [],
        "language": [wanted.language, "*"] if wanted.language else [],
        "country": [wanted.country, "*"] if wanted.country else [],
    }
    return {dimension: values for dimension, values in asked.items() if values}


def _values_of(scope: Scope, dimension: str) -> set[str]:
    return {value for kind, value in scope.pairs() if kind == dimension}


def one_row(table: type[Authorization] | type[AuthorizationScope], *conditions: ColumnElement[bool]) -> Any:
    """One row of a table, or none, to be asked whether it is there.

    PostgreSQL would make a join of EXISTS, and then cannot stop at a full page.
    """
    return select(literal_column("1")).select_from(table).where(*conditions).limit(literal_column("1"))


def _in_scope(dimension: str, *conditions: ColumnElement[bool]) -> Any:
    """One row of the scope in force, or nothing."""
    row = one_row(
        AuthorizationScope,
        AuthorizationScope.authorization_id == Authorization.id,
        AuthorizationScope.revision == Authorization.revision,
        AuthorizationScope.dimension == dimension,
        *conditions,
    )
    return row.correlate(Authorization).scalar_subquery()


def _endorsed(dimension: str, values: list[str], added: Sequence[int]) -> ColumnElement[bool]:
    """Whether an endorsement that holds today gives the same person something of a dimension. All are found once."""
    other, today = aliased(Authorization), days.today()
    people = (
        select(other.person_id)
        .join(Certificate, Certificate.id == other.certificate_id)
        .where(
            Certificate.level_id.in_(added),
            other.status == "active",
            other.starts_on <= today,
            other.ends_on >= today,
            AuthorizationScope.authorization_id == other.id,
            AuthorizationScope.revision == other.revision,
            AuthorizationScope.dimension == dimension,
            AuthorizationScope.value.in_(values),
        )
    )
    return Authorization.person_id.in_(people)
