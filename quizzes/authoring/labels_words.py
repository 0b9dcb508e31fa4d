"""The labels of questions in words, as authors read them."""

from lms.base.i18n import gettext


def purpose(value: str) -> str:
    """What a question is for."""
    names = {"exam": gettext("Exam"), "practice": gettext("Practice"), "both": gettext("Exam and practice")}
    return names[value]


def tier(value: str | None) -> str:
    """Whom a question is drawn for."""
    names = {"executive": gettext("Executives"), "manager": gettext("Managers"), "staff": gettext("Staff")}
    return names[value] if value else gettext("Everybody")


def difficulty(value: int | None) -> str:
    """How hard its author thinks a question is."""
    names = {1: gettext("Easy"), 2: gettext("Medium"), 3: gettext("Hard")}
    return names[value] if value else gettext("Not said")


def state(value: str) -> str:
    """What can be asked of the state of a question."""
    names = {
        "drawn": gettext("Drawn"),
        "retired": gettext("Retired"),
        "waiting": gettext("Waits for a reviewer"),
        "language": gettext("Misses a language"),
    }
    return names[value]


def sort(value: str) -> str:
    """An order of the shelf."""
    names = {
        "quiz": gettext("By quiz"),
        "newest": gettext("Newest first"),
        "difficulty": gettext("By difficulty"),
    }
    return names[value]
