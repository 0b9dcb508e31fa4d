"""The shape of what a page of practice sends. The answer itself is read by the kind of the question."""

from wtforms import IntegerField
from wtforms.validators import AnyOf, InputRequired, Optional

from lms.base.forms import Form
from quizzes.forms import is_sane


class PracticeForm(Form):
    """Which version of the question was shown, in the order of which seed, and how sure somebody is."""

    version = IntegerField(validators=[InputRequired(), is_sane])
    seed = IntegerField(validators=[InputRequired(), is_sane])
    certainty = IntegerField(validators=[Optional(), AnyOf((1, 2, 3))])
