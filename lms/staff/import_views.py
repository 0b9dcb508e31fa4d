"""Bringing people in from a file, in four steps: upload, match, check, done. Nothing changes before the last."""

import csv
import io
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as BaseResponse

from certificates.permissions import restoring
from lms.base import clock, web
from lms.base.access import holders_of, open_to
from lms.base.errors import NotFound, Refused
from lms.base.files import FileStore
from lms.base.i18n import gettext
from lms.base.limits import takes
from lms.people.imports import columns, omissions, omitting, reading, running, undoing
from lms.people.imports.models import PeopleImport
from lms.staff import changes, confirming, leaving, uploads, words
from lms.staff.forms import ApplyForm, UploadForm

blueprint = Blueprint("staff_imports", __name__, url_prefix="/admin/imports")
ADMINISTRATORS = holders_of("administrator")
ONE = "/<string(length=32):uid>"
ROOM_FOR_FIELDS = 100_000
"""Bytes of a form beside the file itself."""
LEFT_ALONE_SHOWN = 50


@blueprint.get("")
@open_to(ADMINISTRATORS)
def overview() -> str:
    return _overview_page(UploadForm(formdata=None))


@blueprint.post("")
@open_to(ADMINISTRATORS)
@takes(reading.LARGEST + ROOM_FOR_FIELDS)
def upload() -> BaseResponse:
    form, sent = UploadForm(), request.files.get("file")
    if not form.validate() or sent is None or not sent.filename:
        form.file.errors = [gettext("Choose a file: CSV, as HR exports it.")]
        return make_response(_overview_page(form), 422)
    try:
        brought = _received(sent, form.on_missing.data)
    except Refused as refusal:
        web.give_up_session()
        form.file.errors = [refusal.message]
        return make_response(_overview_page(form), refusal.status)
    return redirect(url_for("staff_imports.match", uid=brought.uid), 303)


@blueprint.get(f"{ONE}/columns")
@open_to(ADMINISTRATORS)
def match(uid: str) -> str:
    return _match_page(uid)


@blueprint.post(f"{ONE}/columns")
@open_to(ADMINISTRATORS)
def matched(uid: str) -> BaseResponse:
    """Read and check the file with the columns that were chosen."""
    uploaded, chosen = uploads.get(web.session(), uid), uploads.chosen(request.form)
    if wrong := uploads.check(chosen, words.fields()):
        return make_response(_match_page(uid, chosen, wrong), 422)
    brought = uploads.bring(web.session(), _files(), uploaded, chosen, by_id=current_user.id)
    return redirect(url_for("staff_imports.one", uid=brought.uid), 303)


@blueprint.get(ONE)
@open_to(ADMINISTRATORS)
def one(uid: str) -> str | BaseResponse:
    """Where the file stands: to be matched, to be checked, refused, or done."""
    brought = confirming.one(web.session(), uid)
    if brought.file.state == "uploaded":
        return redirect(url_for("staff_imports.match", uid=uid))
    return _import_page(brought, ApplyForm(formdata=None))


@blueprint.get(f"{ONE}/problems.csv")
@open_to(ADMINISTRATORS)
def problems(uid: str) -> Response:
    made = running.get(web.session(), uid)
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(confirming.report(web.session(), made.id))
    headers = {"Content-Disposition": 'attachment; filename="problems.csv"'}
    return Response(b"\xef\xbb\xbf" + out.getvalue().encode(), mimetype="text/csv", headers=headers)


@blueprint.post(f"{ONE}/apply")
@open_to(ADMINISTRATORS)
def apply(uid: str) -> BaseResponse:
    form, brought = ApplyForm(), confirming.one(web.session(), uid)
    if not form.validate():
        return make_response(_import_page(brought, form), 422)
    try:
        confirming.apply(web.session(), _files(), uid, form.leavers.data, by_id=current_user.id)
    except NotFound:
        raise
    except Refused as refusal:
        web.give_up_session()
        form.form_errors.append(refusal.message)
        return make_response(_import_page(confirming.one(web.session(), uid), form), refusal.status)
    return redirect(url_for("staff_imports.one", uid=uid), 303)


@blueprint.post(f"{ONE}/leave-out")
@open_to(ADMINISTRATORS)
def leave_out(uid: str) -> BaseResponse:
    return _chosen(uid, omitting.leave_out, omitting.ticked(request.form.getlist("key")))


