"""Who may see somebody's permission and who may change it. Nobody changes her own.

Source: decision rights of the domain description (6.3): any one who approves may pause, two take away.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from certificates.ladder import LevelView
from lms.people import directory

SEE_ALL = frozenset({"hub", "legal", "care", "board", "administrator", "auditor"})
"""Roles that see the permissions of everybody."""


@dataclass(frozen=True)
class Viewer:
    """Who is at the page: her number and the roles given to her."""

    id: int
    roles: frozenset[str]

    @property
    def sees_all(self) -> bool:
        return not self.roles.isdisjoint(SEE_ALL)


@dataclass(frozen=True)
class Rights:
    """What a viewer may do about a permission. `manage`: what the hub alone does (waivers, pairs, guests)."""

    see: bool
    own: bool
    pause: bool
    limit: bool
    revoke: bool
    manage: bool


def of(session: Session, viewer: Viewer, person_id: int, level: LevelView | None = None) -> Rights:
    """What somebody may do about a person's permission of a level (about the person as a whole without one)."""
    if viewer.id == person_id:
        return Rights(see=True, own=True, pause=False, limit=False, revoke=False, manage=False)
    leads = directory.leads(session, viewer.id, person_id)
    approves = "hub" in viewer.roles or (level is not None and not viewer.roles.isdisjoint(level.approvers))
    return Rights(
        see=leads or approves or viewer.sees_all,
        own=False,
        pause=approves or leads,
        limit=approves or (leads and level is not None and "manager" in level.approvers),
        revoke=approves or (leads and level is not None and "manager" in level.approvers),
        manage="hub" in viewer.roles,
    )
