"""The page of a course, for who takes it."""

from dataclasses import dataclass

from flask import render_template
from flask_login import current_user

from courses import progress
from courses.catalog import ModuleView
from courses.hall_views import blueprint, still_required
from courses.progress import Standing
from lms.base import web
from lms.base.access import SIGNED_IN, open_to


@blueprint.get("/courses/<slug>")
@open_to(SIGNED_IN)
def course(slug: str) -> str:
    standing = progress.standing(web.session(), current_user.id, slug)
    required = still_required(standing.course)
    return render_template("courses/course.html", standing=standing, required=required, steps=_steps(standing))


@dataclass(frozen=True)
class Step:
    """A module on the path of a course page."""

    module: ModuleView
    done: int
    state: str


def _steps(standing: Standing) -> list[Step]:
    steps: list[Step] = []
    for module in standing.course.modules:
        done = sum(lesson.slug in standing.done for lesson in module.lessons)
        complete = done == len(module.lessons)
        reached = all(step.state == "done" for step in steps)
        steps.append(Step(module, done, "done" if complete else "now" if reached else "later"))
    return steps
