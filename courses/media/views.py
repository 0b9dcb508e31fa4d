"""Handing out the files of lessons: whole or in ranges, kept by browsers for a year."""

from collections.abc import Iterator

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from courses.media import holdings
from courses.media.holdings import Served
from lms.base import web
from lms.base.access import SIGNED_IN, open_to
from lms.base.files import FileStore

blueprint = Blueprint("media", __name__)
PACKED = {"image/svg+xml", "text/vtt"}
YEAR = 365 * 24 * 3600
SHUT = "default-src 'none'; sandbox"
"""What a file may do that is opened by itself: nothing."""
READABLE = "default-src 'none'; object-src 'self'; frame-ancestors 'self'"
"""The same for documents: browsers do not show a PDF in a sandbox. Scripts stay off."""


@blueprint.get("/media/<digest>/<name>")
@open_to(SIGNED_IN)
def file(digest: str, name: str) -> Response:
    served = holdings.served(web.session(), digest, name, request.args.get("w", type=int))
    response = _part(served, current_app.extensions["files"])
    response.headers["Cache-Control"] = f"private, max-age={YEAR}, immutable"
    response.headers["Content-Security-Policy"] = READABLE if served.content_type == "application/pdf" else SHUT
    return response


class _Reading:
    """A kept file, read from any place on, in pieces: what is before that place is never fetched."""

    def __init__(self, files: FileStore, served: Served) -> None:
        self.files, self.served = files, served
        self.place = 0
        self.pieces: Iterator[bytes] | None = None

    def seekable(self) -> bool:
        return True

    def seek(self, place: int) -> None:
        self.place, self.pieces = place, None

    def tell(self) -> int:
        return self.place

    def __iter__(self) -> "_Reading":
        return self

    def __next__(self) -> bytes:
        if self.pieces is None:
            self.pieces = self.files.pieces(self.served.sha256, self.place, self.served.size)
        return next(self.pieces)

    def close(self) -> None:
        if self.pieces is not None and hasattr(self.pieces, "close"):
            self.pieces.close()


def _part(served: Served, files: FileStore) -> Response:
    """The file, or the one part of it that was asked for. Several parts at once are answered with the whole."""
    response = Response(_Reading(files, served), content_type=_typed(served.content_type), direct_passthrough=True)
    response.set_etag(served.sha256)
    response.content_length = served.size
    environ = dict(request.environ)
    if not _has_parts(served):
        environ.pop("HTTP_RANGE", None)
    try:
        response.make_conditional(environ, accept_ranges=True, complete_length=served.size)
    except RequestedRangeNotSatisfiable:
        response = Response(status=416)
        response.headers["Content-Range"] = f"bytes */{served.size}"
    return response


def _has_parts(served: Served) -> bool:
    """Whether a part is to be answered with: not for texts, which are sent packed as a whole."""
    if served.content_type in PACKED or request.range is None:
        return False
    return request.range.units == "bytes" and len(request.range.ranges) == 1


def _typed(content_type: str) -> str:
    return f"{content_type}; charset=utf-8" if content_type.startswith("text/") else content_type
