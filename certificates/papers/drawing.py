"""The worker draws the certificates of a batch, a few at a time, and puts them into one file.

Each one drawn is a file in the instance folder until all are there: whoever goes on after a kill begins where it
stopped. Nothing is drawn inside a transaction, so that others can write meanwhile.
"""

import logging
import os
import shutil
import zipfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, and_, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from certificates import numbers, pdf
from certificates.models import Certificate
from certificates.papers import asking, attaching
from certificates.papers.models import PaperBatch, PaperBatchItem
from certificates.pdf import Attachment
from lms.base import clock
from lms.base.db import Database
from lms.base.files import FileStore, store_of
from lms.base.i18n import force_locale
from lms.base.settings import in_force

log = logging.getLogger("lms")
AT_ONCE = 20
PROBLEM = "Something went wrong on our side. It can be asked for again."


def work_off(database: Database, going: Callable[[], bool] = lambda: True) -> int:
    """Draw what waits, the oldest first, as long as `going` says so; returns how many batches were at work.

    When the database is in the way, the next call goes on. At any other mistake a batch stops as `failed`.
    """
    with database.reading() as session:
        waiting = session.execute(
            select(PaperBatch.id, PaperBatch.uid, PaperBatch.language, PaperBatch.state)
            .where(PaperBatch.state.in_(("asked", "drawing")))
            .order_by(PaperBatch.id)
        ).all()
    for batch in waiting:
        try:
            with force_locale(batch.language):
                _draw(database, batch, going)
        except DBAPIError as error:
            log.warning("papers %s wait: %s", batch.uid, error.orig)
        except Exception:
            log.exception("papers %s failed", batch.uid)
            _leave(database, batch.id, "failed", problem=PROBLEM)
    return len(waiting)


def _draw(database: Database, batch: Row[*tuple[Any, ...]], going: Callable[[], bool]) -> None:
    folder = _folder(batch.uid)
    if batch.state == "asked":
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    with database.reading() as session:
        positions = session.scalars(
            select(PaperBatchItem.position).where(PaperBatchItem.batch_id == batch.id).order_by(PaperBatchItem.position)
        ).all()
    for start in range(0, len(positions), AT_ONCE):
        some = positions[start : start + AT_ONCE]
        if not going():
            return
        _draw_some(database, batch.id, folder, some)
        if not _leave(database, batch.id, "drawing", done=start + len(some)):
            return
    _finish(database, batch, folder)


def _draw_some(database: Database, batch_id: int, folder: Path, positions: Sequence[int]) -> None:
    """Draw those that are not there yet."""
    there = {int(path.name[:4]) for path in folder.glob("????-*.pdf")}
    missing = [position for position in positions if position not in there]
    if not missing:
        return
    with database.transaction() as session:
        found = _contents(session, batch_id, missing)
        files = [attaching.attachments(session, row.id) for row in found]
    for row, attachments in zip(found, files, strict=True):
        _write(folder / _name(row), row.content, attachments)


def _contents(session: Session, batch_id: int, positions: Sequence[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    return session.execute(
        select(PaperBatchItem.position, Certificate.id, Certificate.number, Certificate.content)
        .join(Certificate, Certificate.id == PaperBatchItem.certificate_id)
        .where(PaperBatchItem.batch_id == batch_id, PaperBatchItem.position.in_(positions))
        .order_by(PaperBatchItem.position)
    ).all()


def _name(row: Row[*tuple[Any, ...]]) -> str:
    """The position, so that they lie in order, and the number: names of people do not make names of files."""
    return f"{row.position:04}-{numbers.shown(row.number)}.pdf"


def _write(path: Path, content: dict[str, Any], attachments: tuple[Attachment, ...]) -> None:
    beside = path.with_suffix(".part")
    beside.write_bytes(pdf.pdf(content, in_force().base_url, attachments))
    os.replace(beside, path)


def _finish(database: Database, batch: Row[*tuple[Any, ...]], folder: Path) -> None:
    parcel = folder / "all.zip"
    with zipfile.ZipFile(parcel, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.glob("????-*.pdf")):
            archive.write(path, path.name)
    digest = store_of(in_force()).put_file(parcel)
    _leave(database, batch.id, "ready", file=digest, finished_at=clock.now())
    shutil.rmtree(folder, ignore_errors=True)


def _leave(database: Database, batch_id: int, state: str, **values: Any) -> bool:
    """Write down how far a batch is, unless it was stopped meanwhile; says whether it goes on."""
    with database.transaction() as session:
        changed = session.execute(
            update(PaperBatch)
            .where(PaperBatch.id == batch_id, PaperBatch.state.in_(("asked", "drawing")))
            .values(state=state, **values)
        )
        return bool(changed.rowcount)  # type: ignore[attr-defined]


def _folder(uid: str) -> Path:
    return in_force().instance / "papers" / uid


def remove_old(session: Session) -> int:
    """Remove the files that were kept long enough, and what failed; returns how many. For the nightly job."""
    long_ago = clock.now() - timedelta(days=asking.KEPT_DAYS + 1)
    old = session.scalars(
        select(PaperBatch)
        .where(
            PaperBatch.state.in_(("ready", "failed")),
            or_(PaperBatch.asked_at < long_ago, and_(PaperBatch.state == "failed", PaperBatch.file != "")),
        )
        .order_by(PaperBatch.id)
        .with_for_update()
    ).all()
    store = store_of(in_force())
    for batch in old:
        _remove(session, store, batch)
    return len(old)


def _remove(session: Session, store: FileStore, batch: PaperBatch) -> None:
    file, batch.file, batch.state = batch.file, "", "removed"
    session.flush()
    shutil.rmtree(_folder(batch.uid), ignore_errors=True)
    if file and session.scalar(select(PaperBatch.id).where(PaperBatch.file == file).limit(1)) is None:
        store.remove(file)
