"""What the pages of courses share: the blueprint, words for tiers, and which courses still come first."""

from flask import Blueprint, redirect, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from courses import catalog, enrollment
from courses.catalog import CourseView
from lms.base import web
from lms.base.errors import NotFound

blueprint = Blueprint("courses", __name__)


def still_required(course: CourseView) -> list[CourseView]:
    """The courses this person still has to complete before this one opens."""
    if not course.prerequisites:
        return []
    missing = enrollment.still_required(web.session(), current_user.id, course.id)
    return [catalog.get(web.session(), slug) for slug in missing]


def moved_on(course: CourseView, lesson: str) -> Response | None:
    """The way to the course page when a lesson is not in the version this person takes, but in another."""
    if any(one.slug == lesson for one in course.lessons):
        return None
    if not catalog.ever_had(web.session(), course.id, lesson):
        raise NotFound
    return redirect(url_for("courses.course", slug=course.slug, left=1), 303)


def tier_name(tier: str) -> str:
    """For whom a course is, in the reader's language."""
    names = {"executive": gettext("Executives"), "manager": gettext("Managers"), "staff": gettext("All staff")}
    return str(names[tier])


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"tier_name": tier_name}
