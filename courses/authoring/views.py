"""The pages of the studio. Importing this makes all of them known to its blueprint."""

from courses.authoring import lesson_views, outline_views, preview_views, publishing_views
from courses.authoring.room_views import blueprint

__all__ = ["blueprint", "lesson_views", "outline_views", "preview_views", "publishing_views"]
