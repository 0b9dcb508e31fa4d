"""Learning paths in the studio: the list, a new one, its words, its steps."""

from flask import make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from courses import catalog
from courses.authoring.room_views import AUTHORS, blueprint
from courses.catalog import CourseView
from courses.paths import editing, reading, trail
from courses.paths.path_forms import PathForm
from courses.paths.reading import PathView
from lms.base import web
from lms.base.access import open_to
from lms.base.errors import Conflict
from lms.base.i18n import gettext, pick


@blueprint.get("/studio/paths/")
@open_to(AUTHORS)
def paths() -> str:
    return render_template("paths/studio.html", paths=reading.everything(web.session()))


@blueprint.get("/studio/paths/new")
@open_to(AUTHORS)
def new_path() -> str:
    return render_template("paths/new.html", form=PathForm())


@blueprint.post("/studio/paths/new")
@open_to(AUTHORS)
def make_path() -> Response:
    form = PathForm()
    if not form.validate():
        return make_response(render_template("paths/new.html", form=form), 422)
    made = editing.create(web.session(), form.words, current_user.id)
    return redirect(url_for("authoring.path", path=made.slug), 303)


@blueprint.get("/studio/paths/<path>")
@open_to(AUTHORS)
def path(path: str) -> str:
    found = reading.get(web.session(), path)
    return _page(found, PathForm(found, formdata=None))


@blueprint.post("/studio/paths/<path>")
@open_to(AUTHORS)
def change_path(path: str) -> Response:
    found, form = reading.get(web.session(), path), PathForm()
    if not form.validate():
        return make_response(_page(found, form), 422)
    editing.change(web.session(), path, form.words, current_user.id)
    return redirect(url_for("authoring.path", path=path), 303)


@blueprint.post("/studio/paths/<path>/steps")
@open_to(AUTHORS)
def add_step(path: str) -> Response:
    course = request.form.get("course", "")
    if not course:
        raise Conflict(gettext("Choose a course first."))
    editing.add(web.session(), path, course, current_user.id, optional="optional" in request.form)
    return _back(path, course, "added")


@blueprint.post("/studio/paths/<path>/steps/<course>/move")
@open_to(AUTHORS)
def move_step(path: str, course: str) -> Response:
    way = "up" if request.form.get("way") == "up" else "down"
    editing.move(web.session(), path, course, -1 if way == "up" else 1, current_user.id)
    return _back(path, course, way)


@blueprint.post("/studio/paths/<path>/steps/<course>/optional")
@open_to(AUTHORS)
def set_optional(path: str, course: str) -> Response:
    editing.set_optional(web.session(), path, course, request.form.get("optional") == "yes", current_user.id)
    return _back(path, course, "optional")


@blueprint.post("/studio/paths/<path>/steps/<course>/remove")
@open_to(AUTHORS)
def remove_step(path: str, course: str) -> Response:
    editing.remove(web.session(), path, course, current_user.id)
    return _back(path, course, "removed")


@blueprint.post("/studio/paths/<path>/retire")
@open_to(AUTHORS)
def retire_path(path: str) -> Response:
    editing.retire(web.session(), path, current_user.id)
    return redirect(url_for("authoring.path", path=path), 303)


@blueprint.post("/studio/paths/<path>/bring-back")
@open_to(AUTHORS)
def bring_path_back(path: str) -> Response:
    editing.bring_back(web.session(), path, current_user.id)
    return redirect(url_for("authoring.path", path=path), 303)


def _back(path: str, course: str, deed: str) -> Response:
    """The page again, with the button that was pressed in focus and a word about what it did."""
    return redirect(url_for("authoring.path", path=path, course=course, did=deed), 303)


def _page(path: PathView, form: PathForm) -> str:
    live = {course.slug: course for course in catalog.live(web.session())}
    order = [step.course for step in path.steps]
    return render_template(
        "paths/edit.html",
        path=path,
        form=form,
        live=live,
        others=[course for course in live.values() if course.slug not in order],
        conflicts=_conflicts(order, live),
        did=request.args.get("did", ""),
        at=request.args.get("course", ""),
    )


def _conflicts(order: list[str], live: dict[str, CourseView]) -> list[str]:
    """What is wrong with the order of a path, a sentence each."""
    sentences = []
    for one in trail.conflicts(order, {slug: live[slug].prerequisites for slug in order if slug in live}):
        names = {"course": _title(one.course, live), "required": _title(one.required, live)}
        if one.absent:
            sentences.append(
                gettext("“%(course)s” opens after “%(required)s”, which is not on this path. Add it before.", **names)
            )
        else:
            sentences.append(
                gettext("“%(course)s” opens after “%(required)s”, which comes later. Move it down.", **names)
            )
    return sentences


def _title(slug: str, live: dict[str, CourseView]) -> str:
    return pick(live[slug].titles) if slug in live else slug
