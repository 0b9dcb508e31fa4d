"""Files of people to import: of a few, or of a whole company that is the same for the same seed."""

import csv
import io
import random
from collections.abc import Iterable, Sequence

from lms.people.imports.columns import USUAL

GIVEN = ("Ann", "Bárbara", "Chloé", "Dìdhan", "Elif", "Fatima", "გიორგი", "Hugo", "山田", "Jürgen", "Łukasz", "محمد")
FAMILY = ("O’Brien", "d'Hondt", "’t Hooft", "Peeters", "Nguyễn", "García", "Müller", "太郎", "Åberg", "Smith-Jones")
PLACES = ("Ghent", "Lisbon", "Warsaw", "", "Austin", "Kyoto")


def row(key: str, **changed: str) -> list[str]:
    """A line about somebody in customer care; name what is different."""
    usual = {
        "employee_id": key,
        "email": f"{key.lower()}@acme.example",
        "given_name": "Ann",
        "family_name": "Peeters",
        "unit": "Benelux/Customer care",
        "tier": "staff",
        "language": "en",
        "status": "active",
    }
    values = usual | changed
    return [values.get(name, "") for name in USUAL] + [value for name, value in changed.items() if name not in USUAL]


def table(rows: Iterable[Sequence[str]], *, header: Sequence[str] = USUAL, separator: str = ",") -> str:
    """A file as text."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator)
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue()


def company(count: int, seed: int = 7) -> list[list[str]]:
    """A company of so many: nine report to each manager, and every manager has a unit."""
    chance = random.Random(seed)
    rows, paths = [], ["Company"]
    for number in range(count):
        manager = (number - 1) // 9
        leads = number * 9 + 1 < count
        if number:
            path = f"{paths[manager]}/Unit {number}" if leads and paths[manager].count("/") < 4 else paths[manager]
            paths.append(path)
        rows.append(
            row(
                f"E{number:06}",
                email=f"person.{number}@acme.example",
                given_name=chance.choice(GIVEN),
                family_name=chance.choice(FAMILY),
                unit=paths[number],
                manager_id=f"E{manager:06}" if number else "",
                tier="executive" if number < 10 else "manager" if leads else "staff",
                location=chance.choice(PLACES),
                language=chance.choice(("en", "nl", "fr", "de")),
                hire_date=f"20{chance.randrange(10, 26)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
            )
        )
    return rows


def changed(rows: Sequence[Sequence[str]], share: float, seed: int = 7) -> list[list[str]]:
    """The same company with a share of its people moved, renamed, hired or gone."""
    chance = random.Random(seed)
    new = [list(one) for one in rows]
    for number in chance.sample(range(len(new) // 9 + 1, len(new)), int(len(new) * share)):
        match number % 3:
            case 0:
                new[number][5] = new[chance.randrange(len(new) // 9)][0]
            case 1:
                new[number][3] = "Renamed"
            case _:
                new[number][7] = "Elsewhere"
    return new
