"""Looking whether an installation is in order: for `lms check`."""

import shutil
import smtplib
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from lms.base import schema
from lms.base.db import Database
from lms.base.files import store_of
from lms.base.settings import Settings

LEAST_FREE = 1024**3
"""Bytes that should be free on the disk of the instance folder."""
MOST_DRIFT = 60
"""Seconds by which the clocks of this machine and the database may differ."""


@dataclass(frozen=True)
class Result:
    """One thing that was looked at."""

    name: str
    ok: bool
    words: str


def run(app: Flask) -> list[Result]:
    """Look at everything, in the order in which one thing needs another."""
    settings, database = app.extensions["settings"], app.extensions["database"]
    return [
        Result("settings", True, f"{settings.base_url}, languages {', '.join(settings.languages)}"),
        _database(database),
        _schema(database),
        _mail(settings),
        _storage(settings),
        _clock(database),
        _disk(settings),
    ]


def _database(database: Database) -> Result:
    try:
        with database.reading() as session:
            session.execute(select(1))
    except SQLAlchemyError as error:
        return Result("database", False, str(error).splitlines()[0])
    return Result("database", True, database.engine.dialect.name)


def _schema(database: Database) -> Result:
    try:
        current = schema.current(database.engine)
    except SQLAlchemyError as error:
        return Result("schema", False, str(error).splitlines()[0])
    if current != schema.head():
        return Result("schema", False, f"is {current or 'empty'}, should be {schema.head()}: run lms init")
    return Result("schema", True, str(current))


def _mail(settings: Settings) -> Result:
    if not settings.smtp_url:
        return Result("mail", True, "written to the folder outbox, not sent")
    address = urlsplit(settings.smtp_url)
    kind = smtplib.SMTP_SSL if address.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(address.hostname or "localhost", address.port or 0, timeout=10) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        return Result("mail", False, f"{address.hostname} does not answer: {error}")
    return Result("mail", True, str(address.hostname))


def _storage(settings: Settings) -> Result:
    try:
        words = store_of(settings).probe()
    except OSError as error:
        place = urlsplit(settings.storage_url).netloc or "the instance folder"
        return Result("storage", False, f"cannot write to {place}: {error.strerror or error}")
    return Result("storage", True, words)


def _clock(database: Database) -> Result:
    try:
        with database.reading() as session:
            told = session.scalar(select(func.current_timestamp()))
    except SQLAlchemyError as error:
        return Result("clock", False, str(error).splitlines()[0])
    moment = datetime.fromisoformat(told) if isinstance(told, str) else told
    if moment is None:
        return Result("clock", False, "the database does not tell the time")
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    drift = abs((datetime.now(UTC) - moment).total_seconds())
    return Result("clock", drift <= MOST_DRIFT, f"{drift:.0f} s from the database's")


def _disk(settings: Settings) -> Result:
    free = shutil.disk_usage(settings.instance).free
    return Result("disk", free >= LEAST_FREE, f"{free / 1024**3:.1f} GiB free")
