"""May somebody speak? The rule, as a table."""

from datetime import UTC, date, datetime
from itertools import product

import pytest

from certificates import authority, vocabulary
from certificates.authority import RED_TOPICS, Question, best, may_speak
from certificates.standing import Change, Scope, Standing, standing_on

START, END, MIDDLE = date(2026, 1, 12), date(2028, 1, 12), date(2026, 11, 22)
OWN = Scope(frozenset({"own"}), frozenset({"published"}), frozenset({"*"}))
CARE = Scope(frozenset({"own", "community"}), frozenset({"products", "service"}), frozenset({"nl", "en"}))
ALL = Scope(frozenset({"*"}), frozenset({"*"}), frozenset({"*"}))
SPOKESPERSON = Scope(frozenset({"*"}), frozenset({"*", "results"}), frozenset({"*"}))
NOTHING = Scope()


def standing(scope: Scope = OWN, status: str = "active", rank: int = 1, until: date | None = None) -> Standing:
    return Standing(status, START, END, scope, rank, until=until)


CASES = [
    # scope, status, day, channel, topic, language, allowed
    (OWN, "active", MIDDLE, "", "", "", True),
    (OWN, "active", START, "", "", "", True),
    (OWN, "active", END, "", "", "", True),
    (OWN, "active", date(2026, 1, 11), "", "", "", False),
    (OWN, "active", date(2028, 1, 13), "", "", "", False),
    (OWN, "active", MIDDLE, "own", "", "", True),
    (OWN, "active", MIDDLE, "linkedin", "", "", True),
    (OWN, "active", MIDDLE, "facebook", "", "", True),
    (OWN, "active", MIDDLE, "x", "", "", True),
    (OWN, "active", MIDDLE, "mastodon", "", "", True),
    (OWN, "active", MIDDLE, "community", "", "", False),
    (OWN, "active", MIDDLE, "blog", "", "", False),
    (OWN, "active", MIDDLE, "brand", "", "", False),
    (OWN, "active", MIDDLE, "press", "", "", False),
    (OWN, "active", MIDDLE, "fax", "", "", False),
    (OWN, "active", MIDDLE, "", "published", "", True),
    (OWN, "active", MIDDLE, "", "products", "", False),
    (OWN, "active", MIDDLE, "", "careers", "", False),
    (OWN, "active", MIDDLE, "", "the weather", "", False),
    (OWN, "active", MIDDLE, "", "results", "", False),
    (OWN, "active", MIDDLE, "", "legal", "", False),
    (OWN, "active", MIDDLE, "", "hr", "", False),
    (OWN, "active", MIDDLE, "", "unreleased", "", False),
    (OWN, "active", MIDDLE, "", "personal-data", "", False),
    (OWN, "active", MIDDLE, "", "", "en", True),
    (OWN, "active", MIDDLE, "", "", "nl-BE", True),
    (OWN, "active", MIDDLE, "", "", "zh", True),
    (OWN, "active", MIDDLE, "linkedin", "published", "fr", True),
    (OWN, "active", MIDDLE, "linkedin", "results", "fr", False),
    (OWN, "active", MIDDLE, "brand", "published", "fr", False),
    (OWN, "requested", MIDDLE, "", "", "", False),
    (OWN, "suspended", MIDDLE, "", "", "", False),
    (OWN, "revoked", MIDDLE, "", "", "", False),
    (OWN, "ended", MIDDLE, "", "", "", False),
    (OWN, "requested", MIDDLE, "own", "published", "", False),
    (OWN, "suspended", MIDDLE, "own", "published", "", False),
    (OWN, "revoked", MIDDLE, "own", "published", "", False),
    (OWN, "ended", MIDDLE, "own", "published", "", False),
    (CARE, "active", MIDDLE, "community", "service", "nl", True),
    (CARE, "active", MIDDLE, "community", "products", "en", True),
    (CARE, "active", MIDDLE, "instagram", "products", "en", True),
    (CARE, "active", MIDDLE, "community", "service", "fr", False),
    (CARE, "active", MIDDLE, "community", "published", "nl", False),
    (CARE, "active", MIDDLE, "brand", "service", "nl", False),
    (CARE, "active", MIDDLE, "community", "hr", "nl", False),
    (CARE, "active", MIDDLE, "", "", "NL", True),
    (CARE, "active", MIDDLE, "", "", "de", False),
    (ALL, "active", MIDDLE, "press", "service", "pl", True),
    (ALL, "active", MIDDLE, "anything", "anything", "xx", True),
    (ALL, "active", MIDDLE, "press", "results", "", False),
    (ALL, "active", MIDDLE, "press", "legal", "", False),
    (ALL, "active", MIDDLE, "press", "hr", "", False),
    (ALL, "active", MIDDLE, "press", "unreleased", "", False),
    (ALL, "active", MIDDLE, "press", "personal-data", "", False),
    (SPOKESPERSON, "active", MIDDLE, "press", "results", "", True),
    (SPOKESPERSON, "active", MIDDLE, "press", "legal", "", False),
    (SPOKESPERSON, "active", date(2028, 1, 13), "press", "results", "", False),
    (SPOKESPERSON, "suspended", MIDDLE, "press", "results", "", False),
    (NOTHING, "active", MIDDLE, "own", "", "", False),
    (NOTHING, "active", MIDDLE, "", "published", "", False),
    (NOTHING, "active", MIDDLE, "", "", "en", False),
    (NOTHING, "active", MIDDLE, "", "", "", True),
]


