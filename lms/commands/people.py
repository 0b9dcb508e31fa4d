"""`lms people`: adding, erasing, importing and exporting people."""

import gc
import sys
from pathlib import Path

import click

from lms import people_files
from lms.base.access import ROLES
from lms.commands.running import command, opened, steps
from lms.people import accounts, erasure
from lms.people.imports.models import ON_MISSING
from lms.people.models import TIERS


@click.group()
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
    with opened() as app:
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
    with opened() as app:
        with app.extensions["database"].transaction() as session:
            erasure.erase(session, erasure.by_email(session, email).id, reason)
        click.echo("erased; certificates stay under a pseudonym")


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--on-missing", type=click.Choice(ON_MISSING), default="keep", show_default=True)
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="All of it, as CSV or JSON lines.")
@click.option("--many-leavers", is_flag=True, help="Go on although more than 20 % would leave.")
@command
def import_people(file: Path, dry_run: bool, on_missing: str, report: Path | None, many_leavers: bool) -> None:
    """Take in HR's file: all of it, or nothing when a line is wrong. Says first who leaves."""
    wanted = people_files.Wanted(file, dry_run, on_missing, report, many_leavers)
    gc.disable()  # every row lives until the end: the collector would only walk over all of them again and again
    try:
        with opened() as app, steps() as told:
            for line in people_files.bring(app.extensions["database"], app.extensions["files"], wanted, told):
                click.echo(line)
    finally:
        gc.enable()


@people.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@command
def export_people(file: Path) -> None:
    """Write everybody into FILE, as HR's file has it: importing it again changes nothing."""
    with opened() as app:
        click.echo(people_files.write(app.extensions["database"], file))
