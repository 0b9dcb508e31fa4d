"""The shape of what authors enter about courses, modules and the titles of lessons."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp

from courses.authoring import drafts
from lms.base.forms import Form
from lms.base.i18n import LANGUAGES, gettext

LONGEST_TITLE = 200
LONGEST_WORDS = 1000
TIERS = [("staff", _l("All staff")), ("manager", _l("Managers")), ("executive", _l("Executives"))]


def _one_line(words: str | None) -> str:
    return drafts.line(words or "")


_title_length = Length(max=LONGEST_TITLE, message=_l("The title is longer than 200 characters."))
_code_shape = Regexp(
    r"\A[A-Z][A-Z0-9-]{0,11}\Z", message=_l("A code is a capital letter, then capital letters, digits or hyphens.")
)


class DayField(DateField):
    """A day, as a browser sends it, with a sentence of ours for what is none."""

    def process_formdata(self, valuelist: Any) -> None:
        """Read the day."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(gettext("This is not a day. Write it like 2027-03-31.")) from error


class TitleForm(Form):
    """The title of a lesson or a module, in one language."""

    title = StringField(_l("Title"), [DataRequired(_l("Give it a title.")), _title_length], filters=[_one_line])
    language = SelectField(_l("Language of the title"), choices=list(LANGUAGES.items()), default="en")

    @property
    def words(self) -> str:
        return self.title.data or ""


class CourseForm(TitleForm):
    """A new course."""

    title = StringField(
        _l("Title of the course"), [DataRequired(_l("Give the course a title.")), _title_length], filters=[_one_line]
    )
    tier = SelectField(_l("For whom"), choices=TIERS, default="staff")
    code = StringField(_l("Code"), [Optional(), _code_shape])


class PlaceForm(Form):
    """Where a lesson or a module goes: at the end of a module, or before another one of its kind."""

    module = StringField()
    before = StringField()


class FactsForm(Form):
    """What a course answers for, and who can take it when."""

    owner = StringField(
        _l("Owner"), [Length(max=200, message=_l("The owner is longer than 200 characters."))], filters=[_one_line]
    )
    business_reason = TextAreaField(
        _l("Why the company needs this course"),
        [Length(max=LONGEST_WORDS, message=_l("The reason is longer than 1,000 characters."))],
    )
    review_on = DayField(_l("Review by"), [Optional()])
    tier = SelectField(_l("For whom"), choices=TIERS)
    code = StringField(_l("Code"), [InputRequired(_l("Give the course a code.")), _code_shape])
    required = SelectMultipleField(_l("Courses to complete first"), validate_choice=False)


class WordsForm(Form):
    """A title and something to say about it, in each language; at least in one."""

    second: str

    def words(self) -> dict[str, tuple[str, str]]:
        """Title and the rest by language, where there is a title."""
        pairs = {
            code: (self[f"title_{code}"].data or "", self[f"{self.second}_{code}"].data or "") for code in LANGUAGES
        }
        return {code: pair for code, pair in sorted(pairs.items()) if pair[0]}

    def fill(self, words: dict[str, tuple[str, str]]) -> None:
        """Show what there is."""
        for code, (title, rest) in words.items():
            self[f"title_{code}"].data, self[f"{self.second}_{code}"].data = title, rest

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Whether the words can be kept; otherwise each field says what is wrong."""
        if not super().validate(*args, **kwargs):
            return False
        for code, name in LANGUAGES.items():
            if self[f"{self.second}_{code}"].data and not self[f"title_{code}"].data:
                sentence = gettext("Give a title in %(language)s too, or leave both fields empty.", language=name)
                self[f"title_{code}"].errors = [sentence]
        if not self.words():
            self.title_en.errors = [gettext("Give a title in at least one language.")]
        return not self.errors


class CourseWordsForm(WordsForm):
    """Title and summary of a course."""

    second = "summary"


class ModuleWordsForm(WordsForm):
    """Title of a module, and what one can do after it."""

    second = "objective"


for _code, _name in LANGUAGES.items():
    for _form, _label in (
        (CourseWordsForm, _l("Summary in %(language)s", language=_name)),
        (ModuleWordsForm, _l("What people can do after it, in %(language)s", language=_name)),
    ):
        _title = StringField(_l("Title in %(language)s", language=_name), [_title_length], filters=[_one_line])
        _length = Length(max=LONGEST_WORDS, message=_l("This is longer than 1,000 characters."))
        setattr(_form, f"title_{_code}", _title)
        setattr(_form, f"{_form.second}_{_code}", TextAreaField(_label, [_length], filters=[_one_line]))
