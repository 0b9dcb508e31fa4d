"""What these tests build as bare rows is counted before a page is asked for, as deeds themselves do."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.people import signin
from lms.people.models import Person
from lms.reports.counters import rebuilding
from tests.support.client import Client


class CountingClient(Client):
    """A client that has what was built since the last request counted first."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        session = self.database_session
        if session is not None and session.info.pop("built", False):
            rebuilding.rebuild(session)
            session.info.pop("built", None)
        return super().open(*args, **kwargs)


@pytest.fixture
def client_for(app: Flask, session: Session) -> Callable[[Person], Client]:
    """A client that a person is signed in with, for whom the company is counted."""
    app.test_client_class = CountingClient
    event.listen(session, "after_flush", lambda session, context: session.info.update(built=True))

    def enter(person: Person) -> Client:
        client = app.test_client()
        assert isinstance(client, Client)
        client.database_session = session
        session.flush()
        client.enter_with(signin.start(session, person.id, "tests").token)
        session.info["built"] = True
        return client

    return enter
