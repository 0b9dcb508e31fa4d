"""The register: finding speakers, asking about them, and certificates as they stood on a day."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from certificates import checking, days, records, register, speakers
from certificates.authority import Question
from certificates.coverage import Wanted
from certificates.models import Certificate
from lms.base import clock
from lms.base.errors import Invalid
from lms.people.models import Person
from tests.make import Make


@pytest.fixture
def ana(make: Make) -> Person:
    return make.person("Ana", "Peeters", unit=make.unit("Benelux/Customer care"))


def names(found: list[speakers.Speaker]) -> list[str]:
    return [speaker.name for speaker in found]


def test_speakers_are_found_by_any_part_of_the_name_and_by_handle(session: Session, make: Make, ana: Person) -> None:
    make.certificate(ana)
    make.certificate(make.person("Ëlise", "Çelik"))
    make.handle(ana, "ana.p", "linkedin")
    for words in ("Ana", "peeters", "ANA PEETERS", "Peeters Ana", "eete", "@ana.p", "ana.p", "Ana.P"):
        assert names(speakers.search(session, Wanted(words)).speakers) == ["Ana Peeters"], words
    for words in ("Ëlise", "ëlise", "ÇELIK"):
        assert names(speakers.search(session, Wanted(words)).speakers) == ["Ëlise Çelik"], words
    assert speakers.search(session, Wanted("%%")).speakers == []
    assert speakers.search(session, Wanted("_n_")).speakers == []


def test_a_slip_of_the_keys_is_forgiven_with_a_question(session: Session, make: Make, ana: Person) -> None:
    make.certificate(ana)
    make.certificate(make.person("Xavier", "Quist"))
    found = speakers.search(session, Wanted("Peters"))
    assert found.speakers == []
    assert names(found.near) == ["Ana Peeters"]


def test_only_listed_people_whose_permission_holds_today_are_found(session: Session, make: Make) -> None:
    last_year = days.today() - timedelta(days=400)
    make.certificate(make.person("Ana", "Holds"))
    make.certificate(make.person("Ana", "Unlisted", listed=False))
    make.certificate(make.person("Ana", "Left", status="left"))
    make.certificate(make.person("Ana", "Over"), from_day=last_year, months=12)
    make.certificate(make.person("Ana", "Future"), from_day=days.today() + timedelta(days=3))
    make.certificate(make.person("Ana", "Attested"), level="L0")
    for status in ("requested", "suspended", "revoked", "ended"):
        make.certificate(make.person("Ana", status), status=status)
    make.person("Ana", "Learner")
    found = speakers.search(session, Wanted("Ana"))
    assert names(found.speakers) == ["Ana Holds"]
    assert found.near == []


def test_speakers_are_found_by_what_they_may_speak_about(session: Session, make: Make, ana: Person) -> None:
    scope = {"channel": ["community"], "topic": ["service"], "language": ["nl"]}
    make.certificate(ana, scope=scope)
    make.certificate(make.person("Ben", "Own"))
    for wanted, expected in (
        (Wanted(topic="service"), ["Ana Peeters"]),
        (Wanted(channel="community"), ["Ana Peeters"]),
        (Wanted(channel="linkedin"), ["Ben Own"]),
        (Wanted(language="nl"), ["Ben Own", "Ana Peeters"]),
        (Wanted(language="pl"), ["Ben Own"]),
        (Wanted("Ana", topic="published"), []),
        (Wanted("Ana", topic="service", language="nl"), ["Ana Peeters"]),
    ):
        assert names(speakers.search(session, wanted).speakers) == expected, wanted


def test_the_register_is_searched_and_not_walked_through(session: Session, make: Make, ana: Person) -> None:
    make.certificate(ana)
    assert speakers.search(session, Wanted()).speakers == []
    assert speakers.search(session, Wanted("A")).speakers == []


def test_pages_hold_twenty(session: Session, make: Make) -> None:
    for number in range(45):
        make.certificate(make.person("Ana", f"Speaker {number:02}"))
    sizes = [
        (len(found.speakers), found.more)
        for found in (speakers.search(session, Wanted("Speaker"), page) for page in (1, 2, 3, 4))
    ]
    assert sizes == [(20, True), (20, True), (5, False), (0, False)]


def test_a_speaker_with_several_certificates_is_listed_once(session: Session, make: Make, ana: Person) -> None:
    make.certificate(ana)
    make.certificate(ana, cycle=2)
    make.certificate(ana, level="L0")
    assert names(speakers.search(session, Wanted("Ana")).speakers) == ["Ana Peeters"]


def ask(session: Session, handle: str = "ana.peeters", person: str = "", **more: object) -> checking.Answer:
    typed = {"handle": handle, "person": person, "channel": "", "topic": "", "language": "", "on": ""}
    return checking.check(session, *checking.question(typed | {key: str(value) for key, value in more.items()}))


def test_the_check_answers_with_reason_and_scope(session: Session, make: Make, ana: Person) -> None:
    make.certificate(ana)
    make.handle(ana)
    yes = ask(session, "@Ana.Peeters", channel="LinkedIn", topic="published")
    assert yes.allowed
    assert yes.person == {"uid": ana.uid, "name": "Ana Peeters"}
    assert yes.scope is not None
    assert yes.scope["topics"] == ["published"]
    no = ask(session, channel="linkedin", topic="earnings")
    assert not no.allowed
    assert "Results and forecasts" in no.reason
    assert ask(session, handle="", person=ana.uid).allowed


def test_initials_do_not_lead_to_the_whole_name(session: Session, make: Make, ana: Person) -> None:
    make.certificate(ana)
    make.handle(ana)
    ana.listed_as = "initials"
    session.flush()
    assert checking.as_json(ask(session, channel="linkedin"))["person"] == {"uid": None, "name": "A. P."}


def test_nobody_is_made_up(session: Session, make: Make, ana: Person) -> None:
    make.certificate(ana)
    make.handle(ana)
    for answer in (ask(session, "nobody"), ask(session, channel="facebook"), ask(session, "", person="0" * 32)):
        assert (answer.allowed, answer.person, answer.scope) == (False, None, None)
    make.handle(make.person("Ben"), "ana.peeters", "facebook")
    with pytest.raises(Invalid, match="Say on which channel"):
        ask(session)
    assert ask(session, channel="linkedin").person is not None


def test_a_past_day_gets_the_past_answer(session: Session, make: Make, ana: Person) -> None:
    with clock.frozen(datetime.combine(days.today(), time(12), UTC)):  # the same day in summer and in winter
        past_answers(session, make, ana)


def past_answers(session: Session, make: Make, ana: Person) -> None:
    today = days.today()
    certificate = make.certificate(ana, from_day=today - timedelta(days=100))
    make.handle(ana)
    make.status(certificate, "suspended", days_ago=50)
    make.status(certificate, "active", days_ago=40)
    make.status(certificate, "ended", days_ago=10)
    answers = {ago: ask(session, on=today - timedelta(days=ago)).allowed for ago in (101, 100, 60, 45, 39, 11, 9, 0)}
    assert answers == {101: False, 100: True, 60: True, 45: False, 39: True, 11: True, 9: False, 0: False}


def test_whoever_is_not_listed_or_was_withdrawn_is_not_named(session: Session, make: Make) -> None:
    shy, gone = make.person("Shy", listed=False), make.person("Gone")
    make.certificate(shy)
    make.certificate(gone, status="revoked")
    make.handle(shy, "shy")
    make.handle(gone, "gone")
    assert (ask(session, "shy").allowed, ask(session, "shy").person, ask(session, "shy").scope) == (True, None, None)
    assert (ask(session, "gone").allowed, ask(session, "gone").person) == (False, None)


def test_whoever_left_may_not_speak_from_today(session: Session, make: Make, ana: Person) -> None:
    make.certificate(ana, from_day=days.today() - timedelta(days=9))
    make.handle(ana)
    ana.status = "left"
    session.flush()
    assert not ask(session).allowed
    assert ask(session, on=days.today() - timedelta(days=5)).allowed


@pytest.mark.parametrize(
    "typed", ["tomorrow", "2026-13-01", "2026-02-30", "20260101", "1066-10-14", "9999-01-01", "2026-1-1"]
)
def test_what_is_not_a_day_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(Invalid, match="is not a day"):
        checking.parse_day(typed)


@pytest.mark.parametrize(
    "typed",
    [{"handle": ""}, {"handle": "x" * 101}, {"handle": "a\0b"}, {"person": "12"}, {"person": "Z" * 32}],
)
def test_what_cannot_be_asked_is_refused(typed: dict[str, str]) -> None:
    asked = {"handle": "", "person": "", "channel": "", "topic": "", "language": "", "on": ""}
    with pytest.raises(Invalid):
        checking.question(asked | typed)


def test_numbers_are_found_as_they_are_typed(session: Session, make: Make, ana: Person) -> None:
    certificate = make.certificate(ana)
    number = certificate.number
    for typed in (number, number.lower(), f"{number[:5]} {number[5:]}", f"{number[:5]}-{number[5:]}"):
        assert records.find_uid(session, typed) == certificate.uid
    assert records.find_uid(session, "0000000000") is None
    assert records.find_uid(session, "") is None


def state(session: Session, certificate: Certificate, on: date | None = None) -> str:
    record = records.record(session, certificate.uid, on)
    assert record is not None
    return record.state


def test_a_certificate_stands_as_it_stands(session: Session, make: Make) -> None:
    today = days.today()
    assert state(session, make.certificate(make.person())) == "valid"
    assert state(session, make.certificate(make.person(), level="L0")) == "valid"
    assert state(session, make.certificate(make.person(status="left"))) == "ended"
    for status, expected in (
        ("requested", "waiting"),
        ("suspended", "paused"),
        ("revoked", "withdrawn"),
        ("ended", "ended"),
    ):
        assert state(session, make.certificate(make.person(), status=status)) == expected
    old = make.certificate(make.person(), from_day=today - timedelta(days=400), months=12)
    assert state(session, old) == "ended"
    assert state(session, old, today - timedelta(days=100)) == "valid"
    assert state(session, old, today - timedelta(days=401)) == "future"
    assert records.record(session, "0" * 32) is None


def test_a_renewed_certificate_points_to_the_newer_one_while_that_holds(session: Session, make: Make) -> None:
    ana = make.person("Ana")
    first = make.certificate(ana, from_day=days.today() - timedelta(days=30))
    make.status(first, "ended")
    second = make.certificate(ana, cycle=2)
    record = records.record(session, first.uid)
    assert record is not None
    assert record.newer_uid == second.uid
    make.status(second, "revoked")
    record = records.record(session, first.uid)
    assert record is not None
    assert record.newer_uid is None


def test_the_number_of_statements_is_small_and_fixed(
    session: Session, make: Make, ana: Person, statements: list[str]
) -> None:
    certificate = make.certificate(ana, from_day=days.today() - timedelta(days=30))
    make.certificate(ana, cycle=2)
    make.handle(ana)
    for number in range(60):
        make.certificate(make.person("Ben", f"Noise {number}"))
    for deed, most in (
        (lambda: records.record(session, certificate.uid), 3),
        (lambda: speakers.search(session, Wanted("Noise")), 8),
        (lambda: speakers.search(session, Wanted("Peters")), 8),
        (lambda: checking.check(session, "ana.peeters", "", Question(days.today())), 3),
        (lambda: register.of_person(session, ana.id), 1),
    ):
        session.flush()
        statements.clear()
        deed()
        assert len(statements) <= most


def test_home_shows_what_matters(session: Session, make: Make, ana: Person) -> None:
    make.certificate(ana, level="L0")
    assert [entry.level_name for entry in register.of_person(session, ana.id)] == ["Attested"]
    make.certificate(ana)
    (entry,) = register.of_person(session, ana.id)
    assert (entry.level_name, entry.holds_today) == ("Ambassador", True)
    assert entry.allows == "May speak about ACME online, as a colleague."
    assert entry.check_address.endswith(f"/verify/{entry.uid}")
    assert len(register.every(session, ana.id)) == 2