@blueprint.post(f"{ONE}/take-in")
@open_to(ADMINISTRATORS)
def take_in(uid: str) -> BaseResponse:
    return _chosen(uid, omitting.take_in, request.form.getlist("key"))


def _chosen(uid: str, deed: Callable[..., PeopleImport], who: Collection[str]) -> BaseResponse:
    """Do something with the people who are ticked, and come back to the same part of the list."""
    try:
        deed(web.session(), _files(), uid, who, by_id=current_user.id)
    except NotFound:
        raise
    except Refused as refusal:
        web.give_up_session()
        form = ApplyForm(formdata=None)
        form.form_errors.append(refusal.message)
        return make_response(_import_page(confirming.one(web.session(), uid), form), refusal.status)
    return redirect(url_for("staff_imports.one", uid=uid, show=_tab(), page=web.page(), _anchor="changes"), 303)


@blueprint.post(f"{ONE}/drop")
@open_to(ADMINISTRATORS)
def drop(uid: str) -> BaseResponse:
    running.drop(web.session(), uid, by_id=current_user.id)
    return redirect(url_for("staff_imports.overview"), 303)


@blueprint.get(f"{ONE}/undo")
@open_to(ADMINISTRATORS)
def confirm_undo(uid: str) -> str:
    brought = confirming.one(web.session(), uid)
    if not brought.can_be_undone:
        raise NotFound
    outlook = undoing.outlook(web.session(), brought.file.id)
    shown = outlook.left_alone[:LEFT_ALONE_SHOWN]
    coming = restoring.coming_back(web.session(), outlook.returning, brought.file.applied_at or clock.now())
    named = {"fields": words.fields(), "told": words.told}
    return _page("undo", brought=brought, outlook=outlook, coming=coming, shown=shown, **named)


@blueprint.post(f"{ONE}/undo")
@open_to(ADMINISTRATORS)
def undo(uid: str) -> BaseResponse:
    running.undo(web.session(), uid, by_id=current_user.id)
    return redirect(url_for("staff_imports.one", uid=uid), 303)


def _files() -> FileStore:
    store: FileStore = current_app.extensions["files"]
    return store


def _received(sent: FileStorage, on_missing: str) -> PeopleImport:
    """The file that was sent, kept: it goes over the disk, never as a whole through memory."""
    with tempfile.NamedTemporaryFile(prefix="people-") as file:
        sent.save(file)
        file.flush()
        name, path = Path(sent.filename or "").name, Path(file.name)
        return uploads.receive(web.session(), _files(), path, name, on_missing, by_id=current_user.id)


def _page(template: str, **values: Any) -> str:
    return render_template(f"staff/{template}.html", **values)


def _overview_page(form: UploadForm) -> str:
    brought, more = confirming.brought(web.session(), web.page())
    return _page("imports", form=form, brought=brought, page=web.page(), more=more)


def _match_page(uid: str, chosen: dict[int, str] | None = None, wrong: list[str] | None = None) -> str:
    preview = uploads.preview(web.session(), _files(), uid)
    picked = {column.position: column.field for column in preview.columns} if chosen is None else chosen
    needed = [field for field in columns.FIELDS if field not in columns.MAY_BE_MISSING]
    return _page("columns", preview=preview, picked=picked, wrong=wrong or [], names=words.fields(), needed=needed)


def _import_page(brought: confirming.Brought, form: ApplyForm) -> str:
    if brought.file.state == "refused":
        return _page("refused", brought=brought, problems=confirming.problems(web.session(), brought.file.id))
    if brought.file.state in {"checked", "stopped"}:
        return _check_page(brought, form)
    return _page("done", brought=brought, left_out=omissions.count(web.session(), brought.file.id))


def _tab() -> str:
    tab = request.args.get("show", "")
    return tab if tab in changes.TABS else "all"


def _check_page(brought: confirming.Brought, form: ApplyForm) -> str:
    found = running.difference(web.session(), _files(), brought.file.uid)
    tab = _tab()
    return _page(
        "check",
        brought=brought,
        form=form,
        found=found,
        tab=tab,
        page=web.page(),
        counts=changes.counts(found),
        tier_changes=changes.tier_changes(found),
        lines=changes.lines(web.session(), found, tab, web.page()),
        pages=-(-changes.counts(found)[tab] // changes.PAGE),
        left_out=omissions.listed(web.session(), brought.file.id, changes.PAGE),
        endings=leaving.endings(web.session(), found.leaver_ids),
        fields=words.fields(),
        tier_names=words.tiers(),
        told=words.told,
    )
