"""The full text of each database: what has the words, how well it fits, and where they stand in it."""

from abc import ABC, abstractmethod
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    column,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
)

from courses.search import words
from courses.search.models import CONFIGURATIONS, SearchEntry
from courses.search.words import END, FOUND

NUMBERS: BindParameter[int] = bindparam("numbers", expanding=True)
_MATCHES = text("search_words MATCH :asked")
_FTS = table("search_words", column("rowid"))
_TABLE: ColumnElement[Any] = literal_column("search_words")
_ASKED: BindParameter[str] = bindparam("asked")
_SEARCHED: ColumnElement[Any] = column("searched")
_OPTIONS = f"HighlightAll=true, StartSel={FOUND}, StopSel={END}"


class Engine(ABC):
    """How a database is asked. The query itself is the parameter `asked`, which `query` makes of the words."""

    @abstractmethod
    def query(self, asked: list[str], *, every: bool) -> str:
        """The words in the database's own language; `every` asks for all of them, else any will do."""

    @abstractmethod
    def hits(self) -> CTE:
        """The entries that have the words: `id`, and `score` where the database reckons that at once."""

    @abstractmethod
    def score(self, things: CTE) -> ColumnElement[float]:
        """How well an entry fits, more is better, for entries of `things`, which has all that `hits` has."""

    @abstractmethod
    def marked(self) -> Select[Any]:
        """Number, title and text of the entries of the parameter `numbers`, with signs around what was found."""


class _Sqlite(Engine):
    """FTS5, which ranks what it finds in the query that finds it, and nowhere else."""

    def query(self, asked: list[str], *, every: bool) -> str:
        return words.for_sqlite(asked, every=every)

    def hits(self) -> CTE:
        score = -func.bm25(_TABLE, 10.0, 1.0)
        return select(_FTS.c.rowid.label("id"), score.label("score")).where(_MATCHES).cte("hits")

    def score(self, things: CTE) -> ColumnElement[float]:
        return things.c.score

    def marked(self) -> Select[Any]:
        title, body = (func.highlight(_TABLE, place, FOUND, END) for place in (0, 1))
        found = _FTS.c.rowid.label("id"), title.label("title"), body.label("body")
        return select(*found).where(_MATCHES, _FTS.c.rowid.in_(NUMBERS))


class _Postgresql(Engine):
    """Full text by the rules of each language, ranked only when it is known which entries are to be shown."""

    def query(self, asked: list[str], *, every: bool) -> str:
        return words.for_postgresql(asked, every=every)

    def hits(self) -> CTE:
        known = [(SearchEntry.language == language, name) for language, name in CONFIGURATIONS.items()]
        other = (SearchEntry.language.not_in(CONFIGURATIONS), "")
        matches = (and_(is_it, _SEARCHED.op("@@")(_tsquery(name))) for is_it, name in (*known, other))
        return select(SearchEntry.id).where(or_(*matches)).cte("hits")

    def score(self, things: CTE) -> ColumnElement[float]:
        return func.ts_rank(_SEARCHED, _by_language(_tsquery))

    def marked(self) -> Select[Any]:
        title, body = (
            func.ts_headline(_by_language(_configuration), searched, _by_language(_tsquery), _OPTIONS)
            for searched in (SearchEntry.title_words, SearchEntry.body_words)
        )
        found = SearchEntry.id, title.label("title"), body.label("body")
        return select(*found).where(SearchEntry.id.in_(NUMBERS))


def _configuration(name: str) -> ColumnElement[Any]:
    """That of a language of ours, else the one that takes words as they are."""
    return literal_column(f"'search_{name}'::regconfig" if name else "'pg_catalog.simple'::regconfig")


def _tsquery(name: str) -> ColumnElement[Any]:
    """A query of its own, so that PostgreSQL reads the words once and not again for every row."""
    return select(func.to_tsquery(_configuration(name), _ASKED)).scalar_subquery()


def _by_language(make: Any) -> ColumnElement[Any]:
    known = {language: make(name) for language, name in CONFIGURATIONS.items()}
    return case(known, value=SearchEntry.language, else_=make(""))


@cache
def engine(dialect: str) -> Engine:
    """How to ask the database of this dialect."""
    return _Sqlite() if dialect == "sqlite" else _Postgresql()
