"""The shape of what is entered to have a question marked anew."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from lms.base.forms import Form
from quizzes.regrading.models import POLICIES
from quizzes.regrading.runs import FEWEST, LONGEST


class AskForm(Form):
    """What is to become of a question, and why."""

    policy = RadioField(
        _l("What is to become of it"),
        [InputRequired(_l("Choose what is to become of the question."))],
        choices=[(policy, policy) for policy in POLICIES],
    )
    reason = TextAreaField(
        _l("What was wrong with it"),
        [Length(FEWEST, LONGEST, _l("Say what was wrong, in 10 to 1,000 letters: the people concerned read it."))],
    )


class ApplyForm(Form):
    """Letting a regrade happen."""

    tells_all = BooleanField(_l("Write also to those whose points alone change"))
