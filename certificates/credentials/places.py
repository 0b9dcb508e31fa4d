"""Where a certificate stands in the status lists: a random place, given when its credential is first asked for."""

import secrets

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates.credentials import apart
from certificates.credentials.models import StatusEntry
from lms.base import db

SIZE = 131_072
FULL = SIZE // 2
"""Places given in a list before the next one begins: so that a place chosen at random is usually free."""


def of(session: Session, certificate_id: int) -> tuple[int, int]:
    """The list and the place of a certificate, the same for ever. They say nothing about whose it is or when."""
    found = _find(session, certificate_id)
    if found is not None:
        return found
    with db.lasting(session) as own:
        number = _open_list(own)
        while (found := _find(own, certificate_id)) is None:
            row = {"certificate_id": certificate_id, "list_number": number, "place": secrets.randbelow(SIZE)}
            apart.add_if_absent(own, StatusEntry.__table__, **row)  # type: ignore[arg-type]
        return found


def _find(session: Session, certificate_id: int) -> tuple[int, int] | None:
    statement = select(StatusEntry.list_number, StatusEntry.place).where(StatusEntry.certificate_id == certificate_id)
    row = session.execute(statement).one_or_none()
    return None if row is None else (row.list_number, row.place)


def _open_list(session: Session) -> int:
    newest = session.execute(
        select(StatusEntry.list_number, func.count())
        .group_by(StatusEntry.list_number)
        .order_by(StatusEntry.list_number.desc())
        .limit(1)
    ).one_or_none()
    if newest is None:
        return 1
    number, given = newest
    return int(number) + (given >= FULL)
