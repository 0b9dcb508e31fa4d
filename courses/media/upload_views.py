"""Uploads in pieces, for the script of the media library and of the editor: announce, send, ask, finish or give up.

A piece that does not follow what is here is answered with 409 and `Upload-Offset`: the place to go on from.
"""

from flask import Response, current_app, jsonify, request, url_for
from flask_login import current_user

from courses.authoring.room_views import AUTHORS, blueprint
from courses.media import changes, intake, uploads
from courses.media.holdings_views import as_json
from courses.media.uploads import WrongPlace
from lms.base import web
from lms.base.access import open_to
from lms.base.errors import Invalid, NotFound
from lms.base.i18n import gettext
from lms.base.limits import takes


@blueprint.post("/studio/media/uploads")
@open_to(AUTHORS)
def begin_upload() -> Response:
    told = request.get_json(silent=True)
    name, size = (told.get("name"), told.get("size")) if isinstance(told, dict) else (None, None)
    if not isinstance(name, str) or not isinstance(size, int) or isinstance(size, bool):
        raise Invalid(gettext("Say the name of the file and how many bytes it has."))
    upload = uploads.announce(web.session(), current_user.id, name, size)
    answer = jsonify(uid=upload.uid, piece=uploads.PIECE, offset=0)
    answer.status_code = 201
    answer.headers["Location"] = url_for("authoring.send_piece", uid=upload.uid)
    return answer


@blueprint.patch("/studio/media/uploads/<uid>")
@open_to(AUTHORS)
@takes(uploads.PIECE)
def send_piece(uid: str) -> Response:
    person_id, said = current_user.id, request.headers.get("Upload-Offset", "")
    with uploads.alone(uid):
        upload = uploads.get(web.session(), person_id, uid)
        try:
            start, length = uploads.check_piece(upload, said, request.content_length)
        except WrongPlace as wrong:
            return _go_on_from(wrong)
        web.give_up_session()
        uploads.write(uid, start, length, request.stream)
        with web.own_transaction() as own:
            uploads.count(own, uid, start + length)
    return _here(start + length)


@blueprint.route("/studio/media/uploads/<uid>", methods=["HEAD"])
@open_to(AUTHORS)
def upload_offset(uid: str) -> Response:
    return _here(uploads.offset(uploads.get(web.session(), current_user.id, uid)))


@blueprint.delete("/studio/media/uploads/<uid>")
@open_to(AUTHORS)
def give_upload_up(uid: str) -> Response:
    with uploads.alone(uid):
        uploads.remove(web.session(), uploads.get(web.session(), current_user.id, uid))
    return Response(status=204)


@blueprint.post("/studio/media/uploads/<uid>/finish")
@open_to(AUTHORS)
def finish_upload(uid: str) -> Response:
    person_id, told = current_user.id, request.get_json(silent=True)
    replaces = told.get("replaces") if isinstance(told, dict) else None
    if replaces is not None and not (isinstance(replaces, str) and replaces.isascii() and replaces.isprintable()):
        raise NotFound
    with uploads.alone(uid):
        upload = uploads.get(web.session(), person_id, uid)
        path, name = uploads.whole(upload), upload.name
        web.give_up_session()
        taken = intake.take_in(current_app.extensions["files"], path, name)
        with web.own_transaction() as own:
            item = changes.replace(own, replaces, taken, person_id) if replaces else changes.add(own, taken, person_id)
            uploads.remove(own, uploads.get(own, person_id, uid))
    answer = jsonify(as_json(item))
    answer.status_code = 201
    return answer


def _here(offset: int) -> Response:
    return Response(status=204, headers={"Upload-Offset": str(offset), "Cache-Control": "no-store"})


def _go_on_from(wrong: WrongPlace) -> Response:
    answer = web.refusal(wrong.status, gettext(wrong.title), wrong.message)
    answer.headers["Upload-Offset"] = str(wrong.offset)
    return answer
