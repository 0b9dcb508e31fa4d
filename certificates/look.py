"""How papers and badges look: the company's name, color and logo, kept readable whatever color was chosen."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lms.base.settings import Settings, in_force

DEEP, ACCENT = "#172a63", "#2a4cad"
TEXT, SURFACE = 4.5, 7.0
"""Contrasts: of words in the color on paper (WCAG 2.2 AA), and of small words on a surface of the color."""
PAPER = "#fffdf8"
STEPS = 50


@dataclass(frozen=True)
class Look:
    """Colors as `#rrggbb`: `deep` is a surface for white words, `accent` is for words on paper.

    `logo` is an SVG or PNG, or empty for the mark of the University.
    """

    deep: str = DEEP
    accent: str = ACCENT
    logo: bytes = b""

    @property
    def logo_kind(self) -> str:
        return "png" if self.logo.startswith(b"\x89PNG") else "svg"


def look() -> Look:
    """The look of this installation."""
    return of(in_force())


def of(settings: Settings) -> Look:
    """The look that settings ask for; their color is darkened as far as it has to be."""
    return _look(settings.brand_color, settings.brand_logo)


@lru_cache(maxsize=8)
def _look(color: str, logo: Path | None) -> Look:
    picture = logo.read_bytes() if logo else b""
    if not color:
        return Look(logo=picture)
    return Look(deep=darkened(color, "#ffffff", SURFACE), accent=darkened(color, PAPER, TEXT), logo=picture)


def darkened(color: str, beside: str, least: float) -> str:
    """The color itself, or the lightest shade of it that has this contrast with a light one. Both as `#rrggbb`."""
    parts = _parts(color)
    for step in range(STEPS, -1, -1):
        shade = "#" + "".join(f"{round(part * step / STEPS):02x}" for part in parts)
        if contrast(shade, beside) >= least:
            return shade
    return "#000000"


def contrast(one: str, other: str) -> float:
    """How well two colors can be told apart, from 1 to 21. Source: WCAG 2.2, contrast ratio."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (
        part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in _parts(color)
    )
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def _parts(color: str) -> tuple[int, ...]:
    return tuple(int(color[at : at + 2], 16) for at in (1, 3, 5))
