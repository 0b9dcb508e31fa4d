"""The shape of what is entered about accounts."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, EmailField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from certificates.handles import branded, claims
from lms.base.forms import Form


class ClaimForm(Form):
    """An account that somebody says is hers."""

    channel = SelectField(_l("Channel"), validate_choice=False)
    name = StringField(
        _l("Name of the account"), [InputRequired(_l("Enter the name of the account.")), Length(max=200)]
    )
    method = RadioField(
        _l("How do you show that it is yours?"),
        choices=[
            ("code", _l("With a code in my profile. Somebody of the hub looks at it.")),
            ("link", _l("With a link in my profile to my certificate. The server looks at it within minutes.")),
        ],
        default="code",
    )
    profile_url = StringField(_l("Address of the profile"), [Length(max=500)])

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.channel.choices = claims.channels()


class DecisionForm(Form):
    """What the hub finds about a claim."""

    decision = StringField()
    remark = StringField(_l("Why not?"), [Length(max=500)])


class BrandedForm(Form):
    """An account of the company."""

    channel = SelectField(_l("Channel"), validate_choice=False)
    name = StringField(_l("Name of the account"), [Length(max=200)])
    purpose = StringField(_l("What it is for"), [InputRequired(_l("Say what the account is for.")), Length(max=300)])
    owner = EmailField(_l("Owner (e-mail address)"), [InputRequired(_l("Enter the e-mail address of the owner."))])
    deputy = EmailField(_l("Deputy (e-mail address)"), [InputRequired(_l("Enter the e-mail address of the deputy."))])
    recovery = TextAreaField(_l("How to get back in"), [Length(max=1000)])
    sunset_on = DateField(_l("To be closed on"), [Optional()])

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.channel.choices = branded.channels()

    @property
    def wanted(self) -> branded.Wanted:
        """What was entered, for the service."""
        return branded.Wanted(
            channel=self.channel.data or "",
            name=self.name.data or "",
            purpose=self.purpose.data or "",
            owner=self.owner.data or "",
            deputy=self.deputy.data or "",
            recovery=self.recovery.data or "",
            sunset_on=self.sunset_on.data,
        )
