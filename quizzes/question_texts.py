"""Writing questions into files: the way back of `quizzes.question_files`. The same questions make the same bytes."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from lms.base import toml
from lms.base.i18n import LANGUAGES
from quizzes import question_files
from quizzes.kinds import KINDS
from quizzes.kinds.kind import Kind
from quizzes.question_words import POST_PARTS
from quizzes.questions import ChoiceView
from quizzes.written import WrittenQuestion


def of(questions: Collection[WrittenQuestion], spoken: Iterable[str] = ()) -> dict[str, str]:
    """The files of these questions, by name; one for each language they or `spoken` have."""
    languages = {*spoken, *(language for one in questions for language in one.stems)}
    structure = "\n\n".join("\n".join(_structure(one)) for one in questions)
    words = {f"{language}.toml": _words(questions, language) for language in LANGUAGES if language in languages}
    return {"questions.toml": structure + "\n", **words}


def _structure(question: WrittenQuestion) -> Iterator[str]:
    kind = KINDS[question.kind]
    yield "[[question]]"
    yield toml.line("key", question.key)
    yield toml.line("kind", question.kind)
    yield toml.line("red_line", question.red_line)
    yield toml.line("clauses", question.clauses)
    yield from _labels(question)
    if question.options:
        yield toml.line("options", question.options)
    if question.steps:
        yield toml.rows("steps", ({"key": step.key} for step in question.steps))
    if question.criteria:
        yield toml.rows("criteria", ({"key": one.key, "most": one.most} for one in question.criteria))
    if question.choices:
        yield toml.rows("choices", (_choice(kind, choice) for choice in question.choices))


def _labels(question: WrittenQuestion) -> Iterator[str]:
    found = question.labels
    if found.purpose != "exam":
        yield toml.line("purpose", found.purpose)
    if found.tier:
        yield toml.line("tier", found.tier)
    if found.difficulty:
        yield toml.line("difficulty", found.difficulty)
    if found.tags:
        yield toml.line("tags", found.tags)
    if found.always:
        yield toml.line("always", True)


def _choice(kind: Kind, choice: ChoiceView) -> dict[str, toml.Value]:
    values: dict[str, toml.Value] = {"key": choice.key}
    for name in ("step", "rule", "bucket"):
        if (value := getattr(choice, name)) is not None:
            values[name] = value
    if kind.right_or_not and choice.credit in (0, 100):
        values["right"] = choice.credit == 100
    elif choice.credit != question_files.implied_credit(kind, choice.bucket, choice.rule):
        values["credit"] = choice.credit
    if choice.crosses:
        values["crosses"] = True
    if choice.clause:
        values["clause"] = choice.clause
    return values | ({"leads_to": choice.leads_to} if choice.leads_to else {})


def _words(questions: Iterable[WrittenQuestion], language: str) -> str:
    spoken = (one for one in questions if language in one.stems)
    return "\n\n".join("\n".join(_question(one, language)) for one in spoken) + "\n"


def _question(question: WrittenQuestion, language: str) -> Iterator[str]:
    yield f"[{question.key}]"
    yield toml.line("stem", question.stems[language])
    yield toml.line("explanation", question.explanations[language])
    if post := question.posts.get(language):
        parts = zip(POST_PARTS, (post.name, post.place, post.time, post.text), strict=True)
        yield toml.line("post", {name: words for name, words in parts if words})
    for step in question.steps:
        yield from _group(question, "steps", step.key, language, {"name": step.names, "text": step.texts})
    for one in question.criteria:
        yield from _group(question, "criteria", one.key, language, {"title": one.titles, "guide": one.guides})
    for choice in question.choices:
        words = {"text": choice.texts, "why": choice.whys, "partner": choice.partners}
        yield from _group(question, "choices", choice.key, language, words)


def _group(
    question: WrittenQuestion, group: str, key: str, language: str, words: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    """The words of a choice, step or criterion in a language; nothing where it has none."""
    spoken = {name: texts[language] for name, texts in words.items() if texts.get(language)}
    if spoken:
        yield f"[{question.key}.{group}.{key}]"
        yield from (toml.line(name, text) for name, text in spoken.items())
