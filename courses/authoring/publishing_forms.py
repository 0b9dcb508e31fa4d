"""The shape of what an author says when she publishes."""

from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectMultipleField, StringField
from wtforms.validators import Length, ValidationError

from courses.authoring.publishing import Choice
from courses.redo import AUDIENCES
from lms.base import i18n
from lms.base.forms import Form
from lms.base.i18n import gettext


class PublishForm(Form):
    """What changed, what it means, and who has to do which lessons again. `seen` says which numbers were shown."""

    change = RadioField(_l("What does this change?"), choices=["minor", "material"], default="minor")  # type: ignore[list-item]
    note = StringField(
        _l("What changed, in a sentence"),
        [Length(max=300, message=_l("The sentence is longer than 300 characters."))],
    )
    clauses = SelectMultipleField(_l("Which clauses does it touch?"), validate_choice=False)
    lessons = SelectMultipleField(_l("Which lessons are to be done again?"), validate_choice=False)
    who = RadioField(_l("By whom?"), choices=list(AUDIENCES), default="learners")  # type: ignore[arg-type]
    by = StringField(_l("Until when?"))
    seen = HiddenField()

    @property
    def material(self) -> bool:
        return bool(self.change.data == "material")

    @property
    def asks(self) -> bool:
        return self.material and bool(self.lessons.data)

    def validate_note(self, field: StringField) -> None:
        if self.material and not field.data:
            raise ValidationError(gettext("Say in a sentence what changed. People read it who do lessons again."))

    def validate_by(self, field: StringField) -> None:
        if not self.asks:
            return
        day = _day(field.data)
        if day is None:
            raise ValidationError(gettext("Choose a day, as in 2026-12-03, until which the lessons are done again."))
        if day < i18n.reader_today():
            raise ValidationError(gettext("This day is in the past. Choose today or a later one."))

    def choice(self) -> Choice:
        """What was chosen; of a minor change there is nothing more to say."""
        if not self.material:
            return Choice()
        lessons, clauses = tuple(self.lessons.data or ()), tuple(self.clauses.data or ())
        if not lessons:
            return Choice("material", clauses)
        return Choice("material", clauses, lessons, self.who.data, _day(self.by.data))


def _day(words: str | None) -> date | None:
    try:
        return date.fromisoformat(words or "")
    except ValueError:
        return None
