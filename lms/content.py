"""Everything that is loaded from files and written to them, in the order in which one thing cites another."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from certificates.levels import loading as levels
from courses.files import bringing
from courses.files import export as course_export
from courses.files import loading as courses
from courses.media import holdings
from courses.paths import loading as paths
from courses.review import topics
from courses.search import index as search_index
from courses.sources import shelf as sources
from lms.base import audit, schema
from lms.base.content import ContentError, Faults
from lms.base.db import Database
from lms.base.errors import Conflict
from lms.base.files import FileStore
from lms.guidelines import drafting, shelf, writing
from lms.guidelines import loading as guidelines
from quizzes import bank
from quizzes import export as quiz_export
from quizzes import files as quiz_files
from quizzes.written import WrittenQuiz

Seen = Callable[[Path], None]
PATIENCE = 60
"""For how many seconds who loads content waits for another who does: two programs can start at the same moment."""


def load_shipped(session: Session, files: FileStore) -> Iterator[tuple[str, str]]:
    """Read the sources; load guidelines, courses, quizzes, levels, paths. Yields what each is, and added or unchanged.

    Raises `ContentError` at the first thing that is wrong; the transaction around it then undoes the rest.
    """
    schema.take_turns(session)
    yield "sources", sources.check()
    for folder in guidelines.shipped():
        yield f"guideline {folder.name}", guidelines.load(session, folder)
    yield "topics", topics.load_shipped(session)
    for folder in courses.shipped():
        yield f"course {folder.name}", courses.load(session, files, folder)
    for folder in bank.shipped():
        yield f"quiz {folder.name}", bank.load(session, folder)
    yield "levels", levels.load(session, levels.CONTENT)
    holdings.adopt(session)
    yield "paths", paths.load(session, paths.CONTENT)
    yield "search", search_index.rebuild(session)


@dataclass(frozen=True)
class QuizPlan:
    """What loading a quiz would do."""

    written: WrittenQuiz
    known: bool
    lines: list[str]

    @property
    def outcome(self) -> str:
        """In a word: "added", "updated" or "unchanged"."""
        return "unchanged" if not self.lines else "updated" if self.known else "added"


@dataclass(frozen=True)
class Plans:
    """What loading a folder would do: guidelines (by slug: added, unchanged or kept) first, then courses, quizzes."""

    courses: list[bringing.Plan]
    quizzes: list[QuizPlan]
    guidelines: dict[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        """All of it, for a person: a line for each guideline, course and quiz, and what changes below it."""
        kept = "kept as it is: its authors write it in the studio"
        named: list[tuple[str, str, list[str]]] = [
            (f"guideline {slug}", kept if one == "kept" else one, []) for slug, one in self.guidelines.items()
        ]
        named += [(f"course {plan.written.slug}", plan.outcome, plan.lines) for plan in self.courses]
        named += [(f"quiz {plan.written.slug}", plan.outcome, plan.lines) for plan in self.quizzes]
        return [line for what, word, lines in named for line in (f"{what}: {word}", *(f"  {one}" for one in lines))]

    @property
    def changes(self) -> bool:
        """Whether anything would change."""
        lines = [plan.lines for plan in self.courses] + [plan.lines for plan in self.quizzes]
        return "added" in self.guidelines.values() or any(lines)


def plan(session: Session, files: FileStore, folder: Path, *, draft: bool, seen: Seen) -> Plans:
    """What loading a folder would do: one with `guidelines/`, `courses/`, `quizzes/`, or that of one of them.

    Nothing is written but files into the store, where those that no course shows do no harm, and guidelines into the
    session, so that courses can cite their clauses: who does not carry the plan out gives the session up. Raises
    `ContentError` with all that is wrong.
    """
    guideline_folders = _folders(folder, "guidelines", "guideline.toml")
    course_folders, quiz_folders = _folders(folder, "courses", "course.toml"), _folders(folder, "quizzes", "quiz.toml")
    if not guideline_folders and not course_folders and not quiz_folders:
        raise ContentError(
            folder, 1, "There is no course here: a folder guidelines, courses or quizzes, or a file course.toml."
        )
    faults, found, quizzes, rulebooks = Faults(), list[bringing.Plan](), list[QuizPlan](), dict[str, str]()
    for one in guideline_folders:
        with faults.noted():
            rulebooks[one.resolve().name] = _guideline(session, one, seen)
    rules = courses.rules(session, draft=draft)
    with faults.noted():
        found = bringing.plans(session, files, course_folders, rules, seen)
    for one in quiz_folders:
        with faults.noted():
            quizzes.append(_quiz(session, one, {plan.written.slug for plan in found}, seen))
    faults.refuse()
    return Plans(found, quizzes, rulebooks)


def preview(database: Database, folder: Path, *, draft: bool, seen: Seen) -> Plans:
    """What loading a folder would do, without a trace: nothing is committed, and files go into a folder that goes.

    Raises `ContentError`.
    """
    with tempfile.TemporaryDirectory(prefix="lms-") as passing, database.session(writes=True) as session:
        return plan(session, FileStore(Path(passing)), folder, draft=draft, seen=seen)


def load(session: Session, files: FileStore, folder: Path, shown: Plans, *, draft: bool, seen: Seen) -> None:
    """Load a folder as `preview` showed it. Raises `Conflict` when something else would happen by now."""
    schema.take_turns(session)
    plans = plan(session, files, folder, draft=draft, seen=seen)
    if plans.lines != shown.lines:
        raise Conflict("The courses or the files have changed in the meantime. Nothing was loaded; please start again.")
    carry_out(session, plans)


def course_slugs(session: Session) -> list[str]:
    """The courses that are exported when none is named."""
    return course_export.slugs(session)


def _folders(folder: Path, name: str, file: str) -> list[Path]:
    if (folder / file).exists():
        return [folder]
    inside = folder / name
    found = inside.iterdir() if inside.is_dir() else ()
    return sorted(one for one in found if one.is_dir() and not one.name.startswith("."))


def _guideline(session: Session, folder: Path, seen: Seen) -> str:
    written = guidelines.in_files(folder)
    seen(folder / "guideline.toml")
    if written.slug != folder.resolve().name:
        message = f"slug is {written.slug!r}, but the folder is called {folder.resolve().name!r}."
        raise written.file.wrong(message, "slug")
    return guidelines.load(session, folder)


def _quiz(session: Session, folder: Path, new_courses: Iterable[str], seen: Seen) -> QuizPlan:
    written = quiz_files.read(folder, complete=("en",))
    seen(folder / "quiz.toml")
    if written.slug != folder.resolve().name:
        message = f"slug is {written.slug!r}, but the folder is called {folder.resolve().name!r}."
        raise written.file.wrong(message, "slug")
    bank.check_clauses(session, written)
    bank.check_course(session, written, new_courses)
    before = quiz_export.stored(session, written.slug)
    return QuizPlan(written, before is not None, quiz_export.lines(before, quiz_export.of_files(written)))


def carry_out(session: Session, plans: Plans) -> None:
    """Do what was planned, in the transaction of the caller. An administrator's deed; it is audited."""
    for slug, outcome in plans.guidelines.items():
        if outcome == "added":
            audit.record(session, "loaded a guideline", f"guideline:{slug}")
    bringing.carry_out(session, plans.courses)
    for one in plans.quizzes:
        if one.lines:
            bank.bring(session, one.written)


