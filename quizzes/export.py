"""Quizzes into folders: the way back of `quizzes.files`, and what loading a folder would change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from courses.models import Course
from lms.base import toml
from lms.base.i18n import LANGUAGES
from quizzes.files import POST_PARTS, WrittenQuestion, WrittenQuiz
from quizzes.models import Quiz, QuizVersion
from quizzes.question_models import Choice, Question, QuestionText, QuestionVersion
from quizzes.questions import ChoiceView, Post, by_code


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
    questions: Mapping[str, WrittenQuestion]


def of_files(written: WrittenQuiz) -> Content:
    """The content of a quiz that was read from files."""
    rules = (written.pass_mark, written.questions_drawn, written.minutes)
    questions = {one.key: _in_order(one) for one in written.questions}
    return Content(written.slug, written.course, *rules, written.titles, written.intros, questions)


def slug_of(session: Session, course: str) -> str | None:
    """The address of the quiz that closes a course."""
    return session.scalar(select(Quiz.slug).join(Course, Course.id == Quiz.course_id).where(Course.slug == course))


def stored(session: Session, slug: str) -> Content | None:
    """The content of a quiz in the database; nothing when there is no such quiz, or no question in it."""
    row = session.execute(
        select(QuizVersion, Course.slug)
        .join(Quiz, Quiz.id == QuizVersion.quiz_id)
        .join(Course, Course.id == Quiz.course_id)
        .where(Quiz.slug == slug)
        .order_by(QuizVersion.number.desc())
        .limit(1)
        .options(selectinload(QuizVersion.texts))
    ).one_or_none()
    if row is None:
        return None
    version, course = row
    questions = {one.key: one for one in _questions(session, version.quiz_id)}
    rules = (version.pass_mark, version.questions_drawn, version.minutes)
    titles = {text.language: text.title for text in version.texts}
    intros = {text.language: text.intro for text in version.texts}
    return Content(slug, course, *rules, titles, intros, questions) if questions else None


def _questions(session: Session, quiz_id: int) -> Iterator[WrittenQuestion]:
    rows = session.execute(
        select(Question.key, QuestionVersion)
        .join(QuestionVersion, QuestionVersion.id == Question.current_id)
        .where(Question.quiz_id == quiz_id)
        .order_by(Question.id)
        .options(
            selectinload(QuestionVersion.texts),
            selectinload(QuestionVersion.clauses),
            selectinload(QuestionVersion.choices).selectinload(Choice.texts),
        )
    )
    for key, version in rows:
        yield _in_order(
            WrittenQuestion(
                key=key,
                kind=version.kind,
                red_line=version.red_line,
                clauses=tuple(clause.code for clause in version.clauses),
                stems={text.language: text.stem for text in version.texts},
                posts={text.language: _post(text) for text in version.texts if text.post_text},
                explanations={text.language: text.explanation for text in version.texts},
                choices=tuple(_choice(choice) for choice in version.choices),
            )
        )


def _post(text: QuestionText) -> Post:
    return Post(text.post_name, text.post_place, text.post_time, text.post_text)


def _choice(choice: Choice) -> ChoiceView:
    return ChoiceView(
        key=choice.key,
        credit=choice.credit,
        bucket=choice.bucket,
        crosses=choice.crosses,
        texts={text.language: text.text for text in choice.texts},
        whys={text.language: text.why for text in choice.texts},
    )


def _in_order(question: WrittenQuestion) -> WrittenQuestion:
    return replace(question, clauses=tuple(sorted(question.clauses, key=by_code)))


def lines(before: Content | None, after: Content) -> list[str]:
    """How a quiz in files differs from what is there, in plain lines. Nothing when it does not."""
    if before is None:
        return [f"a new quiz: {len(after.questions)} questions"]
    found = []
    for name in ("course", "pass_mark", "questions_drawn", "minutes"):
        old, new = getattr(before, name), getattr(after, name)
        found += [f"{name}: {old} → {new}"] if old != new else []
    found += ["title changed"] if before.titles != after.titles else []
    found += ["intro changed"] if before.intros != after.intros else []
    found += [f"question added: {key}" for key in after.questions if key not in before.questions]
    found += [f"question retired: {key}" for key in before.questions if key not in after.questions]
    both = (key for key in after.questions if key in before.questions)
    return found + [f"question changed: {key}" for key in both if after.questions[key] != before.questions[key]]


def same_questions(session: Session, written: WrittenQuiz) -> set[str]:
    """The questions of a quiz in files, by key, that are drawn now in exactly those words."""
    before, after = stored(session, written.slug), of_files(written)
    return {key for key, one in after.questions.items() if before and before.questions.get(key) == one}


def texts(content: Content) -> dict[str, str]:
    """The files of a quiz, by name."""
    languages = [language for language in LANGUAGES if _speaks(content, language)]
    words = {f"{language}.toml": _words(content, language) for language in languages}
    structure = "\n\n".join("\n".join(_structure(one)) for one in content.questions.values())
    return {"quiz.toml": _rules(content), "questions.toml": structure + "\n", **words}


def _speaks(content: Content, language: str) -> bool:
    return language in content.titles or any(language in one.stems for one in content.questions.values())


def _rules(content: Content) -> str:
    lines = [
        toml.line("slug", content.slug),
        toml.line("course", content.course),
        toml.line("pass_mark", content.pass_mark),
        toml.line("questions_drawn", content.questions_drawn),
        toml.line("minutes", content.minutes),
    ]
    titles, intros = (_spoken(one) for one in (content.titles, content.intros))
    parts = ["\n".join(lines), toml.table("title", titles), *([toml.table("intro", intros)] if intros else [])]
    return "\n\n".join(parts) + "\n"


def _spoken(words: Mapping[str, str]) -> dict[str, str]:
    return {language: words[language] for language in LANGUAGES if words.get(language)}


def _structure(question: WrittenQuestion) -> Iterator[str]:
    yield "[[question]]"
    yield toml.line("key", question.key)
    yield toml.line("kind", question.kind)
    yield toml.line("red_line", question.red_line)
    yield toml.line("clauses", question.clauses)
    yield toml.rows("choices", (_marking(question.kind, choice) for choice in question.choices))


def _marking(kind: str, choice: ChoiceView) -> dict[str, toml.Value]:
    values: dict[str, toml.Value] = {"key": choice.key}
    if kind == "multiple":
        values["right"] = choice.credit == 100
    elif choice.bucket:
        values["bucket"] = choice.bucket
    else:
        values["credit"] = choice.credit
    return values | ({"crosses": True} if choice.crosses else {})


def _words(content: Content, language: str) -> str:
    questions = (one for one in content.questions.values() if language in one.stems)
    return "\n\n".join("\n".join(_question(one, language)) for one in questions) + "\n"


def _question(question: WrittenQuestion, language: str) -> Iterator[str]:
    yield f"[{question.key}]"
    yield toml.line("stem", question.stems[language])
    yield toml.line("explanation", question.explanations[language])
    if post := question.posts.get(language):
        parts = (post.name, post.place, post.time, post.text)
        yield toml.line("post", dict(zip(POST_PARTS, parts, strict=True)))
    for choice in question.choices:
        if language in choice.texts:
            yield f"[{question.key}.choices.{choice.key}]"
            yield toml.line("text", choice.texts[language])
            yield toml.line("why", choice.whys[language])
