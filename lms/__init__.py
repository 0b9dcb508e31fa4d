"""The Social Media University."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from lms.base.settings import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The application, for a server, a command or a test; `lms.application` is its table of contents.

    Imported here only when called: everything imports this package, and it must not import everything back.
    """
    from lms.application import build

    return build(settings)
