"""The shapes of what a manager enters about her people."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from lms.base.forms import Form
from lms.people.deputies import Wanted
from lms.reports.acting import Gift


class AssignForm(Form):
    """A course, a last day and the reason; the people are boxes beside it."""

    course = SelectField(_l("Course"), validate_choice=True)
    due_on = DateField(_l("Last day"), validators=[InputRequired(_l("Choose the last day, such as 2027-01-31."))])
    reason = TextAreaField(
        _l("Why? They read this too"),
        validators=[InputRequired(_l("Say in a sentence why they need the course.")), Length(max=500)],
    )

    @property
    def wanted(self) -> Gift:
        """What is given, of a form that is right."""
        due_on = self.due_on.data
        assert due_on is not None
        return Gift(self.course.data, due_on, self.reason.data or "")


class DeputyForm(Form):
    """Who stands in, from when until when."""

    deputy = StringField(_l("Who stands in"), validators=[InputRequired(_l("Search for a colleague and choose her."))])
    from_on = DateField(_l("First day"), validators=[InputRequired(_l("Choose the first day, such as 2027-01-04."))])
    until_on = DateField(_l("Last day"), validators=[InputRequired(_l("Choose the last day, such as 2027-01-31."))])
    reason = StringField(_l("Why, if you want to say"), validators=[Length(max=200)])

    @property
    def wanted(self) -> Wanted:
        """Who stands in when, of a form that is right."""
        from_on, until_on = self.from_on.data, self.until_on.data
        assert from_on is not None
        assert until_on is not None
        return Wanted(self.deputy.data or "", from_on, until_on, self.reason.data or "")
