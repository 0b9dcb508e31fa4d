"""What happens to guidelines."""

from dataclasses import dataclass

from lms.base.events import Event


@dataclass(frozen=True)
class GuidelineAccepted(Event):
    """Somebody accepted a version of a guideline."""

    person_id: int
    version_id: int


@dataclass(frozen=True)
class GuidelinePublished(Event):
    """A version of a guideline is there to be read from now on."""

    guideline_id: int
    version_id: int
