"""The index of what can be found: a row for each text that is live, and the full text of both databases over it."""

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, Table, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base, one_of

KINDS = ("course", "lesson", "clause")
CONFIGURATIONS = {"en": "english", "nl": "dutch", "fr": "french"}
"""How PostgreSQL reads the words of a language; those of any other are taken as they are.

It leaves out words such as "who" and "not", which are what some rules are about. So each language has a configuration
of our own, `search_english` and so on, that is PostgreSQL's without its list of such words.
"""


class SearchEntry(Base):
    """What can be found of a live course, of a lesson or of a clause, in one language.

    `title` and `body` are plain words, to show. `title_words` and `body_words` are the same, letter for letter, as
    they are searched: see `courses.search.words`. `variant` is for whom a lesson's text is, as in `LessonText`.
    """

    __tablename__ = "search_entry"
    __table_args__ = (
        one_of("kind", KINDS),
        CheckConstraint("(kind = 'clause') = (version_id IS NULL)", name="of_a_version"),
        CheckConstraint("(kind = 'clause') = (guideline_version_id IS NOT NULL)", name="of_a_guideline"),
        UniqueConstraint("version_id", "lesson", "variant", "language"),
        UniqueConstraint("guideline_version_id", "clause", "language"),
        Index(None, "course_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("course_version.id"))
    guideline_version_id: Mapped[int | None] = mapped_column(ForeignKey("guideline_version.id"))
    lesson: Mapped[str] = mapped_column(default="")
    clause: Mapped[str] = mapped_column(default="")
    variant: Mapped[str] = mapped_column(default="")
    language: Mapped[str]
    lesson_kind: Mapped[str] = mapped_column(default="")
    minutes: Mapped[int] = mapped_column(default=0)
    title: Mapped[str]
    title_words: Mapped[str]
    body: Mapped[str]
    body_words: Mapped[str]


_CASES = " ".join(f"WHEN '{language}' THEN 'search_{name}'::regconfig" for language, name in CONFIGURATIONS.items())
_CONFIGURATION = f"CASE language {_CASES} ELSE 'pg_catalog.simple'::regconfig END"
_OLD = (
    "INSERT INTO search_words (search_words, rowid, title_words, body_words) "
    "VALUES ('delete', OLD.id, OLD.title_words, OLD.body_words)"
)
_NEW = "INSERT INTO search_words (rowid, title_words, body_words) VALUES (NEW.id, NEW.title_words, NEW.body_words)"
_OWN = [
    statement
    for name in CONFIGURATIONS.values()
    for statement in (
        f"CREATE TEXT SEARCH DICTIONARY search_{name} (TEMPLATE = pg_catalog.snowball, LANGUAGE = {name})",
        f"CREATE TEXT SEARCH CONFIGURATION search_{name} (COPY = pg_catalog.{name})",
        f"ALTER TEXT SEARCH CONFIGURATION search_{name} ALTER MAPPING REPLACE {name}_stem WITH search_{name}",
    )
]
FULL_TEXT = {
    "sqlite": [
        "CREATE VIRTUAL TABLE search_words USING fts5(title_words, body_words, content='search_entry', "
        "content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
        f"CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN {_NEW}; END",
        f"CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN {_OLD}; END",
        f"CREATE TRIGGER search_entry_changed AFTER UPDATE ON search_entry BEGIN {_OLD}; {_NEW}; END",
    ],
    "postgresql": [
        *_OWN,
        "ALTER TABLE search_entry ADD COLUMN searched tsvector GENERATED ALWAYS AS ("
        f"setweight(to_tsvector({_CONFIGURATION}, title_words), 'A') || "
        f"setweight(to_tsvector({_CONFIGURATION}, body_words), 'D')) STORED",
        "CREATE INDEX ix_search_entry_searched ON search_entry USING gin (searched)",
    ],
}
"""What the table has beside its columns, by dialect; migration 0003 has the same. SQLAlchemy knows neither form."""


def _attach(table: Table) -> None:
    for dialect, statements in FULL_TEXT.items():
        for statement in statements:
            ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


_attach(SearchEntry.__table__)  # type: ignore[arg-type]


def is_described(name: str | None, kind: str, parents: object) -> bool:
    """Whether a table, column or index is one that the models describe, rather than of `FULL_TEXT`: for Alembic."""
    return name is None or not (name.startswith("search_words") or name in {"searched", "ix_search_entry_searched"})
