"""Languages, dates and numbers, in the reader's language and time zone."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

import babel.dates
import babel.numbers
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_app_context, has_request_context, request
from flask_babel import Babel, force_locale, format_date, format_datetime, format_time, get_locale, get_timezone
from flask_login import current_user
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from lms.base import clock

Text = TypeVar("Text")
COOKIE = "language"
FOLDER = Path(__file__).resolve().parent.parent / "translations"
LANGUAGES = {"en": "English", "nl": "Nederlands", "fr": "Français"}


def gettext(text: str, **values: object) -> str:
    """A sentence in the reader's language; in English where there is no reader, as in a plain script."""
    found = _catalog(language()).ugettext(text) if has_app_context() else text
    return found % values if values else found


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The sentence for this count, in the reader's language; `%(num)s` is the count."""
    values = {"num": count} | values
    if has_app_context():
        return _catalog(language()).ungettext(one, many, count) % values
    return (one if count == 1 else many) % values


def install(app: Flask) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=_choose_language, timezone_selector=_time_zone)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _catalog(language()).ugettext(text),
        lambda one, many, count: _catalog(language()).ungettext(one, many, count),
        newstyle=True,
    )
    app.jinja_env.globals.update(
        _=_sentence,
        gettext=_sentence,
        ngettext=_counted,
        language=language,
        languages=LANGUAGES,
        day=day,
        short_day=short_day,
        day_and_month=day_and_month,
        month=month,
        moment=moment,
        time_of_day=time_of_day,
        minutes=minutes,
        file_size=file_size,
        pick=pick,
    )


@cache
def _catalog(code: str) -> NullTranslations:
    """The sentences of a language, read once."""
    return Translations.load(str(FOLDER), [code])


@cache
def _shown(code: str, text: str, autoescape: bool) -> str:
    """A sentence without values as a page shows it."""
    found = _catalog(code).ugettext(text)
    return Markup(found) % {} if autoescape else found % {}


@pass_eval_context
def _sentence(context: EvalContext, text: str, **values: object) -> str:
    """`_('…')` in templates: values are escaped, the sentence is ours."""
    if not values:
        return _shown(language(), text, context.autoescape)
    found = _catalog(language()).ugettext(text)
    return Markup(found) % values if context.autoescape else found % values


@pass_eval_context
def _counted(context: EvalContext, one: str, many: str, count: int, **values: object) -> str:
    """`ngettext('…', '…', count)` in templates."""
    found = _catalog(language()).ungettext(one, many, count)
    values = {"num": count} | values
    return Markup(found) % values if context.autoescape else found % values


def language() -> str:
    """The two letters of the reader's language. Asked often on every page: it looks where Flask-Babel keeps it."""
    kept = g.get("_flask_babel") if has_app_context() else None
    locale = getattr(kept, "babel_locale", None) or get_locale()
    return str(locale.language) if locale else "en"


def pick(texts: Mapping[str, Text], wanted: str | None = None) -> Text:
    """The text in the reader's language (or the wanted one), else in English, else in any."""
    for code in (wanted or language(), "en"):
        if code in texts:
            return texts[code]
    return next(iter(texts.values()))


def day(value: date) -> str:
    """ "27 November 2026", for a calendar day, or for a moment in the reader's time zone."""
    if not has_app_context():
        return babel.dates.format_date(value, "d MMMM y", locale="en")
    return _date(value, "d MMMM y")


def short_day(value: date) -> str:
    """ "Friday 27 November", for tasks in the coming months."""
    return _date(value, "EEEE d MMMM")


def day_and_month(value: date) -> str:
    """ "13 Nov", for a column of days that lie close."""
    return _date(value, "d MMM").rstrip(".")


def month(value: date) -> str:
    """ "Nov", for the small picture of a calendar leaf."""
    return _date(value, "MMM").rstrip(".")


def _date(value: date, pattern: str) -> str:
    if isinstance(value, datetime):
        return str(format_date(value, pattern))
    return _calendar_day(value, pattern, language())


@lru_cache(maxsize=4096)
def _calendar_day(value: date, pattern: str, locale: str) -> str:
    return babel.dates.format_date(value, pattern, locale=locale)


def moment(value: datetime) -> str:
    """Day and time in the reader's time zone, with the zone's name in words."""
    if not has_app_context():
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return f"{format_datetime(value, 'd MMMM y, HH:mm')} ({_zone_name()})"


def time_of_day(value: datetime) -> str:
    """ "10:42", in the reader's time zone."""
    return str(format_time(value, "HH:mm"))


def minutes(count: int) -> str:
    """ "25 min" or "2 h 10"."""
    hours, rest = divmod(count, 60)
    if not hours:
        return gettext("%(count)s min", count=rest)
    return gettext("%(hours)s h %(rest)02d", hours=hours, rest=rest) if rest else gettext("%(hours)s h", hours=hours)


def file_size(count: int) -> str:
    """ "3.2 MB", from a number of bytes, in the reader's language."""
    units = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB"), (1, "B"))
    step, unit = next((pair for pair in units if count >= pair[0]), (1, "B"))
    locale = language() if has_app_context() else "en"
    return f"{babel.numbers.format_decimal(round(count / step, 1 if step > 1000 else 0), locale=locale)} {unit}"


def _zone_name() -> str:
    return str(get_timezone()).rsplit("/", 1)[-1].replace("_", " ")


def reader_today() -> date:
    """The calendar day it is now for the reader."""
    return clock.today(str(get_timezone()))


def _choose_language() -> str:
    if not has_request_context():
        return "en"
    offered = current_app.config["LANGUAGES"]
    asked = request.args.get("lang", "")
    if asked in offered:
        return asked
    person = g.get("_login_user")
    chosen = person.language if person is not None and person.is_authenticated else request.cookies.get(COOKIE, "")
    if chosen in offered:
        return str(chosen)
    return request.accept_languages.best_match(offered) or offered[0]


def _time_zone() -> str:
    if has_request_context() and current_user and current_user.is_authenticated:
        return str(current_user.time_zone)
    return str(current_app.config["TIME_ZONE"])


__all__ = ["force_locale", "get_locale"]
