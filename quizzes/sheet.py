"""What the pages of an open attempt may show. No key, credit, reason or explanation gets in here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quizzes.kinds.kind import Option
from quizzes.papers import Item
from quizzes.questions import Post


@dataclass(frozen=True)
class Asked:
    """A question, with what was answered so far. `layout` names the template of its choices, `more` is for it alone.

    `asks_certainty` says whether the page asks how sure somebody is, `certainty` what she said.
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


def asked(items: Sequence[Item], *, asks_certainty: bool = False) -> list[Asked]:
    """The questions of a paper as the one who answers them may see them."""
    return [
        Asked(
            position=item.position,
            layout=item.kind.layout,
            stems=item.question.stems,
            posts=item.question.posts,
            options=item.kind.show(item.question, item.order, item.answer),
            more=item.kind.more(item.question, item.order, item.answer),
            answered=item.answered,
            asks_certainty=asks_certainty and item.kind.judgment,
            certainty=item.certainty,
        )
        for item in items
    ]
