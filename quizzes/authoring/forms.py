"""The shape of what authors of quizzes enter, but for questions, which `writing` reads."""

from dataclasses import replace

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from lms.base.forms import Form
from lms.base.i18n import LANGUAGES
from quizzes.authoring import rules
from quizzes.authoring.rules import Rules
from quizzes.questions import QuizView

LONGEST_TITLE, LONGEST_INTRO = 200, 2000


def _title(*rules: object) -> StringField:
    too_long = Length(max=LONGEST_TITLE, message=_l("The title is longer than 200 characters."))
    return StringField(_l("Title"), [*rules, too_long])


def _intro() -> TextAreaField:
    too_long = Length(max=LONGEST_INTRO, message=_l("The introduction is longer than 2,000 characters."))
    return TextAreaField(_l("Introduction"), [too_long])


def whole(label: str, least: int, most: int) -> IntegerField:
    """A field for a whole number between two others."""
    message = _l("Give a whole number from %(least)s to %(most)s.", least=least, most=most)
    return IntegerField(label, [InputRequired(message), NumberRange(least, most, message)])


class RulesForm(Form):
    """The rules of a quiz, and its words in each language."""

    pass_mark = whole(_l("Pass mark, in percent"), 1, 100)
    questions_drawn = whole(_l("Questions in one attempt"), 1, 50)
    minutes = whole(_l("Minutes for one attempt"), 1, 240)
    title_en, intro_en = _title(DataRequired(_l("Give the quiz a title in English."))), _intro()
    title_nl, intro_nl = _title(), _intro()
    title_fr, intro_fr = _title(), _intro()

    @classmethod
    def of(cls, quiz: QuizView) -> "RulesForm":
        """The form filled with what the quiz has."""
        words = {f"title_{language}": title for language, title in quiz.titles.items()}
        words |= {f"intro_{language}": intro for language, intro in quiz.intros.items()}
        rules = {"pass_mark": quiz.pass_mark, "questions_drawn": quiz.questions_drawn, "minutes": quiz.minutes}
        return cls(formdata=None, **rules, **words)

    def rules(self, quiz: QuizView) -> Rules:
        """The rules of a quiz with what was entered. A language without a title is left out."""
        titles = {code: " ".join((self[f"title_{code}"].data or "").split()) for code in LANGUAGES}
        titles = {code: title for code, title in titles.items() if title}
        return replace(
            rules.of(quiz),
            pass_mark=self.pass_mark.data or 0,
            questions_drawn=self.questions_drawn.data or 0,
            minutes=self.minutes.data or 0,
            titles=titles,
            intros={code: self[f"intro_{code}"].data or "" for code in titles},
        )
