"""`lms keys`: the keys that sign credentials."""

from datetime import UTC, datetime

import click

from certificates.credentials import keys as signing_keys
from lms.commands.running import command, opened


@click.group()
def keys() -> None:
    """The keys that sign credentials."""


@keys.command("list")
@command
def list_keys() -> None:
    """Show every key there ever was: in use, retired, or compromised."""
    with opened() as app, app.extensions["database"].transaction() as session:
        for key in signing_keys.ready(session):
            since = key.compromised_at or key.retired_at or key.made_at
            click.echo(f"{key.state:12} since {since:%Y-%m-%d %H:%M} UTC  {key.algorithm:8} {key.kid}")


@keys.command("rotate")
@command
def rotate_keys() -> None:
    """Sign with new keys from now on. What earlier keys signed stays good."""
    with opened() as app, app.extensions["database"].transaction() as session:
        for kid in signing_keys.rotate(session):
            click.echo(f"now signs: {kid}")


@keys.command("compromised")
@click.argument("kid")
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="In UTC; now when not given.")
@command
def compromised_key(kid: str, since: datetime | None) -> None:
    """Say that others may have the key KID: it is warned of from then on, and a new key signs."""
    at = since.replace(tzinfo=UTC) if since else None
    with opened() as app, app.extensions["database"].transaction() as session:
        signing_keys.mark_compromised(session, kid, at=at)
        click.echo(f"compromised: {kid}")
