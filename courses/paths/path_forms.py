"""The shape of what authors say of a learning path."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from courses.hall_views import tier_name
from courses.paths.editing import Words
from courses.paths.reading import PathView
from lms.base.forms import Form
from lms.base.i18n import LANGUAGES
from lms.people.models import TIERS

_TITLE = Length(max=120, message=_l("The title is longer than 120 characters."))
_SUMMARY = Length(max=600, message=_l("The summary is longer than 600 characters."))


class PathForm(Form):
    """What a path is called and for, in each language, and whose it is."""

    tier = SelectField(_l("For whom"))
    title_en = StringField(_l("Title"), [DataRequired(_l("Give the path a title in English.")), _TITLE])
    summary_en = TextAreaField(_l("What it is for"), [_SUMMARY])
    title_nl = StringField(_l("Title"), [_TITLE])
    summary_nl = TextAreaField(_l("What it is for"), [_SUMMARY])
    title_fr = StringField(_l("Title"), [_TITLE])
    summary_fr = TextAreaField(_l("What it is for"), [_SUMMARY])

    def __init__(self, path: PathView | None = None, **more: object) -> None:
        super().__init__(data=_entered(path) if path else None, **more)
        self.tier.choices = [("", _l("Everybody")), *((tier, tier_name(tier)) for tier in TIERS)]

    @property
    def words(self) -> Words:
        titles, summaries = (
            {language: self[f"{name}_{language}"].data or "" for language in LANGUAGES} for name in ("title", "summary")
        )
        return Words(titles, summaries, self.tier.data or None)


def _entered(path: PathView) -> dict[str, str]:
    entered = {"tier": path.tier or ""}
    for language in LANGUAGES:
        entered[f"title_{language}"] = path.titles.get(language, "")
        entered[f"summary_{language}"] = path.summaries.get(language, "")
    return entered