def export(session: Session, files: FileStore, folder: Path, slug: str, *, draft: bool, seen: Seen) -> None:
    """Write a course and its quiz below a folder, as `plan` reads them. Raises `NotFound`, `Conflict`."""
    course_export.export(session, files, slug, folder / "courses" / slug, draft=draft, seen=seen)
    quiz = quiz_export.slug_of(session, slug)
    content = quiz_export.stored(session, quiz) if quiz else None
    if content is None:
        return
    target = folder / "quizzes" / content.slug
    target.mkdir(parents=True, exist_ok=True)
    for name, text in quiz_export.texts(content).items():
        (target / name).write_bytes(text.encode())
        seen(target / name)


def guideline_slugs(session: Session) -> list[str]:
    """The guidelines that have a published version."""
    return [one.slug for one in shelf.guidelines(session) if any(not entry.is_draft for entry in one.versions)]


def export_guideline(session: Session, folder: Path, slug: str, *, seen: Seen) -> None:
    """Write the newest published version of a guideline below a folder, as `plan` reads it. Raises `NotFound`.

    Files of languages that it does not have any more are taken out of its folder.
    """
    target = folder / "guidelines" / slug
    texts = writing.texts(drafting.newest(session, slug))
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("*.md"):
        if old.name not in texts:
            old.unlink()
    for name, text in texts.items():
        (target / name).write_bytes(text.encode())
        seen(target / name)
