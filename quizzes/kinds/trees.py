"""The ways through a case: steps, and choices that lead from one to the next or to an end. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from quizzes.questions import ChoiceView, Matter, QuestionView, StepView

Ways = Mapping[int, tuple[int, tuple[str, ...]]]
"""By number of turns: the most credit that so many turns to an end can earn together, and the choices that do."""


@dataclass(frozen=True)
class Walk:
    """How far somebody came: the steps with what was chosen there, and the step she stands at (none at an end)."""

    turns: tuple[tuple[StepView, ChoiceView], ...]
    step: StepView | None


@dataclass(frozen=True)
class Tree:
    """The steps, of which the first is the beginning, and the choices between them."""

    steps: tuple[StepView, ...]
    choices: tuple[ChoiceView, ...]

    @classmethod
    def of(cls, found: QuestionView | Matter) -> "Tree":
        """The tree of a question, or of what an author has typed."""
        return cls(found.steps, found.choices)

    def offered(self, step: StepView, order: Sequence[str] = ()) -> list[ChoiceView]:
        """What can be chosen at a step, in this order of keys; as written when there is none."""
        here = [choice for choice in self.choices if choice.step == step.key]
        return sorted(here, key=lambda choice: order.index(choice.key)) if order else here

    def walk(self, path: Sequence[str]) -> Walk | None:
        """Where these choices lead from the beginning; nothing when they cannot be made one after the other."""
        turns: list[tuple[StepView, ChoiceView]] = []
        step = self.steps[0] if self.steps else None
        for key in path:
            chosen = next((one for one in self.choices if step and one.step == step.key and one.key == key), None)
            if step is None or chosen is None:
                return None
            turns.append((step, chosen))
            step = self.step(chosen.leads_to)
        return Walk(tuple(turns), step)

    def step(self, key: str | None) -> StepView | None:
        """The step with this key, if there is one."""
        return next((step for step in self.steps if step.key == key), None)

    def ways(self) -> Mapping[str, Ways]:
        """The best ways from each step to an end. Raises `graphlib.CycleError` when a way leads back."""
        found: dict[str, Ways] = {}
        for key in self._from_the_end():
            best: dict[int, tuple[int, tuple[str, ...]]] = {}
            for choice in (one for one in self.choices if one.step == key):
                for turns, (credit, path) in (found[choice.leads_to] if choice.leads_to else {0: (0, ())}).items():
                    if turns + 1 not in best or credit + choice.credit > best[turns + 1][0]:
                        best[turns + 1] = (credit + choice.credit, (choice.key, *path))
            found[key] = best
        return found

    def best_way(self) -> tuple[str, ...]:
        """The way from the beginning to an end that earns most a turn; of several the shortest."""
        ways = self.ways()[self.steps[0].key] if self.steps else {}
        best = max(((credit / turns, -turns, path) for turns, (credit, path) in ways.items()), default=(0, 0, ()))
        return best[2]

    def longest(self, step: StepView | None) -> int:
        """How many turns it takes at most from a step to an end; none at an end."""
        return max(self.ways()[step.key], default=0) if step else 0

    def leads_back(self) -> bool:
        """Whether somebody could go round in a circle."""
        try:
            list(self._from_the_end())
        except CycleError:
            return True
        return False

    def reached(self) -> set[str]:
        """The keys of the steps to which some way leads."""
        found, ahead = set[str](), [step.key for step in self.steps[:1]]
        while ahead:
            key = ahead.pop()
            if key not in found:
                found.add(key)
                ahead += [one.leads_to for one in self.choices if one.step == key and one.leads_to]
        return found

    def _from_the_end(self) -> Iterable[str]:
        after = {step.key: {one.leads_to for one in self.offered(step) if one.leads_to} for step in self.steps}
        return TopologicalSorter(after).static_order()
