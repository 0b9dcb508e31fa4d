"""Loading the learning paths that are shipped."""

from pathlib import Path
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from courses import addresses
from courses.models import Course
from courses.paths import editing, reading
from courses.paths.editing import Words
from courses.paths.models import LearningPath, PathStep
from lms.base.audit import AuditEntry
from lms.base.content import CONTENT_LANGUAGES, TomlFile
from lms.people.models import TIERS

CONTENT = Path(__file__).resolve().parent / "paths.toml"


def load(session: Session, path: Path) -> str:
    """Load a file of paths; returns "added", "updated" or "unchanged". Raises `ContentError`; then nothing has changed.

    A path that somebody changed in the studio is left alone: its authors own it then.
    """
    file = TomlFile(path)
    outcomes = {_load(session, file, table) for table in file.need(file.data, "path", list)}
    return next((outcome for outcome in ("added", "updated") if outcome in outcomes), "unchanged")


def _load(session: Session, file: TomlFile, table: dict[str, Any]) -> str:
    slug, words = file.need(table, "slug", str), _words(file, table)
    if not addresses.fits(slug):
        raise file.wrong("slug may have small letters, digits and single hyphens.", slug)
    steps = [
        (_course(session, file, step), bool(step.get("optional"))) for step in file.need(table, "step", list, slug)
    ]
    known = session.scalar(select(LearningPath).where(LearningPath.slug == slug))
    if known is None:
        editing.create(session, words, None, slug)
    elif _is_changed(session, known.id) or _is_same(session, slug, words, steps):
        return "unchanged"
    else:
        editing.change(session, slug, words, None)
        session.execute(delete(PathStep).where(PathStep.path_id == known.id))
    for course, optional in steps:
        editing.add(session, slug, course, None, optional=optional)
    return "updated" if known else "added"


def _words(file: TomlFile, table: dict[str, Any]) -> Words:
    tier = table.get("tier")
    if tier is not None and tier not in TIERS:
        raise file.wrong(f"tier is {tier!r}; it must be one of {', '.join(TIERS)}, or left out for everybody.", "tier")
    titles, summaries = (file.texts(table, name, CONTENT_LANGUAGES) for name in ("title", "summary"))
    return Words(titles, summaries, tier)


def _course(session: Session, file: TomlFile, step: dict[str, Any]) -> str:
    slug: str = file.need(step, "course", str)
    if session.scalar(select(Course.id).where(Course.slug == slug)) is None:
        raise file.wrong(f"The course {slug!r} does not exist.", slug)
    return slug


def _is_changed(session: Session, path_id: int) -> bool:
    """Whether a person changed a path: what is loaded is done by nobody."""
    by_hand = exists().where(AuditEntry.subject == f"path:{path_id}", AuditEntry.actor_id.is_not(None))
    return bool(session.scalar(select(by_hand)))


def _is_same(session: Session, slug: str, words: Words, steps: list[tuple[str, bool]]) -> bool:
    path = reading.get(session, slug)
    held = [(step.course, step.optional) for step in path.steps]
    return (dict(path.titles), dict(path.summaries), path.tier, held) == (
        *(dict(words.titles), dict(words.summaries), words.tier),
        steps,
    )
