"""What all pages of the studio share: the blueprint, who may come in, the language of a text and that of the page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, current_app, request
from flask_login import current_user

from courses.authoring import drafts, editions, variants
from courses.authoring.editions import CourseEditions, ModuleNode
from lms.base import i18n, web
from lms.base.access import holders_of
from lms.base.errors import NotFound

blueprint = Blueprint("authoring", __name__)
AUTHORS = holders_of("author", "administrator")
View = Callable[..., Any]


def in_authors_language(view: View) -> View:
    """`?lang=` chooses the text on these pages, never the words around it."""

    @wraps(view)
    def shown(**values: Any) -> Any:
        spoken = current_user.language
        with i18n.force_locale(spoken if spoken in current_app.config["LANGUAGES"] else "en"):
            return view(**values)

    return shown


def text_language() -> str:
    """The language of the text to edit. Raises `NotFound` for one that lessons do not come in."""
    language = request.args.get("lang", drafts.ORIGINAL)
    if language not in i18n.LANGUAGES:
        raise NotFound
    return language


def text_variant(texts: variants.Texts) -> str:
    """Whose text to edit: `?variant=tier:manager`. Raises `NotFound` for one that the lesson does not have."""
    variant = request.args.get("variant", variants.EVERYBODY)
    if variant not in variants.names(texts):
        raise NotFound
    return variant


def outline(course: CourseEditions) -> list[ModuleNode]:
    return editions.outline(web.session(), course.current.id, course.live.id if course.live else None)
