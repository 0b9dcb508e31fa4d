"""A browser without a screen: Flask's test client, that knows about sessions, tokens and the database of the test."""

import secrets
from typing import Any

from flask.sessions import SecureCookieSession
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse


class Client(FlaskClient):
    """What a test built in its `session` is committed before each request, and read afresh after it."""

    database_session: Session | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if self.database_session is not None:
            self.database_session.commit()
        response = super().open(*args, **kwargs)
        if self.database_session is not None:
            self.database_session.expire_all()
        return response

    def submit(self, address: str, fields: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Send a form of this site: `fields` and a good token against forged requests."""
        headers = {"Sec-Fetch-Site": "same-origin"} | more.pop("headers", {})
        data = {"csrf_token": self.token()} | (fields or {})
        return self.post(address, data=data, headers=headers, **more)

    def token(self) -> str:
        """A token against forged requests: as a form's `csrf_token` or a script's header `X-CSRFToken`."""
        with self.session_transaction() as kept:
            raw = kept.setdefault("csrf_token", secrets.token_hex(20))
        serializer = URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token")
        return str(serializer.dumps(raw))

    def enter_with(self, token: str) -> None:
        """Hold the cookie of somebody who is signed in."""
        with self.session_transaction() as kept:
            kept["_user_id"] = token
            kept["_fresh"] = True


def session_cookie(client: Client) -> SecureCookieSession:
    """What the session cookie of a client holds."""
    with client.session_transaction() as kept:
        return kept  # type: ignore[return-value]
