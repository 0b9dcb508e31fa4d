"""What is asked of the shelf in its address, and what is to be done with the questions that are ticked."""

from collections.abc import Mapping
from dataclasses import asdict, replace

from werkzeug.datastructures import MultiDict

from quizzes.authoring.shelf import SORTS, STATES, Wanted

LONGEST = 200
BUTTONS = {
    "tag": "tags",
    "untag": "tags",
    "difficulty": "difficulty",
    "tier": "tier",
    "purpose": "purpose",
    "use": "quiz",
    "unuse": "quiz",
    "retire": "",
    "return": "",
}
"""The field that goes with each deed."""
Args = MultiDict[str, str]


def wanted(args: Args) -> Wanted:
    """What is looked for. What makes no sense is not asked."""
    found = {name: args.get(name, "").strip()[:LONGEST] for name in asdict(Wanted()) if name != "page"}
    page = args.get("page", "")
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1
    asked = Wanted(**found, page=number)
    return replace(
        asked,
        state=asked.state if asked.state in STATES else "",
        sort=asked.sort if asked.sort in SORTS else "quiz",
        difficulty=asked.difficulty if asked.difficulty in ("1", "2", "3") else "",
    )


def address(asked: Wanted) -> Mapping[str, str | int]:
    """The part of the address that asks for this, without what says nothing."""
    return {name: value for name, value in asdict(asked).items() if value and value != getattr(Wanted(), name)}


def ticked(form: Args) -> list[int]:
    """The questions that are ticked, by number."""
    values = form.getlist("question")
    return [int(one) for one in values if one.isascii() and one.isdecimal() and len(one) < 10]


def value_of(form: Args, deed: str) -> str:
    """What was entered for a deed."""
    return form.get(f"value-{BUTTONS.get(deed, '')}", "").strip()[:LONGEST]
