"""What happens to certificates and authorizations."""

from dataclasses import dataclass

from lms.base.events import Event


@dataclass(frozen=True)
class AuthorizationGranted(Event):
    """Somebody may speak, in a scope, from now on."""

    person_id: int
    authorization_id: int
    certificate_id: int
