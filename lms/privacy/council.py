"""Works-council mode: whether it is on, and how small a group may be that is still shown."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.privacy.models import WorksCouncil


def smallest(session: Session) -> int | None:
    """The number of people below which a group is not shown, or nothing while the mode is off."""
    return session.scalar(select(WorksCouncil.smallest))
