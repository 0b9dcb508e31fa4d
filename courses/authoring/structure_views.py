"""Changing the outline of a course, a deed an address. All lead back to the outline, to what was changed there."""

from flask import jsonify, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from courses.authoring import editions, steps, structure, wording
from courses.authoring.arrangement import Way
from courses.authoring.outline_views import Problem, outline_page, own_language
from courses.authoring.room_views import AUTHORS, blueprint
from courses.authoring.structure_forms import ModuleWordsForm, PlaceForm, TitleForm
from lms.base import web
from lms.base.access import open_to
from lms.base.errors import NotFound

LESSON = "/studio/<slug>/outline/lessons/<lesson>"
MODULES = "/studio/<slug>/outline/modules"
MODULE = MODULES + "/<module>"
WAY = "/<any(up, down):way>"


def _at(slug: str) -> tuple[int, int]:
    """The course to change, and who changes it."""
    return editions.course(web.session(), slug).id, current_user.id


def _back(slug: str, at: str = "", by: str = "") -> Response:
    """Back to the outline, with the focus where it was; for a script only where that is."""
    if web.wants_json():
        return jsonify(at=at, by=by)
    return redirect(url_for("authoring.course", slug=slug, at=at or None, by=by or None), 303)


def _refused(slug: str, place: str, form: TitleForm) -> Response:
    return make_response(outline_page(editions.course(web.session(), slug), Problem(place, form)), 422)


@blueprint.post(MODULES)
@open_to(AUTHORS)
def add_module(slug: str) -> Response:
    form = TitleForm(language=own_language())
    if not form.validate():
        return _refused(slug, "add-module", form)
    words = {form.language.data: (form.words, "")}
    return _back(slug, f"module-{structure.add_module(web.session(), *_at(slug), words)}")


@blueprint.post(MODULE + "/lessons")
@open_to(AUTHORS)
def add_lesson(slug: str, module: str) -> Response:
    form = TitleForm(language=own_language())
    if not form.validate():
        return _refused(slug, f"add-{module}", form)
    entered = form.words, form.language.data
    return _back(slug, f"lesson-{structure.add_lesson(web.session(), *_at(slug), module, *entered)}")


@blueprint.post(LESSON + "/rename")
@open_to(AUTHORS)
def rename_lesson(slug: str, lesson: str) -> Response:
    form = TitleForm()
    if not form.validate():
        return _refused(slug, f"rename-{lesson}", form)
    structure.rename_lesson(web.session(), *_at(slug), lesson, form.words, form.language.data)
    return _back(slug, f"lesson-{lesson}")


@blueprint.post(LESSON + WAY)
@open_to(AUTHORS)
def nudge_lesson(slug: str, lesson: str, way: Way) -> Response:
    structure.nudge_lesson(web.session(), *_at(slug), lesson, way)
    return _back(slug, f"lesson-{lesson}", way)


@blueprint.post(LESSON + "/move")
@open_to(AUTHORS)
def move_lesson(slug: str, lesson: str) -> Response:
    form = PlaceForm()
    structure.move_lesson(web.session(), *_at(slug), lesson, form.module.data or "", form.before.data or None)
    return _back(slug, f"lesson-{lesson}")


@blueprint.post(LESSON + "/duplicate")
@open_to(AUTHORS)
def copy_lesson(slug: str, lesson: str) -> Response:
    return _back(slug, f"lesson-{structure.copy_lesson(web.session(), *_at(slug), lesson)}")


@blueprint.post(LESSON + "/remove")
@open_to(AUTHORS)
def remove_lesson(slug: str, lesson: str) -> Response:
    structure.remove_lesson(web.session(), *_at(slug), lesson)
    return _back(slug, "undo")


@blueprint.get(MODULE)
@open_to(AUTHORS)
def module(slug: str, module: str) -> str:
    course, form = editions.course(web.session(), slug), ModuleWordsForm(formdata=None)
    words = wording.module_words(web.session(), course.current.id, module)
    if not words and module not in {node.key for node in editions.outline(web.session(), course.current.id, None)}:
        raise NotFound
    form.fill({code: (title, objective) for code, (title, objective) in words.items()})
    return render_template("authoring/module.html", course=course, module=module, form=form)


@blueprint.post(MODULE)
@open_to(AUTHORS)
def rename_module(slug: str, module: str) -> str | Response:
    course, form = editions.course(web.session(), slug), ModuleWordsForm()
    if not form.validate():
        page = render_template("authoring/module.html", course=course, module=module, form=form)
        return make_response(page, 422)
    structure.rename_module(web.session(), course.id, current_user.id, module, form.words())
    return _back(slug, f"module-{module}")


@blueprint.post(MODULE + WAY)
@open_to(AUTHORS)
def nudge_module(slug: str, module: str, way: Way) -> Response:
    structure.nudge_module(web.session(), *_at(slug), module, way)
    return _back(slug, f"module-{module}", way)


@blueprint.post(MODULE + "/move")
@open_to(AUTHORS)
def move_module(slug: str, module: str) -> Response:
    structure.move_module(web.session(), *_at(slug), module, PlaceForm().before.data or None)
    return _back(slug, f"module-{module}")


@blueprint.post(MODULE + "/duplicate")
@open_to(AUTHORS)
def copy_module(slug: str, module: str) -> Response:
    return _back(slug, f"module-{structure.copy_module(web.session(), *_at(slug), module)}")


@blueprint.post(MODULE + "/remove")
@open_to(AUTHORS)
def remove_module(slug: str, module: str) -> Response:
    structure.remove_module(web.session(), *_at(slug), module)
    return _back(slug, "undo")


@blueprint.post("/studio/<slug>/undo")
@open_to(AUTHORS)
def undo(slug: str) -> Response:
    course_id, person_id = _at(slug)
    step = request.form.get("step", 0, type=int)
    if not 0 < step < 2**31:
        raise NotFound
    steps.undo(web.session(), course_id, step, person_id)
    return _back(slug, "undo")
