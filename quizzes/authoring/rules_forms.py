"""The shape of all the rules of a quiz as their author enters them; the lists in them are read by `lines`."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import get_timezone
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, RadioField, StringField
from wtforms.validators import NumberRange, Optional, ValidationError

from quizzes.authoring.forms import RulesForm, whole
from quizzes.authoring.rules import Rules
from quizzes.questions import QuizView

SHAPE = "%Y-%m-%dT%H:%M"
FIGURES = ("cooling_hours", "long_wait_days", "marking_days", "apart")
FLAGS = ("asks_certainty", "anonymous_marking")
_ATTEMPTS = _l("Give a whole number from 1 to 100, or leave it empty for any number.")


class _Attempts(IntegerField):
    """A number, or nothing; what is no number is said in words that name the way out."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist and valuelist[0].strip():
            try:
                self.data = int(valuelist[0])
            except ValueError:
                self.data = None
                raise ValueError(str(_ATTEMPTS)) from None
        else:
            self.data = None


class AllRulesForm(RulesForm):
    """The rules of a quiz: what passes, how often, who marks, and its words in each language."""

    closes_at = StringField(_l("Closes for everybody, if at all"))
    asks_certainty = BooleanField(_l("Ask how sure somebody is (reported, never graded)"))
    attempts_allowed = _Attempts(_l("Attempts, empty for any number"), [Optional(), NumberRange(1, 100, _ATTEMPTS)])
    cooling_hours = whole(_l("Hours between two attempts"), 0, 24 * 365)
    long_wait_days = whole(_l("Days to wait when they are used up"), 0, 365)
    markers = RadioField(
        _l("Who marks what rules cannot mark"),
        choices=[("1", _l("One marker")), ("2", _l("Two markers, and a third when they differ"))],
        default="1",
    )
    anonymous_marking = BooleanField(_l("Markers do not see whose answer they read"))
    marking_days = whole(_l("Days within which answers are marked"), 1, 365)
    apart = whole(_l("Two markers differ from so many percent on"), 0, 100)

    def validate_closes_at(self, field: StringField) -> None:
        """A day and a time, or nothing."""
        if field.data and self._moment() is None:
            raise ValidationError(_l("Give a day and a time, such as 2027-01-31 17:00, or leave it empty."))

    def _moment(self) -> datetime | None:
        """When the quiz closes; what is entered is read in the time zone of its author."""
        try:
            return datetime.strptime((self.closes_at.data or "")[:16].replace(" ", "T"), SHAPE).replace(tzinfo=_zone())
        except ValueError:
            return None

    def _closing(self, before: datetime | None) -> datetime | None:
        """The moment that was entered; the one before, with its seconds, when it was left as it stood."""
        if not self.closes_at.data or self.closes_at.data == _shown(before):
            return before if self.closes_at.data else None
        moment = self._moment()
        return moment.astimezone(UTC) if moment else None

    @classmethod
    def of_all(cls, rules: Rules) -> "AllRulesForm":
        """The form filled with the rules that hold."""
        words = {f"title_{language}": title for language, title in rules.titles.items()}
        words |= {f"intro_{language}": intro for language, intro in rules.intros.items()}
        names = ("pass_mark", "questions_drawn", "minutes", "attempts_allowed", *FIGURES, *FLAGS)
        figures = {name: getattr(rules, name) for name in names}
        return cls(formdata=None, closes_at=_shown(rules.closes_at), markers=str(rules.markers), **figures, **words)

    def all_rules(self, quiz: QuizView) -> Rules:
        """The rules of a quiz with what was entered, its lists as they are."""
        figures: dict[str, Any] = {name: self[name].data or 0 for name in FIGURES}
        flags: dict[str, Any] = {name: bool(self[name].data) for name in FLAGS}
        return replace(
            self.rules(quiz),
            closes_at=self._closing(quiz.closes_at),
            attempts_allowed=self.attempts_allowed.data,
            markers=int(self.markers.data),
            **figures,
            **flags,
        )


def _zone() -> ZoneInfo:
    return ZoneInfo(str(get_timezone()))


def _shown(moment: datetime | None) -> str:
    return moment.astimezone(_zone()).strftime(SHAPE) if moment else ""
