"""Conditions on what people are called: with what was typed in the name, or with a name like it."""

import math
import unicodedata

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from certificates.coverage import Wanted
from certificates.handles import names
from certificates.likeness import ALIKE
from certificates.models import Handle
from lms.people import called
from lms.people.models import Person

WORDS = 6
"""So many words of what was typed are looked for."""


def named(session: Session, wanted: Wanted) -> list[list[ColumnElement[bool]]]:
    """Ways to look for what was typed: as an account, else anywhere in a name, and narrower at its beginnings.

    Whoever is listed by initials is found by account only. One statement.
    """
    if not wanted.words:
        return [[]]
    of_account = select(Handle.person_id).where(
        Handle.name == names.folded(wanted.words), Handle.released_at.is_(None), Handle.confirmed_at.is_not(None)
    )
    holders = session.scalars(of_account).all()
    if holders or wanted.account:
        return [[Person.id.in_(holders)]]
    name = func.lower(" " + Person.given_name + " " + Person.family_name)
    words = wanted.words.split()[:WORDS]
    in_full = Person.listed_as == "full"
    beginning = func.replace(func.replace(name, "-", " "), "'", " ")
    return [
        [*(called.has(word) if word.isascii() else _has(name, word) for word in words), in_full],
        [*(_has(beginning, " " + word.replace("-", " ").replace("'", " ")) for word in words), in_full],
    ]


def _has(name: ColumnElement[str], part: str) -> ColumnElement[bool]:
    return or_(*(name.contains(form, autoescape=True) for form in sorted(_forms(part))))


def _forms(part: str) -> set[str]:
    """How a part of a name may be kept in small letters. SQLite makes only A to Z small, so variants are tried."""
    if part.isascii():
        return {part.lower()}
    spelled = {unicodedata.normalize(form, part) for form in ("NFC", "NFD")}
    return {form for one in spelled for form in (one, one.lower(), one.upper(), one.title())}


def could_be(words: str) -> ColumnElement[bool]:
    """Whether a name begins with a letter with which one of these words does, and is not too long or too short."""
    letters = sorted({form for word in words.split() for form in (word[0].lower(), word[0].upper())})
    share = ALIKE / (2 - ALIKE)
    least, most = math.ceil(len(words) * share), math.floor(len(words) / share)
    given, family = Person.given_name, Person.family_name
    by_given, by_family = (func.substr(name, 1, 1).in_(letters) for name in (given, family))
    return or_(
        and_(by_given, func.length(given).between(least, most)),
        and_(by_family, func.length(family).between(least, most)),
        and_(by_given, by_family, func.length(given + " " + family).between(least, most)),
    )
