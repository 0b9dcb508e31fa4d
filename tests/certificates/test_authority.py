"""May somebody speak? The rule, as a table and as properties."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates import authority, vocabulary
from certificates.authority import DEEDS, RED_TOPICS, Question, Voice, best, best_in_voice, may_speak
from certificates.permissions.models import CAUSES
from certificates.rulings import TOLD, Circumstances, Crisis, Quiet, Ruling
from certificates.standing import Change, Scope, Standing, standing_on

START, END, MIDDLE = date(2026, 1, 12), date(2028, 1, 12), date(2026, 11, 22)
CALM = Circumstances()


def scope(channels: str = "", topics: str = "", languages: str = "", countries: str = "") -> Scope:
    return Scope(*(frozenset(words.split()) for words in (channels, topics, languages, countries)))


OWN = scope("own", "published", "*")
CARE = scope("own community", "products service", "nl en")


def standing(covered: Scope = OWN, status: str = "active", rank: int = 1, **more: object) -> Standing:
    return Standing(status, START, END, covered, rank, **more)  # type: ignore[arg-type]


def endorsement(covered: Scope, status: str = "active", **more: object) -> Standing:
    return standing(covered, status, 10, kind="endorsement", **more)


SPEAKER = {"covered": scope("own blog", "published products", "nl en", "be nl"), "rank": 2, "may_reply": True}
CARE_PRO = {"covered": scope("brand community", "products service", "*"), "rank": 3, "may_reply": True}
SPOKESPERSON = {"covered": scope("*", "* results", "*"), "rank": 4, "may_reply": True, "may_commit": True}
FRENCH, AMERICA = scope(languages="fr"), scope(countries="us")
LEVELS: dict[str, dict[str, object]] = {
    "ambassador": {},
    "speaker": SPEAKER,
    "care professional": CARE_PRO | {"may_commit": True},
    "spokesperson": SPOKESPERSON | {"may_in_crisis": True},
    "guest without scope": {"covered": Scope()},
}
HOW: dict[str, dict[str, object]] = {
    "": {},
    "asked for": {"status": "requested"},
    "who left": {"status": "ended", "cause": "left"},
    **{
        word: {"status": word}
        for word in ("approved", "declined", "suspended", "expired", "archived", "ended", "revoked")
    },
}
ENDORSEMENTS = {
    "french": endorsement(FRENCH),
    "french that is paused": endorsement(FRENCH, "suspended"),
    "french paused": endorsement(FRENCH, "suspended"),
    "french that lapsed": endorsement(FRENCH, "expired"),
    "results": endorsement(scope(topics="results")),
    "promotions": endorsement(scope(topics="promotions products"), preapproval=True),
    "america": endorsement(AMERICA),
    "crisis": endorsement(scope(topics="published service"), may_in_crisis=True),
}
UNTIL = date(2026, 12, 3)
ALARM = Crisis("A fire", "We are looking into it.")
CIRCUMSTANCES = {
    "calm": CALM,
    "crisis": Circumstances(crisis=ALARM),
    "all quiet": Circumstances((Quiet("Year", UNTIL),)),
    **{f"all quiet but from {rank}": Circumstances((Quiet("Year", UNTIL, Scope(), rank),)) for rank in (2, 3, 9)},
    "crisis and all quiet": Circumstances((Quiet("Year", UNTIL),), ALARM),
    "results quiet": Circumstances((Quiet("Year", UNTIL, scope(topics="results")),)),
    "products quiet": Circumstances((Quiet("Launch", UNTIL, scope(topics="products")),)),
    "linkedin quiet": Circumstances((Quiet("Launch", UNTIL, scope("linkedin")),)),
    "own quiet": Circumstances((Quiet("Launch", UNTIL, scope("own")),)),
    "published in french quiet": Circumstances((Quiet("Launch", UNTIL, scope("", "published", "fr")),)),
    "belgium quiet": Circumstances((Quiet("Election", UNTIL, scope(countries="be")),)),
}


def asker(words: str) -> list[Standing]:
    """The permissions of who a section of the table names."""
    if words == "nobody":
        return []
    if words.removesuffix(" paused").endswith(" alone"):
        return [ENDORSEMENTS[words.replace(" alone", "")]]
    held, _, endorsed = words.partition(" with ") if words not in LEVELS else (words, "", "")
    added = [ENDORSEMENTS[word] for word in endorsed.split(" and ")] if endorsed else []
    return [level(one) for one in held.split(" and ")] + added


def level(words: str) -> Standing:
    name = next(name for name in sorted(LEVELS, key=len, reverse=True) if words.startswith(name))
    return standing(**(LEVELS[name] | HOW[words.removeprefix(name).strip()]))  # type: ignore[arg-type]


def question(words: str) -> Question:
    """The question of a row of the table."""
    parts: dict[str, object] = {"on": MIDDLE}
    terms = vocabulary.shipped()
    for word in words.split():
        if re.fullmatch(r"\d{4}-\d\d-\d\d", word):
            parts["on"] = date.fromisoformat(word)
        elif word.startswith("@"):
            parts["country"] = word[1:]
        elif word in DEEDS:
            parts["deed"] = word
        elif word in terms["topic"]:
            parts["topic"] = word
        elif word in terms["channel"] or word == "fax":
            parts["channel"] = word
        else:
            parts["language" if re.fullmatch("[a-zA-Z]{2}(-BE)?", word) else "topic"] = word
    return Question(**parts)  # type: ignore[arg-type]


def table() -> list[tuple[str, str, str, str]]:
    rows, who, when = [], "", ""
    for line in (Path(__file__).parent / "may_speak.txt").read_text("utf-8").splitlines():
        if line.startswith("## "):
            who, _, when = line[3:].rpartition(", ")
        elif line and not line.startswith("#"):
            asked, _, expected = line.rpartition("=")
            rows.append((who, when, asked.strip(), expected.strip()))
    return rows


CASES = table()


def ruled(words: str, asked: Question, when: Circumstances) -> tuple[Ruling, Standing | None]:
    """The ruling about who a section names; with "as", about one who writes in the voice of another."""
    writer, _, executive = words.partition(" as ")
    if not executive:
        return best(asker(writer), asked, when)
    paired = not executive.startswith("a stranger to ")
    voice = Voice("Eva Maes", tuple(asker(executive.removeprefix("a stranger to "))), paired)
    return best_in_voice(voice, asker(writer), asked, when)


@pytest.mark.parametrize("row", CASES, ids=lambda row: " / ".join(row))
def test_the_table(row: tuple[str, str, str, str]) -> None:
    who, when, asked, expected = row
    ruling, _ = ruled(who, question(asked), CIRCUMSTANCES[when])
    assert ruling.key + (", legal first" if ruling.condition else "") == expected
    assert ruling.allowed is (ruling.key == "yes")
    assert ruling.reason.endswith(".")
    assert bool(ruling.step) is not ruling.allowed


def test_the_table_is_long_enough_and_says_nothing_twice() -> None:
    assert len({row[:3] for row in CASES}) == len(CASES) >= 200


_words = {dimension: st.sampled_from(["*", *terms]) for dimension, terms in vocabulary.shipped().items()}
_scopes = st.builds(
    Scope, *(st.frozensets(_words[name], max_size=4) for name in ("channel", "topic", "language", "country"))
)
_statuses = st.sampled_from(["active"] * 6 + ["requested", "suspended", "expired", "ended", "revoked"])
_flags = {name: st.booleans() for name in ("may_reply", "may_commit", "may_in_crisis", "preapproval")}
_standings = st.builds(
    Standing,
    _statuses,
    st.just(START),
    st.sampled_from([END, date(2026, 6, 1)]),
    _scopes,
    st.integers(1, 9),
    kind=st.sampled_from(["level", "level", "endorsement"]),
    **_flags,
)
_held = st.lists(_standings, max_size=4)
_quiet = st.builds(Quiet, st.just("Q"), st.just(UNTIL), _scopes, st.none() | st.integers(1, 9))
_circumstances = st.builds(Circumstances, st.lists(_quiet, max_size=1).map(tuple), st.none() | st.just(ALARM))
_questions = st.builds(
    Question,
    st.just(MIDDLE),
    *(st.just("") | st.sampled_from([one for one in terms if one != "any"]) for terms in vocabulary.shipped().values()),
    st.sampled_from(["", *DEEDS]),
)


@given(_held, _questions, _circumstances, st.data())
def test_more_scope_and_more_permissions_never_turn_a_yes_into_a_no(
    held: list[Standing], asked: Question, when: Circumstances, data: st.DataObject
) -> None:
    before = best(held, asked, when)[0].allowed
    more = data.draw(_standings)
    assert best([*held, more], asked, when)[0].allowed >= before
    if held:
        one = held[data.draw(st.integers(0, len(held) - 1))]
        countries = one.scope.countries and one.scope.countries | more.scope.countries
        pairs = zip(
            (one.scope.channels, one.scope.topics, one.scope.languages),
            (more.scope.channels, more.scope.topics, more.scope.languages),
            strict=True,
        )
        wider = Standing(**(one.__dict__ | {"scope": Scope(*(a | b for a, b in pairs), countries)}))
        assert best([wider if other is one else other for other in held], asked, when)[0].allowed >= before


@given(_held, _questions, _circumstances, _quiet)
def test_a_quiet_period_or_a_crisis_never_turns_a_no_into_a_yes(
    held: list[Standing], asked: Question, when: Circumstances, quiet: Quiet
) -> None:
    before = best(held, asked, when)[0].allowed
    assert best(held, asked, Circumstances((*when.quiet, quiet), when.crisis))[0].allowed <= before
    assert best(held, asked, Circumstances(when.quiet, ALARM))[0].allowed <= before


@given(_standings, _questions, _circumstances)
def test_revoked_is_always_no(one: Standing, asked: Question, when: Circumstances) -> None:
    assert not best([Standing(**(one.__dict__ | {"status": "revoked"}))], asked, when)[0].allowed


def test_in_the_voice_of_another_the_reason_names_her_and_who_takes_the_step() -> None:
    asked = Question(MIDDLE, topic="products")
    paused = Voice("Eva Maes", (standing(status="suspended", cause="guideline"),), paired=True)
    ruling, _ = best_in_voice(paused, [standing()], asked, CALM)
    assert ruling.step.startswith("For Eva Maes: Accept the guideline")
    assert "Eva Maes" in ruling.reason
    ruling, _ = best_in_voice(replace(paused, paired=False), [standing()], asked, CALM)
    assert "licenses a writer and an executive together" in ruling.step
    both = Voice("Eva Maes", (standing(**SPEAKER),), paired=True)  # type: ignore[arg-type]
    ruling, shown = best_in_voice(both, [replace(standing(), ends_on=date(2027, 3, 1))], asked, CALM)
    assert (ruling.allowed, shown) == (True, both.standings[0])
    assert "1 March 2027" in ruling.reason, "the day on which the first of the two ends"


@given(_held, _held, _questions, _circumstances)
def test_no_pair_speaks_where_one_of_the_two_may_not_at_all(
    writer: list[Standing], executive: list[Standing], asked: Question, when: Circumstances
) -> None:
    voice = Voice("Eva Maes", tuple(executive), paired=True)
    allowed = best_in_voice(voice, writer, asked, when)[0].allowed
    assert not best_in_voice(replace(voice, paired=False), writer, asked, when)[0].allowed
    assert allowed == (best(executive, asked, when)[0].allowed and best(writer, Question(asked.on), CALM)[0].allowed)


@pytest.mark.parametrize(("topic", "status"), list(product(sorted(RED_TOPICS), ["active", "suspended", "ended"])))
def test_no_ambassador_ever_speaks_about_a_red_topic(topic: str, status: str) -> None:
    for channel in ("", *vocabulary.shipped()["channel"]):
        assert not may_speak(standing(OWN, status), Question(MIDDLE, channel, topic), CALM).allowed


def test_without_a_permission_the_answer_is_no_and_says_what_leads_to_one() -> None:
    ruling = may_speak(None, Question(MIDDLE), CALM)
    assert not ruling.allowed
    assert "course" in ruling.step


def test_the_reason_names_what_is_missing() -> None:
    assert "Brand accounts" in may_speak(standing(), Question(MIDDLE, channel="brand"), CALM).reason
    assert "12 January 2028" in may_speak(standing(), Question(date(2028, 2, 1)), CALM).reason
    assert (
        "3 May 2026" in may_speak(standing(status="suspended", until=date(2026, 5, 3)), Question(MIDDLE), CALM).reason
    )
    assert "German" in may_speak(standing(CARE), Question(MIDDLE, language="de"), CALM).reason


def test_a_crisis_shows_the_official_line() -> None:
    ruling = may_speak(standing(), Question(MIDDLE), Circumstances(crisis=ALARM))
    assert "We are looking into it." in ruling.step
    assert may_speak(standing(), Question(MIDDLE), Circumstances(crisis=Crisis("A fire"))).step.endswith(".")


@pytest.mark.parametrize("cause", CAUSES)
def test_a_private_cause_of_a_pause_is_never_told(cause: str) -> None:
    paused = may_speak(standing(status="suspended", cause=cause, reason="a secret"), Question(MIDDLE), CALM)
    plain = may_speak(standing(status="suspended"), Question(MIDDLE), CALM)
    assert (paused == plain) is (cause not in TOLD)
    assert "secret" not in paused.reason + paused.step


def test_of_several_permissions_one_that_allows_is_enough() -> None:
    one, two = standing(OWN, rank=1), standing(CARE, rank=2)
    assert best([one, two], Question(MIDDLE, topic="published"), CALM)[0].allowed
    assert best([one, two], Question(MIDDLE, topic="service"), CALM)[1] is two
    assert not best([one, standing(CARE, "suspended", rank=2)], Question(MIDDLE, topic="service"), CALM)[0].allowed
    ruling, nearest = best([one, standing(CARE, "ended", rank=2)], Question(MIDDLE, topic="careers"), CALM)
    assert nearest is one
    assert "careers" in ruling.reason or "Working here" in ruling.reason


def test_of_no_permissions_the_answer_is_no() -> None:
    assert best([], Question(MIDDLE), CALM) == (may_speak(None, Question(MIDDLE), CALM), None)


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
