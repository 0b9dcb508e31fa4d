"""What codes are called on the pages about past days."""

from typing import Any

from lms.base.i18n import gettext


def words() -> dict[str, Any]:
    """Names of how courses and permissions stand, of tiers and of statuses, for a page."""
    return {
        "course_states": {
            "completed": (gettext("Completed"), "ok", "circle-check"),
            "overdue": (gettext("Overdue"), "bad", "clock"),
            "paused": (gettext("Not asked for"), "", "player-pause"),
            "begun": (gettext("Inside"), "", ""),
            "not_begun": (gettext("Not begun"), "", ""),
        },
        "permission_states": {
            "valid": (gettext("In force"), "ok", "circle-check"),
            "future": (gettext("Not yet in force"), "", "clock"),
            "waiting": (gettext("Asked for"), "", "clock"),
            "paused": (gettext("On hold"), "sun", "player-pause"),
            "ended": (gettext("Ended"), "", ""),
            "withdrawn": (gettext("Withdrawn"), "bad", "ban"),
        },
        "tiers": {"executive": gettext("Executive"), "manager": gettext("Manager"), "staff": gettext("Staff")},
        "statuses": {"active": gettext("Works here"), "leave": gettext("On leave"), "left": gettext("Has left")},
    }
