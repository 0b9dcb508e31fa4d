"""Saying that one is in a text, and hearing who else is."""

from collections.abc import Sequence

from flask import jsonify, request
from flask_login import current_user
from werkzeug.wrappers import Response

from courses.authoring import editions, presence, variants
from courses.authoring.presence import Place, Writer
from courses.authoring.room_views import AUTHORS, blueprint, in_authors_language, text_language, text_variant
from lms.base import i18n, web
from lms.base.access import open_to
from lms.base.i18n import gettext


@blueprint.post("/studio/<slug>/<lesson>/here")
@open_to(AUTHORS)
@in_authors_language
def here(slug: str, lesson: str) -> Response:
    """Note who writes here, or that she left, and tell who else does: asked by the page every half minute."""
    session, place = web.session(), _place(slug, lesson)
    if request.form.get("gone"):
        presence.leave(session, place, current_user.id)
        return jsonify(others="")
    presence.note(session, place, current_user.id)
    return jsonify(others=told(presence.others(session, place, current_user.id)))


def told(others: Sequence[Writer]) -> str:
    """Who else has the text open, as a sentence; nothing when nobody has."""
    if not others:
        return ""
    first = gettext("%(name)s has this text open too (%(time)s).", name=others[0].name, time=_time(others[0]))
    if len(others) > 1:
        names = ", ".join(writer.name for writer in others)
        first = gettext("%(names)s have this text open too.", names=names)
    return first + " " + gettext("Who saves second is asked to compare: nothing is overwritten.")


def _time(writer: Writer) -> str:
    return i18n.time_of_day(writer.seen_at)


def _place(slug: str, lesson: str) -> Place:
    course = editions.course(web.session(), slug)
    texts = variants.of_lesson(web.session(), course.current.id, lesson)
    editions.lesson_id(web.session(), course.current.id, lesson)
    return Place(course.id, lesson, text_language(), text_variant(texts))
