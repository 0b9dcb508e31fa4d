"""What happens to guidelines."""

from dataclasses import dataclass
from datetime import date

from lms.base.events import Event


@dataclass(frozen=True)
class GuidelineAccepted(Event):
    """Somebody accepted a version of a guideline."""

    person_id: int
    version_id: int


@dataclass(frozen=True)
class GuidelinePublished(Event):
    """A version of a guideline is there to be read. It holds from its `effective_on`.

    `material`: it is to be accepted anew by whom it touches, until the end of `accept_by_on`.
    """

    guideline_id: int
    version_id: int
    material: bool = True
    accept_by_on: date | None = None


@dataclass(frozen=True)
class WouldPublish(Event):
    """Asked beforehand: this draft would be published, as material or not."""

    guideline_id: int
    version_id: int
    material: bool
