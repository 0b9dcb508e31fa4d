"""The shape of a new endorsement."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from lms.base.forms import Form
from lms.base.i18n import LANGUAGES

_NAME = Length(max=60, message=_l("The name is longer than 60 characters."))


class EndorsementForm(Form):
    """What an endorsement is called, in each language."""

    name_en = StringField(_l("Name in English"), [DataRequired(_l("Give the endorsement a name in English.")), _NAME])
    name_nl = StringField(_l("Name in Dutch"), [_NAME])
    name_fr = StringField(_l("Name in French"), [_NAME])

    @property
    def names(self) -> dict[str, str]:
        return {language: self[f"name_{language}"].data or "" for language in LANGUAGES}
