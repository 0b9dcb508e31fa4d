"""A version of a question beside the one before, part by part, for the one who reviews it."""

from dataclasses import dataclass

from lms.base import differences
from lms.base.differences import Passage
from quizzes.authoring import particulars
from quizzes.questions import QuestionView


@dataclass(frozen=True)
class Row:
    """A part of a question: what it is called, in which language (empty for what has none), as it was and as it is."""

    label: str
    language: str
    old: Passage
    new: Passage

    @property
    def changed(self) -> bool:
        """Whether the sides differ."""
        return any(piece.kind != "same" for piece in (*self.old, *self.new))


def rows(before: QuestionView | None, after: QuestionView) -> list[Row]:
    """All parts of a question in the order of the newer version, then those that left."""
    old = {(part.key, part.language): part for part in particulars.parts(before)} if before else {}
    new = {(part.key, part.language): part for part in particulars.parts(after)}
    found = []
    for place, part in {**new, **{place: part for place, part in old.items() if place not in new}}.items():
        was, becomes = (side[place].words if place in side else "" for side in (old, new))
        sides = differences.row(was, becomes)
        found.append(Row(part.label, part.language, sides.old, sides.new))
    return found
