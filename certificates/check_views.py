"""What the page of the check shows: the answer to "may she?", and the form to ask again."""

from collections.abc import Collection, Mapping
from functools import partial

from flask import request
from markupsafe import Markup

from certificates import rulings, vocabulary
from certificates.authority import DEEDS
from certificates.checking import Answer
from certificates.level_models import DIMENSIONS
from lms.base import fragments

_CHOICES = (*DIMENSIONS, "deed")


def content(answer: Answer | None, problem: str, typed: Mapping[str, str]) -> Markup:
    """The answer above the form. One that names somebody is made once, for all who get the very same one."""
    form = _form(typed, problem)
    values = {"answer": answer, "problem": problem, "word": vocabulary.word}
    if answer is None or answer.person is None:
        return fragments.made("certificates/check.html", values | {"form": form})
    kept = values | {"form": fragments.slot("form")}
    piece = fragments.kept("certificates/check.html", repr(answer), lambda: kept, shelf="answers")
    return piece.fill({"form": form})


def _form(typed: Mapping[str, str], problem: str) -> Markup:
    """The form with what was typed in it: only the frame and the choices of it are kept."""
    carried = {"lang": request.args.get("lang", ""), "person": typed["person"]}
    field = Markup('<input type="hidden" name="{}" value="{}">')
    words = {
        "handle": typed["handle"],
        "on": typed["on"],
        "hidden": Markup().join(field.format(name, value) for name, value in carried.items() if value),
        "wrong": Markup(' aria-describedby="errors"') if problem else "",
    }
    chosen = tuple(typed[name] if typed[name] in _codes(name) else "" for name in _CHOICES)
    return fragments.kept("certificates/_check_form.html", chosen, lambda: _choosers(chosen), shelf="answers").fill(
        words
    )


def _codes(name: str) -> Collection[str]:
    return DEEDS if name == "deed" else vocabulary.shipped()[name]


def _choosers(chosen: tuple[str, ...]) -> dict[str, Markup]:
    """The choices of the check, each made once for each code: no other text gets into what is kept."""
    return {"choosers": Markup().join(_chooser(name, code) for name, code in zip(_CHOICES, chosen, strict=True))}


def _chooser(name: str, chosen: str) -> Markup:
    options = rulings.deeds if name == "deed" else partial(vocabulary.choices, name)
    values = {"name": name, "chosen": chosen}
    piece = fragments.kept("certificates/_chooser.html", (name, chosen), lambda: values | {"options": options()})
    return piece.fill({})
