"""`lms content`: guidelines, courses and quizzes as files, both ways."""

import sys
from pathlib import Path

import click

from lms import content
from lms.commands.running import command, opened, progress


@click.group("content")
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
    with opened() as app, progress("Reading") as seen:
        shown = content.preview(app.extensions["database"], folder, draft=draft, seen=seen)
    click.echo("\n".join(shown.lines))
    if dry_run or not shown.changes:
        return
    if not yes and sys.stdin.isatty() and sys.stdout.isatty() and not click.confirm("Load this?"):
        click.echo("Nothing was changed.")
        return
    with (
        opened() as app,
        progress("Loading") as seen,
        app.extensions["database"].transaction(patience=content.PATIENCE) as session,
    ):
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
    with opened() as app, app.extensions["database"].reading() as session, progress("Writing") as seen:
        for slug in () if slugs else content.guideline_slugs(session):
            content.export_guideline(session, folder, slug, seen=seen)
            click.echo(f"guideline {slug}: exported")
        for slug in slugs or content.course_slugs(session):
            content.export(session, app.extensions["files"], folder, slug, draft=draft, seen=seen)
            click.echo(f"course {slug}: exported")
