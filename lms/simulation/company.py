"""Inventing a company: who there is, in which units, under whom. The same seed gives the same people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

GIVEN = (
    "Ana Ben Chloé Dirk Elif Femke Gao Hanne Inès Joris Karim Lotte Mila Noor Omar Pia Quentin Rosa Sven Tariq Uma "
    "Véronique Wout Xenia Yusuf Zoë გიორგი ნინო محمد ليلى 伟 芳 Łukasz Þóra Nguyễn O’Brien"
).split()
FAMILY = (
    "Peeters Janssens De~Vries Van~den~Berg Dubois Maes Claes Martin Müller Schmidt Rossi Kowalski Nowak García "
    "Silva Jensen Andersson Öztürk Haddad Nguyen Wang Tanaka Singh Okafor D’Angelo შევარდნაძე العمري 王 Ó~Súilleabháin"
).replace("~", "\u00a0")
REGIONS = {
    "Benelux": (("BE", "nl", "Europe/Brussels"), ("NL", "nl", "Europe/Amsterdam"), ("BE", "fr", "Europe/Brussels")),
    "UK and Ireland": (("GB", "en", "Europe/London"), ("IE", "en", "Europe/Dublin")),
    "Central Europe": (("DE", "en", "Europe/Berlin"), ("PL", "en", "Europe/Warsaw")),
    "Southern Europe": (("FR", "fr", "Europe/Paris"), ("ES", "en", "Europe/Madrid")),
    "Americas": (("US", "en", "America/Chicago"), ("CA", "fr", "America/Toronto")),
    "Asia Pacific": (("IN", "en", "Asia/Kolkata"), ("AU", "en", "Australia/Sydney"), ("JP", "en", "Asia/Tokyo")),
}
DIVISIONS = ("Customer care", "Sales", "Field service", "Marketing", "Engineering", "Finance", "People", "Supply chain")
JOBS = ("Adviser", "Engineer", "Specialist", "Coordinator", "Analyst", "Representative")
FOUNDED = date(1996, 1, 8)


@dataclass(frozen=True)
class Invented:
    """Somebody of an invented company. `number` counts from 1, the chief executive; so does `manager`."""

    number: int
    manager: int | None
    given_name: str
    family_name: str
    unit: str
    tier: str
    job: str
    country: str
    language: str
    time_zone: str
    hire_date: date
    status: str


def people(count: int, seed: int) -> Iterator[Invented]:
    """So many people in a tree of about eight levels, nine reports to a manager, each manager before her reports."""
    chance = Random(seed)  # noqa: S311 - an invented company is no secret
    families = FAMILY.split(" ")
    leads: list[tuple[int, int, str]] = [(1, 0, "")]
    yield _person(1, None, "Board", "executive", chance, families)
    made = 1
    for manager, depth, unit in leads:
        reports = chance.randint(6, 8) if depth == 0 else chance.randint(5, 13)
        for place in range(reports):
            if made == count:
                return
            made += 1
            below = _unit(unit, depth, place, chance)
            leading = depth < 2 or (depth < 7 and chance.random() < 0.42)
            tier = "executive" if depth < 1 else "manager" if leading else "staff"
            yield _person(made, manager, below, tier, chance, families)
            if leading:
                leads.append((made, depth + 1, below))
    raise ValueError(f"the tree ended after {made} people")


def _unit(above: str, depth: int, place: int, chance: Random) -> str:
    """A region, then a division, a department and a team; people of the same team share the last."""
    if depth == 0:
        return tuple(REGIONS)[place % len(REGIONS)]
    if depth == 1:
        return f"{above}/{DIVISIONS[place % len(DIVISIONS)]}"
    if depth == 2:
        return f"{above}/Department {place + 1}"
    return f"{above}/Team {chance.randint(1, 3)}" if depth == 3 else above


def _person(number: int, manager: int | None, unit: str, tier: str, chance: Random, families: list[str]) -> Invented:
    country, language, zone = chance.choice(REGIONS.get(unit.split("/")[0], REGIONS["Benelux"]))
    return Invented(
        number=number,
        manager=manager,
        given_name=chance.choice(GIVEN),
        family_name=chance.choice(families),
        unit=unit,
        tier=tier,
        job="Manager" if tier != "staff" else chance.choice(JOBS),
        country=country,
        language=language,
        time_zone=zone,
        hire_date=FOUNDED + timedelta(days=chance.randrange(11_000)),
        status="leave" if chance.random() < 0.02 else "active",
    )
