"""A level that is asked for, and the people who ask for it and decide."""

from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from certificates.level_models import Level, LevelApproval, LevelScope, LevelText
from lms.people.models import Person
from tests.make import Make

WHY = "Customers ask her about parcels every day."
GIVES = [("channel", "own"), ("channel", "blog"), ("topic", "*"), ("topic", "results"), ("language", "*")]


class House(NamedTuple):
    """Alice asks, Bob manages her under Diana; Hugo and Hanna are the hub, Lena is legal, Charlie has no part in it."""

    alice: Person
    bob: Person
    charlie: Person
    diana: Person
    hugo: Person
    hanna: Person
    lena: Person


def house_of(make: Make) -> House:
    """The people of the house."""
    hub = (make.person("Hugo", roles=["hub"]), make.person("Hanna", roles=["hub"]))
    return House(*make.people(), *hub, make.person("Lena", roles=["legal"]))


def a_level(session: Session, code: str = "T2", approvers: tuple[str, ...] = ("manager", "hub"), **more: Any) -> Level:
    """A level that is asked for and needs nothing but people's yes."""
    rules = {"valid_months": 12, "needs_attestation": False, "granted_by_rule": False, "may_in_crisis": False}
    level = Level(
        code=code,
        rank=more.pop("rank", 50),
        source_sha256=code,
        may_reply=True,
        may_commit=False,
        texts=[
            LevelText(language="en", name="Speaker", allows="may", criteria="c", may=["a"], never=["b"], disclosure="d")
        ],
        approvals=[LevelApproval(role=role) for role in approvers],
        scope=[LevelScope(dimension=dimension, value=value) for dimension, value in GIVES],
        **rules | more,
    )
    session.add(level)
    session.flush()
    return level
