"""The last changes of an outline, and taking the newest of them back.

A step keeps the order before and after it, in full what it took out, and a fingerprint of what it put in. So undoing
finds out whether the outline is still as the step left it, and never throws away what was written since.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from courses.authoring import arrangement, drafts, packing, wording
from courses.authoring.arrangement import Order
from courses.authoring.models import DraftStep
from courses.models import CourseVersion, Module
from lms.base import clock
from lms.base.errors import Conflict, NotFound
from lms.base.i18n import gettext, pick
from lms.people.models import Person

SHOWN = 6
DEEDS: Mapping[str, Callable[[str], str]] = {
    "added a lesson": lambda title: gettext("Added “%(title)s”", title=title),
    "added a module": lambda title: gettext("Added the module “%(title)s”", title=title),
    "renamed a lesson": lambda title: gettext("Renamed “%(title)s”", title=title),
    "renamed a module": lambda title: gettext("Changed the words of the module “%(title)s”", title=title),
    "copied a lesson": lambda title: gettext("Copied “%(title)s”", title=title),
    "copied a module": lambda title: gettext("Copied the module “%(title)s”", title=title),
    "moved a lesson": lambda title: gettext("Moved “%(title)s”", title=title),
    "moved a module": lambda title: gettext("Moved the module “%(title)s”", title=title),
    "removed a lesson": lambda title: gettext("Removed “%(title)s”", title=title),
    "removed a module": lambda title: gettext("Removed the module “%(title)s”", title=title),
}


@dataclass(frozen=True)
class Step:
    """A change in the list of last changes. Only the newest can be undone; then the one before is the newest."""

    id: int
    sentence: str
    by: str | None
    made_at: datetime
    newest: bool


@dataclass
class Deed:
    """What is kept of a change: its kind, the titles of what it was about, and what it took out, put in and reworded.

    `lost` holds packed lessons and modules; `made` their fingerprints by name; `was` and `became` words by language.
    """

    kind: str
    titles: Mapping[str, str]
    lost_lessons: list[packing.Packed] = field(default_factory=list)
    lost_modules: list[packing.Packed] = field(default_factory=list)
    made_lessons: dict[str, str] = field(default_factory=dict)
    made_modules: dict[str, str] = field(default_factory=dict)
    about: str = ""
    was: dict[str, list[str]] = field(default_factory=dict)
    became: dict[str, list[str]] = field(default_factory=dict)


def record(session: Session, draft_id: int, person_id: int, deed: Deed, before: Order, after: Order) -> None:
    """Keep a change that was made in a draft, and by whom."""
    told = vars(deed) | {"titles": dict(deed.titles), "before": before.modules, "after": after.modules}
    undo = {name: value for name, value in told.items() if name != "kind"}
    session.add(DraftStep(version_id=draft_id, person_id=person_id, made_at=clock.now(), deed=deed.kind, undo=undo))
    drafts.changed_by(session, draft_id, person_id)
    session.flush()


def latest(session: Session, version_id: int) -> list[Step]:
    """The last changes of a draft's outline that were not undone, newest first. One statement."""
    rows = session.execute(
        select(DraftStep, Person)
        .outerjoin(Person, Person.id == DraftStep.person_id)
        .where(DraftStep.version_id == version_id, DraftStep.undone_at.is_(None))
        .order_by(DraftStep.id.desc())
        .limit(SHOWN)
    ).all()
    return [
        Step(
            id=step.id,
            sentence=DEEDS[step.deed](pick(step.undo["titles"]) if step.undo["titles"] else step.undo["about"]),
            by=person.name if person else None,
            made_at=step.made_at,
            newest=place == 0,
        )
        for place, (step, person) in enumerate(rows)
    ]


