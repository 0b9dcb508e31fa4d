"""What an administrator enters for a chat room."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from lms.base.forms import Form
from lms.base.i18n import LANGUAGES


class RoomForm(Form):
    """A new room."""

    kind = SelectField(_l("Where"), choices=[("teams", "Teams"), ("slack", "Slack")])
    name = StringField(_l("Name of the room"), validators=[InputRequired(_l("Give it a name.")), Length(max=100)])
    url = StringField(
        _l("Address for incoming messages"),
        validators=[InputRequired(_l("Paste the address that Teams or Slack gave you.")), Length(max=500)],
    )
    unit = StringField(_l("Unit (empty: the whole company)"), validators=[Length(max=500)])
    language = SelectField(_l("Language"), choices=list(LANGUAGES.items()))
