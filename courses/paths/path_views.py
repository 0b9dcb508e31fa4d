"""A learning path, for who walks it."""

from flask import render_template
from flask_login import current_user

from courses import progress
from courses.hall_views import blueprint
from courses.paths import reading, trail
from lms.base import web
from lms.base.access import SIGNED_IN, open_to
from lms.base.errors import NotFound


@blueprint.get("/paths/<slug>")
@open_to(SIGNED_IN)
def path(slug: str) -> str:
    found = reading.get(web.session(), slug)
    if found.retired_at is not None:
        raise NotFound
    standings = progress.overview(web.session(), current_user.id)
    return render_template("paths/path.html", trail=trail.follow(found, standings))
