"""The command `lms`: each command is one call."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask import Flask
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from sqlalchemy.exc import DBAPIError

from certificates.credentials import keys as signing_keys
from lms import checks, content, create_app, demo, server, worker
from lms.base import schema
from lms.base.access import ROLES
from lms.base.content import ContentError
from lms.base.errors import Refused
from lms.base.settings import BadSetting, demo_password
from lms.people import accounts, erasure
from lms.people.models import TIERS
from quizzes.analysis import facts


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
def _app() -> Iterator[Flask]:
    app = create_app()
    with app.app_context():
        yield app


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The Social Media University: train people to speak online, and keep the register of who may."""


@main.command()
@command
def init() -> None:
    """Create or upgrade the database and load the shipped content. Safe to repeat."""
    with _app() as app:
        database = app.extensions["database"]
        schema.upgrade(database.engine)
        if database.engine.url.database and database.engine.dialect.name == "sqlite":
            Path(database.engine.url.database).chmod(0o600)
        with database.transaction() as session:
            for what, outcome in content.load_shipped(session, app.extensions["files"]):
                click.echo(f"{what}: {outcome}")
        if count := facts.fill(database):
            click.echo(f"figures: {count} attempts that were marked before can be counted now")


@main.command("demo")
@click.option("--if-empty", is_flag=True, help="Do nothing, rather than refuse, when there are people already.")
@command
def load_demo(if_empty: bool) -> None:
    """Add a believable company to try things with. Refuses on a database that has other people."""
    with _app() as app:
        with app.extensions["database"].transaction() as session:
            outcome = demo.load(session, demo_password(app.extensions["settings"]), only_if_empty=if_empty)
        click.echo(f"demo company: {outcome}")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), help="Else LMS_PORT, else 8000.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; else one a core.")
@click.option("--with-worker", is_flag=True, help="Run the job worker beside it: all on one machine.")
@command
def serve(host: str, port: int | None, workers: int | None, with_worker: bool) -> None:
    """Run the production server."""
    with _app() as app:
        settings = app.extensions["settings"]
        server.refuse_open_demo(settings, host)
        port = port or settings.port
        click.echo(f"\n  Social Media University: http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}\n")
        if settings.demo:
            _print_demo_people(app)
        app.extensions["database"].close()
    server.serve(host, port, workers or server.usual_workers(), with_worker=with_worker)


def _print_demo_people(app: Flask) -> None:
    with app.extensions["database"].reading() as session:
        for email, name, job in demo.people(session):
            click.echo(f"  {email:24} {name:18} {job}")
    click.echo(f"\n  Password of all: {demo_password(app.extensions['settings'])}   (Ctrl-C ends the server)\n")
    sys.stdout.flush()


@main.command("worker")
@command
def run_worker() -> None:
    """Run the job worker: mail, reminders, overdue attempts."""
    with _app() as app:
        worker.run(app)


@main.command()
@command
def nightly() -> None:
    """Do what must happen once a day. Safe to repeat."""
    with _app() as app:
        for what, count in worker.nightly(app).items():
            click.echo(f"{what}: {count}")


@main.command()
@command
def check() -> None:
    """Check settings, database, schema, mail, storage, clock and disk: one line each."""
    with _app() as app:
        results = checks.run(app)
    for result in results:
        click.echo(f"{'ok  ' if result.ok else 'FAIL'}  {result.name}: {result.words}")
    if not all(result.ok for result in results):
        sys.exit(1)


@main.group()
def people() -> None:
    """People in the system."""


