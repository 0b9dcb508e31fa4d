"""Handing out what a permission comes with, and taking it back: the tasks open and turn by themselves.

A task belongs to a permission. When somebody renews, what she has stays hers: the task moves on to the new permission.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, insert, literal, select, update
from sqlalchemy.orm import Session, aliased

from certificates.entitlements.models import Entitlement, EntitlementTask
from certificates.events import (
    AuthorizationChanged,
    AuthorizationsChanged,
    AuthorizationsGranted,
    AuthorizationsRestored,
)
from certificates.models import Authorization
from lms.base import audit, clock, webhooks
from lms.base.audit import AuditEntry
from lms.base.db import parts
from lms.base.errors import Conflict, NotFound
from lms.base.i18n import gettext
from lms.people.models import Person

OVER = ("expired", "archived", "ended", "revoked")
"""Standings with which a permission is over."""
STANDS = ("active", "suspended")
OPEN = ("to_give", "to_return")
DEEDS = {"give": ("to_give", "given"), "take_back": ("to_return", "returned"), "drop": ("to_give", "dropped")}
"""What the hub can do: from which state of a task to which."""
_another = aliased(Authorization)


def open_for(session: Session, event: AuthorizationsGranted) -> None:
    """Open a task for each thing that the levels come with, or keep what the holders have from before."""
    for some in parts(event.authorization_ids):
        wanted = session.execute(
            select(Authorization.id, Authorization.person_id, Entitlement.id)
            .join(Entitlement, Entitlement.level_id == Authorization.level_id)
            .where(Authorization.id.in_(some), Entitlement.retired_at.is_(None))
            .order_by(Authorization.id, Entitlement.id)
        ).all()
        if wanted:
            _open(session, [_Wanted(*row) for row in wanted])


@dataclass(frozen=True)
class _Wanted:
    """A thing that comes with a permission."""

    authorization_id: int
    person_id: int
    entitlement_id: int


def _open(session: Session, wanted: Sequence[_Wanted]) -> None:
    had, now = _kept(session, wanted), clock.now()
    new = [asdict(one) | {"state": "to_give", "opened_at": now} for one in wanted if one not in had]
    if new:
        _tell(session, session.scalars(insert(EntitlementTask).returning(EntitlementTask.id), new).all())


def changed(session: Session, event: AuthorizationChanged) -> None:
    """What follows when a permission is over."""
    if event.status in OVER:
        close_for_all(session, [event.authorization_id])


def many_changed(session: Session, event: AuthorizationsChanged) -> None:
    """What follows when permissions are over by a rule."""
    if event.status in OVER:
        close_for_all(session, event.authorization_ids)


def restored(session: Session, event: AuthorizationsRestored) -> None:
    """Turn the tasks back of permissions that are given back: what was not returned yet stays with its holder.

    What was returned, or dropped by rule, is to be given again.
    """
    for some in parts(event.authorization_ids):
        theirs = EntitlementTask.authorization_id.in_(some)
        kept = _turn(session, and_(theirs, EntitlementTask.state == "to_return"), "given", return_asked_at=None)
        offered = EntitlementTask.entitlement_id.in_(select(Entitlement.id).where(Entitlement.retired_at.is_(None)))
        again = and_(theirs, offered, EntitlementTask.state == "returned")
        given = {"given_at": None, "given_by_id": None, "returned_at": None, "returned_by_id": None}
        anew = _turn(session, again, "to_give", return_asked_at=None, **given)
        subject = literal("entitlement_task:").concat(cast(EntitlementTask.id, String))
        by_hand = exists().where(AuditEntry.subject == subject, AuditEntry.deed == "entitlement became dropped")
        by_rule = and_(theirs, offered, EntitlementTask.state == "dropped", ~by_hand)
        _tell(session, [*kept, *anew, *_turn(session, by_rule, "to_give")])


def close_for(session: Session, authorization_id: int) -> None:
    """Turn the tasks of a permission that is over: see `close_for_all`."""
    close_for_all(session, [authorization_id])


def close_for_all(session: Session, authorization_ids: Collection[int]) -> None:
    """Turn the tasks of permissions that are over, in the same few statements however many.

    What was given and goes back is to be returned, what was not given yet is dropped. Somebody who has another
    permission of the same level by now keeps everything. A second time changes nothing.
    """
    if not authorization_ids:
        return
    now = clock.now()
    tasks = EntitlementTask.authorization_id.in_(_over(authorization_ids))
    returnable = EntitlementTask.entitlement_id.in_(select(Entitlement.id).where(Entitlement.returnable))
    back = _turn(session, and_(tasks, returnable, EntitlementTask.state == "given"), "to_return", return_asked_at=now)
    dropped = _turn(session, and_(tasks, EntitlementTask.state == "to_give"), "dropped")
    _tell(session, [*back, *dropped])


def do(session: Session, task_id: int, deed: str, by_id: int, note: str = "") -> EntitlementTask:
    """Say that something was given ("give"), is back ("take_back"), or will not be given ("drop"). Audited.

    Raises `NotFound`, and `Conflict` when somebody else was faster.
    """
    task = session.scalar(
        select(EntitlementTask)
        .where(EntitlementTask.id == task_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if task is None or deed not in DEEDS:
        raise NotFound
    before, after = DEEDS[deed]
    if task.state != before:
        raise Conflict(gettext("Somebody has done this already. Nothing was changed."))
    task.state, task.note = after, note or task.note
    if deed == "give":
        task.given_at, task.given_by_id = clock.now(), by_id
    elif deed == "take_back":
        task.returned_at, task.returned_by_id = clock.now(), by_id
    audit.record(session, f"entitlement became {after}", f"entitlement_task:{task.id}", actor_id=by_id)
    session.flush()
    _tell(session, [task.id])
    return task


def _kept(session: Session, wanted: Sequence[_Wanted]) -> set[_Wanted]:
    """Move the tasks of earlier permissions to the new ones; returns what is seen to."""
    here = EntitlementTask.authorization_id.in_({one.authorization_id for one in wanted})
    rows = session.execute(
        select(
            EntitlementTask.id,
            EntitlementTask.authorization_id,
            EntitlementTask.person_id,
            EntitlementTask.entitlement_id,
        )
        .where(
            EntitlementTask.person_id.in_({one.person_id for one in wanted}),
            EntitlementTask.entitlement_id.in_({one.entitlement_id for one in wanted}),
            here | EntitlementTask.state.in_((*OPEN, "given")),
        )
        .order_by(EntitlementTask.id)
    ).all()
    own = {_Wanted(*row[1:]) for row in rows}.intersection(wanted)
    newest = {(row.person_id, row.entitlement_id): row.id for row in rows}
    moved = {one: newest.get((one.person_id, one.entitlement_id)) for one in wanted if one not in own}
    _move(session, {number: one.authorization_id for one, number in moved.items() if number is not None})
    return own | {one for one, number in moved.items() if number is not None}


def _move(session: Session, moved: Mapping[int, int]) -> None:
    """Have tasks hang on other permissions; what was to be returned stays with its holder."""
    if not moved:
        return
    back = and_(EntitlementTask.id.in_(moved), EntitlementTask.state == "to_return")
    _turn(session, back, "given", return_asked_at=None)
    rows = [{"id": task_id, "authorization_id": number} for task_id, number in moved.items()]
    session.execute(update(EntitlementTask), rows)


def _over(authorization_ids: Collection[int]) -> Select[int]:
    """Those of the permissions whose holders have no other one of the same level."""
    other = exists().where(
        _another.person_id == Authorization.person_id,
        _another.level_id == Authorization.level_id,
        _another.id != Authorization.id,
        _another.status.in_(STANDS),
    )
    return select(Authorization.id).where(Authorization.id.in_(authorization_ids), ~other)


def _turn(session: Session, which: ColumnElement[bool], state: str, **more: object) -> list[int]:
    turned = (
        update(EntitlementTask)
        .where(which)
        .values(state=state, **more)
        .returning(EntitlementTask.id)
        .execution_options(synchronize_session="fetch")
    )
    return list(session.scalars(turned))


def _tell(session: Session, task_ids: Collection[int]) -> None:
    """Tell the systems that hand things out, one message a task."""
    if not task_ids:
        return
    rows = session.execute(
        select(EntitlementTask.state, Entitlement.code, Entitlement.kind, Authorization.uid, Person.uid.label("person"))
        .join(Entitlement, Entitlement.id == EntitlementTask.entitlement_id)
        .join(Authorization, Authorization.id == EntitlementTask.authorization_id)
        .join(Person, Person.id == EntitlementTask.person_id)
        .where(EntitlementTask.id.in_(task_ids))
        .order_by(EntitlementTask.id)
    ).all()
    webhooks.queue_all(
        session,
        (
            (f"entitlement.{state}", uid, {"entitlement": code, "kind": kind, "state": state, "person": person})
            for state, code, kind, uid, person in rows
        ),
    )
