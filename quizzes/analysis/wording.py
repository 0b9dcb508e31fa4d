"""Figures in words: what a number means, what to do about it, and the table for a spreadsheet."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from lms.base.csv_cells import neutral
from lms.base.i18n import gettext, ngettext
from quizzes.analysis.figures import EASY, HARD, WEAK
from quizzes.analysis.models import QuestionFigures
from quizzes.analysis.reading import Figured, Part

COLUMNS = (
    "question",
    "versions",
    "drawn",
    "answers",
    "right_percent",
    "sorts",
    "median_seconds",
    "flags",
)
GOOD = 30.0


@dataclass(frozen=True)
class Flag:
    """Something to say about a question: as a tag of a kind with an icon, and as a sentence."""

    kind: str
    icon: str
    label: str
    sentence: str


def flag(name: str) -> Flag:
    """A flag in words."""
    return {
        "key": lambda: Flag(
            "bad",
            "alert-triangle",
            gettext("Check the key"),
            gettext(
                "Who does well elsewhere gets this one wrong more often. The key may be wrong, or the words mislead."
            ),
        ),
        "distractor": lambda: Flag(
            "bad",
            "alert-triangle",
            gettext("A wrong answer beats the key"),
            gettext("Who picks a wrong answer does better elsewhere than who picks the right one."),
        ),
        "review": lambda: Flag(
            "sun",
            "eye",
            gettext("Needs a look"),
            gettext("It is very hard, or it hardly tells apart who knows and who does not. Is it clear?"),
        ),
        "language": lambda: Flag(
            "sun",
            "language",
            gettext("Differs by language"),
            gettext("It is easier in one language than in another. Compare the translations."),
        ),
        "tier": lambda: Flag(
            "sun",
            "users",
            gettext("Differs by tier"),
            gettext("It is easier for one group of people than for another. Is it about the work of one of them?"),
        ),
        "easy": lambda: Flag(
            "",
            "bulb",
            gettext("Checks nothing"),
            gettext("Nearly everybody gets this right: it tells little about who knows."),
        ),
    }[name]()


def good() -> Flag:
    """What is said when nothing is wrong."""
    return Flag("ok", "check", gettext("Good"), gettext("It does what a question should do."))


def meaning(row: QuestionFigures) -> list[str]:
    """The figures of a question as sentences."""
    said = []
    if row.facility is not None:
        said.append(_of_facility(row.facility))
    if row.discrimination is not None:
        said.append(_of_discrimination(row.discrimination))
    elif row.facility is not None:
        said.append(gettext("All answers earned the same, so it cannot be told whether it sorts."))
    return said


def _of_facility(facility: float) -> str:
    if facility > EASY:
        return gettext("Nearly everybody gets it right.")
    if facility >= 75:
        return gettext("Most people get it right.")
    if facility >= HARD:
        return gettext("Many people get it right, and many do not.")
    return gettext("Most people get it wrong.")


def _of_discrimination(discrimination: float) -> str:
    if discrimination < 0:
        return gettext("Who does well on the other questions does worse on this one.")
    if discrimination < WEAK:
        return gettext("Who does well on the other questions does hardly better on this one.")
    if discrimination < GOOD:
        return gettext("Who does well on the other questions does somewhat better on this one.")
    return gettext("Who does well on the other questions does clearly better on this one.")


def difference(part: Part) -> str:
    """How a part does beside all others, as a sentence; empty when one of both has too few answers."""
    row = part.row
    if row.points is None or row.expected is None:
        return ""
    points, expected = round(row.points), f"{round(row.expected):+d}".replace("-", "−")
    if not points and part.chance:
        return gettext("The same as all others.")
    return f"{_points(points, expected)} {_chance(part)}"


def _points(points: int, expected: str) -> str:
    if points < 0:
        return ngettext(
            "%(num)s point fewer than all others (%(expected)s on the rest of the paper).",
            "%(num)s points fewer than all others (%(expected)s on the rest of the paper).",
            -points,
            expected=expected,
        )
    return ngettext(
        "%(num)s point more than all others (%(expected)s on the rest of the paper).",
        "%(num)s points more than all others (%(expected)s on the rest of the paper).",
        points,
        expected=expected,
    )


def _chance(part: Part) -> str:
    if part.chance:
        return gettext("That can be chance.")
    if part.matters:
        return gettext("That is more than chance: it lies in the question.")
    return gettext("That is more than chance, and too little to matter.")


def table(lines: Iterable[Figured]) -> str:
    """The questions of a quiz with their figures, as the text of a CSV file. What is not shown is empty here too."""
    out = io.StringIO()
    rows = [COLUMNS, *(_line(line) for line in lines)]
    csv.writer(out, lineterminator="\r\n").writerows([neutral(cell) for cell in row] for row in rows)
    return out.getvalue()


def _line(line: Figured) -> tuple[str, ...]:
    row = line.row
    return (
        line.question.key,
        " ".join(map(str, line.numbers)),
        "yes" if line.drawn else "no",
        str(row.answers),
        "" if row.facility is None else f"{row.facility:.1f}",
        "" if row.discrimination is None else f"{row.discrimination / 100:.2f}",
        "" if row.median_seconds is None else str(row.median_seconds),
        " ".join(line.flags),
    )
