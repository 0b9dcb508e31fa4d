"""A server killed in the middle: an attempt is submitted or still open, with every acknowledged answer in it."""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import func, select

from courses.enrollment_models import Enrollment
from lms.base.db import Database
from lms.people import signin
from quizzes import papers
from quizzes.attempt_models import Attempt, Mark, PaperItem, Response, Result
from tests.benchmarks.client import TOKEN
from tests.make import Make

ROOT = Path(__file__).resolve().parent.parent.parent
PEOPLE = 6
KILLS = 3
SEED = 20260302


@contextmanager
def serving(url: str, instance: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A production server of two processes in a process group of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "LMS_DATABASE_URL": url,
        "LMS_INSTANCE": str(instance),
        "LMS_SECRET_KEY": "for tests only",
    }
    words = [sys.executable, "-m", "lms", "serve", "--port", str(port), "--workers", "2"]
    server = subprocess.Popen(words, cwd=ROOT, env=environment, start_new_session=True)
    try:
        _wait_until_it_answers(port)
        yield port, server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait(30)


def _wait_until_it_answers(port: int) -> None:
    for _ in range(600):
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


class Learner:
    """Answers question after question, again and again, and hands in at the end; notes what was acknowledged."""

    def __init__(self, attempt_id: int, cookie: str, places: dict[int, dict[str, str]]) -> None:
        self.attempt_id, self.cookie, self.places = attempt_id, cookie, places
        self.acknowledged: dict[int, int] = {}
        """The revision that was acknowledged for each place."""
        self.handed_in = False

    def run(self, port: int) -> None:
        with suppress(OSError, http.client.HTTPException, ValueError):
            self._run(http.client.HTTPConnection("127.0.0.1", port, timeout=20))

    def _run(self, connection: http.client.HTTPConnection) -> None:
        address, headers = f"/attempts/{self.attempt_id}", {"Cookie": f"lms={self.cookie}"}
        connection.request("GET", address, headers=headers)
        opened = connection.getresponse()
        page = opened.read().decode()
        if fresh := opened.headers.get("Set-Cookie"):
            self.cookie = fresh.split(";")[0].removeprefix("lms=")
            headers = {"Cookie": f"lms={self.cookie}"}
        found = TOKEN.search(page)
        if 'name="revision"' not in page or not found:
            return
        revision = int(page.split('name="revision" value="')[1].split('"')[0])
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        for place, fields in self.places.items():
            body = {"csrf_token": found[1], "question": str(place), "revision": str(revision), **fields}
            connection.request("POST", address, urlencode(body), headers | {"Accept": "application/json"})
            answer = connection.getresponse()
            saved = json.loads(answer.read())
            if answer.status != 200:
                raise ValueError(saved)
            revision = self.acknowledged[place] = saved["revision"]
        connection.request("POST", f"{address}/submit", urlencode({"csrf_token": found[1]}), headers)
        self.handed_in = connection.getresponse().status == 303


def test_an_attempt_is_submitted_or_open_with_every_acknowledged_answer(
    app: Flask, database: Database, database_url: str, session, make: Make, tmp_path: Path
) -> None:
    quiz = make.quiz()
    writer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert writer
    learners = []
    for number in range(PEOPLE):
        person = make.person(f"Person {number}")
        attempt = make.attempt(person, quiz)
        token = signin.start(session, person.id, "tests").token
        places = {item.position: _fields(item) for item in papers.items(session, attempt)}
        learners.append(Learner(attempt.id, str(writer.dumps({"_user_id": token, "_fresh": True})), places))
    session.commit()
    chance = random.Random(SEED)
    for _ in range(KILLS):
        with serving(database_url, tmp_path / "server") as (port, server):
            threads = [threading.Thread(target=learner.run, args=(port,)) for learner in learners]
            for thread in threads:
                thread.start()
            before, wanted = _acknowledged(learners), chance.randint(3, 4 * PEOPLE)
            for _ in range(400):
                if _acknowledged(learners) >= before + wanted or not any(one.is_alive() for one in threads):
                    break
                time.sleep(0.02)
            os.killpg(server.pid, signal.SIGKILL)
            for thread in threads:
                thread.join(30)
        for learner in learners:
            _nothing_is_between(database, learner)
    assert _acknowledged(learners) >= 3 * KILLS
    with serving(database_url, tmp_path / "server") as (port, _):
        for learner in learners:
            learner.run(port)
            _nothing_is_between(database, learner)
    with database.reading() as fresh:
        assert fresh.scalar(select(func.count()).select_from(Attempt).where(Attempt.state == "marked")) == PEOPLE


def _acknowledged(learners: list[Learner]) -> int:
    return sum(max(learner.acknowledged.values(), default=0) for learner in learners)


def _fields(item: papers.Item) -> dict[str, str]:
    """The form of one answer: the first choice, or all statements to green."""
    if item.question.kind == "sort":
        return {f"answer-{place}": "green" for place in range(1, len(item.order) + 1)}
    return {"answer": "1"}


def _nothing_is_between(database: Database, learner: Learner) -> None:
    with database.reading() as session:
        attempt = session.get_one(Attempt, learner.attempt_id)
        kept = session.execute(
            select(PaperItem.position, func.max(Response.revision))
            .join(Response, Response.item_id == PaperItem.id)
            .where(PaperItem.attempt_id == attempt.id)
            .group_by(PaperItem.position)
        )
        revisions = {position: revision for position, revision in kept}  # noqa: C416
        marks = session.scalars(
            select(Mark).join(PaperItem, PaperItem.id == Mark.item_id).where(PaperItem.attempt_id == attempt.id)
        ).all()
        results = session.scalars(select(Result).where(Result.attempt_id == attempt.id)).all()
        enrollment = session.get_one(Enrollment, attempt.enrollment_id)
        assert attempt.revision == max(revisions.values(), default=0)
        assert revisions.keys() >= learner.acknowledged.keys()
        assert attempt.revision >= max(learner.acknowledged.values(), default=0)
        if attempt.state == "in_progress":
            assert not learner.handed_in
            assert not marks
            assert not results
        else:
            assert attempt.state == "marked"
            assert len(marks) == 10
            assert [(one.passed, one.percent_hundredths) for one in results] == [
                (attempt.passed, attempt.percent_hundredths)
            ]
            assert (enrollment.completed_at is not None) == attempt.passed
