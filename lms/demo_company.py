"""Who there is in the demo company."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

DOMAIN = "acme.example"
HANDLES = {
    "ana": ("linkedin", "ana.moreau"),
    "luc": ("facebook", "luc.bogaert"),
    "ahmed": ("linkedin", "ahmed.elamrani"),
    "nadia": ("mastodon", "nadia@mastodon.social"),
}


@dataclass(frozen=True)
class Member:
    """Somebody of the demo company. `done` is how many lessons of the first course, or all and the quiz: "passed", or
    "failed" by leaving half of it open.
    """

    key: str
    name: str
    job: str
    unit: str
    manager: str = ""
    tier: str = "staff"
    language: str = "en"
    roles: tuple[str, ...] = ()
    done: int | str = 0
    started_days_ago: int = 0
    due_in_days: int | None = None
    signs_in: bool = False

    @property
    def country(self) -> str:
        """By unit and town: the parts of the company that stand for no country are at its seat, in Belgium."""
        if self.unit.startswith("UK"):
            return "GB"
        return "NL" if self.unit.endswith("Eindhoven") else "BE"


def _read() -> tuple[Member, ...]:
    """The people of the file beside this module."""
    with Path(__file__).with_suffix(".toml").open("rb") as file:
        rows = tomllib.load(file)["people"]
    return tuple(Member(**row | {"roles": tuple(row.get("roles", ()))}) for row in rows)


MEMBERS = _read()
