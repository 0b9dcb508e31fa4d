"""The topics that lessons speak of, some of them regulated, and which clauses belong to each."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import case, delete, literal, select, union_all
from sqlalchemy.orm import Session

from courses.review.models import Topic, TopicClause, TopicText
from lms.base.content import ContentError, TomlFile
from lms.base.errors import NotFound
from lms.base.i18n import LANGUAGES

SHIPPED = Path(__file__).resolve().parent / "topics.toml"


@dataclass(frozen=True)
class TopicView:
    """A topic with its name in each language and the clauses that belong to it."""

    key: str
    regulated: bool
    names: dict[str, str] = field(default_factory=dict)
    clauses: set[str] = field(default_factory=set)


_ALL = union_all(
    select(
        *(Topic.position, Topic.key, case((Topic.regulated, "yes"), else_="").label("regulated")),
        *(literal("").label("part"), literal("").label("language"), literal("").label("words")),
    ),
    select(Topic.position, Topic.key, literal(""), literal("name"), TopicText.language, TopicText.name).join(
        TopicText, TopicText.key == Topic.key
    ),
    select(Topic.position, Topic.key, literal(""), literal("clause"), literal(""), TopicClause.code).join(
        TopicClause, TopicClause.key == Topic.key
    ),
)


def all(session: Session) -> list[TopicView]:
    """Every topic there is, in its order. One statement."""
    found: dict[str, TopicView] = {}
    for _, key, regulated, part, language, words in sorted(session.execute(_ALL), key=lambda row: (row[0], row[3])):
        if not part:
            found[key] = TopicView(key, regulated == "yes")
        elif part == "name":
            found[key].names[language] = words
        else:
            found[key].clauses.add(words)
    return list(found.values())


def get(session: Session, key: str) -> Topic:
    """A topic by its key. Raises `NotFound`."""
    found = session.get(Topic, key)
    if found is None:
        raise NotFound
    return found


def load_shipped(session: Session, path: Path = SHIPPED) -> str:
    """Load the topics that come with the university; returns "added", "updated" or "unchanged".

    A topic that is no longer in the file stays: lessons may be tagged with it. Raises `ContentError`.
    """
    before = {topic.key: topic for topic in all(session)}
    wanted = _read(TomlFile(path))
    for position, topic in enumerate(wanted, 1):
        _keep(session, position, topic)
    session.flush()
    if before == {topic.key: topic for topic in all(session)}:
        return "unchanged"
    return "updated" if before else "added"


def _read(file: TomlFile) -> list[TopicView]:
    return [_topic(file, table) for table in file.need(file.data, "topic", list)]


def _topic(file: TomlFile, table: dict[str, Any]) -> TopicView:
    key = file.need(table, "key", str)
    regulated, clauses = file.need(table, "regulated", bool, key), file.need(table, "clauses", list, key)
    names = file.texts(table, "name", tuple(LANGUAGES), key)
    if [code for code in clauses if not isinstance(code, str)]:
        raise ContentError(file.path, 1, f"clauses of {key} must be codes, such as “D5”.")
    return TopicView(key, regulated, names, set(clauses))


def _keep(session: Session, position: int, topic: TopicView) -> None:
    session.merge(Topic(key=topic.key, position=position, regulated=topic.regulated))
    session.flush()
    for language, name in topic.names.items():
        session.merge(TopicText(key=topic.key, language=language, name=name))
    session.execute(delete(TopicClause).where(TopicClause.key == topic.key, TopicClause.code.not_in(topic.clauses)))
    for code in topic.clauses:
        session.merge(TopicClause(key=topic.key, code=code))
