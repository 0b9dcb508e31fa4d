"""The shapes of what the hub enters about quiet periods and crises."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from certificates import vocabulary
from certificates.level_models import DIMENSIONS
from certificates.periods.planning import Plan
from certificates.standing import Scope
from lms.base.forms import Form
from lms.base.i18n import gettext

LONGEST = 200
_SHORT = Length(max=LONGEST, message=_l("This is longer than 200 letters. Make it shorter."))
_LONG = Length(max=2000, message=_l("This is longer than 2000 letters. Make it shorter."))


class DayField(DateField):
    """A day, as a browser sends it, with a sentence of ours for what is none."""

    def process_formdata(self, valuelist: Any) -> None:
        """Read the day."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(gettext("This is not a day. Write it like 2027-03-31.")) from error


class PeriodForm(Form):
    """A quiet period: its name, its days, and what is quiet; a dimension without a tick is quiet as a whole."""

    title = StringField(_l("Name"), [InputRequired(_l("Give it a name, such as “Annual results”.")), _SHORT])
    note = TextAreaField(_l("Note for the hub"), [_LONG])
    starts_on = DayField(_l("First day"), [InputRequired(_l("Give the first day, such as 2027-03-31."))])
    ends_on = DayField(_l("Last day"), [InputRequired(_l("Give the last day, such as 2027-04-15."))])
    exempt_rank = SelectField(_l("Who may speak all the same"), coerce=str)
    channel = SelectMultipleField(_l("Channels"))
    topic = SelectMultipleField(_l("Topics"))
    language = SelectMultipleField(_l("Languages"))
    country = SelectMultipleField(_l("Countries"))

    def __init__(self, ranks: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(**more)
        self.exempt_rank.choices = [("", gettext("Nobody")), *ranks]
        for dimension in DIMENSIONS:
            self[dimension].choices = vocabulary.choices(dimension)

    def plan(self) -> Plan:
        """What was entered, once it is valid."""
        assert self.starts_on.data
        assert self.ends_on.data
        ticked = [(dimension, value) for dimension in DIMENSIONS for value in self[dimension].data or []]
        return Plan(
            title=self.title.data or "",
            note=self.note.data or "",
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            exempt_rank=int(self.exempt_rank.data) if self.exempt_rank.data else None,
            scope=Scope.of(ticked),
        )


class CrisisForm(Form):
    """Crisis mode: what it is about, and the official line."""

    title = StringField(_l("What it is about"), [InputRequired(_l("Say in a few words what it is about.")), _SHORT])
    line = TextAreaField(_l("Official line"), [_LONG])
    sure = BooleanField(
        _l("I am sure: from now on only the crisis team speaks"),
        [InputRequired(_l("Tick the box to say that you are sure."))],
    )


class LineForm(Form):
    """Another official line for the crisis that lasts."""

    line = TextAreaField(_l("Official line"), [InputRequired(_l("Write the new official line.")), _LONG])


class EndForm(Form):
    """Switching crisis mode off."""

    sure = BooleanField(
        _l("I am sure: everybody may speak again as before"),
        [InputRequired(_l("Tick the box to say that you are sure."))],
    )
