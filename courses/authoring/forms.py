"""The shape of what authors enter."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Regexp

from lms.base.forms import Form

LONGEST_ENTRY = 1_000_000
"""Characters of HTML as it comes in. From a word processor most of them are form that is taken out, see `drafts`."""


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
        [Length(max=LONGEST_ENTRY, message=_l("The text is longer than 1,000,000 characters. Make it two lessons."))],
    )
    revision = HiddenField(
        validators=[Regexp(r"\A[0-9]{1,9}\Z", message=_l("The form is not complete. Open the lesson again."))]
    )


class VariantForm(Form):
    """Whom a text of a lesson is for: `tier:manager`, `country:BE`."""

    variant = StringField(_l("Who reads it"))
