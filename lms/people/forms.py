"""The shape of what is entered to sign in and to choose one's preferences."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, RadioField
from wtforms.validators import InputRequired, Length

from lms.base.forms import Form


class SignInForm(Form):
    """Address and password."""

    email = EmailField(_l("Work mail address"), [InputRequired(_l("Enter your work mail address.")), Length(max=254)])
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password.")), Length(max=1000)])


class ThemeForm(Form):
    """Light, dark, or as the device."""

    theme = RadioField(choices=[("auto", ""), ("light", ""), ("dark", "")], validators=[InputRequired()])
