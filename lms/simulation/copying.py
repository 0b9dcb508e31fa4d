"""Copies of one attempt for many people: the same paper, the same answers, the same marks."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment
from lms.base import bulk
from lms.base.db import Base, parts
from quizzes.attempt_models import Attempt, Mark, PaperItem, Response, Result

Row = Mapping[str, Any]


def copy(session: Session, attempt_id: int, person_ids: Sequence[int], course_id: int) -> None:
    """Give each of some people, who are enrolled in a course, a copy of an attempt at its quiz."""
    enrolled: dict[int, int] = {}
    for some in parts(person_ids):
        taken = select(Enrollment.person_id, Enrollment.id).where(
            Enrollment.course_id == course_id, Enrollment.person_id.in_(some)
        )
        enrolled |= dict(session.execute(taken).tuples().all())
    (attempt,) = _rows(session, Attempt, Attempt.id == attempt_id)
    items = _rows(session, PaperItem, PaperItem.attempt_id == attempt_id)
    numbers = {person: attempt_id + n for n, person in enumerate(person_ids, 1)}
    mine = {
        (id, item["id"]): items[-1]["id"] + (id - attempt_id - 1) * len(items) + place
        for id in numbers.values()
        for place, item in enumerate(items, 1)
    }

    def attempts() -> Iterator[Row]:
        for person, id in numbers.items():
            uid = hashlib.md5(f"attempt {id}".encode(), usedforsecurity=False).hexdigest()
            yield {**attempt, "id": id, "uid": uid, "person_id": person, "enrollment_id": enrolled[person]}

    def of_items(rows: Sequence[Row]) -> Iterator[Row]:
        for id in numbers.values():
            for row in rows:
                yield {**_but_number(row), "item_id": mine[id, row["item_id"]]} | _of(row, id)

    _add(session, Attempt, attempts())
    papers = ({**item, "id": mine[id, item["id"]], "attempt_id": id} for id in numbers.values() for item in items)
    _add(session, PaperItem, papers)
    _add(session, Response, of_items(_rows(session, Response, Response.attempt_id == attempt_id)))
    _add(session, Mark, of_items(_rows(session, Mark, Mark.item_id.in_([item["id"] for item in items]))))
    results = _rows(session, Result, Result.attempt_id == attempt_id)
    _add(session, Result, ({**_but_number(row), "attempt_id": id} for id in numbers.values() for row in results))
    if session.get_bind().dialect.name == "postgresql":
        for table in ("attempt", "paper_item"):
            newest = f"(SELECT max(id) FROM {table})"  # noqa: S608 - a table of ours
            session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {newest})"))


def _rows(session: Session, entity: type[Base], which: ColumnElement[bool]) -> list[Row]:
    table = entity.__table__
    return [dict(row) for row in session.execute(select(table).where(which).order_by(*table.primary_key)).mappings()]


def _but_number(row: Row) -> dict[str, Any]:
    """A row without its own number: the database gives another."""
    return {name: value for name, value in row.items() if name != "id"}


def _of(row: Row, attempt_id: int) -> dict[str, Any]:
    return {"attempt_id": attempt_id} if "attempt_id" in row else {}


def _add(session: Session, entity: type[Base], rows: Iterator[Row]) -> None:
    first = next(rows, None)
    if first is None:
        return
    bulk.insert_rows(session, entity, tuple(first), (tuple(row.values()) for row in _with(first, rows)))


def _with(first: Row, rows: Iterator[Row]) -> Iterator[Row]:
    yield first
    yield from rows
