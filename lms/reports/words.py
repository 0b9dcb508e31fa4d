"""What a manager reads of days."""

from lms.base.i18n import gettext, ngettext


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
