"""What is to be handed out and taken back, for the hub; and what somebody has, for herself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from certificates import ladder
from certificates.entitlements.models import Entitlement, EntitlementTask, EntitlementText
from lms.people.models import Person, Unit

SHOWS = {"give": ("to_give",), "take_back": ("to_return",), "done": ("given", "returned", "dropped")}
AT_ONCE = 50


@dataclass(frozen=True)
class TaskView:
    """A task: what, for whom, with which level, since when (`since` is when it turned into what it is)."""

    id: int
    state: str
    kind: str
    names: Mapping[str, str]
    notes: Mapping[str, str]
    level: Mapping[str, str]
    person: str
    unit: str
    person_status: str
    since: datetime
    note: str


@dataclass(frozen=True)
class Page:
    """A part of the list, and how many there are of each kind."""

    tasks: list[TaskView]
    counts: Mapping[str, int]
    page: int
    more: bool


@dataclass(frozen=True)
class Kept:
    """What somebody has or will get with her permissions, and what she is asked to give back."""

    tasks: list[TaskView] = field(default_factory=list)


_since = func.coalesce(
    EntitlementTask.returned_at, EntitlementTask.return_asked_at, EntitlementTask.given_at, EntitlementTask.opened_at
)


def listed(session: Session, show: str, page: int) -> Page:
    """What is to give, to take back, or done: the oldest first, what is done the newest first. Five statements."""
    wanted = EntitlementTask.state.in_(SHOWS[show])
    order = (_since.desc(), EntitlementTask.id.desc()) if show == "done" else (_since, EntitlementTask.id)
    rows = _read(session, _TASKS.where(wanted).order_by(*order).offset((page - 1) * AT_ONCE).limit(AT_ONCE + 1))
    by_state = dict(session.execute(select(EntitlementTask.state, func.count()).group_by(EntitlementTask.state)).all())
    counts = {name: sum(by_state.get(state, 0) for state in states) for name, states in SHOWS.items()}
    return Page(rows[:AT_ONCE], counts, page, len(rows) > AT_ONCE)


def of_person(session: Session, person_id: int) -> Kept:
    """What somebody has with her permissions, gets or gives back. At most four statements."""
    hers: ColumnElement[bool] = EntitlementTask.person_id == person_id
    open_ones = EntitlementTask.state.in_(("to_give", "given", "to_return"))
    return Kept(_read(session, _TASKS.where(hers, open_ones).order_by(_since, EntitlementTask.id)))


_TASKS = (
    select(EntitlementTask, Entitlement.kind, Entitlement.level_id, Person, Unit.path, _since.label("since"))
    .join(Entitlement, Entitlement.id == EntitlementTask.entitlement_id)
    .join(Person, Person.id == EntitlementTask.person_id)
    .outerjoin(Unit, Unit.id == Person.unit_id)
)


def _read(session: Session, statement: Select[EntitlementTask, str, int, Person, str, datetime]) -> list[TaskView]:
    rows = session.execute(statement).all()
    if not rows:
        return []
    texts: dict[int, dict[str, tuple[str, str]]] = {}
    numbers = {row.EntitlementTask.entitlement_id for row in rows}
    for text in session.scalars(select(EntitlementText).where(EntitlementText.entitlement_id.in_(numbers))):
        texts.setdefault(text.entitlement_id, {})[text.language] = (text.name, text.note)
    levels = {level.id: {code: words.name for code, words in level.texts.items()} for level in ladder.levels(session)}
    return [
        _view(task, kind, levels[level_id], person, unit, since, texts.get(task.entitlement_id, {}))
        for task, kind, level_id, person, unit, since in rows
    ]


def _view(
    task: EntitlementTask,
    kind: str,
    level: Mapping[str, str],
    person: Person,
    unit: str | None,
    since: datetime,
    texts: Mapping[str, tuple[str, str]],
) -> TaskView:
    return TaskView(
        id=task.id,
        state=task.state,
        kind=kind,
        names={language: name for language, (name, _) in texts.items()},
        notes={language: note for language, (_, note) in texts.items() if note},
        level=level,
        person=person.name,
        unit=unit or "",
        person_status=person.status,
        since=since,
        note=task.note,
    )
