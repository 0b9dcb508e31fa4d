"""The media library in the studio: what there is, one thing of it, and putting in a file with a plain form."""

import os

from flask import current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from courses.authoring.drafts import line
from courses.authoring.room_views import AUTHORS, blueprint
from courses.media import changes, holdings, intake, kinds, uploads, uses
from courses.media.holdings import LibraryItem
from courses.media.intake import Intake
from courses.media.media_forms import ItemForm, UploadForm
from courses.media.models import MEDIA_KINDS
from lms.base import web
from lms.base.access import open_to
from lms.base.errors import Invalid
from lms.base.i18n import gettext
from lms.base.limits import takes

AROUND = 100_000
"""Bytes that a form has beside its file."""


@blueprint.get("/studio/media")
@open_to(AUTHORS)
def media_library() -> str:
    return _library(UploadForm(formdata=None))


@blueprint.post("/studio/media")
@open_to(AUTHORS)
@takes(uploads.AT_ONCE + AROUND)
def add_media() -> Response:
    form = UploadForm()
    try:
        taken = _taken()  # gives the session up, so it comes first
        item = changes.add(web.session(), taken, current_user.id)
    except Invalid as refused:
        form.file.errors = [refused.message]
        return make_response(_library(form), 422)
    return redirect(url_for("authoring.media_item", uid=item.uid), 303)


@blueprint.get("/studio/media/pick")
@open_to(AUTHORS)
def pick_media() -> Response:
    kind = request.args.get("kind", "")
    found = holdings.items(
        web.session(), kind if kind in MEDIA_KINDS else "", request.args.get("q", ""), page=web.page()
    )
    return jsonify([as_json(item) for item in found[: holdings.PAGE]])


@blueprint.get("/studio/media/<uid>")
@open_to(AUTHORS)
def media_item(uid: str) -> str:
    item = holdings.item(web.session(), uid)
    return _item(item, ItemForm(formdata=None, title=item.title, **item.alt), UploadForm(formdata=None))


@blueprint.post("/studio/media/<uid>")
@open_to(AUTHORS)
def describe_media(uid: str) -> Response:
    form = ItemForm()
    if not form.validate():
        return make_response(_item(holdings.item(web.session(), uid), form, UploadForm(formdata=None)), 422)
    alt = {language: line(words) for language, words in form.alt.items()}
    changes.describe(web.session(), uid, line(form.title.data or ""), alt)
    return redirect(url_for("authoring.media_item", uid=uid, saved=1), 303)


@blueprint.post("/studio/media/<uid>/replace")
@open_to(AUTHORS)
@takes(uploads.AT_ONCE + AROUND)
def replace_media(uid: str) -> Response:
    form = UploadForm()
    try:
        taken = _taken()  # gives the session up, so it comes first
        changes.replace(web.session(), uid, taken, current_user.id)
    except Invalid as refused:
        form.file.errors = [refused.message]
        item = holdings.item(web.session(), uid)
        return make_response(_item(item, ItemForm(formdata=None, title=item.title, **item.alt), form), 422)
    return redirect(url_for("authoring.media_item", uid=uid), 303)


@blueprint.post("/studio/media/<uid>/follow")
@open_to(AUTHORS)
def follow_media(uid: str) -> Response:
    uses.follow(web.session(), uid, current_user.id)
    return redirect(url_for("authoring.media_item", uid=uid), 303)


@blueprint.post("/studio/media/<uid>/away")
@open_to(AUTHORS)
def put_media_away(uid: str) -> Response:
    shown = uses.of_item(web.session(), holdings.item(web.session(), uid))
    changes.put_away(web.session(), uid, [use.words for use in shown], current_user.id)
    return redirect(url_for("authoring.media_item", uid=uid), 303)


@blueprint.post("/studio/media/<uid>/back")
@open_to(AUTHORS)
def bring_media_back(uid: str) -> Response:
    changes.bring_back(web.session(), uid, current_user.id)
    return redirect(url_for("authoring.media_item", uid=uid), 303)


def as_json(item: LibraryItem) -> dict[str, object]:
    """An item for a script that puts it into a lesson."""
    return {
        "uid": item.uid,
        "title": item.title,
        "name": item.name,
        "kind": item.kind,
        "address": item.address,
        "width": item.width,
        "height": item.height,
        "seconds": item.seconds,
        "alt": item.alt,
        "page": url_for("authoring.media_item", uid=item.uid),
    }


def _taken() -> Intake:
    """The file of the form that was sent, safe and kept. Nobody waits for the database meanwhile. Raises `Invalid`."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid(gettext("Choose a file first."))
    web.give_up_session()
    length = sent.stream.seek(0, os.SEEK_END)
    sent.stream.seek(0)
    with uploads.at_once(sent.stream, length) as path:
        return intake.take_in(current_app.extensions["files"], path, sent.filename)


def _library(form: UploadForm) -> str:
    kind, words, page = request.args.get("kind", ""), request.args.get("q", "").strip()[:200], web.page()
    kind, archived = kind if kind in MEDIA_KINDS else "", request.args.get("away") == "1"
    found = holdings.items(web.session(), kind, words, archived=archived, page=page)
    return render_template(
        "media/library.html",
        items=found[: holdings.PAGE],
        counts=uses.counts(web.session(), found[: holdings.PAGE]),
        more=len(found) > holdings.PAGE,
        kind=kind,
        words=words,
        archived=archived,
        page=page,
        form=form,
        limits=kinds.LARGEST,
        at_once=uploads.AT_ONCE,
    )


def _item(item: LibraryItem, form: ItemForm, upload_form: UploadForm) -> str:
    former = holdings.former(web.session(), item.id)
    shown = uses.of_item(web.session(), item, former)
    return render_template(
        "media/item.html",
        item=item,
        form=form,
        upload_form=upload_form,
        uses=shown,
        behind=uses.behind(item, shown),
        former=former,
        limit=kinds.LARGEST[item.kind],
        at_once=uploads.AT_ONCE,
        saved=request.args.get("saved") == "1" and not form.errors,
    )
