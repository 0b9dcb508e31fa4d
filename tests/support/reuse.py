"""What costs much to make and is lent from test to test, as good as new: applications, and engines of databases.

A test gets an application or an engine in the state in which it was made. What a test may have changed is put back
before the next has it; an application that has got another form (a route, a hook, a handler) is not lent again.
"""

import copy
from collections.abc import Callable, Hashable
from typing import Any

from flask import Flask
from sqlalchemy import Engine

from lms.base.db import Database

Made = Callable[[], Flask]
HOOKS = (
    "before_request_funcs",
    "after_request_funcs",
    "teardown_request_funcs",
    "template_context_processors",
    "url_default_functions",
    "url_value_preprocessors",
    "teardown_appcontext_funcs",
    "shell_context_processors",
    "error_handler_spec",
    "view_functions",
    "blueprints",
)
PARTS = ("wsgi_app", "session_interface", "json", "aborter", "request_class", "response_class", "login_manager", "cli")


class Kept:
    """An application with the state in which it was made."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._form = _form(app)
        self._config, self._extensions = dict(app.config), _copied(app.extensions)
        environment = app.jinja_env
        self._shelves = [
            (shelf, dict(shelf)) for shelf in (environment.globals, environment.filters, environment.tests)
        ]
        self._loader = environment.loader

    def as_new(self) -> Flask:
        """The application in the state in which it was made."""
        for shelf, content in ((self.app.config, self._config), (self.app.extensions, _copied(self._extensions))):
            shelf.clear()
            shelf.update(content)
        for shelf, content in self._shelves:
            shelf.clear()
            shelf.update(content)
        self.app.jinja_env.loader = self._loader
        self.app._got_first_request = False
        return self.app

    def has_its_form(self) -> bool:
        return _form(self.app) == self._form


class Applications:
    """Applications by what they were made with. One that is lent is not lent twice at the same time."""

    def __init__(self) -> None:
        self._free: dict[Hashable, list[Kept]] = {}

    def borrow(self, key: Hashable, make: Made) -> tuple[Flask, Callable[[], None]]:
        """An application, as it was made, and what gives it back."""
        free = self._free.setdefault(key, [])
        kept = free.pop() if free else Kept(make())

        def give_back() -> None:
            if kept.has_its_form():
                free.append(kept)

        return kept.as_new(), give_back


class Engines:
    """Engines by address. They keep what they know of statements and of the server, and no connection."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Engine, Any]] = {}

    def lend(self, url: str, database: Database) -> Database:
        """Have a database of this address work on the engine that is kept, through a pool of its own.

        Whoever listens to the engine or to the pool listens to what belongs to this database alone.
        """
        engine, spare = self._kept.setdefault(url, (database.engine, database.engine.pool))
        engine.pool = spare.recreate()
        database.engine = engine.execution_options()
        database._writing = database.engine.execution_options(writes=True)
        return database


def _form(app: Flask) -> list[Any]:
    """What an application consists of, to compare: its routes, views, hooks, handlers and parts."""
    hooks = [_filled(getattr(app, name)) for name in HOOKS]
    return [len(list(app.url_map.iter_rules())), hooks, [getattr(app, name, None) for name in PARTS]]


def _copied(value: Any) -> Any:
    """A copy of collections within collections; what they hold in the end is the same."""
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    return copy.copy(value) if isinstance(value, list | set) else value


def _filled(value: Any) -> Any:
    """A copy of collections within collections, without the empty ones that asking for them makes."""
    if isinstance(value, dict):
        return {key: filled for key, one in value.items() if (filled := _filled(one)) not in ({}, [])}
    return copy.copy(value) if isinstance(value, list) else value
