"""What the pages of an open attempt may show. No key, credit, reason or explanation gets in here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quizzes.papers import Item
from quizzes.questions import Post


@dataclass(frozen=True)
class Option:
    """A choice or a statement. `value` is its place on the paper: it says nothing about the order it was written in."""

    value: str
    texts: Mapping[str, str]
    chosen: bool
    bucket: str

    @property
    def letter(self) -> str:
        return "ABCDEFGH"[int(self.value) - 1]


@dataclass(frozen=True)
class Asked:
    """A question, with what was answered so far. `layout` names the template of its choices."""

    position: int
    layout: str
    stems: Mapping[str, str]
    posts: Mapping[str, Post]
    options: tuple[Option, ...]
    answered: bool


def asked(items: Sequence[Item]) -> list[Asked]:
    """The questions of a paper as the one who answers them may see them."""
    return [
        Asked(
            position=item.position,
            layout=item.kind.layout,
            stems=item.question.stems,
            posts=item.question.posts,
            options=_options(item),
            answered=item.answered,
        )
        for item in items
    ]


def _options(item: Item) -> tuple[Option, ...]:
    given = {line.choice.key: line.bucket for line in item.kind.given(item.question, item.answer)}
    return tuple(
        Option(value=str(place), texts=item.question.choice(key).texts, chosen=key in given, bucket=given.get(key, ""))
        for place, key in enumerate(item.order, 1)
    )
