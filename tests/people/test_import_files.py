"""Files of people in whatever state they come: read, or refused with a sentence that says what would be right."""

import time

import pytest

from lms.people.imports import running
from tests.people.files import USUAL, row, table

pytestmark = pytest.mark.sqlite_only
HEADER = ",".join(USUAL)
GOOD = row("E1")


def problems(session, data):
    data = data.encode() if isinstance(data, str) else data
    seen = running.examine(session, data)
    return [(one.line, one.column, one.value, one.sentence) for one in seen.difference.problems]


@pytest.mark.parametrize(
    ("changed", "column", "words"),
    [
        ({"hire_date": "2025-02-31"}, "hire_date", "There is no such day"),
        ({"hire_date": "31/03/2024"}, "hire_date", "year-month-day"),
        ({"tier": "boss"}, "tier", "executive, manager, staff"),
        ({"status": "gone"}, "status", "active, leave, left"),
        ({"language": "klingon"}, "language", "en, nl or fr"),
        ({"email": "nobody"}, "email", "ana@example.com"),
        ({"email": "a@b.example,c@d.example"}, "email", "ana@example.com"),
        ({"email": ""}, "email", "is empty"),
        ({"given_name": " "}, "given_name", "is empty"),
        ({"unit": "/"}, "unit", "is empty"),
        ({"given_name": "x" * 300}, "given_name", "at most 250"),
        ({"given_name": "A\nB"}, "given_name", "line break"),
        ({"manager_id": "E404"}, "manager_id", "Nobody has this employee number"),
        ({"manager_id": "E1"}, "manager_id", "own manager"),
        ({"time_zone": "Mars/Base"}, "time_zone", "Europe/Brussels"),
        ({"country": "BELGIUM"}, "country", "two letters"),
        ({"leave_from": "", "leave_until": "2026-01-01"}, "leave_until", "no first"),
        ({"leave_from": "2026-02-01", "leave_until": "2026-01-01"}, "leave_until", "before it begins"),
    ],
)
def test_complaint_60_a_bad_cell_is_told_by_line_column_value_and_what_would_be_right(session, changed, column, words):
    header = [*USUAL, *(name for name in changed if name not in USUAL)]
    ((line, where, value, sentence),) = problems(session, table([row("E1", **changed)], header=header))
    assert (line, where) == (2, column)
    assert words in sentence
    assert value == changed[column].strip(" /")[:100]


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", 0, "The file is empty"),
        (HEADER.encode(), 0, "no people in it"),
        (f"{HEADER}\nE1,e1@acme.example,A\x00nn".encode(), 2, "NUL characters"),
        (f'{HEADER}\n{",".join(GOOD)}\nE2,"open,\n\n'.encode() + b"a,b\n" * 500, 3, "is not closed"),
        (f'{HEADER}\nE2,"open, and so on'.encode(), 2, "is not closed"),
        (f'{HEADER}\nE2,"a"b,\n'.encode(), 2, "closing quote"),
        (f"{HEADER}\n{','.join(GOOD)}\nE2,e2@acme".encode(), 3, "cut off: its last line has 2 of 11"),
        (f"{HEADER}\n{','.join(GOOD)}\nE2,e2@acme\n".encode(), 3, "has 2 columns, the first has 11"),
        (table([row("E1", given_name="José")]).encode() + "é".encode()[:1], 3, "cut off"),
        (b"," * 5000, 1, "5001 columns"),
        (b"," * 10_000_000, 1, "200,000 letters"),
        (HEADER.encode() + b"\n" + b"," * 10_000_000, 2, "200,000 letters"),
    ],
    ids=[
        "empty",
        "header",
        "nul",
        "quote",
        "quote to the end",
        "stray",
        "cut",
        "short",
        "half",
        "wide",
        "endless",
        "wide row",
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(session, data, line, words):
    began = time.process_time()
    ((where, _, _, sentence),) = problems(session, data)
    assert where == line
    assert words in sentence
    assert time.process_time() - began < 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_file_is_read_however_a_spreadsheet_wrote_it(session, encoding, separator):
    data = table(
        [row("E1", given_name="Zoë", family_name="d’Hondt" if "8" in encoding else "d'Hondt")], separator=separator
    )
    seen = running.examine(session, data.replace("’", "'").encode(encoding))
    assert not seen.difference.problems
    assert seen.difference.changes["joiner"][0].name == "Zoë d'Hondt"
    assert bool(seen.difference.notes) == (encoding in {"utf-16", "latin-1"})


def test_names_of_every_script_are_kept_in_one_way_of_writing_them(session):
    names = ["გიორგი", "محمد", "山田", "Nguyễn", "Zoe\u0308"]
    rows = [row(f"E{number}", given_name=name) for number, name in enumerate(names)]
    seen = running.examine(session, table(rows).encode())
    found = [one.row[2] for one in seen.difference.changes["joiner"]]
    assert found == ["გიორგი", "محمد", "山田", "Nguyễn", "Zoë"]


def test_doubles_and_circles_are_named_with_their_lines(session):
    rows = [
        row("E1", manager_id="E2"),
        row("E2", manager_id="E3"),
        row("E3", manager_id="E1"),
        row("E4", email="E1@acme.example"),
        row("E4", email="e5@acme.example"),
    ]
    found = {(line, column): sentence for line, column, _, sentence in problems(session, table(rows))}
    assert found.keys() == {(2, "manager_id"), (5, "email"), (6, "employee_id")}
    assert "E1, E2, E3" in found[2, "manager_id"]
    assert "line 2" in found[5, "email"]
    assert "line 5" in found[6, "employee_id"]


def test_complaint_61_a_changed_number_for_the_same_address_is_named(session, make):
    make.person("Ann", "Peeters", email="e1@acme.example", employee_id="OLD1")
    ((_, column, value, sentence),) = problems(session, table([row("NEW1", email="e1@acme.example")]))
    assert (column, value) == ("employee_id", "NEW1")
    assert "whose employee number is OLD1" in sentence


def test_complaint_59_columns_are_named_when_missing_kept_aside_and_matched_by_hand(session):
    header = ["Staff ID" if name == "employee_id" else name for name in USUAL] + ["shoe size"]
    data = table([[*GOOD, "43"]], header=header).encode()
    ((line, column, _, sentence),) = problems(session, data)
    assert (line, column) == (1, "employee_id")
    assert "Staff ID" in sentence
    seen = running.examine(session, data, chosen=dict(enumerate(USUAL)))
    assert seen.difference.kept_aside == ("shoe size",)
    assert len(seen.difference.changes["joiner"]) == 1


def test_complaint_60_all_problems_are_counted_and_the_first_thousand_kept(session):
    rows = [row(f"E{number}", tier="boss", language="??") for number in range(1500)]
    seen = running.examine(session, table(rows).encode())
    assert (seen.difference.problem_count, len(seen.difference.problems)) == (3000, 1000)
    assert seen.difference.problems[-1].line == 501
