"""The shape of what authors and reviewers of guidelines enter."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional

from lms.base.countries import countries
from lms.base.forms import Form
from lms.base.i18n import LANGUAGES, gettext, language
from lms.guidelines.catalog import ClauseView, GuidelineView
from lms.guidelines.entries import ClauseEntry, Words
from lms.guidelines.publishing import Choice

TIERS = [("", _l("Everybody")), ("staff", _l("Staff")), ("manager", _l("Managers")), ("executive", _l("Executives"))]
Choices = Mapping[str, Iterable[tuple[str, str]]]


class DayField(DateField):
    """A day, as a browser sends it, with a sentence of ours for what is none."""

    def process_formdata(self, valuelist: Any) -> None:
        """Read the day."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(gettext("This is not a day. Write it like 2027-03-31.")) from error


class WordsForm(Form):
    """A title, a text and a line in each language. `seen` stands for the words that were opened."""

    seen = HiddenField()

    def words(self) -> dict[str, Words]:
        """What was entered, by language."""
        return {code: Words(*(self[f"{part}_{code}"].data or "" for part in PARTS)) for code in LANGUAGES}

    def fill(self, titles: Mapping[str, str], bodies: Mapping[str, str], lines: Mapping[str, str]) -> None:
        """Show what there is."""
        for code in LANGUAGES:
            for part, texts in zip(PARTS, (titles, bodies, lines), strict=True):
                self[f"{part}_{code}"].data = texts.get(code, "")


PARTS = ("title", "body", "line")


class HeadForm(WordsForm):
    """Title and introduction of a guideline, and what changed."""

    def show(self, draft: GuidelineView) -> "HeadForm":
        """The form filled with what the draft says."""
        self.fill(draft.titles, draft.intro_sources, draft.changes)
        return self


class ClauseForm(WordsForm):
    """A clause: whom it is for, what it is about, its words."""

    red_line = BooleanField(_l("A red line: here everybody stops"))
    tier = SelectField(_l("For whom"), choices=TIERS, default="")
    country = SelectField(_l("In which country"), default="")
    channel = SelectMultipleField(_l("Channels"))
    topic = SelectMultipleField(_l("Topics"))

    def __init__(self, scope: Choices, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(code.lower(), name) for code, name in countries(language()).items()]
        self.country.choices = [("", gettext("Everywhere")), *named]
        for dimension in ("channel", "topic"):
            self[dimension].choices = list(scope[dimension])

    def show(self, clause: ClauseView) -> "ClauseForm":
        """The form filled with a clause of the draft."""
        self.fill(clause.titles, clause.sources, clause.notes)
        self.red_line.data = clause.red_line
        self.tier.data, self.country.data = clause.tier or "", clause.country or ""
        for dimension in ("channel", "topic"):
            self[dimension].data = [value for kind, value in clause.touches if kind == dimension]
        return self

    def entry(self) -> ClauseEntry:
        """What was entered."""
        touches = {(dimension, value) for dimension in ("channel", "topic") for value in self[dimension].data or ()}
        limits = {"tier": self.tier.data or "", "country": self.country.data or ""}
        return ClauseEntry(bool(self.red_line.data), self.words(), touches=frozenset(touches), **limits)


class NewForm(Form):
    """The beginning of a guideline: its address, and its title in each language."""

    slug = StringField(_l("Address"))

    def titles(self) -> dict[str, str]:
        """What was entered, by language."""
        return {code: self[f"title_{code}"].data or "" for code in LANGUAGES}


class SignForm(Form):
    """What a reviewer says of a draft."""

    decision = RadioField(
        _l("What do you say?"),
        choices=[("agreed", _l("I have read all of it and agree")), ("changes", _l("I ask for changes"))],
        validators=[InputRequired(_l("Choose whether you agree or ask for changes."))],
    )
    remark = TextAreaField(_l("Remark"))
    digest = HiddenField()


class PublishForm(Form):
    """What a publication means."""

    change = RadioField(
        _l("What changes?"),
        choices=[("minor", _l("The words. The rules stay.")), ("material", _l("The rules."))],
        default="material",
    )
    effective_on = DayField(_l("Holds from"), [InputRequired(_l("Choose the day from which it holds."))])
    accept_by_on = DayField(_l("To be accepted until"), [Optional()])
    digest = HiddenField()

    def choice(self) -> Choice:
        """What was entered."""
        assert self.effective_on.data is not None
        return Choice(self.change.data == "material", self.effective_on.data, self.accept_by_on.data)


for _code, _name in LANGUAGES.items():
    setattr(NewForm, f"title_{_code}", StringField(_name))
    for _form, _body, _line in (
        (HeadForm, _l("Introduction"), _l("What changed, in a few sentences")),
        (
            ClauseForm,
            _l("Text"),
            _l("Note: where it holds, where the rule comes from; in bold what is still to be checked"),
        ),
    ):
        setattr(_form, f"title_{_code}", StringField(_l("Title")))
        setattr(_form, f"body_{_code}", TextAreaField(_body))
        setattr(_form, f"line_{_code}", TextAreaField(_line))
