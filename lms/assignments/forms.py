"""The shape of an extension and of an exemption."""

from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import DateField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from lms.base.forms import Form

LONGEST = 500
_WHY = [
    DataRequired(_l("Say why, in a sentence. It stays with the course for good.")),
    Length(max=LONGEST, message=_l("The reason is longer than 500 characters.")),
]


class _Day(DateField):
    """A day, with a sentence of ours for what is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("This is not a day. Write it as 2026-11-30.")) from None


class ExtendForm(Form):
    """A later due day, and why."""

    due_on = _Day(_l("New due day"), [InputRequired(_l("Choose the new due day."))])
    reason = TextAreaField(_l("Why"), _WHY)

    @property
    def later(self) -> tuple[date, str]:
        """The new day and why. Only for a form that was found right."""
        assert self.due_on.data
        return self.due_on.data, self.reason.data or ""


class ExemptForm(Form):
    """Until when somebody need not take a course, or for good, and why."""

    until_on = _Day(_l("Until (empty: for good)"), [Optional()])
    reason = TextAreaField(_l("Why"), _WHY)
