"""What a manager reads of days."""

from datetime import date, datetime, timedelta

from lms.base.i18n import day_and_month, gettext, ngettext


def due(days: int) -> str:
    """When something is due, in days from today; negative when it is late."""
    if days < 0:
        return ngettext("%(num)s day late", "%(num)s days late", -days)
    if days == 0:
        return gettext("Today")
    return gettext("Tomorrow") if days == 1 else ngettext("In %(num)s day", "In %(num)s days", days)


def tiers() -> dict[str, str]:
    """The names of the tiers, by code."""
    return {"executive": gettext("Executive"), "manager": gettext("Manager"), "staff": gettext("Staff")}


def nudged(at: datetime | None, today: date) -> str:
    """When somebody was nudged last, in the reader's days."""
    if at is None:
        return gettext("Never")
    named = {day_and_month(today): gettext("Today"), day_and_month(today - timedelta(days=1)): gettext("Yesterday")}
    return named.get(day_and_month(at), day_and_month(at))


def ways() -> dict[str, str]:
    """What second and dotted lines are called."""
    return {"second": gettext("Second manager"), "dotted": gettext("Dotted line")}
