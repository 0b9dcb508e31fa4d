"""What a file would change, or is wrong with it, as lines of text and as a file of its own."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from lms.base.csv_cells import neutral
from lms.base.i18n import gettext, ngettext
from lms.people.imports.difference import ORDER, Change, Difference

COLUMNS = ("what", "line", "employee_id", "name", "column", "before", "after", "value", "sentence")
MOST = 20
"""So many of each kind are named in the text; all are in the report."""
_Entry = Mapping[str, Any]


def text(found: Difference, holdings: Mapping[int, str] | None = None) -> Iterator[str]:
    """A difference for somebody at a terminal: leavers first, each with what `holdings` says she has."""
    yield from found.notes
    if found.kept_aside:
        yield gettext("Columns kept aside, not taken in: %(names)s", names=", ".join(found.kept_aside))
    yield from _problems(found)
    if found.problem_count:
        return
    for kind in ORDER:
        yield from _group(kind, found.changes[kind], holdings or {})
    yield from _orphans(found)
    if found.missing and not any(one.line == 0 for one in found.leavers):
        count = len(found.missing)
        yield ngettext(
            "%(num)s person who works here is not in the file and stays as it is.",
            "%(num)s people who work here are not in the file and stay as they are.",
            count,
        )
    if found.new_units:
        yield gettext("New units: %(names)s", names=", ".join(found.new_units[:MOST]))
    yield ngettext("%(num)s person unchanged.", "%(num)s people unchanged.", found.unchanged)


def _problems(found: Difference) -> Iterator[str]:
    if not found.problem_count:
        return
    yield ngettext(
        "%(num)s thing is wrong with the file. Nothing was changed.",
        "%(num)s things are wrong with the file. Nothing was changed.",
        found.problem_count,
    )
    for one in found.problems[: 5 * MOST]:
        where = gettext("line %(line)s", line=one.line) if one.line else gettext("the file")
        what = [where, one.column, f"“{one.value}”" if one.value else ""]
        yield f"  {', '.join(filter(None, what))}: {one.sentence}"


def _group(kind: str, changes: Sequence[Change], holdings: Mapping[int, str]) -> Iterator[str]:
    if not changes:
        return
    yield _heading(kind, len(changes))
    for one in changes[:MOST]:
        has = holdings.get(one.person_id or 0, "")
        words = ", ".join(f"{name}: {before or '–'} → {after or '–'}" for name, before, after in one.fields)
        yield f"  {one.key:10} {one.name}{f'   {words}' if words else ''}{f'   ({has})' if has else ''}"
    if len(changes) > MOST:
        yield gettext("  … and %(count)s more", count=len(changes) - MOST)


def _heading(kind: str, count: int) -> str:
    words = {
        "leaver": ngettext("%(num)s person leaves:", "%(num)s people leave:", count),
        "joiner": ngettext("%(num)s person joins:", "%(num)s people join:", count),
        "returner": ngettext("%(num)s person comes back:", "%(num)s people come back:", count),
        "mover": ngettext("%(num)s person moves:", "%(num)s people move:", count),
        "same_email": ngettext(
            "%(num)s person added by hand is known by her address:",
            "%(num)s people added by hand are known by their addresses:",
            count,
        ),
        "changed": ngettext("%(num)s person changes otherwise:", "%(num)s people change otherwise:", count),
    }
    return words[kind]


def _orphans(found: Difference) -> Iterator[str]:
    if not found.orphans:
        return
    yield ngettext(
        "%(num)s person has a manager who is gone, and reports to the next above until HR names another:",
        "%(num)s people have a manager who is gone, and report to the next above until HR names another:",
        len(found.orphans),
    )
    for one in found.orphans[:MOST]:
        above = one.above_name or gettext("nobody")
        yield f"  {one.key:10} {one.name}   {one.gone_name or one.gone_key} → {above}"


def report(found: Difference, *, as_json: bool) -> Iterator[str]:
    """All problems and all changes, a line each: JSON, or CSV that no spreadsheet takes for formulas."""
    if as_json:
        yield from (json.dumps(entry, ensure_ascii=False) + "\n" for entry in _entries(found))
        return
    buffer = StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for entry in _entries(found):
        writer.writerow([neutral(str(entry.get(name, ""))) for name in COLUMNS])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _entries(found: Difference) -> Iterator[_Entry]:
    for note in found.notes:
        yield {"what": "note", "sentence": note}
    for name in found.kept_aside:
        yield {"what": "kept aside", "column": name}
    for problem in found.problems:
        yield {"what": "problem", **vars(problem)}
    if more := found.problem_count - len(found.problems):
        yield {"what": "problem", "sentence": gettext("… and %(count)s more", count=more)}
    for change in found.each():
        own = {"what": change.kind, "line": change.line, "employee_id": change.key, "name": change.name}
        for name, before, after in change.fields or (("", "", ""),):
            yield {**own, "column": name, "before": before, "after": after}
    for orphan in found.orphans:
        own = {"what": "orphan", "line": orphan.line, "employee_id": orphan.key, "name": orphan.name}
        yield {**own, "column": "manager_id", "before": orphan.gone_key, "after": orphan.above_key}
