"""`lms counters`: the figures of teams compared with the truth, or made anew."""

import sys

import click

from lms.commands.running import command, opened
from lms.reports.counters import counting, rebuilding


@click.group()
def counters() -> None:
    """The figures of teams, kept up to date with each deed."""


@counters.command("verify")
@command
def verify_counters() -> None:
    """Compare the counters with people and enrollments; exit code 1 when one is wrong."""
    with opened() as app, app.extensions["database"].reading() as session:
        wrong = rebuilding.verify(session)
    click.echo("\n".join(wrong) or "every counter is right")
    if wrong:
        sys.exit(1)


@counters.command("rebuild")
@command
def rebuild_counters() -> None:
    """Make all counters anew."""
    with opened() as app, app.extensions["database"].transaction() as session:
        counting.wait(session, alone=True)
        click.echo(f"{rebuilding.rebuild(session)} people counted")
