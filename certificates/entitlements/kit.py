"""What comes with a level: tools, accounts and devices, as an administrator names them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from certificates.entitlements.models import Entitlement, EntitlementTask, EntitlementText
from lms.base import audit, clock
from lms.base.errors import Conflict, NotFound
from lms.base.i18n import gettext

KINDS = ("tool", "handle", "device")


@dataclass(frozen=True)
class Thing:
    """Something that comes with a level, by language; `out` are with holders now."""

    id: int
    code: str
    kind: str
    returnable: bool
    retired: bool
    names: Mapping[str, str]
    notes: Mapping[str, str]
    out: int


@dataclass(frozen=True)
class NewThing:
    """Something that is to come with a level; a language without a name is left out."""

    code: str
    kind: str
    returnable: bool
    names: Mapping[str, str]
    notes: Mapping[str, str] = field(default_factory=dict)


def of_level(session: Session, level_id: int) -> list[Thing]:
    """What comes with a level, retired things last. Three statements."""
    things = session.scalars(
        select(Entitlement)
        .where(Entitlement.level_id == level_id)
        .order_by(Entitlement.retired_at.is_not(None), Entitlement.id)
        .options(selectinload(Entitlement.texts))
        .execution_options(populate_existing=True)
    ).all()
    out = dict(
        session.execute(
            select(EntitlementTask.entitlement_id, func.count())
            .join(Entitlement, Entitlement.id == EntitlementTask.entitlement_id)
            .where(Entitlement.level_id == level_id, EntitlementTask.state.in_(("given", "to_return")))
            .group_by(EntitlementTask.entitlement_id)
        ).all()
    )
    return [
        Thing(
            id=one.id,
            code=one.code,
            kind=one.kind,
            returnable=one.returnable,
            retired=one.retired_at is not None,
            names={text.language: text.name for text in one.texts},
            notes={text.language: text.note for text in one.texts if text.note},
            out=out.get(one.id, 0),
        )
        for one in things
    ]


def add(session: Session, level_id: int, thing: NewThing, by_id: int) -> Entitlement:
    """Something more that comes with a level, for those who are given it from now on. Audited.

    Raises `Conflict` when the code is taken.
    """
    taken = select(Entitlement.id).where(Entitlement.level_id == level_id, Entitlement.code == thing.code)
    if session.scalar(taken) is not None:
        raise Conflict(gettext("“%(code)s” comes with this level already. Choose another code.", code=thing.code))
    made = Entitlement(level_id=level_id, code=thing.code, kind=thing.kind, returnable=thing.returnable)
    made.texts = [
        EntitlementText(language=language, name=name, note=thing.notes.get(language, ""))
        for language, name in thing.names.items()
        if name
    ]
    session.add(made)
    session.flush()
    said = {"level": level_id, "code": thing.code}
    audit.record(session, "added an entitlement", f"entitlement:{made.id}", actor_id=by_id, **said)
    return made


def set_retired(session: Session, level_id: int, entitlement_id: int, retired: bool, by_id: int) -> None:
    """Hand something out with a level no more, or again. What is with holders stays until it is taken back."""
    found = session.scalar(
        select(Entitlement).where(Entitlement.id == entitlement_id, Entitlement.level_id == level_id).with_for_update()
    )
    if found is None:
        raise NotFound
    if (found.retired_at is not None) == retired:
        return
    found.retired_at = clock.now() if retired else None
    deed = "retired an entitlement" if retired else "brought back an entitlement"
    audit.record(session, deed, f"entitlement:{found.id}", actor_id=by_id)
    session.flush()


def kinds() -> Sequence[tuple[str, str]]:
    """Kinds to choose from, in words."""
    return [(kind, kind_name(kind)) for kind in KINDS]


def kind_name(kind: str) -> str:
    """What a kind of thing is called."""
    return {"tool": gettext("Tool"), "handle": gettext("Account"), "device": gettext("Device")}[kind]
