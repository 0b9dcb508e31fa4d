"""Mails in words: templates of plain text, filled in the language in force. The outbox carries what comes out."""

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lms.base import i18n
from lms.base.i18n import gettext, ngettext
from lms.base.settings import in_force

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


def render(template: str, **values: Any) -> str:
    """The text of a mail, from a template such as `certificates/mail/ends.txt`.

    Every template knows the company's name, the hub's address and that of this site.
    """
    settings = in_force()
    own = {"company": settings.company, "hub_email": settings.hub_email, "site": settings.base_url}
    return _environment().get_template(template).render(own | values)


class Form:
    """A mail that goes to many, rendered once in the language in force, with blanks for what is each reader's own.

    What is filled in is taken as it is: nothing in it is read as a blank.
    """

    def __init__(self, template: str, blanks: Collection[str], **values: Any) -> None:
        text = render(template, **values, **{name: f"\ue000{name}\ue001" for name in blanks})
        self._pieces = re.split("\ue000(\\w+)\ue001", text)

    def filled(self, **own: str) -> str:
        """The text for one reader."""
        pieces = self._pieces.copy()
        pieces[1::2] = [own[name] for name in pieces[1::2]]
        return "".join(pieces)


@cache
def _environment() -> Environment:
    """Plain text, so nothing is escaped; works in commands and jobs, where no page is being answered."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=False,  # noqa: S701 - plain text, never a page
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(_=gettext, ngettext=ngettext, day=i18n.day)
    return environment