def undo(session: Session, course_id: int, step_id: int, person_id: int) -> None:
    """Take the newest change of a draft's outline back.

    Raises `Conflict` when it is not the newest, was taken back already, or the outline or what was added has been
    changed in another way since; `NotFound` for a step of another course or of a draft that is no more.
    """
    drafts.lock(session, course_id)
    step = _newest(session, course_id, step_id)
    kept, draft_id = step.undo, step.version_id
    before, after = _order(kept["before"]), _order(kept["after"])
    if arrangement.read(session, draft_id) != after:
        raise Conflict(gettext("The outline has changed in another way since, so this cannot be undone any more."))
    _take_out(session, draft_id, kept)
    _put_back(session, draft_id, kept)
    arrangement.write(session, draft_id, before)
    if step.deed == "renamed a lesson":
        _reword_lesson(session, draft_id, kept, person_id)
    elif step.deed == "renamed a module":
        _reword_module(session, draft_id, kept)
    step.undone_at = clock.now()
    drafts.changed_by(session, draft_id, person_id)
    session.flush()


def forget(session: Session, version_id: int) -> None:
    """Let go of the steps of a draft: when it is published or becomes another text."""
    session.execute(delete(DraftStep).where(DraftStep.version_id == version_id))


def _newest(session: Session, course_id: int, step_id: int) -> DraftStep:
    steps = session.scalars(
        select(DraftStep)
        .join(CourseVersion, CourseVersion.id == DraftStep.version_id)
        .where(CourseVersion.course_id == course_id, CourseVersion.status == "draft", DraftStep.id >= step_id)
        .order_by(DraftStep.id)
        .execution_options(populate_existing=True)
    ).all()
    if not steps or steps[0].id != step_id:
        raise NotFound
    if steps[0].undone_at is not None:
        raise Conflict(gettext("This was undone already."))
    if any(step.undone_at is None for step in steps[1:]):
        raise Conflict(gettext("There are newer changes. Undo those first."))
    return steps[0]


def _order(kept: list[Any]) -> Order:
    return Order(tuple((key, tuple(slugs)) for key, slugs in kept))


def _take_out(session: Session, draft_id: int, kept: Mapping[str, Any]) -> None:
    """Take out what the step put in, if nobody has worked on it since."""
    made: dict[str, str] = kept["made_lessons"]
    for packed in packing.lessons(session, draft_id, made) if made else ():
        if packing.print_of(packed) != made[packed["slug"]]:
            raise _worked_on({text["language"]: text["title"] for text in packed["lesson_text"]})
    packing.remove_lessons(session, draft_id, made)
    for key, known in kept["made_modules"].items():
        packed = packing.module(session, draft_id, key)
        if packing.print_of(packed) != known:
            raise _worked_on({text["language"]: text["title"] for text in packed["module_text"]})
        packing.remove_module(session, draft_id, key)


def _worked_on(titles: dict[str, str]) -> Conflict:
    return Conflict(
        gettext("“%(title)s” has been worked on since it was added. Remove it instead.", title=pick(titles))
    )


def _put_back(session: Session, draft_id: int, kept: Mapping[str, Any]) -> None:
    """Put back what the step took out. Lessons go into any module first: the order that follows places them."""
    for packed in kept["lost_modules"]:
        packing.unpack_module(session, draft_id, packed)
    if kept["lost_lessons"]:
        somewhere = session.scalars(select(Module.id).where(Module.version_id == draft_id).limit(1)).one()
        for packed in kept["lost_lessons"]:
            packing.unpack_lesson(session, draft_id, somewhere, packed)
    session.flush()


def _reword_lesson(session: Session, draft_id: int, kept: Mapping[str, Any], person_id: int) -> None:
    """Give a lesson the title it had, if it still has the one that the step gave it."""
    titles = {text.language: [text.title] for text in wording.lesson_texts(session, draft_id, kept["about"])}
    _refuse_other_words({language: titles.get(language, []) for language in kept["became"]}, kept["became"])
    wording.word_lesson(session, draft_id, kept["about"], kept["was"], person_id)


def _reword_module(session: Session, draft_id: int, kept: Mapping[str, Any]) -> None:
    _refuse_other_words(wording.module_words(session, draft_id, kept["about"]), kept["became"])
    wording.word_module(session, draft_id, kept["about"], kept["was"])


def _refuse_other_words(current: dict[str, list[str]], known: dict[str, list[str]]) -> None:
    if current != known:
        raise Conflict(gettext("The words have changed again since, so this cannot be undone any more."))
