"""A table written line by line to a file, as CSV or as a workbook: never all of it in memory."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import xlsxwriter

from lms.base.csv_cells import neutral

MOST_ROWS = 1_048_575
"""Lines under a heading that a sheet of a workbook can hold. Source: ECMA-376, limits of Excel."""


class Sheet(Protocol):
    """Something that takes lines."""

    def line(self, cells: Iterable[str]) -> None:
        """Add a line."""


class _Csv:
    def __init__(self, writer: "csv._writer") -> None:  # type: ignore[name-defined]
        self.writer = writer

    def line(self, cells: Iterable[str]) -> None:
        self.writer.writerow([neutral(cell) for cell in cells])


class _Workbook:
    """Cells are written as texts, which no spreadsheet takes for a formula. A full sheet is followed by another."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book, self.sheet, self.row = book, book.add_worksheet(), 0
        self.heading: list[str] | None = None

    def line(self, cells: Iterable[str]) -> None:
        words = list(cells)
        self.heading = self.heading or words
        if self.row > MOST_ROWS:
            self.sheet, self.row = self.book.add_worksheet(), 0
            self._write(self.heading)
        self._write(words)

    def _write(self, words: list[str]) -> None:
        for column, word in enumerate(words):
            self.sheet.write_string(self.row, column, word[:32_767])
        self.row += 1


@contextmanager
def open_sheet(path: Path, kind: str) -> Iterator[Sheet]:
    """A sheet to write to, `csv` or `xlsx`; the file is whole when the block ends well."""
    if kind == "csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            yield _Csv(csv.writer(file))
        return
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
    try:
        yield _Workbook(book)
    finally:
        book.close()
