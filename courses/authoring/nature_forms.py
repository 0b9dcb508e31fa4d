"""The shape of a lesson's settings, as an author enters them."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, Optional, Regexp, ValidationError

from courses import addresses, players
from courses.authoring import drafts, lesson_files
from courses.authoring.kinds import Nature
from courses.authoring.lesson_files import OfferedFile
from courses.catalog import FileView
from courses.models import EXERCISES, KINDS
from lms.base.forms import Form
from lms.base.i18n import LANGUAGES, gettext

MOST_LINES, LONGEST_LINE = 40, 300
ROLE_NAMES = {
    "video": _l("Film"),
    "captions": _l("Captions"),
    "poster": _l("Picture before it plays"),
    "audio": _l("Recording to listen to"),
    "document": _l("Document"),
}


def _short_lines(form: Form, field: TextAreaField) -> None:
    own = lines(field.data)
    if len(own) > MOST_LINES or any(len(line) > LONGEST_LINE for line in own):
        raise ValidationError(gettext("Write at most 40 lines, each of at most 300 characters."))


def _allowed_link(form: Form, field: StringField) -> None:
    if players.from_link(field.data or "") is None:
        raise ValidationError(
            gettext("Use the link to a film at YouTube or Vimeo, such as https://www.youtube.com/watch?v=abcdefghijk")
        )


def _in_the_library(form: Form, field: SelectField) -> None:
    if field.data and field.data not in dict(field.choices):  # type: ignore[arg-type]
        raise ValidationError(gettext("This file is not in the library any more. Choose another one."))


class NatureForm(Form):
    """What a lesson is beside its texts. `opened` tells which settings the author had opened."""

    kind = RadioField(_l("What kind of lesson is this?"), choices=list(KINDS))  # type: ignore[arg-type]  # the stubs know pairs alone
    minutes = StringField(
        _l("Minutes it takes"),
        [Regexp(r"\A([1-9]|[1-9][0-9]|[1-5][0-9]{2}|600)\Z", message=_l("Write a whole number from 1 to 600."))],
    )
    address = StringField(
        _l("Address"),
        [Length(min=1, max=addresses.LONGEST, message=_l("The address has 1 to 60 letters."))],
    )
    clauses = SelectMultipleField(_l("Clauses it teaches"))
    topics = SelectMultipleField(_l("Topics it touches"))
    exercise = RadioField(
        _l("Which exercise?"),
        choices=list(EXERCISES),  # type: ignore[arg-type]
        validate_choice=False,
    )
    entries_wanted = StringField(
        _l("Entries asked for, in a listening log"),
        [Optional(), Regexp(r"\A([0-9]|[1-4][0-9]|50)\Z", message=_l("Write a whole number from 0 to 50."))],
    )
    optional = BooleanField(_l("Optional: finishing the course does not ask for it"))
    opened = HiddenField()

    def validate_exercise(self, field: RadioField) -> None:
        """An exercise is one of three. Raises `ValidationError`."""
        if self.kind.data == "exercise" and field.data not in EXERCISES:
            raise ValidationError(gettext("Say which exercise this is."))

    def offer(self, now: Nature, files: list[OfferedFile], clauses: Sequence[str], topics: Sequence[str]) -> None:
        """What can be chosen, with what the lesson has now."""
        self.clauses.choices = [(code, code) for code in dict.fromkeys([*clauses, *now.clauses])]
        self.topics.choices = [(topic, topic) for topic in dict.fromkeys([*topics, *now.topics])]
        for language in LANGUAGES:
            for role in ROLE_NAMES:
                held = _held(now, role, language)
                options = lesson_files.choices(files, role, held.address if held else "")
                self[f"{role}_{language}"].choices = [("", gettext("None")), *options]

    def nature(self, slug: str, now: Nature, offered: list[OfferedFile]) -> Nature:
        """The settings as entered, once they are valid."""
        exercise = self.exercise.data if self.kind.data == "exercise" else None
        items = {language: tuple(lines(self[f"items_{language}"].data)) for language in LANGUAGES}
        return Nature(
            slug=slug,
            kind=self.kind.data,
            minutes=int(self.minutes.data or 0),
            exercise=exercise,
            entries_wanted=int(self.entries_wanted.data or 0) if exercise == "log" else 0,
            clauses=tuple(self.clauses.data or ()),
            topics=tuple(self.topics.data or ()),
            files=tuple(self._files(now, offered)),
            items={language: own for language, own in items.items() if own},
            optional=bool(self.optional.data),
        )

    def _files(self, now: Nature, offered: list[OfferedFile]) -> list[FileView]:
        found = [
            lesson_files.chosen(offered, _held(now, role, language), role, language, address)
            for language in LANGUAGES
            for role in ROLE_NAMES
            if (address := self[f"{role}_{language}"].data)
        ]
        links = {language: players.from_link(self[f"player_{language}"].data or "") for language in LANGUAGES}
        return found + [FileView("player", code, link.address, "", 0) for code, link in links.items() if link]


def entered(now: Nature) -> dict[str, Any]:
    """What the form shows of the settings as they are."""
    values: dict[str, Any] = {
        "kind": now.kind,
        "minutes": str(now.minutes),
        "optional": now.optional,
        "address": now.slug,
        "opened": now.fingerprint,
        "clauses": list(now.clauses),
        "topics": list(now.topics),
        "exercise": now.exercise,
        "entries_wanted": str(now.entries_wanted),
        **{f"items_{language}": "\n".join(own) for language, own in now.items.items()},
    }
    return values | {f"{file.role}_{file.language}": file.address for file in now.files}


def lines(words: str | None) -> list[str]:
    """The lines of a text field that have something on them."""
    return [line for line in (drafts.line(one) for one in (words or "").splitlines()) if line]


def _held(now: Nature, role: str, language: str) -> FileView | None:
    return next((file for file in now.files if (file.role, file.language) == (role, language)), None)


for _language in LANGUAGES:
    setattr(NatureForm, f"items_{_language}", TextAreaField(LANGUAGES[_language], [_short_lines]))
    setattr(
        NatureForm,
        f"player_{_language}",
        StringField(_l("Or a film at YouTube or Vimeo: its link"), [Optional(), _allowed_link]),
    )
    for _role, _name in ROLE_NAMES.items():
        field = SelectField(_name, [_in_the_library], choices=[], validate_choice=False)
        setattr(NatureForm, f"{_role}_{_language}", field)
