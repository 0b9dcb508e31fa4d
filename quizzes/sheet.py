"""What the pages of an open attempt may show. No key, credit, reason or explanation gets in here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quizzes.kinds.kind import Option
from quizzes.papers import Item
from quizzes.questions import Answer, Post


@dataclass(frozen=True)
class Asked:
    """A question, with what was answered so far. `layout` names the template of its choices, `more` is for it alone.

    `asks_certainty` says whether the page asks how sure somebody is, `certainty` what she said. `seconds_left` are
    those of its own clock, if it has one.
    """

    position: int
    layout: str
    stems: Mapping[str, str]
    posts: Mapping[str, Post]
    options: tuple[Option, ...]
    more: Mapping[str, Any]
    answered: bool
    asks_certainty: bool
    certainty: int | None
    seconds_left: int | None = None

    @property
    def over(self) -> bool:
        """Whether its own time ran out before it was answered."""
        return self.seconds_left == 0 and not self.answered

    @property
    def settled(self) -> bool:
        """Whether nothing more can be done: it is answered, or its own time is over."""
        return self.answered or self.over


def asked(
    items: Sequence[Item],
    *,
    asks_certainty: bool = False,
    drafts: Mapping[int, Answer] | None = None,
    left: Mapping[int, int] | None = None,
) -> list[Asked]:
    """The questions of a paper as the one who answers them may see them.

    `drafts` are by position: what was typed and refused, shown instead of what is saved. `left` are the seconds of
    questions that have a clock of their own.
    """
    shown = {item.position: item.answer for item in items} | dict(drafts or {})
    return [
        Asked(
            position=item.position,
            layout=item.kind.layout,
            stems=item.question.stems,
            posts={} if item.kind.post_is_choices else item.question.posts,
            options=item.kind.show(item.question, item.order, shown[item.position]),
            more=item.kind.more(item.question, item.order, shown[item.position]),
            answered=item.answered,
            asks_certainty=asks_certainty and item.kind.judgment,
            certainty=item.certainty,
            seconds_left=(left or {}).get(item.position),
        )
        for item in items
    ]
