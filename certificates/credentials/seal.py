"""The picture of a badge: level and company, no name. It is the same for everybody who holds the level."""

import json
from functools import lru_cache
from pathlib import Path

import typst

from certificates.frozen import Content

FOLDER = Path(__file__).resolve().parent.parent / "typst"
TEMPLATE = FOLDER / "seal.typ"
PIXELS = 600
_INCHES = 100 / 25.4


def png(content: Content) -> bytes:
    """The picture of a certificate's level, 600 pixels square, with a transparent ground."""
    return _drawn(_level(content), content["company"], "png")


def svg(content: Content) -> bytes:
    """The same as SVG, its letters as shapes: it needs no font."""
    return _drawn(_level(content), content["company"], "svg")


def _level(content: Content) -> str:
    return str(content["level"]["texts"]["en"]["name"])


@lru_cache(maxsize=64)
def _drawn(level: str, company: str, kind: str) -> bytes:
    words = {"data": json.dumps({"level": level, "company": company}, ensure_ascii=False)}
    compiler = typst.Compiler(TEMPLATE, root=FOLDER, font_paths=[FOLDER / "fonts"], sys_inputs=words)
    made = compiler.compile(format="svg") if kind == "svg" else compiler.compile(format="png", ppi=PIXELS / _INCHES)
    assert isinstance(made, bytes), "one page, in memory"
    return made
