"""The options of a question that its kind declares: what may be entered, and in which form it is kept."""

import re
from collections.abc import Mapping

from lms.base.i18n import gettext
from quizzes.kinds.kind import Kind, Setting

LONGEST = 3000
_WHOLE = re.compile(r"-?[0-9]{1,9}")


def filled(kind: Kind, options: Mapping[str, str]) -> dict[str, str]:
    """All the options of a kind: the given ones, and what holds where none is given."""
    return {setting.name: options.get(setting.name, setting.default) for setting in kind.settings()}


def plain(setting: Setting, typed: str) -> str | None:
    """A value in the form in which it is kept; nothing when it is not one that the setting may have."""
    typed = typed.strip()
    if typed == setting.default:
        return typed if typed or setting.is_text else None
    if setting.values:
        return typed if typed in dict(setting.values) else None
    if setting.is_text:
        return typed if len(typed) <= LONGEST else None
    number = int(typed) if _WHOLE.fullmatch(typed) else None
    return str(number) if number is not None and setting.least <= number <= setting.most else None


def wanted(setting: Setting) -> str:
    """What would be right, as a sentence."""
    words: dict[str, object] = {"label": setting.label}
    if setting.values:
        words["values"] = ", ".join(value for value, _ in setting.values)
        return gettext("%(label)s: choose one of %(values)s.", **words)
    if setting.is_text:
        return gettext("%(label)s: write at most %(most)s letters.", most=LONGEST, **words)
    words |= {"least": f"{setting.least:.0f}", "most": f"{setting.most:.0f}"}
    return gettext("%(label)s: give a whole number from %(least)s to %(most)s.", **words)
