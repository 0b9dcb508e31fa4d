"""The job worker: what is done regularly, each job a list of calls."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial

from flask import Flask
from huey import RedisHuey, SqliteHuey, crontab
from huey.api import Huey
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from certificates import awards
from certificates import nightly as certificates
from certificates.campaigns import letters as campaign_letters
from certificates.campaigns import running as campaigns
from certificates.credentials import profiles
from certificates.handles import branded
from certificates.handles import looking as handles
from certificates.papers import drawing as papers
from certificates.permissions import holds, requests, triggers
from courses.media import uploads
from courses.search import index as search_index
from lms.assignments import keeping as assignments
from lms.assignments import recurring
from lms.base import failures, outbox, webhook_sending
from lms.base.db import Database
from lms.base.settings import Settings
from lms.people import absences, signin
from lms.people.imports import pickup as people_files
from lms.privacy import retention
from lms.reminders import digest, planning
from lms.reminders.chat import rooms
from lms.reminders.chat import sending as chat
from lms.reports.compliance import exports as report_exports
from lms.reports.compliance import months as report_months
from lms.reports.compliance import saved as report_saved
from lms.reports.compliance import writing as report_files
from lms.reports.counters import counting as counters
from lms.reports.counters import past as team_past
from quizzes import closing
from quizzes.analysis import jobs as figures
from quizzes.practice import cards as practice
from quizzes.regrading import work as regrading

log = logging.getLogger("lms")
AT_MOST = 2.0
"""Seconds that what somebody waits for at a page may lie."""
PROMPT: tuple[Callable[[Database, Callable[[], bool]], object], ...] = (
    regrading.work_off,
    figures.work_off,
    papers.work_off,
    handles.work_off,
    report_files.work_off,
)
"""Jobs that somebody waits for: called every few seconds with the database and whether to go on."""
NIGHTLY: tuple[tuple[str, Callable[[Session], int]], ...] = (
    ("attempts closed", closing.close_overdue),
    ("figures of quizzes asked for", figures.ask_for_new),
    ("cards of missed questions made", practice.from_attempts),
    ("people changed by HR’s file", people_files.nightly),
    ("files of people removed", people_files.forget_files),
    ("people away or back", absences.bring_up_to_date),
    ("pauses over", holds.lift_over),
    ("people who left, were away or moved", triggers.people_changed),
    ("guests without a contract or a sponsor", triggers.contracts),
    ("campaigns opened", campaigns.open_due),
    ("people paused by campaigns", campaigns.pause_late),
    ("campaign reminders queued", campaign_letters.remind),
    ("certificates renewed", awards.award_opened),
    ("authorizations expired", certificates.expire),
    ("authorizations put away", certificates.archive),
    ("authorizations not used", triggers.dormant),
    ("authorizations without a fresh acceptance", triggers.attested),
    ("approved requests given", requests.give_approved),
    ("requests not answered", certificates.decline_unanswered),
    ("renewal reminders queued", certificates.remind),
    ("rules kept", assignments.nightly),
    ("cycles opened", recurring.open_next),
    ("reminders planned", planning.plan),
    ("people mailed what is due", digest.queue),
    ("chat rooms to be told", rooms.tell),
    ("owners of accounts to be closed reminded", branded.warn),
    ("profiles elsewhere found untrue", profiles.tell),
    ("counters that were wrong", counters.check),
    ("files of certificates removed", papers.remove_old),
    ("courses and guidelines found anew", search_index.bring_up_to_date),
    ("figures of teams kept", team_past.tonight),
    ("ends of months frozen", report_months.take_at_night),
    ("kept reports mailed", report_saved.send_due),
    ("files of reports removed", report_exports.remove_old),
    ("rows removed that were kept long enough", retention.run),
    ("old sign-ins removed", signin.forget_old),
    ("unfinished uploads removed", uploads.forget_old),
)
"""What happens once a day, in order, each in a transaction of its own: its name in the report, and the job."""


class NightFailed(Exception):
    """Some jobs of a night failed and were logged; `done` says how many of each the others did."""

    def __init__(self, failed: Sequence[str], done: dict[str, int]) -> None:
        super().__init__(f"These jobs of the night failed: {'; '.join(failed)}.")
        self.failed, self.done = failed, done


def run(app: Flask) -> None:
    """Work until told to stop."""
    queue, stopping = build(app), threading.Event()
    beside = threading.Thread(target=_promptly, args=(app, stopping), name="promptly", daemon=True)
    beside.start()
    try:
        queue.create_consumer(workers=1, periodic=True, check_worker_health=False).run()
    finally:
        stopping.set()
        beside.join(timeout=10)


def _promptly(app: Flask, stopping: threading.Event) -> None:
    while not stopping.wait(AT_MOST):
        try:
            promptly(app, lambda: not stopping.is_set())
        except Exception:
            log.exception("a prompt job failed; it is tried again")


def promptly(app: Flask, going: Callable[[], bool] = lambda: True) -> None:
    """Work off what was asked for at a page. What is not done when `going` says no is done by the next call.

    A job that fails holds up no other.
    """
    database = app.extensions["database"]
    with app.app_context():
        for job in PROMPT:
            _guarded(database, job.__module__, partial(job, database, going))


def build(app: Flask) -> Huey:
    """The queue with its periodic jobs: mail and overdue attempts every minute, the rest at night."""
    queue = _queue(app.extensions["settings"])

    @queue.periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
    def every_minute() -> None:
        minutely(app)

    @queue.periodic_task(crontab(hour="2", minute="30"))  # type: ignore[untyped-decorator]
    def every_night() -> None:
        with suppress(NightFailed):  # each job that failed is in the log
            nightly(app)

    return queue


def minutely(app: Flask) -> list[str]:
    """Mark attempts whose time is over, then send the mail, the webhooks and the chat messages that are due.

    A job that fails is logged, kept for administrators to see, and holds up no other. Returns the names of those.
    """
    database, settings = app.extensions["database"], app.extensions["settings"]
    jobs: tuple[tuple[str, Callable[[], object]], ...] = (
        ("overdue attempts closed", partial(_alone, database, closing.close_overdue)),
        ("mail sent", partial(outbox.deliver, database, settings)),
        ("webhooks sent", partial(webhook_sending.deliver, database)),
        ("chat messages sent", partial(chat.deliver, database, settings)),
    )
    with app.app_context():
        return [name for name, job in jobs if not _guarded(database, name, job)]


def _guarded(database: Database, name: str, job: Callable[[], object]) -> bool:
    """Do a job; whether it went well. One that did not is logged, and kept for administrators to see."""
    try:
        job()
    except Exception as error:
        log.exception("a job failed; it is tried again: %s", name)
        _keep(database, name, error)
        return False
    return True


def _keep(database: Database, name: str, error: Exception) -> None:
    """Keep that a job failed, for administrators to see; when even that cannot be written, the log has it."""
    try:
        with database.transaction() as session:
            failures.note(session, name, error)
    except SQLAlchemyError as why:
        log.warning("that a job failed could not be kept: %s", why)


def _alone(database: Database, job: Callable[[Session], int]) -> int:
    with database.transaction() as session:
        return job(session)


def nightly(app: Flask) -> dict[str, int]:
    """What must happen once a day; doing it again on the same day changes nothing. Returns how many of each.

    A job that fails changes nothing, is logged, kept for administrators to see, and holds up no other. Raises
    `NightFailed` at the end of such a night, and what the database raises when it cannot be used at all.
    """
    done, failed = dict[str, int](), list[str]()
    with app.app_context():
        _look_at(app.extensions["database"])
        for name, job in _jobs(app):
            try:
                done[name] = job()
            except Exception as error:
                log.exception("a job of the night failed: %s", name)
                _keep(app.extensions["database"], name, error)
                failed.append(name)
    if failed:
        raise NightFailed(failed, done)
    return done


def _look_at(database: Database) -> None:
    with database.reading() as session:
        session.execute(select(outbox.OutboxMessage.id).limit(1))


def _jobs(app: Flask) -> Iterator[tuple[str, Callable[[], int]]]:
    """The jobs of the night, each in a transaction of its own."""
    for name, job in NIGHTLY:
        yield name, partial(_alone, app.extensions["database"], job)
    yield "lines of the journal dropped", partial(outbox.forget_old, app.extensions["settings"])


def _queue(settings: Settings) -> Huey:
    if settings.queue_url == "embedded":
        return SqliteHuey("lms", filename=str(settings.instance / "queue.sqlite"))
    return RedisHuey("lms", url=settings.queue_url)
