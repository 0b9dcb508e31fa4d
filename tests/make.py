"""Building the world of a test: every argument has a default, so that a test writes only what it is about.

`make.quiz(…)`, `make.certificate(…)` and the like live beside the tests of their package: a public function
`quiz(session, …)` in tests/quizzes/makers.py is called as `make.quiz(…)`, with the test's session put in front.
Such a function may use `Make(session)` itself for what it stands on.
"""

import hashlib
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from importlib import import_module
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment, LessonCompletion
from courses.models import (
    Course,
    CourseText,
    CourseVersion,
    Lesson,
    LessonClause,
    LessonText,
    Module,
    ModuleText,
    Prerequisite,
)
from courses.search import index as search_index
from lms.base import clock
from lms.guidelines.models import Attestation, Clause, ClauseText, Guideline, GuidelineText, GuidelineVersion
from lms.people import passwords
from lms.people.models import Person, PersonRole, Unit

MAKERS = ("tests.quizzes.makers", "tests.quizzes.marking_makers", "tests.certificates.makers")
PASSWORD = "a good long password"
LANGUAGES = ("en", "nl")
CLAUSES = {
    "F1": ("Your private life is yours", "Je privéleven is van jou", False),
    "D2": ("Say who you are, in the post itself", "Zeg wie je bent, in het bericht zelf", True),
    "D4": ("Keep what is confidential", "Houd geheim wat geheim is", True),
}


class People(NamedTuple):
    """The trio, and who is above Bob."""

    alice: Person
    bob: Person
    charlie: Person
    diana: Person


