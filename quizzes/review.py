"""What the result page may show.

After a pass: everything, with the reasons. Before one: the own answers, whether each was right, half right or is
worth another look, and which clauses to reread. Never the key, nor an explanation that gives it away.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quizzes.kinds.kind import Line
from quizzes.papers import Item
from quizzes.questions import Marked, Post, by_code

RIGHT, HALF, AGAIN = "right", "half", "again"


@dataclass(frozen=True)
class Shown:
    """A line of an answer: its text, or `words` as they were typed; `bucket` says where a statement was put.

    `whys` are empty before a pass.
    """

    texts: Mapping[str, str]
    words: str
    bucket: str
    whys: Mapping[str, str]


@dataclass(frozen=True)
class Reviewed:
    """A question and its answer. `outcome` is right, half or again; `better` and `explanations` come with a pass."""

    position: int
    stems: Mapping[str, str]
    posts: Mapping[str, Post]
    clauses: tuple[str, ...]
    outcome: str
    crossed: bool
    answered: bool
    given: tuple[Shown, ...]
    better: tuple[Shown, ...]
    explanations: Mapping[str, str]


@dataclass(frozen=True)
class Theme:
    """How somebody did on a clause: so many questions right, of so many about it."""

    code: str
    right: int
    of: int


@dataclass(frozen=True)
class Review:
    """A whole result. `reread` are the clauses to look at again, those of crossed red lines first."""

    items: tuple[Reviewed, ...]
    themes: tuple[Theme, ...]
    reread: tuple[str, ...]

    @property
    def right(self) -> int:
        return sum(item.outcome == RIGHT for item in self.items)

    @property
    def answered(self) -> int:
        return sum(item.answered for item in self.items)

    @property
    def red_lines_crossed(self) -> int:
        return sum(item.crossed for item in self.items)


def review(items: Sequence[Item], passed: bool) -> Review:
    """The result of a marked paper."""
    reviewed = tuple(_reviewed(item, item.mark or Marked(0, False), passed) for item in items)
    return Review(reviewed, _themes(reviewed), _reread(reviewed))


def _reviewed(item: Item, mark: Marked, passed: bool) -> Reviewed:
    given = item.kind.given(item.question, item.answer)
    better = [line for line in item.kind.right(item.question) if line not in given]
    return Reviewed(
        position=item.position,
        stems=item.question.stems,
        posts=item.question.posts,
        clauses=item.question.clauses,
        outcome=_outcome(mark),
        crossed=mark.crossed,
        answered=item.answered,
        given=tuple(_shown(line, passed) for line in given),
        better=tuple(_shown(line, passed) for line in better) if passed else (),
        explanations=item.question.explanations if passed else {},
    )


def _shown(line: Line, passed: bool) -> Shown:
    return Shown(line.texts, line.words, line.bucket, line.whys if passed else {})


def _outcome(mark: Marked) -> str:
    if mark.credit == 100:
        return RIGHT
    return HALF if mark.credit and not mark.crossed else AGAIN


def _themes(items: Sequence[Reviewed]) -> tuple[Theme, ...]:
    asked = Counter(code for item in items for code in item.clauses)
    right = Counter(code for item in items if item.outcome == RIGHT for code in item.clauses)
    return tuple(Theme(code, right[code], of) for code, of in sorted(asked.items(), key=lambda row: by_code(row[0])))


def _reread(items: Sequence[Reviewed]) -> tuple[str, ...]:
    first = sorted({code for item in items if item.crossed for code in item.clauses}, key=by_code)
    then = sorted({code for item in items if item.outcome != RIGHT for code in item.clauses}, key=by_code)
    return tuple(dict.fromkeys([*first, *then]))
