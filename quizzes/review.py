"""What a learner may see of an attempt, by phase and part.

Usually: while it is open nothing; after a failed attempt only the clauses to reread; after a pass, or when the attempts
are used up, everything with the reasons. A quiz can say otherwise, part by part.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from quizzes.attempt_models import Attempt
from quizzes.kinds.kind import Line
from quizzes.models import PARTS
from quizzes.papers import Item
from quizzes.questions import Marked, Post, QuizView, by_code

RIGHT, HALF, PART, AGAIN = "right", "half", "part", "again"
HALF_CREDIT = 50
"""From so many of 100 points for a question its answer is called half right; below, a small part of it is."""
EVERYTHING = frozenset(PARTS)
USUAL: Mapping[str, frozenset[str]] = {
    "during": frozenset(),
    "right_after": frozenset({"clauses"}),
    "later": frozenset({"clauses"}),
    "after_passing": EVERYTHING,
}
"""The parts that are shown in each phase, unless the quiz says otherwise."""
RIGHT_AFTER = timedelta(hours=1)
"""How long after handing in an attempt the phase "right after" lasts."""


@dataclass(frozen=True)
class Shown:
    """A line of an answer: its text, or `words` as they were typed; `bucket` says where a statement was put.

    `whys` are empty where reasons may not be seen. `clause` is what they rest on, where the question has several.
    """

    texts: Mapping[str, str]
    words: str
    bucket: str
    whys: Mapping[str, str]
    clause: str = ""


@dataclass(frozen=True)
class Reviewed:
    """A question and its answer, with what may be shown.

    `outcome` is right, half, part or again; `better` is the key.
    """

    position: int
    stems: Mapping[str, str]
    posts: Mapping[str, Post]
    clauses: tuple[str, ...]
    outcome: str
    crossed: bool
    answered: bool
    voided: bool
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
    """A whole result, of which the page shows `parts`.

    `reread` are the clauses to look at again, those of crossed red lines first.
    """

    parts: frozenset[str]
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


def phase(attempt: Attempt, *, settled: bool, now: datetime) -> str:
    """The phase that an attempt is in. `settled`: its owner has passed the quiz, or used up her attempts."""
    if attempt.submitted_at is None:
        return "during"
    if settled:
        return "after_passing"
    return "right_after" if now < attempt.submitted_at + RIGHT_AFTER else "later"


def parts_shown(quiz: QuizView, phase: str) -> frozenset[str]:
    """What a quiz shows in a phase."""
    return quiz.shows.get(phase, frozenset()) if quiz.shows else USUAL[phase]


def review(items: Sequence[Item], parts: frozenset[str] = EVERYTHING) -> Review:
    """The result of a marked paper, as far as these parts of it may be seen."""
    reviewed = tuple(_reviewed(item, item.mark or Marked(0, False), parts) for item in items)
    counted = [item for item in reviewed if not item.voided]
    return Review(parts, reviewed, _themes(counted), _reread(counted))


def _reviewed(item: Item, mark: Marked, parts: frozenset[str]) -> Reviewed:
    given = item.kind.given(item.question, item.answer)
    checked = item.kind.checked(item.question, item.answer) if "outcomes" in parts else []
    better = [line for line in item.kind.right(item.question) if item.kind.whole_key or line not in given]
    return Reviewed(
        position=item.position,
        stems=item.question.stems,
        posts=item.kind.posts(item.question),
        clauses=item.question.clauses,
        outcome=_outcome(mark),
        crossed=mark.crossed,
        answered=item.answered,
        voided=mark.voided,
        given=tuple(_shown(line, item, parts) for line in given + checked) if "answers" in parts else (),
        better=tuple(_shown(line, item, parts) for line in better) if "key" in parts else (),
        explanations=item.question.explanations if "reasons" in parts else {},
    )


def _shown(line: Line, item: Item, parts: frozenset[str]) -> Shown:
    if "reasons" not in parts:
        return Shown(line.texts, line.words, line.bucket, {})
    several = len(item.question.clauses) > 1
    return Shown(line.texts, line.words, line.bucket, line.whys, line.clause if several and line.whys else "")


def _outcome(mark: Marked) -> str:
    if mark.credit == 100:
        return RIGHT
    if not mark.credit or mark.crossed:
        return AGAIN
    return HALF if mark.credit >= HALF_CREDIT else PART


def _themes(items: Sequence[Reviewed]) -> tuple[Theme, ...]:
    asked = Counter(code for item in items for code in item.clauses)
    right = Counter(code for item in items if item.outcome == RIGHT for code in item.clauses)
    return tuple(Theme(code, right[code], of) for code, of in sorted(asked.items(), key=lambda row: by_code(row[0])))


def _reread(items: Sequence[Reviewed]) -> tuple[str, ...]:
    first = sorted({code for item in items if item.crossed for code in item.clauses}, key=by_code)
    then = sorted({code for item in items if item.outcome != RIGHT for code in item.clauses}, key=by_code)
    return tuple(dict.fromkeys([*first, *then]))
