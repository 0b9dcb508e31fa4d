"""What an administrator enters for programs."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.base.forms import Form


class TokenForm(Form):
    """A new token."""

    name = StringField(_l("What uses it"), validators=[InputRequired(), Length(max=100)])
    days = IntegerField(_l("Days it holds (empty: until it is ended)"), validators=[Optional(), NumberRange(1, 3650)])


class EndpointForm(Form):
    """A new address to tell."""

    name = StringField(_l("What listens there"), validators=[InputRequired(), Length(max=100)])
    url = StringField(_l("Address"), validators=[InputRequired(), Length(max=500)])
