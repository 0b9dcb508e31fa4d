"""Somebody has to be able to give roles: the last administrator keeps hers."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.errors import Conflict
from lms.base.i18n import gettext
from lms.people.models import Person, PersonRole


def check_not_last(session: Session, person_id: int) -> None:
    """Raise `Conflict` when somebody is the only one who works here and is an administrator.

    Locks the administrators, so that of two who leave at the same moment one stays.
    """
    with_role = select(PersonRole.person_id).where(PersonRole.role == "administrator")
    administrators = select(Person.id).where(Person.id.in_(with_role), Person.status != "left").order_by(Person.id)
    session.execute(administrators.with_for_update(key_share=True))
    if set(session.scalars(administrators)) == {person_id}:
        raise Conflict(
            gettext("This is the last administrator. Give somebody else the role first, so that somebody can.")
        )
