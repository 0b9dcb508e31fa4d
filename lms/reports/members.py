"""People as rows of a team page."""

from typing import Any

from sqlalchemy import Row

from lms.people.models import Person, Unit
from lms.reports.figures import Member

MEMBER = (
    Person.uid,
    Person.given_name,
    Person.family_name,
    Person.email,
    Person.job,
    Person.tier,
    Person.status,
    Unit.path,
)
"""The columns of which `member` makes a person."""


def member(row: Row[*tuple[Any, ...]]) -> Member:
    """The person of a row with the columns of `MEMBER`."""
    return Member(
        uid=row.uid,
        given_name=row.given_name,
        family_name=row.family_name,
        email=row.email,
        job=row.job,
        unit=row.path or "",
        tier=row.tier,
        on_leave=row.status == "leave",
    )
