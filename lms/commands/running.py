"""What every command needs: the application, sentences instead of tracebacks, and progress on a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask import Flask
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from sqlalchemy.exc import DBAPIError

from lms import create_app
from lms.base.content import ContentError
from lms.base.errors import Refused
from lms.base.settings import BadSetting


class Failed(click.ClickException):
    """A command that could not do what was asked: one sentence on standard error, exit code 1."""

    def format_message(self) -> str:
        return self.message


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except (BadSetting, ContentError, Refused) as error:
        raise Failed(str(error)) from error
    except DBAPIError as error:
        raise Failed(
            f"The database cannot be used: {str(error.orig).splitlines()[0]}. Has lms init been run?"
        ) from error
    except OSError as error:
        raise Failed(f"{error.strerror or error}: {error.filename}" if error.filename else str(error)) from error


def command(function: Callable[..., Any]) -> Callable[..., Any]:
    """A command whose refusals and bad settings come out as sentences."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        with _sentences():
            return function(*args, **kwargs)

    return run


@contextmanager
def opened() -> Iterator[Flask]:
    """The application, ready to be asked."""
    app = create_app()
    with app.app_context():
        yield app


@contextmanager
def progress(deed: str) -> Iterator[Callable[[Path], None]]:
    """Shows on a terminal how many files were seen, and which one now; nothing in a pipe."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda path: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description} {task.completed} files"),
        TextColumn("{task.fields[name]}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(deed, total=None, name="")
        yield lambda path: bar.update(task, advance=1, name=path.name)


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """Shows on a terminal what is being done; nothing in a pipe."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step: None
        return
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda step: bar.update(task, description=step)
