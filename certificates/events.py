"""What happens to certificates and authorizations."""

from dataclasses import dataclass

from lms.base.events import Event


@dataclass(frozen=True)
class AuthorizationsGranted(Event):
    """One or many permissions began: their holders may speak from now on. Each has its certificate."""

    authorization_ids: tuple[int, ...]


@dataclass(frozen=True)
class AuthorizationsRestored(Event):
    """Permissions that were over are given back as they stood: what had ended them was undone."""

    authorization_ids: tuple[int, ...]


@dataclass(frozen=True)
class AuthorizationChanged(Event):
    """The standing of a permission became another: `status` is what it is now."""

    authorization_id: int
    person_id: int
    status: str


@dataclass(frozen=True)
class AuthorizationsChanged(Event):
    """The standing of many permissions became the same other one, by a rule."""

    authorization_ids: tuple[int, ...]
    status: str