@people.command()
@click.argument("email")
@click.option("--name", required=True, help="Given and family name.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="May be given several times.")
@click.option("--tier", default="staff", type=click.Choice(TIERS), show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@command
def add(email: str, name: str, roles: tuple[str, ...], tier: str, password_stdin: bool) -> None:
    """Add a person by hand, the first administrator among them."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with _app() as app:
        with app.extensions["database"].transaction() as session:
            person = accounts.add(session, email, name, roles=roles, password=password, tier=tier)
        click.echo(f"{person.email} added")


@people.command()
@click.argument("email")
@click.option("--reason", required=True, help="Why, such as the date of the request; kept in the audit trail.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@command
def erase(email: str, reason: str, yes: bool) -> None:
    """Take somebody's name and address out for good; certificates stay, under no name. It cannot be undone."""
    if not yes and sys.stdin.isatty() and not click.confirm(f"Erase {email} for good?"):
        click.echo("Nothing was changed.")
        return
    with _app() as app:
        with app.extensions["database"].transaction() as session:
            erasure.erase(session, erasure.by_email(session, email).id, reason)
        click.echo("erased; certificates stay under a pseudonym")


@main.group("content")
def contents() -> None:
    """Guidelines and courses as folders of files."""


@contents.command("load")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before changing something.")
@click.option("--draft", is_flag=True, help="Keep courses as drafts for the studio instead of publishing them.")
@command
def load_content(folder: Path, dry_run: bool, yes: bool, draft: bool) -> None:
    """Load guidelines, courses and quizzes from FOLDER, all of them or, when something is wrong, none.

    Says first what changes, and on a terminal asks. What is published asks no learner to do anything again, and no
    reviewer to sign off: who loads a text about a regulated topic answers for that.
    """
    with _app() as app, _progress("Reading") as seen:
        shown = content.preview(app.extensions["database"], folder, draft=draft, seen=seen)
    click.echo("\n".join(shown.lines))
    if dry_run or not shown.changes:
        return
    if not yes and sys.stdin.isatty() and sys.stdout.isatty() and not click.confirm("Load this?"):
        click.echo("Nothing was changed.")
        return
    with _app() as app, _progress("Loading") as seen, app.extensions["database"].transaction() as session:
        content.load(session, app.extensions["files"], folder, shown, draft=draft, seen=seen)
    click.echo("Loaded.")


@contents.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--course", "slugs", multiple=True, help="The address of a course; may be given several times. Else all.")
@click.option("--draft", is_flag=True, help="The draft of a course where there is one, instead of what is live.")
@command
def export_content(folder: Path, slugs: tuple[str, ...], draft: bool) -> None:
    """Write guidelines, courses and their quizzes into FOLDER, to keep in git and to load again without a difference.

    Guidelines are left out when courses are named.
    """
    with _app() as app, app.extensions["database"].reading() as session, _progress("Writing") as seen:
        for slug in () if slugs else content.guideline_slugs(session):
            content.export_guideline(session, folder, slug, seen=seen)
            click.echo(f"guideline {slug}: exported")
        for slug in slugs or content.course_slugs(session):
            content.export(session, app.extensions["files"], folder, slug, draft=draft, seen=seen)
            click.echo(f"course {slug}: exported")


@main.group()
def keys() -> None:
    """The keys that sign credentials."""


@keys.command("list")
@command
def list_keys() -> None:
    """Show every key there ever was: in use, retired, or compromised."""
    with _app() as app, app.extensions["database"].transaction() as session:
        for key in signing_keys.ready(session):
            since = key.compromised_at or key.retired_at or key.made_at
            click.echo(f"{key.state:12} since {since:%Y-%m-%d %H:%M} UTC  {key.algorithm:8} {key.kid}")


@keys.command("rotate")
@command
def rotate_keys() -> None:
    """Sign with new keys from now on. What earlier keys signed stays good."""
    with _app() as app, app.extensions["database"].transaction() as session:
        for kid in signing_keys.rotate(session):
            click.echo(f"now signs: {kid}")


@keys.command("compromised")
@click.argument("kid")
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="In UTC; now when not given.")
@command
def compromised_key(kid: str, since: datetime | None) -> None:
    """Say that others may have the key KID: it is warned of from then on, and a new key signs."""
    at = since.replace(tzinfo=UTC) if since else None
    with _app() as app, app.extensions["database"].transaction() as session:
        signing_keys.mark_compromised(session, kid, at=at)
        click.echo(f"compromised: {kid}")


@contextmanager
def _progress(deed: str) -> Iterator[Callable[[Path], None]]:
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
