"""What differs between two versions of a level: rule by rule, word by word."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from certificates.ladder import LISTS, RULES, TEXTS
from certificates.levels import wording
from certificates.levels.revisions import Rules
from certificates.levels.wording import Titles
from lms.base.i18n import LANGUAGES

SINGLE = (*(name for name in RULES if name not in ("kind", "rank")), "retired")
LISTED = ("needs", "approvers", "scope")


@dataclass(frozen=True)
class Difference:
    """A rule or a text that reads otherwise: what it is called, what left (`before`) and what came (`after`)."""

    name: str
    what: str
    before: str
    after: str
    language: str = ""


def between(before: Rules, after: Rules, named: Titles) -> list[Difference]:
    """What differs, in the order of the page. Nothing for two that say the same."""
    return [*_rules(before, after, named), *_lists(before, after, named), *_texts(before, after)]


def _rules(before: Rules, after: Rules, named: Titles) -> Iterator[Difference]:
    for name in SINGLE:
        old, new = before.get(name), after.get(name)
        if old != new:
            yield Difference(name, wording.rule(name), wording.value(name, old, named), wording.value(name, new, named))


def _lists(before: Rules, after: Rules, named: Titles) -> Iterator[Difference]:
    for name in LISTED:
        old, new = _items(before.get(name, [])), _items(after.get(name, []))
        for key, item in old.items():
            if key not in new:
                yield Difference(name, wording.rule(name), wording.value(name, item, named), "")
        for key, item in new.items():
            if key not in old:
                yield Difference(name, wording.rule(name), "", wording.value(name, item, named))


def _items(found: list[Any]) -> dict[str, Any]:
    return {json.dumps(item, sort_keys=True): item for item in found}


def _texts(before: Rules, after: Rules) -> Iterator[Difference]:
    for language, called in LANGUAGES.items():
        old, new = before["texts"].get(language, {}), after["texts"].get(language, {})
        for name in (*TEXTS, *LISTS):
            was, now = _said(old.get(name)), _said(new.get(name))
            if was != now:
                yield Difference(name, f"{wording.text(name)} ({called})", was, now, language)


def _said(found: Any) -> str:
    return "\n".join(found) if isinstance(found, (list, tuple)) else str(found or "")
