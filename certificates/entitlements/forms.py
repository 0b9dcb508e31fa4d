"""The shape of something that comes with a level."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Regexp

from certificates.entitlements import kit
from certificates.entitlements.kit import NewThing
from lms.base.forms import Form
from lms.base.i18n import LANGUAGES

_NAME = Length(max=80, message=_l("The name is longer than 80 characters."))
_NOTE = Length(max=300, message=_l("The note is longer than 300 characters."))
_CODE = _l("A code is small letters, digits and hyphens, such as publishing-tool; at most 40.")


class ThingForm(Form):
    """A tool, an account or a device, with its name in each language."""

    code = StringField(
        _l("Code, as other systems know it"), [DataRequired(_CODE), Regexp(r"[a-z0-9][a-z0-9-]{0,39}\Z", 0, _CODE)]
    )
    kind = SelectField(_l("Kind"))
    returnable = BooleanField(_l("It is given back when the permission is over"), default=True)
    name_en = StringField(_l("Name in English"), [DataRequired(_l("Give it a name in English.")), _NAME])
    note_en = StringField(_l("Note in English"), [_NOTE])
    name_nl = StringField(_l("Name in Dutch"), [_NAME])
    note_nl = StringField(_l("Note in Dutch"), [_NOTE])
    name_fr = StringField(_l("Name in French"), [_NAME])
    note_fr = StringField(_l("Note in French"), [_NOTE])

    def __init__(self, **more: object) -> None:
        super().__init__(**more)
        self.kind.choices = kit.kinds()

    @property
    def thing(self) -> NewThing:
        names, notes = (
            {language: self[f"{part}_{language}"].data or "" for language in LANGUAGES} for part in ("name", "note")
        )
        return NewThing(self.code.data or "", self.kind.data, bool(self.returnable.data), names, notes)
