"""The shape of what authors enter in the media library."""

from flask_babel import lazy_gettext as _l
from wtforms import FileField, StringField
from wtforms.validators import DataRequired, Length

from courses.media.changes import LONGEST_ALT, LONGEST_TITLE
from lms.base.forms import Form
from lms.base.i18n import LANGUAGES

_ALT = [Length(max=LONGEST_ALT, message=_l("What it shows is longer than 300 characters. Say it shorter."))]


class UploadForm(Form):
    """A file."""

    file = FileField(_l("File"))


class ItemForm(Form):
    """The name of a thing in the library, and what it shows, in each language."""

    title = StringField(
        _l("Title"),
        [
            DataRequired(_l("Give it a title, so that others find it.")),
            Length(max=LONGEST_TITLE, message=_l("The title is longer than 120 characters.")),
        ],
    )
    en = StringField(LANGUAGES["en"], _ALT)
    nl = StringField(LANGUAGES["nl"], _ALT)
    fr = StringField(LANGUAGES["fr"], _ALT)

    @property
    def alt(self) -> dict[str, str]:
        """What it shows, by language."""
        return {language: self[language].data or "" for language in LANGUAGES}
