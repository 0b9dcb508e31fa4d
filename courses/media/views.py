"""Handing out the files of lessons: whole or in ranges, kept by browsers for a year."""

from flask import Blueprint, Response, current_app, send_file

from courses.media import library
from lms.base import web
from lms.base.access import SIGNED_IN, open_to
from lms.base.errors import NotFound

blueprint = Blueprint("media", __name__)
YEAR = 365 * 24 * 3600


@blueprint.get("/media/<digest>/<name>")
@open_to(SIGNED_IN)
def file(digest: str, name: str) -> Response:
    found = library.find(web.session(), digest, name)
    if found is None:
        raise NotFound
    path = current_app.extensions["files"].path(found.sha256)
    response = send_file(path, found.content_type, etag=found.sha256, max_age=YEAR, conditional=True)
    response.headers["Cache-Control"] = f"private, max-age={YEAR}, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
