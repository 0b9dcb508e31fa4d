"""What tiers, roles and the like are called."""

from datetime import date

from lms.base.countries import countries
from lms.base.i18n import day, gettext, language
from lms.people.imports import leave


def tiers() -> dict[str, str]:
    """The names of the tiers, by code."""
    return {"executive": gettext("Executive"), "manager": gettext("Manager"), "staff": gettext("Staff")}


def statuses() -> dict[str, str]:
    """The names of how somebody stands with the company, by code."""
    return {"active": gettext("Works here"), "leave": gettext("On leave"), "left": gettext("Left")}


def roles() -> dict[str, tuple[str, str]]:
    """The name of each role and what it lets somebody do."""
    return {
        "administrator": (gettext("Administrator"), gettext("Looks after people, roles, rules and settings.")),
        "author": (gettext("Author"), gettext("Writes courses, questions and guidelines.")),
        "hub": (gettext("Social media hub"), gettext("Decides about permissions and runs the register.")),
        "legal": (gettext("Legal"), gettext("Reviews content and decides about permissions.")),
        "auditor": (gettext("Auditor"), gettext("Reads everything and changes nothing.")),
        "coach": (gettext("Coach"), gettext("Marks written answers and looks at exercises.")),
        "care": (gettext("Customer care lead"), gettext("Decides about permissions to reply to customers.")),
        "board": (gettext("Board"), gettext("Decides about permissions of executives.")),
    }


def fields() -> dict[str, str]:
    """The names of the columns of a file of people, by field."""
    return {
        "employee_id": gettext("Employee number"),
        "email": gettext("E-mail address"),
        "given_name": gettext("Given name"),
        "family_name": gettext("Family name"),
        "unit": gettext("Unit"),
        "manager_id": gettext("Manager’s employee number"),
        "tier": gettext("Tier"),
        "location": gettext("Location"),
        "language": gettext("Language"),
        "hire_date": gettext("Works here since"),
        "status": gettext("Status"),
        "country": gettext("Country"),
        "job": gettext("Job"),
        "time_zone": gettext("Time zone"),
        "leave_from": gettext("First day away"),
        "leave_until": gettext("Last day away"),
    }


def told(field: str, value: str) -> str:
    """A value of a file as a reader sees it: words for codes, days as she writes them; anything else as it is."""
    if field == leave.FIELD and value:
        return "; ".join(_absence(one) for one in value.split(", "))
    if field in {"hire_date", "leave_from", "leave_until"} and value:
        return day(date.fromisoformat(value))
    if field == "country":
        return countries(language()).get(value, value)
    names = {"status": statuses, "tier": tiers}.get(field)
    return names().get(value, value) if names else value


def _absence(written: str) -> str:
    _, first, last = leave.read(written)
    if last is None:
        return gettext("From %(day)s, until further notice", day=day(first))
    return gettext("%(first)s until %(last)s", first=day(first), last=day(last))


def deeds() -> dict[str, str]:
    """What the audit trail says about a person, as an administrator reads it; other deeds stay as they are written."""
    return {
        "gave a role": gettext("gave a role"),
        "took a role away": gettext("took a role away"),
        "added a person": gettext("added the person"),
        "changed a person": gettext("changed the person"),
        "ended sign-ins": gettext("ended all sign-ins"),
        "added a reporting line": gettext("added another manager"),
        "removed a reporting line": gettext("removed another manager"),
        "named a deputy": gettext("named a deputy"),
        "ended a deputy": gettext("ended a deputy"),
    }
