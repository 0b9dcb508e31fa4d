"""What is wrong with a question as it was typed: a sentence for each fault, in the words of its author."""

import re
from collections.abc import Collection, Iterator, Mapping

from lms.base.i18n import LANGUAGES, gettext
from quizzes import options
from quizzes.authoring import writing
from quizzes.authoring.typed import LONGEST, NOWHERE, Typed, Words
from quizzes.kinds import KINDS
from quizzes.kinds.kind import Kind
from quizzes.question_files import MOST_CRITERIA, MOST_POINTS, MOST_STEPS
from quizzes.questions import ChoiceView, Matter

_KEY = re.compile(r"[a-z0-9-]{1,20}")


def faults(typed: Typed, known_clauses: Collection[str]) -> list[str]:
    """What its author has to put right before the question can be kept, a sentence each."""
    kind = KINDS[typed.kind]
    found = [sentence for language in typed.languages() for sentence in _missing(typed, kind, language)]
    if any(len(value) > LONGEST for words in typed.all_words() for value in words.values()):
        found.append(gettext("A text is longer than %(most)s letters. Make it shorter.", most=LONGEST))
    if not typed.clauses or not set(typed.clauses) <= set(known_clauses):
        found.append(gettext("Choose at least one clause of the guideline that the question is about."))
    shape = [*_counts(typed, kind), *_settings(typed, kind), *_criteria(typed), *_choices(typed, kind), *_rests(typed)]
    if not shape and (sentence := kind.fault(_matter(typed))):
        shape.append(sentence)
    return found + shape


def _matter(typed: Typed) -> Matter:
    given = options.filled(KINDS[typed.kind], typed.options)
    return Matter(writing.choices(typed), given, writing.steps(typed), writing.criteria(typed))


def _counts(typed: Typed, kind: Kind) -> Iterator[str]:
    words = {"fewest": kind.fewest, "most": kind.most}
    if not kind.keys and not kind.fewest <= len(typed.choices) <= kind.most:
        yield gettext("This kind of question has %(fewest)s to %(most)s choices.", **words)
    if len(typed.steps) > MOST_STEPS:
        yield gettext("A question has at most %(most)s steps.", most=MOST_STEPS)
    if len(typed.criteria) > MOST_CRITERIA:
        yield gettext("A question has at most %(most)s criteria.", most=MOST_CRITERIA)
    for rows in (typed.choices, typed.steps, typed.criteria):
        keys = [row.key for row in rows]
        if len(set(keys)) < len(keys) or not all(_KEY.fullmatch(key) for key in keys):
            yield gettext("The form is not complete. Open the question again.")
    if kind.keys and tuple(choice.key for choice in typed.choices) != kind.keys:
        yield gettext("The form is not complete. Open the question again.")


def _settings(typed: Typed, kind: Kind) -> Iterator[str]:
    for setting in kind.settings():
        if options.plain(setting, typed.options.get(setting.name, setting.default)) is None:
            yield options.wanted(setting)


def _criteria(typed: Typed) -> Iterator[str]:
    most = [one.most for one in typed.criteria]
    if not all(re.fullmatch(r"[0-9]{1,2}", points) and 1 <= int(points) <= MOST_POINTS for points in most):
        yield gettext("Give for every criterion the most points: 1 to %(most)s.", most=MOST_POINTS)


def _choices(typed: Typed, kind: Kind) -> Iterator[str]:
    known = {marking.value for marking in kind.markings()} or {""}
    if any(choice.marking not in known for choice in typed.choices):
        yield gettext("Say of every choice whether it is right, or where it belongs.")
    if not kind.has_steps:
        return
    steps = {step.key for step in typed.steps}
    if any(choice.step not in steps for choice in typed.choices):
        yield gettext("Say of every choice at which step it can be chosen.")
    if any(choice.leads_to == NOWHERE or choice.leads_to not in {*steps, ""} for choice in typed.choices):
        yield gettext("Say of every choice where it leads: to a step that is there, or to the end.")


def _rests(typed: Typed) -> Iterator[str]:
    for number, choice in enumerate(typed.choices, 1):
        if choice.clause and choice.clause not in typed.clauses:
            yield gettext(
                "Choice %(number)s rests on clause %(code)s, but the question does not. Choose it below as well.",
                number=number,
                code=choice.clause,
            )


def _missing(typed: Typed, kind: Kind, language: str) -> Iterator[str]:
    name = {"language": LANGUAGES[language]}
    if not typed.words.get(f"stem-{language}"):
        yield gettext("%(language)s: write the question.", **name)
    if not typed.words.get(f"explanation-{language}"):
        yield gettext("%(language)s: write the explanation that is shown with the result.", **name)
    if kind.needs_post and not all(typed.words.get(f"post-{part}-{language}") for part in kind.post_parts):
        if "text" in kind.post_parts:
            yield gettext("%(language)s: the post needs a name, a place, a time and its words.", **name)
        else:
            yield gettext("%(language)s: the post needs a name, a place and a time.", **name)
    if any(not step.words.get(f"text-{language}") for step in typed.steps):
        yield gettext("%(language)s: a step has no words.", **name)
    if any(not one.words.get(f"title-{language}") for one in typed.criteria):
        yield gettext("%(language)s: a criterion has no title.", **name)
    for number, part, words in _needed(typed, kind):
        if not words.get(f"{part}-{language}"):
            yield _unsaid(part, {**name, "number": number})


def _unsaid(part: str, names: Mapping[str, str | int]) -> str:
    """The fault of a choice that lacks a part: `names` are its number and the language."""
    if part == "text":
        return gettext("%(language)s: choice %(number)s has no words.", **names)
    if part == "partner":
        return gettext("%(language)s: choice %(number)s does not say what it is matched with.", **names)
    return gettext("%(language)s: choice %(number)s does not say why it is right or not.", **names)


def _needed(typed: Typed, kind: Kind) -> Iterator[tuple[int, str, Words]]:
    """The parts of choices that must have words, each with the number of its choice and the words that are there."""
    markings = {marking.value: marking for marking in kind.markings()}
    for number, choice in enumerate(typed.choices, 1):
        said = markings.get(choice.marking)
        credit, bucket, rule = (said.credit, said.bucket, said.rule) if said else (100, None, None)
        view = ChoiceView(choice.key, credit, bucket, choice.crosses, {}, {}, rule=rule)
        for part in kind.needs(view):
            yield number, part, choice.words
