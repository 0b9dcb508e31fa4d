"""The job worker: what is done regularly, each job a list of calls."""

import logging
import threading
from collections.abc import Callable

from flask import Flask
from huey import RedisHuey, SqliteHuey, crontab
from huey.api import Huey

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
from lms.base import outbox, webhook_sending
from lms.base.db import Database
from lms.base.settings import Settings
from lms.people import signin
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
)
"""Jobs that somebody waits for: called every few seconds with the database and whether to go on."""


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
    """Work off what was asked for at a page. What is not done when `going` says no is done by the next call."""
    with app.app_context():
        for job in PROMPT:
            job(app.extensions["database"], going)


def build(app: Flask) -> Huey:
    """The queue with its periodic jobs: mail and overdue attempts every minute, the rest at night."""
    queue = _queue(app.extensions["settings"])

    @queue.periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
    def every_minute() -> None:
        minutely(app)

    @queue.periodic_task(crontab(hour="2", minute="30"))  # type: ignore[untyped-decorator]
    def every_night() -> None:
        nightly(app)

    return queue


def minutely(app: Flask) -> None:
    """Mark attempts whose time is over, then send the mail and the webhooks that are due."""
    database = app.extensions["database"]
    with app.app_context():
        with database.transaction() as session:
            closing.close_overdue(session)
        outbox.deliver(database, app.extensions["settings"])
        webhook_sending.deliver(database)


def nightly(app: Flask) -> dict[str, int]:
    """What must happen once a day; doing it again on the same day changes nothing. Returns how many of each."""
    database = app.extensions["database"]
    done = {}
    with app.app_context():
        for name, job in (
            ("attempts closed", closing.close_overdue),
            ("figures of quizzes asked for", figures.ask_for_new),
            ("cards of missed questions made", practice.from_attempts),
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
            ("owners of accounts to be closed reminded", branded.warn),
            ("profiles elsewhere found untrue", profiles.tell),
            ("files of certificates removed", papers.remove_old),
            ("courses and guidelines found anew", search_index.bring_up_to_date),
            ("old sign-ins removed", signin.forget_old),
            ("unfinished uploads removed", uploads.forget_old),
        ):
            with database.transaction() as session:
                done[name] = job(session)
    return done


def _queue(settings: Settings) -> Huey:
    if settings.queue_url == "embedded":
        return SqliteHuey("lms", filename=str(settings.instance / "queue.sqlite"))
    return RedisHuey("lms", url=settings.queue_url)
