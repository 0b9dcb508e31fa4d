"""The pages of courses. Importing this makes all of them known to their blueprint."""

from courses import catalog_views, course_views, lesson_views
from courses.hall_views import blueprint, tier_name
from courses.paths import path_views

__all__ = ["blueprint", "catalog_views", "course_views", "lesson_views", "path_views", "tier_name"]
