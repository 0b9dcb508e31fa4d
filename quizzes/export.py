"""Quizzes into folders: the way back of `quizzes.files`, and what loading a folder would change."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.models import Course
from lms.base import toml
from lms.base.i18n import LANGUAGES
from quizzes import definitions, labels, question_texts, rule_files, written
from quizzes.models import Quiz, QuizVersion
from quizzes.question_models import Question
from quizzes.questions import QuizView
from quizzes.written import WrittenQuestion, WrittenQuiz, WrittenRules


@dataclass(frozen=True)
class Content:
    """What a quiz says and asks at present, wherever it stands."""

    slug: str
    course: str
    pass_mark: int
    questions_drawn: int
    minutes: int
    titles: Mapping[str, str]
    intros: Mapping[str, str]
    rules: WrittenRules
    questions: Mapping[str, WrittenQuestion]


def of_files(quiz: WrittenQuiz) -> Content:
    """The content of a quiz that was read from files."""
    rules = (quiz.pass_mark, quiz.questions_drawn, quiz.minutes)
    questions = {one.key: written.in_order(one) for one in quiz.questions}
    return Content(quiz.slug, quiz.course, *rules, quiz.titles, quiz.intros, quiz.rules, questions)


def slug_of(session: Session, course: str) -> str | None:
    """The address of the quiz that closes a course."""
    return session.scalar(select(Quiz.slug).join(Course, Course.id == Quiz.course_id).where(Course.slug == course))


def stored(session: Session, slug: str) -> Content | None:
    """The content of a quiz in the database; nothing when there is no such quiz, or no question in it."""
    versions = select(QuizVersion.id).join(Quiz, Quiz.id == QuizVersion.quiz_id).where(Quiz.slug == slug)
    if session.scalar(versions.limit(1)) is None:
        return None
    quiz = definitions.live(session, slug)
    found = questions(session, quiz.id)
    if not found:
        return None
    return Content(
        slug=slug,
        course=quiz.course_slug,
        pass_mark=quiz.pass_mark,
        questions_drawn=quiz.questions_drawn,
        minutes=quiz.minutes,
        titles=quiz.titles,
        intros=quiz.intros,
        rules=rules_of(quiz),
        questions=found,
    )


def questions(session: Session, quiz_id: int) -> dict[str, WrittenQuestion]:
    """The questions of a quiz's own bank that are not retired, by key. A few statements for each 500."""
    current = session.scalars(
        select(Question.current_id)
        .where(Question.quiz_id == quiz_id, Question.current_id.is_not(None))
        .order_by(Question.id)
    )
    views = definitions.questions(session, (version_id for version_id in current if version_id))
    found = labels.of(session, quiz_id)
    return {view.key: written.of_view(view, found[view.key]) for view in views.values()}


def rules_of(quiz: QuizView) -> WrittenRules:
    """The rules of a quiz that may be left out in files."""
    return WrittenRules(**{field.name: getattr(quiz, field.name) for field in fields(WrittenRules)})


def lines(before: Content | None, after: Content) -> list[str]:
    """How a quiz in files differs from what is there, in plain lines. Nothing when it does not."""
    if before is None:
        return [f"a new quiz: {len(after.questions)} questions"]
    found = []
    for name in ("course", "pass_mark", "questions_drawn", "minutes"):
        old, new = getattr(before, name), getattr(after, name)
        found += [f"{name}: {old} → {new}"] if old != new else []
    for field in fields(WrittenRules):
        if getattr(before.rules, field.name) != getattr(after.rules, field.name):
            found.append(f"{field.name} changed")
    found += ["title changed"] if before.titles != after.titles else []
    found += ["intro changed"] if before.intros != after.intros else []
    found += [f"question added: {key}" for key in after.questions if key not in before.questions]
    found += [f"question retired: {key}" for key in before.questions if key not in after.questions]
    both = {key: (before.questions[key], one) for key, one in after.questions.items() if key in before.questions}
    found += [f"question changed: {key}" for key, (old, new) in both.items() if old != new]
    return found + [f"labels changed: {key}" for key, (old, new) in both.items() if old.labels != new.labels]


def same_questions(session: Session, quiz: WrittenQuiz) -> set[str]:
    """The questions of a quiz in files, by key, that are drawn now in exactly those words."""
    before, after = stored(session, quiz.slug), of_files(quiz)
    return {key for key, one in after.questions.items() if before and before.questions.get(key) == one}


def texts(content: Content) -> dict[str, str]:
    """The files of a quiz, by name."""
    spoken = [language for language in LANGUAGES if language in content.titles]
    return {"quiz.toml": _rules(content)} | question_texts.of(content.questions.values(), spoken)


def _rules(content: Content) -> str:
    lines = [
        toml.line("slug", content.slug),
        toml.line("course", content.course),
        toml.line("pass_mark", content.pass_mark),
        toml.line("questions_drawn", content.questions_drawn),
        toml.line("minutes", content.minutes),
        *rule_files.values(content.rules),
    ]
    titles, intros = (_spoken(one) for one in (content.titles, content.intros))
    parts = ["\n".join(lines), toml.table("title", titles), *([toml.table("intro", intros)] if intros else [])]
    return "\n\n".join([*parts, *rule_files.tables(content.rules)]) + "\n"


def _spoken(words: Mapping[str, str]) -> dict[str, str]:
    return {language: words[language] for language in LANGUAGES if words.get(language)}
