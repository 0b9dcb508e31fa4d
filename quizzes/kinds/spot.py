"""Mark the problem words in a post."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lms.base.i18n import gettext
from quizzes.kinds.kind import Kind, Marking
from quizzes.kinds.multiple import Multiple
from quizzes.questions import Answer, ChoiceView, Matter, Post, QuestionView


class Spot(Multiple):
    """The choices are the phrases of a post in their order; those that earn 100 are the problems.

    Answers look like `{"choices": ["a", "c"]}`. Each problem that is marked earns its share, each harmless phrase that
    is marked costs its share of the harmless ones, never below nothing. It is *leaving out* a phrase that crosses a
    red line which crosses it: what nobody sees goes out into the world.
    """

    layout = "spot"
    shuffled = False
    needs_post = post_is_choices = right_or_not = True
    post_parts = ("name", "place", "time")
    fewest, most = 3, 24

    def name(self) -> str:
        return gettext("Mark the problem words in a post")

    def choices_name(self) -> str:
        return gettext("The words of the post")

    def choices_hint(self) -> str:
        return gettext(
            "One phrase each, in their order: together they are the post. "
            "One that crosses a red line crosses it when it stays unmarked."
        )

    def markings(self) -> tuple[Marking, ...]:
        return Marking("problem", gettext("A problem"), 100), Marking("harmless", gettext("Harmless"), 0)

    def needs(self, choice: ChoiceView) -> tuple[str, ...]:
        return ("text", "why") if choice.credit else ("text",)

    def fault(self, matter: Matter) -> str:
        choices = matter.choices
        if len({bool(choice.credit) for choice in choices}) != 2:
            return gettext("Say of at least one phrase that it is a problem, and of at least one that it is harmless.")
        if any(choice.credit not in (0, 100) for choice in choices):
            return gettext("A phrase is a problem or harmless. There is nothing in between.")
        if any(choice.crosses and not choice.credit for choice in choices):
            return gettext("A phrase that crosses a red line when it stays cannot be harmless. Mark it as a problem.")
        return ""

    def problem(self, matter: Matter) -> str:
        return Kind.problem(self, matter)

    def posts(self, question: QuestionView) -> Mapping[str, Post]:
        return {
            language: replace(post, text=" ".join(choice.texts.get(language, "") for choice in question.choices))
            for language, post in question.posts.items()
        }

    def more(self, question: QuestionView, order: Sequence[str], answer: Answer | None) -> Mapping[str, Any]:
        return {"posts": question.posts}

    def _crosses(self, question: QuestionView, answer: Answer) -> bool:
        return any(choice.crosses and choice.key not in answer["choices"] for choice in question.choices)


KIND = Spot()
