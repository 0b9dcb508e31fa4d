"""Refusals: what the system will not do, each with a sentence for a person."""


def N_(text: str) -> str:
    """Mark a sentence for translation where it stands; it is translated where it is shown."""
    return text


class Refused(Exception):
    """Something asked for was not done, and nothing was changed. The message is shown to the person."""

    status = 400
    title = N_("That did not work")

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class Unauthorized(Refused):
    """A program asked without a token that holds."""

    status = 401
    title = N_("Please sign in first")


class NotFound(Refused):
    """The thing does not exist, or is not this person's: both look the same."""

    status = 404
    title = N_("This page does not exist")


class Forbidden(Refused):
    """The page exists for other people."""

    status = 403
    title = N_("This page is for someone else")


class Conflict(Refused):
    """The thing is no longer in the state in which this could be done."""

    status = 409
    title = N_("This has changed in the meantime")


class Invalid(Refused):
    """What was entered cannot be used; the message says what would be right."""

    status = 422
    title = N_("Something needs another look")


class TooLarge(Refused):
    """More was sent than is taken at once; nothing of it was read."""

    status = 413
    title = N_("That is too much at once")


class TooMany(Refused):
    """Asked too often in too short a time."""

    status = 429
    title = N_("One moment, please")


class Unavailable(Refused):
    """The database or the disk cannot be used at present; nothing was changed."""

    status = 503
    title = N_("We will be back in a moment")