@pytest.mark.parametrize(("scope", "status", "on", "channel", "topic", "language", "allowed"), CASES)
def test_the_table(scope: Scope, status: str, on: date, channel: str, topic: str, language: str, allowed: bool) -> None:
    ruling = may_speak(standing(scope, status), Question(on, channel, topic, language))
    assert ruling.allowed is allowed
    assert ruling.reason.endswith(".")
    assert bool(ruling.step) is not allowed


def test_the_table_is_long_enough() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize(("topic", "status"), list(product(sorted(RED_TOPICS), ["active", "suspended", "ended"])))
def test_no_ambassador_ever_speaks_about_a_red_topic(topic: str, status: str) -> None:
    for channel in ("", *vocabulary.shipped()["channel"]):
        assert not may_speak(standing(OWN, status), Question(MIDDLE, channel, topic)).allowed


def test_without_a_permission_the_answer_is_no_and_says_what_leads_to_one() -> None:
    ruling = may_speak(None, Question(MIDDLE))
    assert not ruling.allowed
    assert "course" in ruling.step


def test_the_reason_names_what_is_missing() -> None:
    assert "Brand accounts" in may_speak(standing(), Question(MIDDLE, channel="brand")).reason
    assert "12 January 2028" in may_speak(standing(), Question(date(2028, 2, 1))).reason
    assert "3 May 2026" in may_speak(standing(status="suspended", until=date(2026, 5, 3)), Question(MIDDLE)).reason
    assert "German" in may_speak(standing(CARE), Question(MIDDLE, language="de")).reason


def test_of_several_permissions_one_that_allows_is_enough() -> None:
    one, two = standing(OWN, rank=1), standing(CARE, rank=2)
    assert best([one, two], Question(MIDDLE, topic="published"))[0].allowed
    assert best([one, two], Question(MIDDLE, topic="service"))[1] is two
    assert not best([one, standing(CARE, "suspended", rank=2)], Question(MIDDLE, topic="service"))[0].allowed
    ruling, nearest = best([one, standing(CARE, "ended", rank=2)], Question(MIDDLE, topic="careers"))
    assert nearest is one
    assert "careers" in ruling.reason or "Working here" in ruling.reason


def test_of_no_permissions_the_answer_is_no() -> None:
    assert best([], Question(MIDDLE)) == (may_speak(None, Question(MIDDLE)), None)


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


HISTORY = [
    Change("active", at(1, 12)),
    Change("suspended", at(3, 1), date(2026, 5, 3)),
    Change("active", at(5, 4)),
    Change("revoked", at(11, 3, 23)),
]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 1, 11), None),
        (date(2026, 1, 12), "active"),
        (date(2026, 2, 28), "active"),
        (date(2026, 3, 1), "suspended"),
        (date(2026, 5, 3), "suspended"),
        (date(2026, 5, 4), "active"),
        (date(2026, 11, 3), "active"),  # 23:00 in UTC is the next day in Brussels
        (date(2026, 11, 4), "revoked"),
        (date(2027, 1, 1), "revoked"),
    ],
)
def test_the_history_answers_for_past_days(on: date, expected: str | None) -> None:
    found = standing_on(HISTORY, on, starts_on=START, ends_on=END, scopes={1: OWN})
    assert (found.status if found else None) == expected


def test_every_red_topic_has_words_and_every_term_three_languages() -> None:
    terms = vocabulary.shipped()
    assert set(terms["topic"]) >= RED_TOPICS
    for dimension in terms.values():
        for term in dimension.values():
            assert set(term.words) == {"en", "nl", "fr"}


@pytest.mark.parametrize(
    ("dimension", "typed", "code"),
    [
        ("topic", "Earnings", "results"),
        ("topic", "personal data", "personal-data"),
        ("topic", "Roadmap", "unreleased"),
        ("channel", "Twitter", "x"),
        ("channel", "LinkedIn", "linkedin"),
        ("channel", "Fax", "fax"),
    ],
)
def test_other_words_for_the_same_are_understood(dimension: str, typed: str, code: str) -> None:
    assert vocabulary.code_of(dimension, typed) == code


def test_a_permission_that_does_not_hold_is_told_from_one_that_does() -> None:
    assert authority.holds(standing(), MIDDLE)
    assert not authority.holds(standing(status="suspended"), MIDDLE)
    assert not authority.holds(None, MIDDLE)
