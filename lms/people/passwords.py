"""Passwords: Argon2id at the OWASP minimum (2 passes, 19 MiB, 1 lane), about 27 ms a check."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lms.base.errors import Invalid
from lms.base.i18n import gettext

SHORTEST = 10
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _hasher.hash("nobody has this password")


def hashed(password: str) -> str:
    """The hash to keep. Raises `Invalid` for a password that is too short."""
    if len(password) < SHORTEST:
        raise Invalid(
            gettext(
                "The password has %(count)s characters; it needs at least %(least)s.",
                count=len(password),
                least=SHORTEST,
            )
        )
    return _hasher.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether the password is the one kept. Takes as long when there is none, so that time tells nothing."""
    try:
        return _hasher.verify(kept or _NOBODY, password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False
