"""What can be chosen in a rule: the courses, units, places and so on that there are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from babel import Locale
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from certificates import ladder
from courses import catalog
from lms.assignments import saying
from lms.base.access import ROLES
from lms.base.countries import countries
from lms.base.i18n import LANGUAGES, day, gettext, language, pick
from lms.people.models import TIERS, Person, Unit

LISTED = ("tier", "country", "language", "role", "level")
"""Fields with few values: one is chosen from a list."""
SUGGESTED = ("unit", "location")
"""Fields with many values: one is typed, and what there is is offered."""
DAYS = ("hired_after", "hired_before")


@dataclass(frozen=True)
class Course:
    """A course that a rule can ask for."""

    id: int
    slug: str
    title: str


@dataclass(frozen=True)
class Choices:
    """What can be chosen: `values` by field, each a value with its name in the reader's language."""

    courses: tuple[Course, ...]
    values: Mapping[str, Mapping[str, str]]

    def name(self, field: str, value: str) -> str:
        """The name of a value. What does not exist, any more or yet, is called what it is."""
        if field in DAYS:
            try:
                return day(date.fromisoformat(value))
            except ValueError:
                return value or "…"
        if field == "language":
            return _language(value)
        return self.values.get(field, {}).get(value, value) or "…"

    def course(self, slug: str) -> Course | None:
        """The course at an address, or nothing."""
        return next((one for one in self.courses if one.slug == slug), None)

    def title(self, slug: str) -> str:
        """What a course is called; an ellipsis for none."""
        found = self.course(slug)
        return found.title if found else "…"

    def by_id(self, course_id: int) -> Course | None:
        """The course of this number, or nothing."""
        return next((one for one in self.courses if one.id == course_id), None)


def names(session: Session) -> Choices:
    """What values are called, for pages on which nothing is chosen: units and places are called what they are."""
    levels = ladder.levels(session)
    return Choices(
        courses=tuple(Course(one.id, one.slug, pick(one.titles)) for one in catalog.live(session)),
        values={
            "tier": tiers(),
            "role": {name: saying.role(name) for name in ROLES},
            "country": countries(language()),
            "language": LANGUAGES,
            "level": {one.code: pick(one.texts).name for one in levels},
        },
    )


def read(session: Session) -> Choices:
    """All that can be chosen in a rule, for the reader. The same few statements however many people there are."""
    named = names(session)
    codes = [*LANGUAGES, *_there_are(session, Person.language)]
    there_are = {
        "language": {code: _language(code) for code in codes},
        "unit": {path: path for path in session.scalars(select(Unit.path).order_by(Unit.path))},
        "location": {place: place for place in _there_are(session, Person.location)},
    }
    return replace(named, values={**named.values, **there_are})


def tiers() -> dict[str, str]:
    """The names of the tiers, by code."""
    names = {"executive": gettext("Executive"), "manager": gettext("Manager"), "staff": gettext("Staff")}
    return {tier: names[tier] for tier in TIERS}


def _there_are(session: Session, column: InstrumentedAttribute[str]) -> list[str]:
    return list(
        session.scalars(select(column).where(column != "", Person.status != "left").distinct().order_by(column))
    )


def _language(code: str) -> str:
    if code in LANGUAGES:
        return LANGUAGES[code]
    try:
        return Locale.parse(code, sep="-").get_display_name(language()) or code
    except (ValueError, LookupError):
        return code
