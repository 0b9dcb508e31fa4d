"""Finding courses."""

from flask import render_template, request
from flask_login import current_user

from courses import progress
from courses.catalog import CourseView
from courses.hall_views import blueprint
from lms.base import web
from lms.base.access import SIGNED_IN, open_to
from lms.people.models import TIERS


@blueprint.get("/courses/", endpoint="catalog")
@open_to(SIGNED_IN)
def courses() -> str:
    words, tier = request.args.get("q", "").strip(), request.args.get("tier", "")
    standings = progress.overview(web.session(), current_user.id)
    found = [one for one in standings if _matches(one.course, words) and tier in {"", one.course.tier}]
    found.sort(key=lambda one: one.course.tier != current_user.tier)
    return render_template("courses/catalog.html", standings=found, words=words, tier=tier, tiers=TIERS)


def _matches(course: CourseView, words: str) -> bool:
    texts = [course.code, *course.titles.values(), *course.summaries.values()]
    texts += [title for lesson in course.lessons for title in lesson.titles.values()]
    return all(any(word in text.casefold() for text in texts) for word in words.casefold().split())
