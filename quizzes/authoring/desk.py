"""Making and changing quizzes. What is kept here is drawn from now on; attempts keep what they were asked.

Every deed locks the quiz first, and makes a new version of it: a version never changes.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from courses import addresses, catalog
from courses.events import CoursePublished
from courses.models import Course, CourseText, CourseVersion
from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext
from lms.guidelines import catalog as guidelines
from quizzes import bank, definitions, pool
from quizzes.authoring import writing
from quizzes.authoring.writing import Typed
from quizzes.models import Quiz, QuizText, QuizVersion
from quizzes.question_models import Question, QuestionVersion
from quizzes.questions import Pooled, QuestionView, QuizView

PASS_MARK, QUESTIONS_DRAWN, MINUTES = 80, 10, 25
"""The rules of a new quiz, until its author sets others."""


_later = aliased(QuestionVersion)


@dataclass(frozen=True)
class Banked:
    """A question in the bank, in its newest version. `retired` ones are not drawn."""

    question: QuestionView
    number: int
    retired: bool


@dataclass(frozen=True)
class QuizDesk:
    """A quiz as its authors see it. `open` says whether learners get it at the end of the course."""

    quiz: QuizView
    course_title: dict[str, str]
    open: bool
    questions: tuple[Banked, ...]
    pool: tuple[Pooled, ...]
    """What an exam draws from: questions of other banks too, none that are only for practice."""

    @property
    def drawable(self) -> list[QuestionView]:
        return [one.question for one in self.questions if not one.retired]

    def question(self, key: str) -> Banked:
        """A question by key. Raises `NotFound`."""
        for one in self.questions:
            if one.question.key == key:
                return one
        raise NotFound


@dataclass(frozen=True)
class Rules:
    """The rules of a quiz, and what it says before it starts, by language."""

    pass_mark: int
    questions_drawn: int
    minutes: int
    titles: dict[str, str]
    intros: dict[str, str]


class StaleQuestion(Conflict):
    """Somebody kept another version of the question after it was opened here."""


def of_course(session: Session, slug: str) -> tuple[Course, str | None]:
    """A course by address, and the address of its quiz if there is one. Raises `NotFound`."""
    row = session.execute(
        select(Course, Quiz.slug).outerjoin(Quiz, Quiz.course_id == Course.id).where(Course.slug == slug)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row.Course, row.slug


def create(session: Session, course_slug: str, person_id: int) -> str:
    """Begin a quiz for a course, closed to learners until it is opened or the course is published. Its address."""
    course, known = of_course(session, course_slug)
    session.execute(select(Course.id).where(Course.id == course.id).with_for_update(key_share=True))
    if known or session.scalar(select(Quiz.id).where(Quiz.course_id == course.id)):
        raise Conflict(gettext("This course has a quiz already."))
    slug = addresses.from_title(course.slug, set(session.scalars(select(Quiz.slug))), "quiz")
    quiz = Quiz(slug=slug, course_id=course.id)
    session.add(quiz)
    session.flush()
    titles = _course_titles(session, course.id)
    rules = Rules(PASS_MARK, QUESTIONS_DRAWN, MINUTES, titles, dict.fromkeys(titles, ""))
    _add_version(session, quiz.id, 1, rules, clock.now())
    audit.record(session, "began a quiz", f"quiz:{quiz.id}", actor_id=person_id)
    return slug


_LAST = select(func.max(_later.number)).where(_later.question_id == Question.id).correlate(Question).scalar_subquery()
_BANKED = (
    select(Question.id, Question.current_id, QuestionVersion.id.label("version_id"), QuestionVersion.number)
    .join(QuestionVersion, QuestionVersion.question_id == Question.id)
    .where(QuestionVersion.number == _LAST)
    .order_by(Question.id)
)


def desk(session: Session, slug: str) -> QuizDesk:
    """A quiz with all its questions, for its authors. Raises `NotFound`. The same number of statements for any bank."""
    quiz = definitions.live(session, slug)
    rows = session.execute(_BANKED.where(Question.quiz_id == quiz.id)).all()
    questions = definitions.questions(session, (row.version_id for row in rows))
    course = session.scalars(select(Course).where(Course.id == quiz.course_id)).one()
    return QuizDesk(
        quiz=quiz,
        course_title=_course_titles(session, quiz.course_id),
        open=course.quiz_slug is not None,
        questions=tuple(Banked(questions[row.version_id], row.number, row.current_id is None) for row in rows),
        pool=tuple(pool.drawable(session, quiz.id)),
    )


def set_rules(session: Session, slug: str, rules: Rules, person_id: int) -> None:
    """Change the rules or words of a quiz. Saying the same again changes nothing."""
    quiz = _locked(session, slug)
    if rules == _rules(quiz):
        return
    _add_version(session, quiz.id, quiz.number + 1, rules, clock.now())
    audit.record(session, "changed a quiz", f"quiz:{quiz.id}", actor_id=person_id, version=quiz.number + 1)
    if desk(session, slug).open:
        catalog.set_quiz(session, quiz.course_id, slug, rules.minutes)


def save_question(session: Session, slug: str, key: str | None, typed: Typed, opened: int, person_id: int) -> str:
    """Keep a question: a new one, or a new version of the one with this key. Returns its key.

    `opened` is the number of versions it had when its author opened it. Raises `StaleQuestion` when there are more
    now, `Invalid` with every fault, `NotFound`.
    """
    quiz = _locked(session, slug)
    faults = writing.faults(typed, [clause.code for clause in guidelines.live(session).clauses])
    if faults:
        raise Invalid(" ".join(faults))
    if key is None:
        keys = set(session.scalars(select(Question.key).where(Question.quiz_id == quiz.id)))
        key = addresses.from_title(typed.words[f"stem-{writing.ORIGINAL}"], keys, "question")
        question = Question(quiz_id=quiz.id, key=key)
        session.add(question)
        session.flush()
    else:
        question = _question(session, quiz, key)
    last = _newest(session, question.id)
    if (last.number if last else 0) != opened:
        raise StaleQuestion(gettext("Somebody else changed this question after you opened it. Yours is still here."))
    written = writing.written(typed, key)
    if last is None or last.source_sha256 != written.sha256:
        now = clock.now()
        version = bank.question_version(question.id, opened + 1, written, now)
        version.author_id, version.change = person_id, "change" if last else "first"
        session.add(version)
        session.flush()
        if last is None or question.current_id is not None:
            question.current_id = version.id
        audit.record(session, "kept a question", f"question:{question.id}", actor_id=person_id, version=opened + 1)
    return key


def duplicate(session: Session, slug: str, key: str, person_id: int) -> str:
    """Begin another question that says the same as this one. Returns its key."""
    found = desk(session, slug).question(key).question
    return save_question(session, slug, None, writing.from_question(found), 0, person_id)


def retire(session: Session, slug: str, key: str, person_id: int) -> None:
    """Draw a question no more. Raises `Conflict` when an open quiz would have too few left."""
    quiz = _locked(session, slug)
    question = _question(session, quiz, key)
    found = desk(session, slug)
    if question.current_id is not None and found.open and len(found.pool) <= quiz.questions_drawn:
        raise Conflict(
            gettext(
                "The quiz draws %(count)s questions, and there are no more than that. Add one first.",
                count=quiz.questions_drawn,
            )
        )
    question.current_id = None
    audit.record(session, "retired a question", f"question:{question.id}", actor_id=person_id)


def bring_back(session: Session, slug: str, key: str, person_id: int) -> None:
    """Draw a retired question again, in its newest version."""
    question = _question(session, _locked(session, slug), key)
    last = _newest(session, question.id)
    question.current_id = last.id if last else None
    audit.record(session, "brought back a question", f"question:{question.id}", actor_id=person_id)


def open_quiz(session: Session, slug: str, person_id: int) -> None:
    """Have the quiz close its course from now on. Raises `Invalid` while it is not ready."""
    quiz = _locked(session, slug)
    if sentence := not_ready(desk(session, slug)):
        raise Invalid(sentence)
    catalog.set_quiz(session, quiz.course_id, slug, quiz.minutes)
    audit.record(session, "opened a quiz", f"quiz:{quiz.id}", actor_id=person_id)


def not_ready(found: QuizDesk) -> str:
    """Why learners cannot take the quiz yet, as a sentence; empty when they can."""
    there, wanted = len(found.pool), found.quiz.questions_drawn
    if there >= wanted:
        return ""
    words = {"wanted": wanted, "there": there}
    return gettext(
        "The quiz draws %(wanted)s questions, and %(there)s are there. Add questions, or have it draw fewer.", **words
    )


def course_published(session: Session, event: CoursePublished) -> None:
    """A course goes live with its quiz: the quiz must be ready, and is open from now on. Raises `Invalid` if not."""
    slug = session.scalar(select(Quiz.slug).where(Quiz.course_id == event.course_id))
    if slug is None:
        return
    found = desk(session, slug)
    if sentence := not_ready(found):
        raise Invalid(sentence)
    if not found.open:
        catalog.set_quiz(session, event.course_id, slug, found.quiz.minutes)


def _locked(session: Session, slug: str) -> QuizView:
    """The newest version of a quiz, while whoever else changes it waits until this transaction ends."""
    session.execute(select(Quiz.id).where(Quiz.slug == slug).with_for_update(key_share=True))
    return definitions.live(session, slug)


def _question(session: Session, quiz: QuizView, key: str) -> Question:
    found = session.scalar(
        select(Question)
        .where(Question.quiz_id == quiz.id, Question.key == key)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def _newest(session: Session, question_id: int) -> QuestionVersion | None:
    return session.scalar(
        select(QuestionVersion)
        .where(QuestionVersion.question_id == question_id)
        .order_by(QuestionVersion.number.desc())
        .limit(1)
    )


def _rules(quiz: QuizView) -> Rules:
    return Rules(quiz.pass_mark, quiz.questions_drawn, quiz.minutes, dict(quiz.titles), dict(quiz.intros))


def _add_version(session: Session, quiz_id: int, number: int, rules: Rules, now: datetime) -> None:
    session.add(
        QuizVersion(
            quiz_id=quiz_id,
            number=number,
            pass_mark=rules.pass_mark,
            questions_drawn=rules.questions_drawn,
            minutes=rules.minutes,
            published_at=now,
            source_sha256="",
            texts=[
                QuizText(language=language, title=title, intro=rules.intros.get(language, ""))
                for language, title in rules.titles.items()
            ],
        )
    )
    session.flush()


def _course_titles(session: Session, course_id: int) -> dict[str, str]:
    """The titles of a course: those of its draft, else those that are live."""
    newest = (
        select(CourseVersion.id)
        .where(CourseVersion.course_id == course_id)
        .order_by(CourseVersion.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(select(CourseText.language, CourseText.title).where(CourseText.version_id == newest))
    return {language: title for language, title in rows}  # noqa: C416 - rows are not pairs to a type checker
