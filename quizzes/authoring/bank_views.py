"""The pages of the bank. Importing this makes all of them known to its blueprint."""

from quizzes.authoring import approval_views, rules_views, shelf_views
from quizzes.authoring.room_views import blueprint

__all__ = ["approval_views", "blueprint", "rules_views", "shelf_views"]
