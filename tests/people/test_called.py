"""Looking for a name in whatever letters."""

import pytest
from sqlalchemy import select

from lms.people import called
from lms.people.models import Person


@pytest.mark.parametrize("word", ["o'neil", "O'NEIL", "neil-b", "zO", "ë", "Ber"])
def test_a_word_is_found_in_capitals_and_small_letters(session, make, word):
    make.person(given_name="Zoë", family_name="O'Neil-Berg")
    make.person(given_name="Ana", family_name="Peters")
    assert session.scalars(select(Person.given_name).where(called.has(word))).all() == ["Zoë"]


@pytest.mark.parametrize("word", ["%", "_", "/", "zoëo'neil"])
def test_signs_stand_for_themselves_and_names_are_two(session, make, word):
    make.person(given_name="Zoë", family_name="O'Neil-Berg")
    assert session.scalars(select(Person.id).where(called.has(word))).all() == []
