"""Loading folders that somebody brings: first what it would change, then the change, all of it or nothing.

Loading by command is an administrator's deed and is audited. It asks no reviewer: who loads a text that touches a
regulated topic answers for the sign-off.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from courses.authoring import drafts
from courses.files import difference, loading, stored
from courses.files.pages import Pages
from courses.files.reading import Rules, read
from courses.files.written import WrittenCourse
from courses.models import Course, CourseVersion, Prerequisite
from lms.base import audit
from lms.base.content import ContentError, Faults, TomlFile
from lms.base.files import FileStore


@dataclass(frozen=True)
class Plan:
    """What loading a folder would do. `lines` say what changes; `draft` is an equal one that only needs publishing."""

    folder: Path
    written: WrittenCourse
    course: Course | None
    live: CourseVersion | None
    draft: CourseVersion | None
    new_version: bool
    lines: list[str]

    @property
    def outcome(self) -> str:
        """In a word: "added", "updated" or "unchanged"; "updated, as a draft" where nothing is published."""
        if not self.lines:
            return "unchanged"
        word = "updated" if self.course else "added"
        return f"{word}, as a draft" if self.written.draft and self.new_version else word


def plans(
    session: Session, files: FileStore, folders: Iterable[Path], rules: Rules, seen: Callable[[Path], None]
) -> list[Plan]:
    """What loading the folders would do. `seen` is told each file that was read. Raises `ContentErrors`."""
    faults, found = Faults(), []
    for folder in folders:
        with faults.noted():
            pages = Pages(session, files, folder, rules.clauses)
            pages.seen = seen
            found.append(_plan(session, folder, read(folder, rules, pages)))
    with faults.noted():
        _no_codes_twice(session, found)
    with faults.noted():
        _no_loops(session, found)
    faults.refuse()
    return found


def carry_out(session: Session, found: Iterable[Plan]) -> None:
    """Do what was planned, in the transaction of the caller."""
    kept = []
    for plan in found:
        if plan.lines:
            if plan.course:
                drafts.lock(session, plan.course.id)
            kept.append((plan, loading.keep_course(session, plan.written, plan.course)))
    for plan, course in kept:
        loading.require(session, plan.written, course, TomlFile(plan.folder / "course.toml"))
        version = plan.draft
        if plan.new_version and version is None:
            version = loading.keep_version(session, plan.written, course.id)
        if plan.new_version and version and not plan.written.draft:
            loading.publish(session, plan.written, version, plan.live)
        number = version.number if version else None
        audit.record(session, "loaded a course from files", f"course:{course.id}", version=number)


def _plan(session: Session, folder: Path, written: WrittenCourse) -> Plan:
    if written.slug != folder.resolve().name:
        message = f"slug is {written.slug!r}, but the folder is called {folder.resolve().name!r}."
        raise TomlFile(folder / "course.toml").wrong(message, "slug")
    course = session.scalar(select(Course).where(Course.slug == written.slug))
    if course is None:
        return Plan(folder, written, None, None, None, True, difference.lines(None, written))
    if course.retired_at:
        raise ContentError(folder / "course.toml", 1, f"The course {course.slug} has been retired in the studio.")
    live, draft = (drafts.edition(session, course.id, status) for status in ("published", "draft"))
    as_live, as_draft = (stored.course(session, one) if one else None for one in (live, draft))
    if as_live and as_live.content == written.content:
        return Plan(folder, written, course, live, None, False, difference.lines(as_live, written))
    if as_draft and as_draft.content == written.content:
        changes = difference.lines(as_draft, written)
        publishes = [f"publishes draft {draft.number}"] if draft and not written.draft else []
        return Plan(folder, written, course, live, draft, not written.draft, [*changes, *publishes])
    if draft:
        message = f"Draft {draft.number} of this course is open in the studio and says something else."
        raise ContentError(folder / "course.toml", 1, f"{message} Publish it or throw it away first.")
    return Plan(folder, written, course, live, None, True, difference.lines(as_live, written))


def _no_codes_twice(session: Session, found: list[Plan]) -> None:
    """Every course has a code of its own."""
    owners = dict(session.execute(select(Course.code, Course.slug)).all())
    slugs: set[str] = set()
    for plan in found:
        file = TomlFile(plan.folder / "course.toml")
        if plan.written.slug in slugs:
            raise file.wrong(f"There are two folders for the course {plan.written.slug!r}.", "slug")
        slugs.add(plan.written.slug)
        owner = owners.setdefault(plan.written.code, plan.written.slug)
        if owner != plan.written.slug:
            raise file.wrong(f"code {plan.written.code!r} is that of the course {owner!r}.", "code")


def _no_loops(session: Session, found: list[Plan]) -> None:
    """Courses that come first exist, and none comes before itself."""
    required = aliased(Course)
    first: dict[str, set[str]] = defaultdict(set)
    known = set(session.scalars(select(Course.slug))) | {plan.written.slug for plan in found}
    for slug, before in session.execute(
        select(Course.slug, required.slug)
        .join(Prerequisite, Prerequisite.course_id == Course.id)
        .join(required, required.id == Prerequisite.required_id)
    ):
        first[slug].add(before)
    first |= {plan.written.slug: set(plan.written.prerequisites) for plan in found}
    for plan in found:
        file = TomlFile(plan.folder / "course.toml")
        if unknown := [slug for slug in plan.written.prerequisites if slug not in known]:
            raise loading.first_is_unknown(file, unknown[0])
        if plan.written.slug in _before(plan.written.slug, first):
            raise loading.before_itself(file, plan.written.slug)


def _before(slug: str, first: dict[str, set[str]]) -> set[str]:
    """All courses that come before one, directly or not."""
    found, waiting = set[str](), list(first.get(slug, ()))
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(first.get(one, ()))
    return found
