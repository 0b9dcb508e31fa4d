"""A question part by part, in words for its authors: to read an old version, and to see what differs between two."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lms.base.differences import Passage, compare
from lms.base.i18n import LANGUAGES, gettext
from quizzes import options
from quizzes.kinds import KINDS
from quizzes.kinds.kind import Kind, Setting
from quizzes.questions import ChoiceView, QuestionView


@dataclass(frozen=True)
class Part:
    """A part of a question: what it is called, in which language (empty for what has none), and its words."""

    key: str
    label: str
    language: str
    words: str


@dataclass(frozen=True)
class Difference:
    """A part that differs between two versions, as words that were and are."""

    label: str
    language: str
    passage: Passage


def differences(before: QuestionView, after: QuestionView) -> list[Difference]:
    """What differs between two versions of a question, in the order of the newer one."""
    old, new = ({(part.key, part.language): part for part in parts(one)} for one in (before, after))
    found = []
    for place, part in {**new, **{place: part for place, part in old.items() if place not in new}}.items():
        was, becomes = old[place].words if place in old else "", new[place].words if place in new else ""
        if was != becomes:
            found.append(Difference(part.label, part.language, compare(was, becomes)))
    return found


def parts(question: QuestionView) -> Iterator[Part]:
    """All that a question says and does, but for what is empty."""
    for part in _parts(question):
        if part.words:
            yield part


def _parts(question: QuestionView) -> Iterator[Part]:
    kind = KINDS[question.kind]
    yield Part("kind", gettext("Kind of question"), "", kind.name())
    yield from _spoken("stem", gettext("Question"), question.stems)
    for language in LANGUAGES:
        if post := question.posts.get(language):
            yield Part("post-name", gettext("Who posts"), language, post.name)
            yield Part("post-place", gettext("Where"), language, post.place)
            yield Part("post-time", gettext("When"), language, post.time)
            yield Part("post-text", gettext("The post"), language, post.text)
    yield from _spoken("explanation", gettext("Explanation, shown with the result"), question.explanations)
    for setting in kind.settings():
        value = options.filled(kind, question.options)[setting.name]
        yield Part(f"option-{setting.name}", setting.label, "", _label_of(setting, value))
    places = {step.key: place for place, step in enumerate(question.steps, 1)}
    for step in question.steps:
        name = gettext("Step %(number)s", number=places[step.key])
        yield from _spoken(f"step-{step.key}-name", f"{name}: {gettext('Who speaks')}", step.names)
        yield from _spoken(f"step-{step.key}-text", name, step.texts)
    for place, choice in enumerate(question.choices, 1):
        yield from _choice(kind, place, choice, places)
    for place, one in enumerate(question.criteria, 1):
        name = gettext("Criterion %(number)s", number=place)
        yield Part(f"criterion-{one.key}-most", f"{name}: {gettext('Most points')}", "", str(one.most))
        yield from _spoken(f"criterion-{one.key}-title", name, one.titles)
        yield from _spoken(f"criterion-{one.key}-guide", f"{name}: {gettext('What earns how many points')}", one.guides)
    yield Part("clauses", gettext("Clauses"), "", ", ".join(question.clauses))
    yield Part("red_line", gettext("Red-line question"), "", gettext("Yes") if question.red_line else gettext("No"))


def _choice(kind: Kind, place: int, choice: ChoiceView, steps: Mapping[str, int]) -> Iterator[Part]:
    name, key = gettext("Choice %(number)s", number=place), f"choice-{choice.key}"
    yield from _spoken(f"{key}-text", name, choice.texts)
    yield from _spoken(f"{key}-partner", f"{name}: {gettext('Matched with')}", choice.partners)
    said = (choice.credit, choice.bucket, choice.rule)
    marking = (one.label for one in kind.markings() if (one.credit, one.bucket, one.rule) == said)
    yield Part(f"{key}-marking", f"{name}: {gettext('What it is')}", "", next(marking, str(choice.credit)))
    crosses = gettext("Crosses a red line") if choice.crosses else ""
    yield Part(f"{key}-crosses", f"{name}: {gettext('Red line')}", "", crosses)
    if choice.step:
        at = gettext("Step %(number)s", number=steps.get(choice.step, "?"))
        to = (
            gettext("Step %(number)s", number=steps.get(choice.leads_to, "?"))
            if choice.leads_to
            else gettext("The end")
        )
        yield Part(f"{key}-step", f"{name}: {gettext('At step')}", "", at)
        yield Part(f"{key}-leads_to", f"{name}: {gettext('Leads to')}", "", to)
    yield from _spoken(f"{key}-why", f"{name}: {gettext('Why it is right or not')}", choice.whys)
    yield Part(f"{key}-clause", f"{name}: {gettext('Rests on clause')}", "", choice.clause or "")


def _spoken(key: str, label: str, words: Mapping[str, str]) -> Iterator[Part]:
    for language in LANGUAGES:
        if language in words:
            yield Part(key, label, language, words[language])


def _label_of(setting: Setting, value: str) -> str:
    return dict(setting.values).get(value, value)
