"""The formulas of the figures, from sums and counts alone. No database, no words.

Formulas of items and of the whole test are those of Moodle's statistics (question/classes/statistics/questions/
calculator.php and mod/quiz/report/statistics/classes/calculator.php), the others are named where they stand. Marks of
an item and of a whole paper are in percent, the rest of a paper in hundredths of a percent; sums are whole numbers, so
that nothing is lost before the last step.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

EASY, HARD, WEAK = 95.0, 40.0, 20.0
"""Above EASY percent a question checks nothing; below HARD, or when it sorts less than WEAK, it wants a look."""
BEYOND_CHANCE = 2.58
"""A difference of so many standard errors comes about by chance once in a hundred times."""
WORTH_SAYING = 10.0
"""Percent points: a smaller difference between groups helps nobody, however sure it is."""
FEWEST_PICKS = 10
"""A wrong answer that fewer people picked is not compared with the key."""


@dataclass(frozen=True)
class Sums:
    """What is summed over the answers to a question: x is the credit in percent, r the rest in hundredths."""

    n: int = 0
    x: int = 0
    xx: int = 0
    r: int = 0
    rr: int = 0
    xr: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.n + other.n,
            self.x + other.x,
            self.xx + other.xx,
            self.r + other.r,
            self.rr + other.rr,
            self.xr + other.xr,
        )

    def __sub__(self, other: "Sums") -> "Sums":
        return self + Sums(-other.n, -other.x, -other.xx, -other.r, -other.rr, -other.xr)


@dataclass(frozen=True)
class Moments:
    """Mean, and variance with n − 1 below."""

    n: int
    mean: float
    variance: float

    @property
    def deviation(self) -> float:
        return math.sqrt(self.variance)


@dataclass(frozen=True)
class Picked:
    """An answer as people picked it: how often, the sum of their rests, and whether it is the key or plainly wrong."""

    n: int
    r: int
    right: bool = False
    wrong: bool = False


@dataclass(frozen=True)
class Gap:
    """How a group does on a question beside all others, in percent points.

    `points` is the plain difference, `expected` the difference of the two on the rest of their papers, `z` how many
    standard errors lie between the two.
    """

    points: float
    expected: float
    z: float

    @property
    def beyond(self) -> float:
        """What of the difference belongs to the question, not to the group."""
        return self.points - self.expected

    @property
    def matters(self) -> bool:
        """More than chance, and large enough to care."""
        return abs(self.z) >= BEYOND_CHANCE and abs(self.beyond) >= WORTH_SAYING


def facility(sums: Sums) -> float | None:
    """The mean credit in percent: F = x̄ / x_max (Moodle). None of nothing."""
    return sums.x / sums.n if sums.n else None


def variance(sums: Sums) -> float:
    """V = Σ(x − x̄)² / (n − 1) of the credit (Moodle), as (n·Σx² − (Σx)²) / (n·(n − 1)). Nothing below two answers."""
    return (sums.n * sums.xx - sums.x**2) / (sums.n * (sums.n - 1)) if sums.n > 1 else 0.0


def discrimination(sums: Sums) -> float | None:
    """How well a question sorts: 100 · C(x, R) / √(V(x) · V(R)), the correlation with the rest (Moodle's index).

    From −100 to 100. None when all earned the same, or all did equally on the rest.
    """
    return _correlation(sums.n, sums.x, sums.xx, sums.r, sums.rr, sums.xr)


def pick_correlation(pick: Picked, sums: Sums) -> float | None:
    """The point-biserial of an answer with the rest: of "picked it" (1) or not (0). From −100 to 100, or none.

    The same as (M_picked − M_others) / σ · √(p·(1 − p)) with the deviation σ of the population.
    """
    return _correlation(sums.n, pick.n, pick.n, sums.r, sums.rr, pick.r)


def _correlation(n: int, x: int, xx: int, y: int, yy: int, xy: int) -> float | None:
    spread = (n * xx - x * x) * (n * yy - y * y)
    if spread <= 0:
        return None
    return max(-100.0, min(100.0, 100 * (n * xy - x * y) / math.sqrt(spread)))


def median(histogram: Mapping[int, int]) -> int | None:
    """The middle of values with how often each is there; of an even number the mean of the two, rounded down."""
    total = sum(histogram.values())
    if not total:
        return None
    below, lower = 0, None
    for value in sorted(histogram):
        below += histogram[value]
        if lower is None and below >= (total + 1) // 2:
            lower = value
        if lower is not None and below >= total // 2 + 1:
            return (lower + value) // 2
    return lower


def moments(histogram: Mapping[int, int], unit: int = 1) -> Moments | None:
    """Mean and variance of values, `unit` of which make one. None below two values."""
    n = sum(histogram.values())
    if n < 2:
        return None
    total = sum(value * count for value, count in histogram.items())
    squares = sum(value * value * count for value, count in histogram.items())
    return Moments(n, total / n / unit, (n * squares - total * total) / (n * (n - 1)) / unit**2)


def alpha(items: Iterable[Sums], marks: Moments) -> float | None:
    """Cronbach's α = P/(P − 1) · (1 − Σ V(x_p) / V(X)) of a form that is the same for all, `marks` in percent of it.

    The mark is the mean of P credits, so that V(X) is P² times its variance. None for one item or no spread.
    """
    variances = [variance(item) for item in items]
    count = len(variances)
    if count < 2 or not marks.variance:
        return None
    return count / (count - 1) * (1 - sum(variances) / (count**2 * marks.variance))


def standard_error(marks: Moments, reliability: float) -> float:
    """SD · √(1 − reliability), in percent points of the mark."""
    return marks.deviation * math.sqrt(max(0.0, 1 - reliability))


def reliability_of_draws(items: int, squares: int, marks: Moments) -> float | None:
    """What α is for a fixed form, for papers whose questions are drawn: questions count as a sample of the pool.

    1 − E / V: V is the variance of the marks, E the mean over papers of Σ(x − x̄)² / (k·(k − 1)), the error of a mean
    of k drawn questions (R. L. Brennan, Generalizability Theory, 2001: persons with items nested; with right or wrong
    only it is Kuder and Richardson's formula 21). `items` are all answers, `squares` their Σx². When papers differ in
    length, k is the mean length. None when papers have one question, or marks no spread.
    """
    papers = marks.n
    length = items / papers
    if length <= 1 or not marks.variance:
        return None
    mean_square = marks.variance * (papers - 1) / papers + marks.mean**2
    error = (squares / papers - length * mean_square) / (length * (length - 1))
    return 1 - max(0.0, error) / marks.variance


def livingston(reliability: float, marks: Moments, cut: float) -> float | None:
    """How sure pass and fail are: K² = (ρ·σ² + (μ − C)²) / (σ² + (μ − C)²) at the pass mark C.

    S. A. Livingston, Journal of Educational Measurement 9 (1972); for drawn questions Brennan and Kane's Φ(λ) (1977)
    has the same form. None when everybody has exactly the pass mark.
    """
    distance = (marks.mean - cut) ** 2
    whole = marks.variance + distance
    return (max(0.0, reliability) * marks.variance + distance) / whole if whole else None


def gap(group: Sums, others: Sums) -> Gap | None:
    """How a group does on a question beside all others, against how the two do on the rest of their papers.

    z = (d − d₀) / √(p₁(1 − p₁)/n₁ + p₂(1 − p₂)/n₂), the test of two proportions with d₀ for the difference that the
    rest lets expect. With graded credits the true error is smaller, so that it says "chance" rather too often.
    """
    if not group.n or not others.n:
        return None
    one, two = group.x / group.n / 100, others.x / others.n / 100
    points, expected = 100 * (one - two), (group.r / group.n - others.r / others.n) / 100
    error = 100 * math.sqrt(one * (1 - one) / group.n + two * (1 - two) / others.n)
    if not error:
        return Gap(points, expected, math.copysign(math.inf, points - expected) if points != expected else 0.0)
    return Gap(points, expected, (points - expected) / error)


def flags(sums: Sums, picks: Iterable[Picked]) -> tuple[str, ...]:
    """What about a question wants a look: "key", "distractor", "review", "easy"; nothing when all is well.

    What nearly everybody gets right cannot sort: there a correlation below zero is chance, and not told.
    """
    mean, sorts = facility(sums), discrimination(sums)
    if mean is None:
        return ()
    found = []
    if sorts is not None and sorts < 0 and mean <= EASY:
        found.append("key")
    if _is_beaten(sums, picks):
        found.append("distractor")
    if mean < HARD or (sorts is not None and 0 <= sorts < WEAK and mean <= EASY):
        found.append("review")
    if mean > EASY:
        found.append("easy")
    return tuple(found)


def _is_beaten(sums: Sums, picks: Iterable[Picked]) -> bool:
    """Whether those who picked something wrong do better on the rest than those who picked the key."""
    picks = list(picks)
    keys = [pick_correlation(pick, sums) for pick in picks if pick.right]
    wrong = [pick_correlation(pick, sums) for pick in picks if pick.wrong and pick.n >= FEWEST_PICKS]
    best = max((each for each in keys if each is not None), default=None)
    return best is not None and any(each is not None and each > best for each in wrong)
