"""Fetching HR's file by itself: each night the newest file of a folder, or of a bucket, that was not seen before."""

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import clock, mail, outbox
from lms.base.files import Bucket, FileStore, store_of
from lms.base.i18n import force_locale, gettext
from lms.base.settings import Settings, in_force
from lms.people.imports import reading, running, shelf
from lms.people.imports.difference import Difference
from lms.people.imports.models import PeopleImport
from lms.people.models import Person, PersonRole


@dataclass(frozen=True)
class Found:
    """A file that waits to be fetched."""

    name: str
    data: bytes
    put_at: datetime
    """When it was put there."""


def nightly(session: Session) -> int:
    """Fetch the newest file, apply it when nothing is wrong with it, and else tell the administrators.

    Returns how many people it changed. A file is known again by what is in it: it is neither moved nor removed.
    """
    settings = in_force()
    if not settings.people_folder:
        return 0
    try:
        found = newest(settings)
    except (OSError, BaseError) as error:
        why = gettext("It cannot be read: %(why)s", why=error)
        _tell(session, f"unreachable {clock.today()}", settings.people_folder, why)
        return 0
    if found is None or _was_seen(session, found):
        return 0
    return fetch(session, store_of(settings), found, on_missing=settings.people_on_missing)


def fetch(session: Session, files: FileStore, found: Found, *, on_missing: str) -> int:
    """Take in one file that was found; returns how many people it changed."""
    made, difference = running.bring_and_apply(
        session, files, found.data, found.name, source="pickup", on_missing=on_missing
    )
    if made.state == "applied":
        return difference.count
    _tell(session, made.uid, made.file_name, _why(made, difference))
    return 0


def forget_files(session: Session) -> int:
    """Remove the files of imports that are done or too old, for the night; returns how many."""
    return shelf.forget_files(session, store_of(in_force()))


def newest(settings: Settings) -> Found | None:
    """The newest file whose name ends in .csv, or nothing. Raises `OSError`."""
    if settings.people_folder.startswith("s3://"):
        return _newest_of_bucket(settings)
    paths = [
        path for path in Path(settings.people_folder).iterdir() if path.suffix.lower() == ".csv" and path.is_file()
    ]
    paths.sort(key=lambda path: (path.stat().st_mtime_ns, path.name))
    if not paths:
        return None
    with paths[-1].open("rb") as file:
        put_at = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
        return Found(paths[-1].name, file.read(reading.LARGEST + 1), put_at)


def _newest_of_bucket(settings: Settings) -> Found | None:
    store = Bucket(settings.people_folder, settings.storage_key, settings.storage_secret).store
    there = [one for some in obstore.list(store) for one in some if one["path"].lower().endswith(".csv")]
    if not there:
        return None
    last = max(there, key=lambda one: (one["last_modified"], one["path"]))
    name = last["path"].rsplit("/", 1)[-1]
    if last["size"] > reading.LARGEST:
        raise OSError(gettext("The file is larger than 200 MB. Right would be several smaller ones."))
    return Found(name, bytes(obstore.get(store, last["path"]).bytes()), last["last_modified"])


def _was_seen(session: Session, found: Found) -> bool:
    """Whether it is the file that was fetched last. One that was undone or set aside since counts when it is put anew.

    What lies there still after that is not fetched again: the next night would take the undoing back.
    """
    fetched = select(PeopleImport).where(PeopleImport.source == "pickup")
    last = session.scalar(fetched.order_by(PeopleImport.id.desc()).limit(1))
    if last is None or last.sha256 != hashlib.sha256(found.data).hexdigest():
        return False
    return last.undone_at is None or found.put_at <= last.undone_at


def _why(made: PeopleImport, found: Difference) -> str:
    if made.state == "stopped":
        return running.too_many(found)
    first = found.problems[0]
    return gettext(
        "%(count)s things are wrong with it. The first, in line %(line)s: %(sentence)s",
        count=found.problem_count,
        line=first.line,
        sentence=first.sentence,
    )


def _tell(session: Session, occasion: str, file_name: str, why: str) -> None:
    """Mail every administrator, each once for an occasion."""
    people = session.execute(
        select(Person.id, Person.email, Person.given_name, Person.language)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == "administrator", Person.status != "left")
        .order_by(Person.id)
    )
    letters = []
    for person_id, email, given_name, language in people.all():
        with force_locale(language):
            subject = gettext("The people file %(name)s was not taken in", name=file_name)
            body = mail.render("people/mail/import_stopped.txt", name=given_name, file_name=file_name, why=why)
        letters.append(outbox.Letter(f"people file {occasion} {person_id}", email, subject, body))
    outbox.queue_new(session, letters)
