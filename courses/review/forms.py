"""The shape of what reviewers and those who name them enter."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from courses.review.comments import LONGEST, LONGEST_QUOTE
from lms.base.forms import Form


class CommentForm(Form):
    """A remark on a passage of a lesson."""

    quote = TextAreaField(
        _l("The passage you mean"),
        [Length(max=LONGEST_QUOTE, message=_l("The passage is longer than 1,000 characters. Take its first words."))],
    )
    words = TextAreaField(
        _l("Your remark"),
        [
            DataRequired(_l("Write your remark.")),
            Length(max=LONGEST, message=_l("The remark is longer than 4,000 characters.")),
        ],
    )


class AnswerForm(Form):
    """An answer to a remark."""

    words = TextAreaField(
        _l("Your answer"),
        [
            DataRequired(_l("Write your answer.")),
            Length(max=LONGEST, message=_l("The answer is longer than 4,000 characters.")),
        ],
    )


class SignForm(Form):
    """A sign-off of a topic, or of the course when `topic` is empty. `digest` says which words were read."""

    topic = HiddenField()
    digest = HiddenField(
        validators=[Regexp(r"\A[0-9a-f]{64}\Z", message=_l("The form is not complete. Open the page again."))]
    )
    note = StringField(
        _l("A note, if you want"), [Length(max=300, message=_l("The note is longer than 300 characters."))]
    )


class ReviewerForm(Form):
    """Somebody is to review a topic or a course: `what` is `topic:key` or `course:address`."""

    who = StringField(_l("Who"), [DataRequired(_l("Type a name or a mail address."))])
    what = SelectField(_l("Reviews"), [InputRequired(_l("Choose a topic or a course."))])
