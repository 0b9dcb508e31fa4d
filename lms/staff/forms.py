"""The shapes of what administrators enter about people."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    EmailField,
    FileField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from lms.base.access import ROLES
from lms.base.countries import countries
from lms.base.forms import Form
from lms.base.i18n import LANGUAGES, gettext, language
from lms.people.imports.models import ON_MISSING
from lms.people.models import LINES
from lms.staff import words

_NO_DAY = _l("Enter a day as year-month-day, such as 2026-03-31.")


class Day(DateField):
    """A day, that says in a sentence what a day looks like. What was typed stays in the field."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_NO_DAY) from None


class PersonForm(Form):
    """Who somebody is and where she stands."""

    given_name = StringField(_l("Given name"), [DataRequired(_l("Enter a name.")), Length(max=200)])
    family_name = StringField(_l("Family name"), [Length(max=200)])
    email = EmailField(_l("E-mail address"), [InputRequired(_l("Enter an address.")), Length(max=254)])
    tier = SelectField(_l("Tier"))
    unit = StringField(_l("Unit"), [Length(max=500)])
    manager = StringField(_l("Manager"), [Length(max=254)])
    job = StringField(_l("Job"), [Length(max=200)])
    country = SelectField(_l("Country"))
    location = StringField(_l("Location"), [Length(max=200)])
    language = SelectField(_l("Language"), choices=list(LANGUAGES.items()))
    time_zone = StringField(_l("Time zone"), [InputRequired(_l("Enter a time zone, such as Europe/Brussels."))])
    hire_date = Day(_l("Works here since"), [Optional()])
    status = SelectField(_l("Status"))

    def __init__(self, *args: Any, spoken: str = "", **kwargs: Any) -> None:
        """`spoken` is a language of a file that may stay, though the university is not in it."""
        super().__init__(*args, **kwargs)
        if spoken and spoken not in LANGUAGES:
            self.language.choices = [*LANGUAGES.items(), (spoken, spoken)]
        self.tier.choices = list(words.tiers().items())
        self.status.choices = list(words.statuses().items())
        self.country.choices = [("", gettext("Not known")), *countries(language()).items()]


class RoleForm(Form):
    """A role to give to somebody who is looked for, or whose sheet it is."""

    role = SelectField(_l("Role"), choices=[(role, role) for role in ROLES])
    who = StringField(_l("Who"), [Length(max=254)])


class AbsenceForm(Form):
    """From when until when somebody is away."""

    from_on = Day(_l("First day away"), [InputRequired(_l("Enter the first day."))])
    until_on = Day(_l("Last day away, if it is known"), [Optional()])


class EndForm(Form):
    """The last day of an absence."""

    until_on = Day(_l("Last day away"), [InputRequired(_l("Enter the last day."))])


class LineForm(Form):
    """Another manager."""

    manager = StringField(_l("Who"), [InputRequired(_l("Enter an address, an employee number or a name."))])
    kind = RadioField(_l("Kind"), choices=[(kind, kind) for kind in LINES], validators=[InputRequired()])


class DeputyForm(Form):
    """Who stands in for a manager."""

    deputy = StringField(_l("Who"), [InputRequired(_l("Enter an address, an employee number or a name."))])
    from_on = Day(_l("First day"), [InputRequired(_l("Enter the first day."))])
    until_on = Day(_l("Last day"), [InputRequired(_l("Enter the last day."))])
    reason = TextAreaField(_l("Reason"), [Length(max=500)])


class UploadForm(Form):
    """A file of people, and what happens to those who are not in it."""

    file = FileField(_l("File from HR"))
    on_missing = RadioField(
        _l("People who are not in the file"),
        choices=[(choice, choice) for choice in ON_MISSING],
        default="keep",
        validators=[InputRequired()],
    )


class ApplyForm(Form):
    """The last step of an import; with the number of leavers typed, when there are many."""

    leavers = IntegerField(_l("How many people leave"), [Optional()])
