"""The command `lms`: each command is one call."""

import sys
from pathlib import Path

import click
from flask import Flask

from lms import checks, content, demo, server, worker
from lms.base import schema
from lms.base.settings import demo_password
from lms.commands.contents import contents
from lms.commands.counters import counters
from lms.commands.keys import keys
from lms.commands.people import people
from lms.commands.running import Failed, command, opened
from lms.people import passwords
from lms.reports.counters import rebuilding
from lms.simulation import loading
from quizzes.analysis import facts


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The Social Media University: train people to speak online, and keep the register of who may."""


@main.command()
@command
def init() -> None:
    """Create or upgrade the database and load the shipped content. Safe to repeat."""
    with opened() as app:
        database = app.extensions["database"]
        schema.upgrade(database.engine)
        if database.engine.url.database and database.engine.dialect.name == "sqlite":
            Path(database.engine.url.database).chmod(0o600)
        with database.transaction(patience=content.PATIENCE) as session:
            for what, outcome in content.load_shipped(session, app.extensions["files"]):
                click.echo(f"{what}: {outcome}")
        if count := facts.fill(database):
            click.echo(f"figures: {count} attempts that were marked before can be counted now")
        with database.transaction() as session:
            if count := rebuilding.fill(session):
                click.echo(f"counters: {count} people")


@main.command("demo")
@click.option("--if-empty", is_flag=True, help="Do nothing, rather than refuse, when there are people already.")
@command
def load_demo(if_empty: bool) -> None:
    """Add a believable company to try things with. Refuses on a database that has other people."""
    with opened() as app:
        with app.extensions["database"].transaction() as session:
            outcome = demo.load(session, demo_password(app.extensions["settings"]), only_if_empty=if_empty)
        click.echo(f"demo company: {outcome}")


def _tell(what: str) -> None:
    """Say on a terminal what is being done now."""
    if sys.stderr.isatty():
        click.echo(f"{what} …", err=True)


@main.command()
@click.option("--people", "count", type=click.IntRange(10, 2_000_000), required=True, help="How many to invent.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same company.")
@click.option("--courses", type=click.IntRange(1, 50), default=8, show_default=True, help="How many everybody takes.")
@click.option("--password-stdin", is_flag=True, help="Read a password for all of them from standard input.")
@command
def simulate(count: int, seed: int, courses: int, password_stdin: bool) -> None:
    """Invent a company with enrollments, attempts and certificates, for load tests. Refuses where there are people."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    secret = passwords.hashed(password) if password is not None else None
    with opened() as app, app.extensions["database"].transaction() as session:
        made = loading.load(session, count, seed=seed, courses=courses, password_hash=secret, tell=_tell)
    click.echo(f"{count:,} people and {made:,} enrollments")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), help="Else LMS_PORT, else 8000.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; else one a core.")
@click.option("--with-worker", is_flag=True, help="Run the job worker beside it: all on one machine.")
@command
def serve(host: str, port: int | None, workers: int | None, with_worker: bool) -> None:
    """Run the production server."""
    with opened() as app:
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
    with opened() as app:
        worker.run(app)


@main.command()
@command
def nightly() -> None:
    """Do what must happen once a day. Safe to repeat. A job that fails is named at the end; the others are done."""
    with opened() as app:
        try:
            done, failure = worker.nightly(app), ""
        except worker.NightFailed as night:
            done, failure = night.done, f"{night} Why is in the log; the others were done."
        for what, count in done.items():
            click.echo(f"{what}: {count}")
    if failure:
        raise Failed(failure)


@main.command()
@command
def check() -> None:
    """Check settings, database, schema, mail, storage, clock and disk: one line each."""
    with opened() as app:
        results = checks.run(app)
    for result in results:
        click.echo(f"{'ok  ' if result.ok else 'FAIL'}  {result.name}: {result.words}")
    if not all(result.ok for result in results):
        sys.exit(1)


for group in (people, contents, counters, keys):
    main.add_command(group)
