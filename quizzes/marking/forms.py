"""The shape of what markers, learners who appeal, and those who decide send."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, TextAreaField

from lms.base.errors import Invalid
from lms.base.forms import Form
from lms.base.i18n import gettext
from quizzes.marking.hearing import Ruling


class MarkForm(Form):
    """The reason of a marker. The points are read by `points`."""

    comment = TextAreaField(_l("Your reason"))


class AppealForm(Form):
    """What a learner asks to be looked at again: `about` is a place on the paper, or nothing for the whole result."""

    about = StringField(_l("What is it about?"))
    words = TextAreaField(_l("What should we look at?"))

    def position(self) -> int | None:
        """The place of the question, none for the whole result. Raises `Invalid`."""
        return whole_number(self.about.data or "") if self.about.data else None


class RulingForm(Form):
    """What comes of an appeal, and why."""

    outcome = SelectField(_l("What comes of it?"), choices=[], validate_choice=False)
    credit = StringField(_l("New credit in percent"))
    crosses = BooleanField(_l("The answer crosses a red line"))
    answer = TextAreaField(_l("Your answer to the learner"))

    def ruling(self) -> Ruling:
        """The ruling that was entered. Raises `Invalid` for a credit that is no number."""
        credit = whole_number(self.credit.data) if self.outcome.data == "credit" and self.credit.data else None
        return Ruling(self.outcome.data or "", self.answer.data or "", credit, bool(self.crosses.data))


def points(fields: Mapping[str, str]) -> dict[int, int]:
    """Points by the place of a criterion, from the fields `points-1`, `points-2` and so on; open ones are left out.

    Raises `Invalid` for what is no number.
    """
    named = {name.removeprefix("points-"): value for name, value in fields.items() if name.startswith("points-")}
    return {whole_number(place): whole_number(value) for place, value in named.items() if value}


def whole_number(value: str) -> int:
    """A small whole number as typed. Raises `Invalid`."""
    if not (value.isascii() and value.isdigit() and len(value) < 5):
        raise Invalid(gettext("“%(value)s” is not a whole number.", value=value[:20]))
    return int(value)
