"""A case in several turns: what is chosen decides what comes next. What triage and live threads share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lms.base.i18n import gettext
from quizzes.kinds.kind import (
    Fields,
    Kind,
    Line,
    Marking,
    Option,
    at_place,
    crossing_is_never_right,
    not_offered,
)
from quizzes.kinds.trees import Tree, Walk
from quizzes.questions import Answer, ChoiceView, Matter, QuestionView, StepView

ON, BEGUN = "answer-on", "answer-begun"
"""Fields beside the turns: the button that goes on, and what a page says once the clock of a case runs."""


@dataclass(frozen=True)
class Turn:
    """A turn on the page: who speaks, the words, and what was said there, as words and as its place on the page."""

    names: Mapping[str, str]
    texts: Mapping[str, str]
    said: Mapping[str, str] = field(default_factory=dict)
    place: str = ""


class Steps(Kind):
    """Answers look like `{"path": ["a", "d"]}`: what was chosen, turn after turn. Nothing can be taken back.

    In a case with a clock they have `"begun": true` as well: the first one is saved when she begins, with no turn yet.

    The credit is the average of what the choices earn, rounded down. A case that was not walked to an end has the
    longest way from there added, with nothing earned on it: so going on never earns less than stopping. Any choice on
    the way that crosses a red line crosses it.
    """

    has_steps = True
    judgment = False
    fewest, most = 2, 40

    def markings(self) -> tuple[Marking, ...]:
        return (
            Marking("best", gettext("The best answer"), 100),
            Marking("half", gettext("Half right"), 50),
            Marking("wrong", gettext("Not right"), 0),
        )

    def fault(self, matter: Matter) -> str:
        tree = Tree.of(matter)
        if sentence := _broken(tree):
            return sentence
        reached = tree.reached()
        if lost := next((place for place, step in enumerate(tree.steps, 1) if step.key not in reached), 0):
            return gettext("No way leads to step %(number)s. Let a choice lead there, or remove it.", number=lost)
        if tree.leads_back():
            return gettext("A way leads back to where it came from. Let every way come to an end.")
        if _average(tree, tree.best_way()) < 100:
            return gettext("One way from the beginning to an end has to have the best answer at each step.")
        return crossing_is_never_right(matter.choices)

    def show(self, question: QuestionView, order: Sequence[str], answer: Answer | None) -> tuple[Option, ...]:
        step = self._walk(question, answer).step
        if step is None or not self._begun(question, answer):
            return ()
        offered = Tree.of(question).offered(step, order)
        return tuple(Option(str(place), choice.texts) for place, choice in enumerate(offered, 1))

    def more(self, question: QuestionView, order: Sequence[str], answer: Answer | None) -> Mapping[str, Any]:
        """The turns so far, and the one that is asked: never a later one, nor one of another branch.

        `stays`: the page comes back to this question until its end is reached. `clock`: it has one of its own.
        """
        walk, tree, begun = self._walk(question, answer), Tree.of(question), self._begun(question, answer)
        turns = tuple(
            Turn(step.names, step.texts, choice.texts, str(tree.offered(step, order).index(choice) + 1))
            for step, choice in walk.turns
        )
        asked = Turn(walk.step.names, walk.step.texts) if walk.step and begun else None
        return {
            "turns": turns,
            "asked": asked,
            "begun": begun,
            "stays": walk.step is not None,
            "clock": self.seconds(question) > 0,
        }

    def chosen(self, answer: Answer | None) -> dict[str, str]:
        return dict.fromkeys(answer["path"], "") if answer else {}

    def parse(
        self, question: QuestionView, fields: Fields, order: Sequence[str], before: Answer | None
    ) -> Answer | None:
        """The turns in a form: `answer-0` is the first, and so on; a page sends those that it knows and a new one.

        What a page says that was said already (a double click, an old window) changes nothing.
        """
        path = _path(Tree.of(question), fields, order)
        if before is not None and before["path"][: len(path)] == path:
            return before
        if not path and not (self.seconds(question) and {ON, BEGUN} & set(fields)):
            return before
        return self._answer(question, path)

    def follows(self, question: QuestionView, before: Answer | None, answer: Answer) -> bool:
        return before is None or answer["path"][: len(before["path"])] == before["path"]

    def fits(self, question: QuestionView, answer: Answer) -> bool:
        path = answer.get("path")
        return (
            isinstance(path, list)
            and all(isinstance(key, str) for key in path)
            and answer == self._answer(question, path)
            and Tree.of(question).walk(path) is not None
        )

    def answered(self, question: QuestionView, answer: Answer | None) -> bool:
        return answer is not None and self._walk(question, answer).step is None

    def given(self, question: QuestionView, answer: Answer | None) -> list[Line]:
        return [_line(step, choice) for step, choice in self._walk(question, answer).turns]

    def right(self, question: QuestionView) -> list[Line]:
        return self.given(question, self.best(question))

    def best(self, question: QuestionView) -> Answer:
        return self._answer(question, list(Tree.of(question).best_way()))

    def _credit(self, question: QuestionView, answer: Answer) -> int:
        return _average(Tree.of(question), answer["path"])

    def _crosses(self, question: QuestionView, answer: Answer) -> bool:
        return any(question.choice(key).crosses for key in answer["path"])

    def _answer(self, question: QuestionView, path: list[str]) -> Answer:
        return {"path": path, "begun": True} if self.seconds(question) else {"path": path}

    def _begun(self, question: QuestionView, answer: Answer | None) -> bool:
        return answer is not None or not self.seconds(question)

    def _walk(self, question: QuestionView, answer: Answer | None) -> Walk:
        walk = Tree.of(question).walk(answer["path"] if answer else ())
        if walk is None:
            raise not_offered()
        return walk


def _broken(tree: Tree) -> str:
    """What is missing in the steps or between them, as a sentence; empty when nothing is."""
    known = {step.key for step in tree.steps}
    if len(known) < max(1, len(tree.steps)):
        return gettext("Write at least one step, and give each a key of its own.")
    if any(choice.step not in known for choice in tree.choices):
        return gettext("Say of every choice at which step it can be chosen.")
    if any(choice.leads_to not in {*known, None} for choice in tree.choices):
        return gettext("A choice leads to a step that is not there. Choose a step, or the end.")
    for number, step in enumerate(tree.steps, 1):
        if not step.texts or not all(text.strip() for text in step.texts.values()):
            return gettext("Step %(number)s has no words. Write what happens there.", number=number)
        if len(tree.offered(step)) < 2:
            return gettext("Step %(number)s has fewer than two choices. Add one, or remove the step.", number=number)
    return ""


def _average(tree: Tree, path: Sequence[str]) -> int:
    """The credit of a way through the tree, in percent, rounded down."""
    walk = tree.walk(path)
    if walk is None:
        raise not_offered()
    turns = len(walk.turns) + tree.longest(walk.step)
    return sum(choice.credit for _, choice in walk.turns) // max(1, turns)


def _path(tree: Tree, fields: Fields, order: Sequence[str]) -> list[str]:
    """The keys of what a form chooses, turn after turn. Raises `Invalid` for a turn or a place that is not there."""
    left = {name: values for name, values in fields.items() if name.startswith("answer") and name not in (ON, BEGUN)}
    path: list[str] = []
    while values := left.pop(f"answer-{len(path)}", ()):
        walk = tree.walk(path)
        if walk is None or walk.step is None:
            raise not_offered()
        path.append(at_place(values[0], [choice.key for choice in tree.offered(walk.step, order)]))
    if left:
        raise not_offered()
    return path


def _line(step: StepView, choice: ChoiceView) -> Line:
    """A turn as a line: who spoke and what, and what was chosen there."""
    texts = {}
    for language, text in choice.texts.items():
        name, words = step.names.get(language, ""), step.texts.get(language, "")
        texts[language] = f"{name}: {words} → {text}" if name else f"{words} → {text}"
    return Line(texts, "", choice.whys, clause=choice.clause or "")
