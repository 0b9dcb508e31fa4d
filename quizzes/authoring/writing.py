"""A question as its author types it: read from a form, rearranged, looked over, and made into a question.

Nothing here knows the database. What is typed is never lost: what is wrong is said in sentences.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from lms.base.i18n import LANGUAGES, gettext
from quizzes.files import WrittenQuestion
from quizzes.kinds import KINDS
from quizzes.kinds.kind import Fields, Kind, Marking
from quizzes.questions import ChoiceView, Matter, Post, QuestionView

ORIGINAL = "en"
"""The language that a question must have: who reads another that is missing reads this."""
LONGEST = 3000
"""Letters that each part of a question may have."""
POST = ("post-name", "post-place", "post-time", "post-text")
WORDS = ("stem", "explanation", *POST)
_DEED = re.compile(r"(remove|up)-([1-8])")
_LETTERS = "abcdefgh"


@dataclass(frozen=True)
class TypedChoice:
    """A choice, and what its author says of it. `words` are by part and language: `text-en`, `why-nl`."""

    key: str
    marking: str = ""
    crosses: bool = False
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Typed:
    """A question as it was typed. `words` are by part and language: `stem-en`, `post-text-nl`."""

    kind: str
    red_line: bool = False
    clauses: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[TypedChoice, ...] = ()

    def languages(self) -> list[str]:
        """The languages in which something was typed; the original always."""
        begun = {name.rsplit("-", 1)[1] for words in self.all_words() for name, value in words.items() if value}
        return [language for language in LANGUAGES if language in begun or language == ORIGINAL]

    def all_words(self) -> Iterator[Mapping[str, str]]:
        yield self.words
        for choice in self.choices:
            yield choice.words


def blank(kind: str) -> Typed:
    """A new question of a kind, with as many empty choices as it needs at least."""
    rules = KINDS[kind]
    keys = rules.keys or tuple(_LETTERS[: max(rules.fewest, 3)])
    return Typed(kind, choices=tuple(TypedChoice(key) for key in keys))


def from_form(kind: str, fields: Fields) -> Typed:
    """What is in a form. Choices stand in it as `choice-1-key`, `choice-1-text-en` and so on, counted from 1."""

    def one(name: str) -> str:
        values = fields.get(name, ())
        return values[0].replace("\r\n", "\n").strip() if values else ""

    count = sum(1 for place in range(1, 9) if f"choice-{place}-key" in fields)
    return Typed(
        kind=kind,
        red_line=bool(one("red_line")),
        clauses=tuple(dict.fromkeys(fields.get("clauses", ()))),
        words={f"{part}-{language}": one(f"{part}-{language}") for part in WORDS for language in LANGUAGES},
        choices=tuple(
            TypedChoice(
                key=one(f"choice-{place}-key"),
                marking=one(f"choice-{place}-marking"),
                crosses=bool(one(f"choice-{place}-crosses")),
                words={
                    f"{part}-{language}": one(f"choice-{place}-{part}-{language}")
                    for part in ("text", "why")
                    for language in LANGUAGES
                },
            )
            for place in range(1, count + 1)
        ),
    )


def from_question(question: QuestionView) -> Typed:
    """A question as it is, to be changed."""
    words = {f"stem-{language}": stem for language, stem in question.stems.items()}
    words |= {f"explanation-{language}": text for language, text in question.explanations.items()}
    for language, post in question.posts.items():
        parts = (post.name, post.place, post.time, post.text)
        words |= {f"{part}-{language}": text for part, text in zip(POST, parts, strict=True)}
    markings = KINDS[question.kind].markings()
    return Typed(
        kind=question.kind,
        red_line=question.red_line,
        clauses=question.clauses,
        words=words,
        choices=tuple(
            TypedChoice(
                key=choice.key,
                marking=_marking_of(choice, markings),
                crosses=choice.crosses,
                words={f"text-{language}": text for language, text in choice.texts.items()}
                | {f"why-{language}": why for language, why in choice.whys.items()},
            )
            for choice in question.choices
        ),
    )


def rearranged(typed: Typed, deed: str) -> Typed:
    """The question with a choice more (`add`), less (`remove-2`), or one place higher (`up-3`)."""
    choices = list(typed.choices)
    kind = KINDS[typed.kind]
    if deed == "add" and len(choices) < kind.most and not kind.keys:
        free = next(letter for letter in _LETTERS if letter not in {choice.key for choice in choices})
        choices.append(TypedChoice(free))
    elif (found := _DEED.fullmatch(deed)) and not kind.keys and int(found[2]) <= len(choices):
        taken = choices.pop(int(found[2]) - 1)
        if found[1] == "up":
            choices.insert(max(0, int(found[2]) - 2), taken)
    return replace(typed, choices=tuple(choices))


def faults(typed: Typed, known_clauses: Collection[str]) -> list[str]:
    """What its author has to put right before the question can be kept, a sentence each."""
    kind = KINDS[typed.kind]
    found = [sentence for language in typed.languages() for sentence in _missing(typed, kind, language)]
    if any(
        len(value) > LONGEST for words in (typed.words, *(c.words for c in typed.choices)) for value in words.values()
    ):
        found.append(gettext("A text is longer than %(most)s letters. Make it shorter.", most=LONGEST))
    if not typed.clauses or not set(typed.clauses) <= set(known_clauses):
        found.append(gettext("Choose at least one clause of the guideline that the question is about."))
    if not kind.fewest <= len(typed.choices) <= kind.most:
        words = {"fewest": kind.fewest, "most": kind.most}
        found.append(gettext("This kind of question has %(fewest)s to %(most)s choices.", **words))
    if len({choice.key for choice in typed.choices}) < len(typed.choices) or not _known_keys(typed, kind):
        found.append(gettext("The form is not complete. Open the question again."))
    elif any(choice.marking not in {marking.value for marking in kind.markings()} for choice in typed.choices):
        found.append(gettext("Say of every choice whether it is right, or where it belongs."))
    elif sentence := kind.fault(Matter(_choices(typed, kind))):
        found.append(sentence)
    return found


def written(typed: Typed, key: str) -> WrittenQuestion:
    """The question, for the bank. Only for one without faults."""
    languages = typed.languages()
    needs_post = KINDS[typed.kind].needs_post
    return WrittenQuestion(
        key=key,
        kind=typed.kind,
        red_line=typed.red_line,
        clauses=typed.clauses,
        stems={language: typed.words[f"stem-{language}"] for language in languages},
        posts={
            language: Post(*(typed.words[f"{part}-{language}"] for part in POST))
            for language in languages
            if needs_post or typed.words.get(f"post-text-{language}")
        },
        explanations={language: typed.words[f"explanation-{language}"] for language in languages},
        choices=_choices(typed, KINDS[typed.kind]),
    )


def _choices(typed: Typed, kind: Kind) -> tuple[ChoiceView, ...]:
    markings = {marking.value: marking for marking in kind.markings()}
    languages = typed.languages()
    return tuple(
        ChoiceView(
            key=choice.key,
            credit=markings[choice.marking].credit,
            bucket=markings[choice.marking].bucket,
            crosses=choice.crosses,
            texts={language: choice.words.get(f"text-{language}", "") for language in languages},
            whys={language: choice.words.get(f"why-{language}", "") for language in languages},
        )
        for choice in typed.choices
    )


def _missing(typed: Typed, kind: Kind, language: str) -> Iterator[str]:
    name = {"language": LANGUAGES[language]}
    if not typed.words.get(f"stem-{language}"):
        yield gettext("%(language)s: write the question.", **name)
    if not typed.words.get(f"explanation-{language}"):
        yield gettext("%(language)s: write the explanation that is shown with the result.", **name)
    if kind.needs_post and not all(typed.words.get(f"{part}-{language}") for part in POST):
        yield gettext("%(language)s: the post needs a name, a place, a time and its words.", **name)
    if not all(choice.words.get(f"text-{language}") for choice in typed.choices):
        yield gettext("%(language)s: a choice has no words.", **name)
    if not all(choice.words.get(f"why-{language}") for choice in typed.choices):
        yield gettext("%(language)s: a choice does not say why it is right or not.", **name)


def _marking_of(choice: ChoiceView, markings: tuple[Marking, ...]) -> str:
    for marking in markings:
        if (marking.credit, marking.bucket) == (choice.credit, choice.bucket):
            return marking.value
    return ""


def _known_keys(typed: Typed, kind: Kind) -> bool:
    keys = [choice.key for choice in typed.choices]
    return tuple(keys) == kind.keys if kind.keys else all(len(key) == 1 and key in _LETTERS for key in keys)
