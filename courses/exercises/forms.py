"""The shape of what is entered in exercises."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField

from lms.base.forms import Form


class ReflectionForm(Form):
    """A reflection, or an entry of a log with the place it was heard at."""

    place = StringField(_l("Where you listened"))
    words = TextAreaField(_l("Your words"))


class AnswerForm(Form):
    """What a coach says of a reflection."""

    words = TextAreaField(_l("Your answer"))
    signed = BooleanField()
