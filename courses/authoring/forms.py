"""The shape of what authors enter."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Regexp

from lms.base.forms import Form

LONGEST_TEXT = 200_000
"""Characters of a lesson's HTML. A lesson of ten minutes has about 15,000."""


class LessonForm(Form):
    """A lesson in one language. `revision` says which text the author had opened."""

    title = StringField(
        _l("Title of the lesson"),
        [
            DataRequired(_l("Give the lesson a title.")),
            Length(max=200, message=_l("The title is longer than 200 characters.")),
        ],
    )
    html = TextAreaField(
        _l("Text of the lesson"),
        [Length(max=LONGEST_TEXT, message=_l("The text is longer than 200,000 characters. Make it two lessons."))],
    )
    revision = HiddenField(
        validators=[Regexp(r"\A[0-9]{1,9}\Z", message=_l("The form is not complete. Open the lesson again."))]
    )


class PublishForm(Form):
    """What to say of the new version in the list of versions."""

    note = StringField(
        _l("What changed, in a sentence"),
        [Length(max=300, message=_l("The sentence is longer than 300 characters."))],
    )
