"""What a paused permission means for its holder: why, in plain words, and what ends the pause. Pure."""

from dataclasses import dataclass

from lms.base.i18n import gettext


@dataclass(frozen=True)
class Pause:
    """Why it is paused and what ends it; `address` is where the holder herself can do so, empty where she cannot."""

    why: str
    ends: str
    address: str = ""


def pause(cause: str) -> Pause:
    """What to tell the holder, by the cause of the pause (`permissions.models.CAUSES`)."""
    return _own(cause) or _others(cause)


def _own(cause: str) -> Pause | None:
    """The pauses that the holder herself can end."""
    guideline = "/guidelines/how-we-speak"
    if cause == "guideline":
        return Pause(gettext("The guideline has changed."), gettext("Accept the new version."), guideline)
    if cause == "renewal":
        ends = gettext("Accept the guideline anew, or do what is asked for in between.")
        return Pause(gettext("Something is to be done anew."), ends, guideline)
    if cause == "dormant":
        ends = gettext("Tell about a post of yours.")
        return Pause(gettext("You have told of no post for a while."), ends, "/certificates/portfolio")
    if cause in {"course", "red_line"}:
        why = gettext("A course that it rests on is not completed any more.")
        if cause == "red_line":
            why = gettext("An answer crossed a red line.")
        return Pause(why, gettext("Take the course and its quiz again."), "/courses/")
    return None


def _others(cause: str) -> Pause:
    """The pauses that end by themselves, or that somebody else ends."""
    hub = gettext("The social media hub ends the pause; you need do nothing.")
    if cause == "leave":
        return Pause(gettext("You are on leave."), gettext("It goes on by itself when you are back."))
    if cause == "move":
        return Pause(gettext("Your role or unit has changed."), gettext("The hub looks at what it covers."))
    if cause == "contract":
        ends = gettext("Ask the social media hub.")
        return Pause(gettext("Your contract, or who answers for you, has to be settled."), ends)
    if cause == "investigation":
        return Pause(gettext("Something is being looked into."), hub)
    if cause == "certificate":
        return Pause(gettext("The certificate was withdrawn as issued in error."), gettext("Ask the social media hub."))
    if cause == "incident":
        return Pause(gettext("Something went wrong, and there is to be calm first."), hub)
    return Pause(gettext("It was paused."), hub)
