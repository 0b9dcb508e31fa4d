"""A line for each population over the months, as the places of its points in a drawing."""

from collections.abc import Sequence
from dataclasses import dataclass

LEFT, TOP, BOTTOM, LABELS = 48, 14, 30, 128
"""Room around the drawing: for the scale, above, for the months, and for the names at the ends of the lines."""
NEAREST = 16
"""Names at the ends of lines stand at least so far apart."""


@dataclass(frozen=True)
class Line:
    """A line of the chart: its name, its last value, its path, where it ends and where its name stands."""

    name: str
    last: int
    path: str
    x: float
    y: float
    label_y: float


@dataclass(frozen=True)
class Chart:
    """A drawing of `width` by `height`: lines, the scale (value and place) and the months (name and place)."""

    width: int
    height: int
    lines: tuple[Line, ...]
    scale: tuple[tuple[int, float], ...]
    months: tuple[tuple[str, float], ...]


def draw(labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]], width: int = 680) -> Chart:
    """The chart of at least two months; `series` are names with a value for each month."""
    height = 280 if width > 500 else 340
    right, floor = width - LABELS, height - BOTTOM
    top = _round_up(max((value for _, values in series for value in values), default=0))
    xs = [LEFT + (right - LEFT) * place / (len(labels) - 1) for place in range(len(labels))]

    def y(value: int) -> float:
        return round(floor - (floor - TOP) * value / top, 1)

    ends = _apart({name: y(values[-1]) for name, values in series})
    lines = tuple(
        Line(
            name,
            values[-1],
            "M" + "L".join(f"{x:.1f} {y(value)}" for x, value in zip(xs, values, strict=True)),
            xs[-1],
            y(values[-1]),
            ends[name],
        )
        for name, values in series
    )
    step = -(-len(labels) // (6 if width > 500 else 3))
    months = tuple((label, x) for place, (label, x) in enumerate(zip(labels, xs, strict=True)) if place % step == 0)
    return Chart(width, height, lines, tuple((top * part // 4, y(top * part // 4)) for part in range(5)), months)


def _round_up(value: int) -> int:
    """The first of 4, 8, 20, 40, 80, 200 and so on that is not below the value: a quarter of it is a round number."""
    size = 1
    while True:
        for step in (4, 8, 20):
            if step * size >= value:
                return step * size
        size *= 10


def _apart(places: dict[str, float]) -> dict[str, float]:
    """The places, moved down where they would lie on each other, then up as far as that pushed them."""
    order = sorted(places, key=lambda name: places[name])
    moved: dict[str, float] = {}
    last = float("-inf")
    for name in order:
        last = moved[name] = max(places[name], last + NEAREST)
    too_far = max(0.0, last - max(places.values(), default=0.0))
    return {name: place - too_far for name, place in moved.items()}
