"""Numbers that people type, and terms that are counted in months."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates import days, numbers
from certificates.models import CROCKFORD, new_number, new_uid


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("7K4M92QXAB", "7K4M92QXAB"),
        ("7k4m9-2qxab", "7K4M92QXAB"),
        (" 7K4M9 2QXAB ", "7K4M92QXAB"),
        ("7K4M9–2QXAB", "7K4M92QXAB"),
        ("OIL00-11111", "0110011111"),
        ("oil00 11lI1", "0110011111"),
        ("7K4M92QXA", None),
        ("7K4M92QXABC", None),
        ("7K4M92QXAU", None),
        ("", None),
        ("' OR 1=1 --", None),
        ("Ursula Poe", None),
    ],
)
def test_a_number_is_read_as_it_was_meant(typed: str, meant: str | None) -> None:
    assert numbers.normalized(typed) == meant


@given(st.text(alphabet=CROCKFORD, min_size=10, max_size=10))
def test_what_is_shown_is_understood(number: str) -> None:
    assert numbers.normalized(numbers.shown(number)) == number
    assert numbers.normalized(numbers.shown(number).lower()) == number


@given(st.text(max_size=40))
def test_no_text_breaks_reading_a_number(typed: str) -> None:
    found = numbers.normalized(typed)
    assert found is None or (len(found) == 10 and set(found) <= set(CROCKFORD))


def test_new_numbers_and_ids_are_random() -> None:
    assert len({new_number() for _ in range(1000)}) == 1000
    assert len({new_uid() for _ in range(1000)}) == 1000
    assert len(new_uid()) == 32


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2026, 1, 12), 24, date(2028, 1, 12)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 5), 1, date(2027, 1, 5)),
    ],
)
def test_terms_end_on_the_same_day_of_the_month(day: date, months: int, after: date) -> None:
    assert days.months_after(day, months) == after
