"""The page of a course, for who takes it."""

from dataclasses import dataclass
from datetime import date

from flask import redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from courses import progress
from courses.catalog import LessonView, ModuleView
from courses.hall_views import blueprint, still_required
from courses.progress import Standing
from courses.sources import citing
from lms.base import web
from lms.base.access import SIGNED_IN, open_to


@blueprint.get("/courses/<slug>")
@open_to(SIGNED_IN)
def course(slug: str) -> str:
    standing = progress.standing(web.session(), current_user.id, slug)
    required = still_required(standing.course)
    return render_template(
        "courses/course.html",
        standing=standing,
        required=required,
        steps=_steps(standing),
        again=_again(standing),
        cites=bool(citing.citing(web.session(), [standing.course])),
        left="left" in request.args,
    )


@blueprint.post("/courses/<slug>/finish")
@open_to(SIGNED_IN)
def finish(slug: str) -> Response:
    progress.finish(web.session(), current_user.id, slug)
    return redirect(url_for("courses.course", slug=slug), 303)


@dataclass(frozen=True)
class Repeat:
    """What a version asks this learner to do again, until the first of the days."""

    version: int
    lessons: list[LessonView]
    due_on: date | None


def _again(standing: Standing) -> Repeat | None:
    if not standing.again:
        return None
    lessons = [standing.course.lesson(one.lesson) for one in standing.again]
    return Repeat(max(one.version for one in standing.again), lessons, standing.again_by)


@dataclass(frozen=True)
class Step:
    """A module on the path of a course page. One with optional lessons alone is never reached, and holds up nobody."""

    module: ModuleView
    done: int
    state: str


def _steps(standing: Standing) -> list[Step]:
    steps: list[Step] = []
    for module in standing.course.modules:
        done = sum(lesson.slug in standing.done for lesson in module.needed)
        complete = done == len(module.needed)
        reached = all(step.state == "done" for step in steps if step.module.needed)
        state = "later" if not module.needed else "done" if complete else "now" if reached else "later"
        steps.append(Step(module, done, state))
    return steps
