"""The labels of a question as its author types them, and what is wrong with them."""

from collections.abc import Iterator
from dataclasses import dataclass

from lms.base.i18n import gettext
from lms.people.models import TIERS
from quizzes import labels
from quizzes.kinds.kind import Fields
from quizzes.labels import Labels
from quizzes.question_models import PURPOSES


@dataclass(frozen=True)
class TypedLabels:
    """What stands in the fields: `tags` are words parted by commas."""

    purpose: str = "exam"
    tier: str = ""
    difficulty: str = ""
    tags: str = ""
    always: bool = False

    @property
    def wanted(self) -> Labels:
        """The labels. Only for those without faults."""
        tags = labels.tags_in(self.tags.split(","))
        return Labels(self.purpose, self.tier or None, int(self.difficulty or 0) or None, tags, self.always)


def from_form(fields: Fields) -> TypedLabels | None:
    """What is in a form; none when it has no such fields."""
    if "purpose" not in fields:
        return None
    found = {name: (fields.get(name) or ("",))[0].strip() for name in ("purpose", "tier", "difficulty", "tags")}
    return TypedLabels(**found, always=bool(fields.get("always")))


def of(found: Labels) -> TypedLabels:
    """Labels as they are, to be changed."""
    return TypedLabels(
        found.purpose, found.tier or "", str(found.difficulty or ""), ", ".join(found.tags), found.always
    )


def faults(typed: TypedLabels) -> Iterator[str]:
    """What its author has to put right, a sentence each."""
    tags = labels.tags_in(typed.tags.split(","))
    words = {"longest": labels.LONGEST_TAG, "most": labels.MOST_TAGS}
    if len(tags) > labels.MOST_TAGS:
        yield gettext("A question has at most %(most)s tags. Leave some out.", most=labels.MOST_TAGS)
    for tag in labels.wrong_tags(tags):
        yield gettext("The tag “%(tag)s” is longer than %(longest)s letters.", tag=tag[:60], **words)
    known = (PURPOSES, ("", *TIERS), ("", *map(str, labels.DIFFICULTIES)))
    if any(
        value not in values for value, values in zip((typed.purpose, typed.tier, typed.difficulty), known, strict=True)
    ):
        yield gettext("The form is not complete. Open the question again.")
