"""What comes with levels: named on the level's page, handed out and taken back on one list."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from certificates import ladder
from certificates.entitlements import kit, tasks, waiting
from certificates.entitlements.forms import ThingForm
from lms.base import web
from lms.base.access import holders_of, open_to
from lms.base.errors import Conflict

blueprint = Blueprint("entitlements", __name__)
HANDS = holders_of("hub", "administrator")
EDITORS = holders_of("administrator")


@blueprint.get("/entitlements")
@open_to(HANDS)
def listed() -> str:
    show = request.args.get("show", "give")
    show = show if show in waiting.SHOWS else "give"
    found = waiting.listed(web.session(), show, web.page())
    return render_template(
        "entitlements/listed.html", found=found, show=show, kind_name=kit.kind_name, did=request.args.get("did", "")
    )


@blueprint.post("/entitlements/<int(max=2147483647):task_id>")
@open_to(HANDS)
def do(task_id: int) -> Response:
    deed = request.form.get("do", "")
    show = request.form.get("show", "give")
    tasks.do(web.session(), task_id, deed, current_user.id, request.form.get("note", "").strip()[:300])
    return redirect(url_for("entitlements.listed", show=show if show in waiting.SHOWS else "give", did=deed), 303)


@blueprint.get("/admin/levels/<code>/entitlements/new")
@open_to(EDITORS)
def new(code: str) -> str:
    return render_template("entitlements/new.html", level=ladder.level(web.session(), code), form=ThingForm())


@blueprint.post("/admin/levels/<code>/entitlements/new")
@open_to(EDITORS)
def add(code: str) -> Response:
    level, form = ladder.level(web.session(), code), ThingForm()
    if form.validate():
        try:
            kit.add(web.session(), level.id, form.thing, current_user.id)
            return redirect(url_for("levels.level", code=code, did="thing", _anchor="things"), 303)
        except Conflict as refusal:
            form.code.errors = [refusal.message]
    return make_response(render_template("entitlements/new.html", level=level, form=form), 422)


@blueprint.post("/admin/levels/<code>/entitlements/<int(max=2147483647):entitlement_id>")
@open_to(EDITORS)
def set_retired(code: str, entitlement_id: int) -> Response:
    level = ladder.level(web.session(), code)
    kit.set_retired(web.session(), level.id, entitlement_id, request.form.get("do") == "retire", current_user.id)
    return redirect(url_for("levels.level", code=code, did="thing", _anchor="things"), 303)
