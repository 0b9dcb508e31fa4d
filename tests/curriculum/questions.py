"""What breaks a rule in the questions of a course, a sentence for each."""

from collections import Counter
from collections.abc import Iterator, Mapping

from markupsafe import escape

from quizzes.kinds import KINDS
from quizzes.questions import ChoiceView
from quizzes.written import WrittenQuestion
from tests.curriculum import lessons
from tests.curriculum.shelf import Taught

LANGUAGES = ("en", "nl")
MAIN = {"S1", "S2", "S3", "S4"}
FEWEST_KINDS = 6
BY_PERSON = {"rewrite", "attest"}
"""Kinds that no exam here has: a coach marks one, nobody can fail the other."""
CHOSEN = {"single", "scenario"}
FEWEST_SIGNS = {"why": 15, "explanation": 30}


def faults(one: Taught) -> list[str]:
    """All that is wrong with the questions of a course."""
    found = [f"quiz: {problem}" for problem in _quiz(one)]
    for question in one.quiz.questions:
        found += [f"{question.key}: {problem}" for problem in _question(question)]
    return found


def _quiz(one: Taught) -> Iterator[str]:
    quiz, questions = one.quiz, one.quiz.questions
    wanted = 30 if one.course.code in MAIN else 15
    if len(questions) < wanted:
        yield f"{len(questions)} questions; at least {wanted} are wanted."
    kinds = {question.kind for question in questions}
    if one.course.code in MAIN and (missing := set(KINDS) - kinds):
        yield f"no question is of the kind {', '.join(sorted(missing))}."
    if len(kinds) < FEWEST_KINDS:
        yield f"its questions are of {len(kinds)} kinds; at least {FEWEST_KINDS} are wanted."
    exam = [question for question in questions if question.labels.purpose == "exam"]
    if len(exam) < 2 * quiz.questions_drawn:
        yield f"{quiz.questions_drawn} questions are drawn from {len(exam)}; twice as many are wanted."
    if strange := {question.kind for question in exam} & BY_PERSON:
        yield f"an exam has no questions of the kind {', '.join(sorted(strange))}."
    for language in LANGUAGES:
        yield from _length(questions, language)
        said = "".join(f"<p>{escape(words)}</p>" for question in questions for words in texts(question, language))
        yield from lessons.reading(said, language)
    yield from _places(questions)


def _sets(question: WrittenQuestion) -> Iterator[list[ChoiceView]]:
    """The choices between which one is chosen, once or step by step."""
    if question.kind in CHOSEN:
        yield list(question.choices)
    for step in question.steps:
        at_step = [choice for choice in question.choices if choice.step == step.key]
        if len(at_step) > 1:
            yield at_step


def _length(questions: tuple[WrittenQuestion, ...], language: str) -> Iterator[str]:
    every = [found for question in questions for found in _sets(question)]
    telling = [found for found in every if max(found, key=lambda choice: len(choice.texts[language])).credit == 100]
    if every and len(telling) >= 0.4 * len(every):
        yield f"the best answer is the longest in {len(telling)} of {len(every)} ({language}); fewer than 40 % may be."


def _places(questions: tuple[WrittenQuestion, ...]) -> Iterator[str]:
    places = Counter(
        next(place for place, choice in enumerate(question.choices, 1) if choice.credit == 100)
        for question in questions
        if question.kind in CHOSEN
    )
    total = places.total()
    if total >= 6 and (most := places.most_common(1)[0])[1] > max(0.4 * total, 3):
        yield f"the best answer stands at place {most[0]} in {most[1]} of {total}."


def _question(question: WrittenQuestion) -> Iterator[str]:
    kind = KINDS[question.kind]
    for language in LANGUAGES:
        if kind.reasons:
            silent = [choice.key for choice in question.choices if not choice.whys.get(language)]
            if silent and question.kind not in BY_PERSON - {"rewrite"}:
                yield f"nothing is said of the choices {', '.join(silent)} ({language})."
        yield from _thin(question, language)
        if any("'" in words or '"' in words for words in texts(question, language) if question.kind != "rewrite"):
            yield f"straight quotes ({language}): write “ ” and ’."
    vague = [choice.key for choice in question.choices if any(choice.whys.values()) and not rests_on(question, choice)]
    if vague:
        yield f"the reasons of {', '.join(vague)} do not say on which of {', '.join(question.clauses)} they rest."
    if any(choice.crosses for choice in question.choices) and not question.red_line:
        yield "a choice crosses a red line, but red_line is false."


def rests_on(question: WrittenQuestion, choice: ChoiceView) -> str:
    """The clause that the reason of a choice rests on: its own, or the only one of its question; else nothing."""
    sole = question.clauses[0] if len(question.clauses) == 1 else ""
    return next((code for code in question.clauses if code == (choice.clause or sole)), "")


def _thin(question: WrittenQuestion, language: str) -> Iterator[str]:
    """What is said of an answer in so few words, or so often, that nobody learns from it."""
    if len(question.explanations[language]) < FEWEST_SIGNS["explanation"]:
        yield f"the explanation is shorter than {FEWEST_SIGNS['explanation']} signs ({language})."
    whys = [why for choice in question.choices if (why := choice.whys.get(language))]
    if short := [why for why in whys if len(why) < FEWEST_SIGNS["why"]]:
        yield f"“{short[0]}” is shorter than {FEWEST_SIGNS['why']} signs ({language})."
    if len(set(whys)) < len(whys):
        yield f"the same is said of two choices ({language})."


def texts(question: WrittenQuestion, language: str) -> Iterator[str]:
    """All the words of a question in a language, but those a rewritten post is compared with."""
    yield question.stems[language]
    yield question.explanations[language]
    if post := question.posts.get(language):
        yield getattr(post, "text", "") or ""
    for step in question.steps:
        yield step.texts[language]
    for choice in question.choices:
        if not KINDS[question.kind].key_in_words:
            yield _said(choice.texts, language)
        yield _said(choice.whys, language)
        yield _said(choice.partners, language)
    for criterion in question.criteria:
        yield criterion.titles[language]
        yield _said(criterion.guides, language)


def _said(words: Mapping[str, str], language: str) -> str:
    return words.get(language, "")
