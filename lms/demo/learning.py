"""How people of the demo company learn: lesson by lesson, exercise by exercise, on the days on which they did it."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import enrollment, progress
from courses.catalog import CourseView, LessonView
from courses.exercises import coaching, entries
from lms.demo.diary import Diary
from lms.guidelines import attestations
from lms.guidelines import catalog as guidelines
from lms.people.models import Person
from quizzes import attempts, closing, papers
from quizzes.attempt_models import Attempt, PaperItem
from quizzes.marking import claims, deciding, rubric
from quizzes.marking.models import MarkingTask

DAYS_TO_THE_QUIZ = 7
"""So many days after the first lesson people sit the quiz."""
LOG = (
    ("A forum of hobby plumbers", "Three people ask which seal fits an older pump. Nobody has answered since Monday."),
    ("Reviews of our shop", "Delivery is praised, the manual is not: two people looked up a film instead."),
    ("A group of installers", "They like that spare parts come the next day, and wonder for how long we keep them."),
    ("A thread about repairs", "Somebody shows a repaired pump of 1998, and thanks the colleague who found the part."),
    ("A page of a neighborhood", "One says that our phone line keeps her waiting; another says it was quick for him."),
)
REFLECTION = (
    "I answered a customer in public last week and noticed how often I wanted to explain instead of listening first. "
    "Next time I thank, ask one question, and only then say what we can do, and who will do it."
)
WAITING = (
    "We choose the questions that customers ask twice. What should be different: Els from Ghent gets her answer the "
    "first time. Today 31 of 100 come back, counted by case and not by name. The goal is 20 on the first of March; "
    "a new manual could explain it too. If it does not work we stop: I decide that with the three team leads."
)
SIGNED = "Thank you, that is an honest look. Try it with the next question you answer, and tell me how it went."
MARKED = "Clear and kind, and it says what happens next."


@dataclass(frozen=True)
class Taking:
    """Somebody takes a course from so many days ago on; `done` is a number of lessons, or a word of the file.

    `coaches` read what she hands in, the first of them who is not herself.
    """

    session: Session
    diary: Diary
    person: Person
    course: CourseView
    began: int
    done: int | str
    coaches: Sequence[int] = ()

    def note(self) -> None:
        """Note all of it in the diary."""
        lessons = self.course.needed if isinstance(self.done, str) else self.course.needed[: self.done]
        for number, lesson in enumerate(lessons):
            at = self.diary.morning(self.began) + timedelta(days=number // 2, minutes=11 * (number % 2))
            self.diary.note(at, partial(self._do, lesson, at))
        if self.done in ("passed", "failed"):
            at = self.diary.morning(self.began - DAYS_TO_THE_QUIZ)
            self.diary.note(at, partial(self._sit, at))

    def _do(self, lesson: LessonView, at: datetime) -> None:
        if lesson.kind == "clause":
            attestations.accept_clauses(self.session, self.person.id, lesson.clauses, self.person.language)
        if lesson.kind == "exercise":
            self._work(lesson)
        if lesson.exercise == "reflection":
            if self.done != "waiting":
                self.diary.note(at + timedelta(hours=3), partial(self._answer, lesson))
                self.diary.note(at + timedelta(hours=4), partial(self._finish, lesson))
            return
        self._finish(lesson)

    def _finish(self, lesson: LessonView) -> None:
        progress.complete_lesson(self.session, self.person.id, self.course, lesson.slug)

    def _work(self, lesson: LessonView) -> None:
        progress.remember_place(self.session, self.person.id, self.course.id, lesson.slug)
        found = enrollment.current(self.session, self.person.id, self.course.id)
        assert found is not None, "she has just opened a lesson of it"
        if lesson.exercise == "checklist":
            entries.tick(self.session, found, lesson, set(range(1, len(entries.lines_of(lesson)) + 1)))
        elif lesson.exercise == "log":
            for place, words in islice(cycle(LOG), lesson.entries_wanted):
                entries.log(self.session, found, lesson, place, words)
        else:
            words = WAITING if self.done == "waiting" else REFLECTION
            coaching.tell_manager(self.session, entries.reflect(self.session, found, lesson, words))

    def _answer(self, lesson: LessonView) -> None:
        found = enrollment.current(self.session, self.person.id, self.course.id)
        assert found is not None, "she has handed something in"
        handed_in = entries.work(self.session, found.id, lesson.slug).reflection
        assert handed_in is not None, "she has handed something in"
        coaching.answer(self.session, next(self._readers()), handed_in.id, signed=True, words=SIGNED)

    def _sit(self, at: datetime) -> None:
        """Answer the quiz as somebody at the page would; who fails leaves half of it open."""
        if self.course.slug == "principles":
            self._accept()
        assert self.course.quiz_slug is not None, "every course of the demo company has a quiz"
        attempt = attempts.start(self.session, self.person.id, self.course.quiz_slug)
        paper = papers.items(self.session, attempt)
        for item in paper[: len(paper) // 2] if self.done == "failed" else paper:
            attempts.save(self.session, attempt, item.position, item.kind.best(item.question), attempt.revision)
        if closing.submit(self.session, attempt).state == "submitted":
            self.diary.note(at + timedelta(hours=5), partial(self._mark, attempt))

    def _accept(self) -> None:
        guideline = guidelines.live(self.session)
        language = self.person.language if self.person.language in guideline.titles else "en"
        attestations.accept(self.session, self.person.id, guideline.version_id, language)

    def _mark(self, attempt: Attempt) -> None:
        """Coaches mark what machines cannot, each another task."""
        questions = {item.id: item.question for item in papers.items(self.session, attempt)}
        waiting = select(MarkingTask).join(PaperItem).where(PaperItem.attempt_id == attempt.id)
        readers = self._readers()
        for task in self.session.scalars(waiting.order_by(MarkingTask.id)).all():
            reader = next(readers)
            points = {place: one.most for place, one in enumerate(rubric.criteria(questions[task.item_id]), 1)}
            claims.claim(self.session, reader, task.id)
            deciding.mark(self.session, reader, task.id, points, MARKED)

    def _readers(self) -> Iterator[int]:
        return cycle(one for one in self.coaches if one != self.person.id)


def note(session: Session, diary: Diary, people: Mapping[str, Person], courses: Mapping[str, CourseView]) -> None:
    """Note what people do in the courses after the first; `courses` by code."""
    with Path(__file__).with_suffix(".toml").open("rb") as file:
        taken: dict[str, dict[str, tuple[int, int | str]]] = tomllib.load(file)
    coaches = [people[key].id for key in ("chloe", "bob", "hugo")]
    for key, mine in taken.items():
        for code, (began, done) in mine.items():
            Taking(session, diary, people[key], courses[code], began, done, coaches).note()