class Make:
    """Builds rows in a session, flushed and not committed."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._numbers = count(1)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        for module in MAKERS:
            try:
                maker = getattr(import_module(module), name, None)
            except ModuleNotFoundError as error:
                if error.name != module and not module.startswith(f"{error.name}."):
                    raise
                continue
            if maker is not None:
                return partial(maker, self.session)
        raise AttributeError(f"nobody knows how to make a {name}")

    def person(
        self,
        given_name: str = "Alice",
        family_name: str = "Janssen",
        *,
        email: str = "",
        manager: Person | None = None,
        roles: Iterable[str] = (),
        tier: str = "staff",
        unit: Unit | None = None,
        password: str | None = None,
        **more: Any,
    ) -> Person:
        """Somebody who works here. Without a `password` (see PASSWORD) nobody can sign in with one."""
        number = self._next(Person)
        person = Person(
            given_name=given_name,
            family_name=family_name,
            email=email or f"person{number}@acme.example",
            employee_id=more.pop("employee_id", f"E{number:05}"),
            manager_id=manager.id if manager else None,
            tier=tier,
            unit_id=unit.id if unit else None,
            password_hash=passwords.hashed(password) if password else None,
            **more,
        )
        self._add(person)
        self._add(*(PersonRole(person_id=person.id, role=role) for role in roles))
        return person

    def people(self) -> People:
        """Alice learns, Bob manages her and is managed by Diana, Charlie works elsewhere and must see nothing."""
        care, sales = self.unit("Benelux/Customer care"), self.unit("UK/Sales")
        diana = self.person("Diana", "Peeters", email="diana@acme.example", tier="executive", unit=self.unit("Benelux"))
        bob = self.person("Bob", "de Vries", email="bob@acme.example", tier="manager", manager=diana, unit=care)
        alice = self.person("Alice", "Janssen", email="alice@acme.example", manager=bob, unit=care)
        charlie = self.person("Charlie", "Brown", email="charlie@acme.example", unit=sales)
        return People(alice, bob, charlie, diana)

    def unit(self, path: str = "Benelux/Customer care") -> Unit:
        """The unit with this path and those above it, made when they are not there."""
        found = self.session.scalar(select(Unit).where(Unit.path == path))
        if found is None:
            above = path.rpartition("/")[0]
            found = Unit(path=path, parent_id=self.unit(above).id if above else None)
            self._add(found)
        return found

    def guideline(self, slug: str = "how-we-speak", number: int = 1, **more: Any) -> GuidelineVersion:
        """A version of a guideline with a freedom (F1) and two duties that are red lines (D2, D4), in two languages."""
        guideline = self.session.scalar(select(Guideline).where(Guideline.slug == slug))
        if guideline is None:
            guideline = Guideline(slug=slug)
            self._add(guideline)
        version = GuidelineVersion(
            guideline_id=guideline.id,
            number=number,
            material=more.get("material", True),
            effective_on=more.get("effective_on", date(2026, 1, 5)),
            published_at=clock.now(),
            source_sha256=_sha256(f"{slug} {number}"),
        )
        self._add(version)
        for language, title in zip(LANGUAGES, ("How we speak", "Hoe wij spreken"), strict=True):
            whole = f"{title} {number}"
            words = {"title": title, "intro_html": f"<p>{title}.</p>", "whole": whole, "sha256": _sha256(whole)}
            self._add(GuidelineText(version_id=version.id, language=language, **words))
        for position, (code, (english, dutch, red_line)) in enumerate(CLAUSES.items(), 1):
            self._clause(version.id, code, position, red_line, {"en": english, "nl": dutch})
        search_index.keep_guideline(self.session, guideline.id)
        return version

    def _clause(self, version_id: int, code: str, position: int, red_line: bool, titles: dict[str, str]) -> None:
        kind = "freedom" if code.startswith("F") else "duty"
        clause = Clause(version_id=version_id, code=code, position=position, kind=kind, red_line=red_line)
        self._add(clause)
        for language, title in titles.items():
            body = f"<p>{title}: more about that.</p>"
            self._add(ClauseText(clause_id=clause.id, language=language, title=title, body_html=body))

    def attestation(self, person: Person, version: GuidelineVersion, language: str = "en") -> Attestation:
        """A person accepted a version of a guideline. A row alone: nothing follows from it."""
        text = self.session.get_one(GuidelineText, (version.id, language))
        attestation = Attestation(
            person_id=person.id,
            version_id=version.id,
            language=language,
            text_sha256=text.sha256,
            accepted_at=clock.now(),
        )
        return self._add(attestation)

    def course(
        self,
        slug: str = "principles",
        lessons: int = 3,
        *,
        quiz: bool = False,
        prerequisites: Iterable[Course] = (),
        tier: str = "staff",
        title: str = "",
        **more: Any,
    ) -> Course:
        """A published course of one module, with lessons `lesson-1`, `lesson-2`, …, in two languages.

        With `quiz=True` it ends with `make.quiz(course=…)`.
        """
        number = self._next(Course)
        course = Course(
            slug=slug,
            code=more.pop("code", f"S{number}"),
            tier=tier,
            position=number,
            owner="Social media hub",
            business_reason="Everyone who speaks online can harm or help.",
            review_on=date(2027, 1, 5),
            **more,
        )
        self._add(course)
        self._add(*(Prerequisite(course_id=course.id, required_id=required.id) for required in prerequisites))
        version = self.course_version(course, lessons=lessons, title=title or slug.replace("-", " ").capitalize())
        self.publish(version)
        if quiz:
            self.quiz(course=course)
        return course

    def course_version(
        self, course: Course, *, number: int = 1, lessons: int = 3, title: str = "Course"
    ) -> CourseVersion:
        """A draft of a course. `publish` makes it the live one."""
        version = CourseVersion(course_id=course.id, number=number, created_at=clock.now())
        self._add(version)
        module = Module(version_id=version.id, key="first", position=1)
        self._add(module)
        for language in LANGUAGES:
            shown = title if language == "en" else f"{title} ({language})"
            texts = {"language": language, "version_id": version.id, "title": shown}
            self._add(CourseText(**texts, summary=f"{shown} in short. And how."))
            self._add(ModuleText(**texts, module_id=module.id, objective="You can say who you are."))
        for position in range(1, lessons + 1):
            self.lesson(module, position)
        return version

    def lesson(self, module: Module, position: int, slug: str = "", html: str = "") -> Lesson:
        """A lesson of a draft, about clause D2."""
        lesson = Lesson(
            version_id=module.version_id,
            module_id=module.id,
            slug=slug or f"lesson-{position}",
            position=position,
            minutes=5,
        )
        self._add(lesson)
        self._add(LessonClause(lesson_id=lesson.id, version_id=module.version_id, code="D2"))
        for language, word in zip(LANGUAGES, ("Lesson", "Les"), strict=True):
            text = LessonText(
                lesson_id=lesson.id,
                language=language,
                version_id=module.version_id,
                title=f"{word} {position}",
                html=html or f"<p>{word} {position} says: <strong>tell who you are</strong>.</p>",
                policy=1,
                saved_at=clock.now(),
            )
            self._add(text)
        return lesson

    def publish(self, version: CourseVersion) -> None:
        """Make a draft the live version; the one before is superseded."""
        live = select(CourseVersion).where(
            CourseVersion.course_id == version.course_id, CourseVersion.status == "published"
        )
        for old in self.session.scalars(live):
            old.status = "superseded"
        self.session.flush()
        version.status, version.published_at = "published", clock.now()
        version.change = "first" if version.number == 1 else "minor"
        search_index.keep_course(self.session, version.course_id)

    def live(self, course: Course) -> CourseVersion:
        """The version of a course that is live."""
        live = CourseVersion.course_id == course.id, CourseVersion.status == "published"
        return self.session.scalars(select(CourseVersion).where(*live)).one()

    def enrollment(
        self,
        person: Person,
        course: Course,
        *,
        done: int = 0,
        completed: bool = False,
        due_in: int | None = None,
        cycle: int = 1,
        enrolled_at: datetime | None = None,
    ) -> Enrollment:
        """A person takes a course: `done` lessons, or all of them and the course itself when `completed`.

        `due_in` is in days from today, negative for overdue. Rows alone: nothing follows from a completion.
        """
        now = clock.now()
        started = bool(done or completed)
        enrollment = Enrollment(
            person_id=person.id,
            course_id=course.id,
            cycle=cycle,
            enrolled_at=enrolled_at or now,
            due_on=None if due_in is None else clock.today() + timedelta(days=due_in),
            started_at=now if started else None,
            completed_at=now if completed else None,
            version_id=self.live(course).id if started else None,
        )
        self._add(enrollment)
        version = self.live(course)
        lessons = select(Lesson.slug).where(Lesson.version_id == version.id).order_by(Lesson.position)
        for slug in self.session.scalars(lessons if completed else lessons.limit(done)).all():
            self.lesson_done(enrollment, slug, version)
        return enrollment

    def lesson_done(self, enrollment: Enrollment, slug: str, version: CourseVersion) -> LessonCompletion:
        """A lesson is done."""
        words = {"lesson": slug, "version_id": version.id, "completed_at": clock.now()}
        return self._add(LessonCompletion(enrollment_id=enrollment.id, **words))

    def _next(self, kind: type) -> int:
        """A number that nothing of this kind has yet in this session."""
        return next(self.session.info.setdefault(("numbers", kind), count(1)))

    def _add(self, *rows: Any) -> Any:
        self.session.add_all(rows)
        self.session.flush()
        return rows[0] if rows else None


def _sha256(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()
