"""Files of people that came in, what they changed and what was wrong with them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base, one_of

STATES = ("uploaded", "checked", "refused", "applied", "stopped", "undone")
SOURCES = ("upload", "command", "pickup", "api")
KINDS = ("joiner", "changed", "mover", "leaver", "returner", "orphan", "same_email")
ON_MISSING = ("keep", "deactivate")
LEFT_OUT = -1
"""The line under which somebody is kept whom an import leaves out; lines of a file begin with 1."""


class PeopleImport(Base):
    """One file of people, on its way or done. `refused` has rows that are wrong; `stopped` would let too many leave.

    The file itself lies in the store under `file_key` until it is applied or 30 days are over.
    """

    __tablename__ = "people_import"
    __table_args__ = (one_of("state", STATES), one_of("source", SOURCES), one_of("on_missing", ON_MISSING))

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="uploaded", index=True)
    source: Mapped[str]
    on_missing: Mapped[str] = mapped_column(default="keep")
    file_name: Mapped[str]
    file_key: Mapped[str | None]
    sha256: Mapped[str]
    rows: Mapped[int] = mapped_column(default=0)
    joined: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    moved: Mapped[int] = mapped_column(default=0)
    leaving: Mapped[int] = mapped_column(default=0)
    returned: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    problems: Mapped[int] = mapped_column(default=0)
    many_leavers_allowed: Mapped[bool] = mapped_column(default=False)
    brought_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    brought_at: Mapped[datetime]
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    applied_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]


class ImportColumn(Base):
    """A column of a file and the field it is taken for; empty when it is kept aside. Remembered for the next file."""

    __tablename__ = "import_column"

    import_id: Mapped[int] = mapped_column(ForeignKey("people_import.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    field: Mapped[str] = mapped_column(default="")


class ImportProblem(Base):
    """Something wrong with a file: line (0 for the whole file), column, what stands there, and what would be right.

    Under the line `LEFT_OUT` stands somebody who is left out: in `column` the kind of change that is not made, in
    `value` her employee number, in `sentence` her name.
    """

    __tablename__ = "import_problem"
    __table_args__ = (Index("ix_import_problem_of", "import_id", "line"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("people_import.id"))
    line: Mapped[int]
    column: Mapped[str]
    value: Mapped[str]
    sentence: Mapped[str]


class ImportChange(Base):
    """What a file changed about somebody, a row for each field: enough to tell it, and to undo it.

    A joiner has one row without a field. Values are as in the file: keys of people, paths of units, days as text.
    """

    __tablename__ = "import_change"
    __table_args__ = (one_of("kind", KINDS), Index("ix_import_change_of", "import_id", "kind", "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("people_import.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    field: Mapped[str] = mapped_column(default="")
    before: Mapped[str] = mapped_column(default="")
    after: Mapped[str] = mapped_column(default="")
