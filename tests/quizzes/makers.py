"""Building quizzes for tests: `make.quiz(…)`, `make.attempt(…)`, `make.ready(…)`."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import catalog
from courses.enrollment_models import Enrollment
from courses.models import Course
from lms.base import clock
from lms.guidelines.models import Guideline
from lms.people.models import Person
from quizzes import attempts, bank, papers
from quizzes.attempt_models import Attempt
from quizzes.models import Quiz, QuizText, QuizVersion
from quizzes.papers import Item
from quizzes.question_models import (
    Choice,
    ChoiceText,
    Question,
    QuestionClause,
    QuestionOption,
    QuestionText,
    QuestionVersion,
    Step,
    StepText,
)
from quizzes.questions import Answer, ChoiceView, QuestionView, StepView
from tests.make import Make

LANGUAGES = ("en", "nl")
SECRETS = ("SECRET-EXPLANATION", "SECRET-WHY")
"""Words that stand in every explanation and every reason, and must not be seen before an attempt is closed."""

CHOICES: dict[str, str] = {
    "single": '{key="a", credit=0, crosses=%(red)s}, {key="b", credit=100}, {key="c", credit=50}, {key="d", credit=0}',
    "scenario": '{key="a", credit=50}, {key="b", credit=0, crosses=%(red)s}, {key="c", credit=100}',
    "truefalse": '{key="true", credit=0, crosses=%(red)s}, {key="false", credit=100}',
    "multiple": '{key="a", right=true}, {key="b", right=false, crosses=%(red)s}, {key="c", right=true}, '
    '{key="d", right=false}',
    "sort": '{key="a", bucket="green"}, {key="b", bucket="red"}, {key="c", bucket="amber"}, {key="d", bucket="green"}',
}
RIGHT: dict[str, Answer] = {
    "single": {"choice": "b"},
    "scenario": {"choice": "c"},
    "truefalse": {"choice": "false"},
    "multiple": {"choices": ["a", "c"]},
    "sort": {"buckets": {"a": "green", "b": "red", "c": "amber", "d": "green"}},
}
CROSSING: dict[str, Answer] = {
    "single": {"choice": "a"},
    "scenario": {"choice": "b"},
    "truefalse": {"choice": "true"},
    "multiple": {"choices": ["b"]},
    "sort": {"buckets": {"a": "green", "b": "green", "c": "amber", "d": "green"}},
}
WRONG: dict[str, Answer] = CROSSING | {"single": {"choice": "d"}}
KINDS = ("single", "multiple", "truefalse", "sort", "scenario")


def quiz_files(
    folder: Path,
    *,
    course: str = "principles",
    slug: str = "principles",
    per_kind: int = 4,
    red: Iterable[str] = ("single-1", "multiple-1", "truefalse-1", "sort-1"),
    **rules: int,
) -> Path:
    """Write the files of a quiz: `per_kind` questions of each kind, named `single-1` and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    red = set(red)
    numbers = {"pass_mark": 80, "questions_drawn": 10, "minutes": 25} | rules
    lines = [f'slug = "{slug}"', f'course = "{course}"', "version = 1"]
    lines += [f"{name} = {value}" for name, value in numbers.items()]
    lines += ["[title]", 'en = "The quiz"', 'nl = "De quiz"', "[intro]", 'en = "Ten questions."', 'nl = "Tien vragen."']
    (folder / "quiz.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    keys = [(f"{kind}-{number}", kind) for number in range(1, per_kind + 1) for kind in KINDS]
    (folder / "questions.toml").write_text("\n".join(_structure(*key, key[0] in red) for key in keys), encoding="utf-8")
    for language in LANGUAGES:
        words = "\n".join(_words(key, kind, language) for key, kind in keys)
        (folder / f"{language}.toml").write_text(words, encoding="utf-8")
    return folder


def _structure(key: str, kind: str, red: bool) -> str:
    flag = "true" if red else "false"
    clause = "D2" if red else ("F1", "D4")[len(key) % 2]
    return (
        f'[[question]]\nkey = "{key}"\nversion = 1\nkind = "{kind}"\nred_line = {flag}\nclauses = ["{clause}"]\n'
        f"choices = [{CHOICES[kind] % {'red': flag}}]\n"
    )


def _words(key: str, kind: str, language: str) -> str:
    keys = [part.split('"')[1] for part in CHOICES[kind].split("key=")[1:]]
    post = 'post = { name = "Karel V.", place = "Forum", time = "Monday 09:12", text = "Where is it?" }\n'
    lines = [f'[{key}]\nstem = "Stem of {key} ({language})"\nexplanation = "SECRET-EXPLANATION of {key}"']
    lines += [post] if kind == "scenario" else []
    for choice in keys:
        text = f"Choice {choice} of {key} ({language})"
        lines.append(f'[{key}.choices.{choice}]\ntext = "{text}"\nwhy = "SECRET-WHY of {choice}"')
    return "\n".join(lines) + "\n"


def quiz(session: Session, *, course: Course | None = None, folder: Path | None = None, **files: Any) -> Quiz:
    """A quiz of 20 questions with a guideline and a course of 3 lessons, loaded from files in a temporary folder."""
    make = Make(session)
    if session.scalar(select(Guideline).where(Guideline.slug == "how-we-speak")) is None:
        make.guideline()
    course = course or make.course()
    with TemporaryDirectory() as temporary:
        files = {"course": course.slug, "slug": course.slug} | files
        bank.load(session, folder or quiz_files(Path(temporary), **files))
    return session.scalars(select(Quiz).where(Quiz.course_id == course.id)).one()


def ready(session: Session, person: Person, quiz: Quiz) -> Enrollment:
    """A person has done all lessons of the quiz's course."""
    course = session.get_one(Course, quiz.course_id)
    return Make(session).enrollment(person, course, done=99)


def attempt(session: Session, person: Person, quiz: Quiz) -> Attempt:
    """An open attempt of a person who has done the lessons."""
    ready(session, person, quiz)
    return attempts.start(session, person.id, quiz.slug)


def answer(session: Session, attempt: Attempt, **wanted: Answer) -> Attempt:
    """Answer every question right; `wanted` may give other answers by the kind of question."""
    for item in papers.items(session, attempt):
        given = wanted.get(item.question.kind, RIGHT[item.question.kind])
        attempts.save(session, attempt, item.position, dict(given), attempt.revision)
    return attempt


def fields(item: Item, answer: Answer) -> dict[str, Any]:
    """An answer as the fields of the page's form."""
    place = {key: str(number) for number, key in enumerate(item.order, 1)}
    if "choice" in answer:
        return {"answer": place[answer["choice"]]}
    if "choices" in answer:
        return {"answer": [place[key] for key in answer["choices"]]}
    if "pairs" in answer:
        return {f"answer-{place[left]}": place[f"={right}"] for left, right in answer["pairs"].items()}
    if "order" in answer:
        return {f"answer-{place[key]}": str(number) for number, key in enumerate(answer["order"], 1) if key}
    if "text" in answer or "number" in answer:
        return {"answer": answer.get("text", answer.get("number"))}
    return {f"answer-{place[key]}": bucket for key, bucket in answer["buckets"].items()}


def later(**time: float) -> Any:
    """Let the clock stand some time from now."""
    return clock.frozen(clock.now() + timedelta(**time))


# kinds of questions that no file of `quiz_files` holds: begins


def quiz_of(session: Session, *questions: QuestionView, **rules: Any) -> Quiz:
    """A quiz that asks exactly these questions, whatever their kinds, all of them on every paper."""
    make = Make(session)
    make.guideline()
    course = make.course()
    made = Quiz(slug=course.slug, course_id=course.id)
    session.add(made)
    session.flush()
    version = QuizVersion(
        quiz_id=made.id,
        number=1,
        published_at=clock.now(),
        source_sha256="",
        texts=[QuizText(language=language, title="The quiz", intro="") for language in LANGUAGES],
        **{"pass_mark": 80, "questions_drawn": len(questions), "minutes": 25, "asks_certainty": True} | rules,
    )
    session.add(version)
    for number, view in enumerate(questions, 1):
        asked = Question(quiz_id=made.id, key=f"{view.kind}-of-{number}")
        session.add(asked)
        session.flush()
        first = _version(asked.id, view)
        session.add(first)
        session.flush()
        asked.current_id = first.id
    catalog.set_quiz(session, course.id, made.slug, version.minutes)
    session.flush()
    return made


def _version(question_id: int, view: QuestionView) -> QuestionVersion:
    return QuestionVersion(
        question_id=question_id,
        number=1,
        kind=view.kind,
        red_line=view.red_line,
        created_at=clock.now(),
        source_sha256="",
        texts=[_text(view)],
        clauses=[QuestionClause(code=code) for code in view.clauses],
        options=[QuestionOption(name=name, value=value) for name, value in view.options.items()],
        choices=[_choice(at, one) for at, one in enumerate(view.choices, 1)],
        steps=[_step(at, one) for at, one in enumerate(view.steps, 1)],
    )


def _text(view: QuestionView) -> QuestionText:
    post = {f"post_{part}": words for part, words in vars(view.posts["en"]).items()} if view.posts else {}
    return QuestionText(language="en", stem=f"Stem of {view.kind}", explanation=SECRETS[0], **post)


def _step(position: int, view: StepView) -> Step:
    texts = [StepText(language=code, name=view.names.get(code, ""), text=text) for code, text in view.texts.items()]
    return Step(key=view.key, position=position, texts=texts)


def _choice(position: int, view: ChoiceView) -> Choice:
    languages = view.texts.keys() | view.partners.keys()
    return Choice(
        key=view.key,
        position=position,
        credit=view.credit,
        bucket=view.bucket,
        crosses=view.crosses,
        rule=view.rule,
        step=view.step,
        leads_to=view.leads_to,
        texts=[
            ChoiceText(
                language=code,
                text=view.texts.get(code, ""),
                why=view.whys.get(code, ""),
                partner=view.partners.get(code, ""),
            )
            for code in sorted(languages)
        ],
    )


# kinds of questions that no file of `quiz_files` holds: ends
