"""The shape of what is sent while taking a quiz. The answers themselves are read by the kinds of questions."""

from typing import Any

from wtforms import IntegerField, StringField, ValidationError
from wtforms.validators import AnyOf, InputRequired, Optional

from lms.base.forms import Form
from quizzes.attempts import TIMES

LARGEST = 2**31 - 1


def is_sane(form: Any, field: Any) -> None:
    """A number the database can hold; WTForms' own range check stumbles over one of 400 digits."""
    if field.data is None or not 0 <= field.data <= LARGEST:
        raise ValidationError


class StartForm(Form):
    """How much time somebody takes, in percent of the usual."""

    time = IntegerField(validators=[AnyOf(TIMES)], default=TIMES[0])


class AnswerForm(Form):
    """Which question is answered, on top of which revision, and where to go then: a place, "overview" or "leave"."""

    question = IntegerField(validators=[InputRequired(), is_sane])
    revision = IntegerField(validators=[InputRequired(), is_sane])
    certainty = IntegerField(validators=[Optional(), AnyOf((1, 2, 3))])
    go = StringField(validators=[AnyOf(["", "overview", "leave", *map(str, range(1, 201))])], default="")
