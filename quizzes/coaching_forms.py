"""The shape of an accommodation as an administrator enters it."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from lms.base.forms import Form
from lms.base.i18n import gettext
from quizzes.accommodations import Terms
from quizzes.attempt_models import CATEGORIES


def categories() -> dict[str, str]:
    """The categories in words. They say what kind of thing it is, never what somebody has."""
    return {
        "language": gettext("Language of the quiz"),
        "vision": gettext("Seeing"),
        "hearing": gettext("Hearing"),
        "motor": gettext("Moving, typing"),
        "reading": gettext("Reading"),
        "concentration": gettext("Concentration"),
        "other": gettext("Something else"),
    }


class AccommodationForm(Form):
    """Who gets what in every quiz, and what kind of thing it is for."""

    email = EmailField(_l("E-mail address of the person"), validators=[InputRequired()])
    category = SelectField(_l("What it is about"))
    factor_percent = IntegerField(
        _l("Time, in percent of the usual"), default=100, validators=[InputRequired(), NumberRange(100, 400)]
    )
    extra_minutes = IntegerField(_l("Minutes on top"), default=0, validators=[InputRequired(), NumberRange(0, 600)])
    no_timer = BooleanField(_l("No clock at all"))
    break_minutes = IntegerField(
        _l("Minutes of breaks, while the clock stands still"),
        default=0,
        validators=[InputRequired(), NumberRange(0, 600)],
    )

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        words = categories()
        self.category.choices = [(name, words[name]) for name in CATEGORIES]

    def terms(self) -> Terms:
        """What was entered."""
        return Terms(
            category=self.category.data or "other",
            factor_percent=self.factor_percent.data or 100,
            extra_minutes=self.extra_minutes.data or 0,
            no_timer=bool(self.no_timer.data),
            break_minutes=self.break_minutes.data or 0,
        )
