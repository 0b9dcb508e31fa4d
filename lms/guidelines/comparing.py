"""How two versions of a guideline differ, clause by clause and word by word."""

from dataclasses import dataclass
from typing import Literal

from lms.base import differences
from lms.base.differences import Row
from lms.base.i18n import gettext
from lms.guidelines.catalog import ClauseView, GuidelineView

State = Literal["new", "leaves", "changed", "same"]


@dataclass(frozen=True)
class ClauseChange:
    """A clause of two versions. `facts` are sentences on what changed beside its words in this language."""

    code: str
    title: str
    state: State
    facts: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Comparison:
    """Two versions in a language: their title and introduction, then clause by clause."""

    head: tuple[Row, ...]
    clauses: tuple[ClauseChange, ...]

    @property
    def changed(self) -> tuple[ClauseChange, ...]:
        """The clauses that are new, say something else, or leave."""
        return tuple(one for one in self.clauses if one.state != "same")

    @property
    def unchanged(self) -> tuple[ClauseChange, ...]:
        return tuple(one for one in self.clauses if one.state == "same")


def changed_codes(old: GuidelineView | None, new: GuidelineView) -> tuple[str, ...]:
    """The clauses of a version that are new in it or say something else than before, in whatever language."""
    before = {clause.code: _said(clause) for clause in old.clauses} if old else {}
    return tuple(clause.code for clause in new.clauses if before.get(clause.code) != _said(clause))


def same(old: GuidelineView, new: GuidelineView) -> bool:
    """Whether two versions say the same in the same order, in all languages, but for what they say of the change."""
    heads = (old.titles, old.intros) == (new.titles, new.intros)
    return heads and [_said(clause) for clause in old.clauses] == [_said(clause) for clause in new.clauses]


def same_rules(old: GuidelineView, new: GuidelineView) -> bool:
    """Whether two versions have the same clauses, red lines and limits: they differ in better words at most."""
    return _rules(old) == _rules(new)


def compare(old: GuidelineView, new: GuidelineView, language: str) -> Comparison:
    """How two versions differ in a language."""
    head = [differences.row(old.titles.get(language, ""), new.titles.get(language, ""))] if old.titles else []
    head += differences.side_by_side(old.intros.get(language, ""), new.intros.get(language, ""))
    before, after = ({clause.code: clause for clause in one.clauses} for one in (old, new))
    codes = [*after, *(code for code in before if code not in after)]
    clauses = (_change(before.get(code), after.get(code), language) for code in codes)
    return Comparison(tuple(row for row in head if row.changed), tuple(clauses))


def _change(old: ClauseView | None, new: ClauseView | None, language: str) -> ClauseChange:
    shown = new or old
    assert shown is not None
    rows = [differences.row(*titles)] if any(titles := [_word(one, "titles", language) for one in (old, new)]) else []
    rows += differences.side_by_side(_word(old, "bodies", language), _word(new, "bodies", language))
    rows += differences.side_by_side(_word(old, "note_htmls", language), _word(new, "note_htmls", language))
    facts = _facts(old, new, language) if old and new else ()
    differs = facts or any(row.changed for row in rows)
    state: State = "new" if old is None else "leaves" if new is None else "changed" if differs else "same"
    title = shown.titles.get(language) or shown.titles.get("en", "")
    return ClauseChange(shown.code, title, state, facts, tuple(rows))


def _word(clause: ClauseView | None, part: str, language: str) -> str:
    return str(getattr(clause, part).get(language, "")) if clause else ""


def _facts(old: ClauseView, new: ClauseView, language: str) -> tuple[str, ...]:
    found = []
    if old.red_line != new.red_line:
        found.append(gettext("It is a red line now.") if new.red_line else gettext("It is no red line any more."))
    if (old.tier, old.country) != (new.tier, new.country):
        found.append(gettext("It is for other people than before."))
    if old.touches != new.touches:
        found.append(gettext("It is about other channels or topics than before."))
    if _form(old, language) != _form(new, language) and not _other_words(old, new, language):
        found.append(gettext("The words stay. Only the form changes, such as bold words or links."))
    return tuple(found)


def _form(clause: ClauseView, language: str) -> str:
    return clause.bodies.get(language, "") + clause.note_htmls.get(language, "")


def _other_words(old: ClauseView, new: ClauseView, language: str) -> bool:
    return differences.lines(_form(old, language)) != differences.lines(_form(new, language))


def _said(clause: ClauseView) -> tuple[object, ...]:
    """All that a clause says, without the Markdown it was written in, which the oldest versions do not have."""
    facts = (clause.code, clause.red_line, clause.tier, clause.country, clause.touches)
    return (*facts, dict(clause.titles), dict(clause.bodies), dict(clause.notes))


def _rules(version: GuidelineView) -> list[tuple[object, ...]]:
    return sorted((one.code, one.red_line, one.tier or "", one.country or "") for one in version.clauses)
