"""What reports can be filtered by: the values that people have."""

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from certificates.level_models import Level
from lms.people.models import TIERS, Person
from lms.reports.compliance.populations import SPEAKING


def read(session: Session) -> dict[str, list[str]]:
    """The values of each dimension but units, of people who work here. One statement."""
    at_work = Person.status != "left"
    countries = select(literal("country"), Person.country).where(at_work, Person.country != "").distinct()
    languages = select(literal("language"), Person.language).where(at_work, Person.language != "").distinct()
    levels = select(literal("level"), Level.code).where(SPEAKING)
    found: dict[str, list[str]] = {"tier": list(TIERS), "country": [], "language": [], "level": []}
    for dimension, value in session.execute(union_all(countries, languages, levels)):
        found[dimension].append(value)
    return {dimension: values if dimension == "tier" else sorted(values) for dimension, values in found.items()}
