"""The shapes of what is entered about permissions."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, EmailField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from lms.base.forms import Form

LONGEST = 2000
BY_HAND = ("investigation", "incident", "leave", "move", "other")
"""The causes of a pause that a person chooses; the others come by rule."""


class ScopeField(SelectMultipleField):
    """Boxes of a scope; what is allowed is checked by the service, which says what is outside."""

    def pre_validate(self, form: object) -> None:
        """Nothing to check against a list here."""


class AskForm(Form):
    """Asking for a permission: what for, and why."""

    scope = ScopeField(_l("What it should cover"))
    reason = TextAreaField(
        _l("The good business reason"),
        validators=[InputRequired(_l("Say why the company gains by this permission.")), Length(max=LONGEST)],
    )


class DecideForm(Form):
    """A yes or a no to a request, in one of the roles it needs."""

    role = StringField(validators=[InputRequired(), Length(max=20)])
    decision = RadioField(
        _l("Your decision"),
        choices=[("approved", ""), ("declined", "")],
        validators=[InputRequired(_l("Choose yes or no."))],
    )
    remark = TextAreaField(_l("Remark"), validators=[Length(max=LONGEST)])
    scope = ScopeField(_l("What it should cover"))


class PauseForm(Form):
    """Pausing a permission, or all of somebody's."""

    cause = SelectField(_l("Kind of reason"), choices=[(cause, "") for cause in BY_HAND])
    reason = TextAreaField(
        _l("Reason"), validators=[InputRequired(_l("Say why, for those who look at it later.")), Length(max=LONGEST)]
    )
    until = DateField(_l("Last day of the pause, if it is known"), validators=[Optional()])


class ReasonForm(Form):
    """A deed that only needs its reason."""

    reason = TextAreaField(
        _l("Reason"), validators=[InputRequired(_l("Say why, for those who look at it later.")), Length(max=LONGEST)]
    )


class LimitForm(ReasonForm):
    """Giving a permission another scope."""

    scope = ScopeField(_l("What it covers from now on"))


class VerdictForm(Form):
    """Confirming or refusing that a permission is taken away."""

    confirmed = RadioField(
        _l("Your decision"),
        choices=[("yes", ""), ("no", "")],
        validators=[InputRequired(_l("Choose yes or no."))],
    )
    remark = TextAreaField(_l("Remark"), validators=[Length(max=LONGEST)])


class WaiverForm(ReasonForm):
    """Recognizing that somebody meets a requirement of a level."""

    need = StringField(_l("What she need not do"), validators=[InputRequired(_l("Choose a requirement."))])


class PairForm(ReasonForm):
    """Licensing somebody who writes for an executive."""

    writer = EmailField(_l("E-mail address of the writer"), validators=[InputRequired(), Length(max=320)])


class GuestForm(Form):
    """Somebody from outside: who answers for her, and until when."""

    company = StringField(_l("Company she works for"), validators=[InputRequired(), Length(max=200)])
    sponsor = EmailField(_l("E-mail address of who answers for her"), validators=[InputRequired(), Length(max=320)])
    contract_ends_on = DateField(_l("Last day of the contract"), validators=[InputRequired()])
