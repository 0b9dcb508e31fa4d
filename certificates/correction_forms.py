"""The shapes of what the hub enters to correct, withdraw or restore a certificate. The service says what is missing."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField

from lms.base.forms import Form


class CorrectionForm(Form):
    """How the name should read, and why."""

    name = StringField(_l("Name as it should be printed"))
    reason = TextAreaField(_l("Why"))


class ReasonForm(Form):
    """Why a certificate is withdrawn or restored."""

    reason = TextAreaField(_l("Why"))
