"""Notices: what somebody was told, inside the system, for who does not read mail."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.base import clock
from lms.base.errors import NotFound
from lms.reminders.models import Notice

A_PAGE = 50


def of(session: Session, person_id: int, page: int = 1) -> tuple[Sequence[Notice], bool]:
    """A page of somebody's notices, unread ones first and then the newest; and whether there are more."""
    order = (Notice.read_at.is_not(None), Notice.id.desc())
    statement = select(Notice).where(Notice.person_id == person_id).order_by(*order)
    found = session.scalars(statement.offset((page - 1) * A_PAGE).limit(A_PAGE + 1)).all()
    return found[:A_PAGE], len(found) > A_PAGE


def read(session: Session, person_id: int, notice_id: int) -> Notice:
    """Mark one of somebody's own notices as read. A second time changes nothing. Raises `NotFound`."""
    notice = session.scalar(select(Notice).where(Notice.id == notice_id, Notice.person_id == person_id))
    if notice is None:
        raise NotFound
    notice.read_at = notice.read_at or clock.now()
    return notice


def read_all(session: Session, person_id: int) -> None:
    """Mark all of somebody's notices as read."""
    unread = Notice.person_id == person_id, Notice.read_at.is_(None)
    session.execute(update(Notice).where(*unread).values(read_at=clock.now()))
