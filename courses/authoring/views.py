"""The pages of the studio. Importing this makes all of them known to its blueprint."""

from courses.authoring import (
    lesson_views,
    nature_views,
    outline_views,
    presence_views,
    preview_views,
    publishing_views,
    settings_views,
    structure_views,
    variant_views,
)
from courses.authoring.room_views import blueprint
from courses.media import holdings_views, upload_views
from courses.paths import studio_views as path_views

__all__ = [
    "blueprint",
    "holdings_views",
    "lesson_views",
    "nature_views",
    "outline_views",
    "path_views",
    "presence_views",
    "preview_views",
    "publishing_views",
    "settings_views",
    "structure_views",
    "upload_views",
    "variant_views",
]
