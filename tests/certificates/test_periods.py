"""Quiet periods and crisis mode: the calendar, the pages, and what they do to the answers."""

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from certificates import checking, days, records, silence
from certificates.authority import Question
from certificates.handles.models import BrandedHandle
from certificates.models import Certificate, Handle
from certificates.periods import advice, calendar, planning
from certificates.periods.advice import Colleague
from certificates.periods.models import CrisisPeriod, QuietPeriod
from certificates.periods.planning import Plan
from certificates.standing import Scope
from lms import pages
from lms.base import clock
from lms.base.audit import AuditEntry
from lms.base.db import Database
from lms.base.errors import Conflict, Invalid, NotFound
from lms.people.models import Person
from tests.make import Make
from tests.support.client import Client

NOON = datetime(2026, 11, 10, 11, tzinfo=UTC)
RESULTS = Scope(topics=frozenset({"results"}))
JSON = {"Accept": "application/json"}


def words(response: TestResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


@pytest.fixture
def hugo(make: Make) -> Person:
    return make.person("Hugo", "Hub", roles=["hub"])


@pytest.fixture
def ana(make: Make) -> Person:
    ana = make.person("Ana", "Peeters")
    make.certificate(ana, from_day=days.today() - timedelta(days=100))
    make.handle(ana)
    return ana


def plan(first: date, last: date, scope: Scope | None = None, **more: object) -> Plan:
    return Plan("Annual results", first, last, scope=scope or RESULTS, **more)  # type: ignore[arg-type]


def period(
    session: Session, hugo: Person, *, from_day: int = 0, to_day: int = 10, scope: Scope | None = None
) -> QuietPeriod:
    today = days.today()
    return planning.make_period(
        session, plan(today + timedelta(days=from_day), today + timedelta(days=to_day), scope), by_id=hugo.id
    )


def quiet_on(session: Session, on: date) -> list[str]:
    return [one.title for one in calendar.circumstances(session, on).quiet]


def test_a_quiet_period_holds_from_its_first_to_its_last_day(session: Session, hugo: Person) -> None:
    today = days.today()
    period(session, hugo, from_day=2, to_day=4)
    held = {day: bool(quiet_on(session, today + timedelta(days=day))) for day in range(6)}
    assert held == {0: False, 1: False, 2: True, 3: True, 4: True, 5: False}


def test_a_past_day_answers_what_was_in_force_that_day_as_it_was_known_then(session: Session, hugo: Person) -> None:
    def at(day: int) -> datetime:
        return NOON + timedelta(days=day)

    def on(day: int) -> date:
        return days.day_of(at(day))

    with clock.frozen(at(0)):
        made = planning.make_period(session, plan(on(0), on(9)), by_id=hugo.id)
    with clock.frozen(at(2)):
        alarm = planning.start_crisis(session, "A fire", "We are looking into it.", by_id=hugo.id)
    with clock.frozen(at(4)):
        planning.end_crisis(session, alarm.id, by_id=hugo.id)
    with clock.frozen(at(5)):
        planning.cancel_period(session, made.id, by_id=hugo.id)
    found = {day: calendar.circumstances(session, on(day)) for day in range(-1, 8)}
    assert [day for day, one in found.items() if one.quiet] == [0, 1, 2, 3, 4]
    assert [day for day, one in found.items() if one.crisis] == [2, 3]
    assert found[2].crisis
    assert found[2].crisis.line == "We are looking into it."


def test_a_day_ends_at_midnight_of_the_company(session: Session, hugo: Person) -> None:
    with clock.frozen(datetime(2026, 11, 10, 23, 30, tzinfo=UTC)):  # half past midnight in Brussels
        planning.start_crisis(session, "A fire", "", by_id=hugo.id)
    assert calendar.circumstances(session, date(2026, 11, 10)).crisis is None
    assert calendar.circumstances(session, date(2026, 11, 11)).crisis


def test_there_is_one_crisis_at_a_time_and_its_line_can_change(session: Session, hugo: Person) -> None:
    first = planning.start_crisis(session, "A fire", "Wait.", by_id=hugo.id)
    with pytest.raises(Conflict, match="on already"):
        planning.start_crisis(session, "A flood", "", by_id=hugo.id)
    second = planning.restate(session, first.id, "All are safe.", by_id=hugo.id)
    now = calendar.calendar(session).crisis
    assert now is not None
    assert (now.id, now.title, now.line) == (second.id, "A fire", "All are safe.")
    with pytest.raises(Conflict, match="over already"):
        planning.end_crisis(session, first.id, by_id=hugo.id)
    with pytest.raises(NotFound):
        planning.end_crisis(session, 10**6, by_id=hugo.id)
    deeds = session.scalars(select(AuditEntry.deed).where(AuditEntry.actor_id == hugo.id).order_by(AuditEntry.id))
    assert list(deeds) == ["switched crisis mode on", "switched crisis mode off", "switched crisis mode on"]


def test_two_people_who_see_a_crisis_at_the_same_second_start_one(
    database: Database, make: Make, session: Session
) -> None:
    hub = [make.person(f"Hub {number}", roles=["hub"]).id for number in range(2)]
    session.commit()
    ready, ends = threading.Barrier(2), []

    def start(by_id: int) -> None:
        try:
            with database.transaction() as own:
                if database.engine.dialect.name == "postgresql":
                    own.execute(select(Person.id))
                    ready.wait(10)
                ends.append(planning.start_crisis(own, "A fire", "", by_id=by_id).id and "started")
        except Conflict:
            ends.append("refused")

    threads = [threading.Thread(target=start, args=(by_id,)) for by_id in hub]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["refused", "started"]
    assert len(session.scalars(select(CrisisPeriod)).all()) == 1


@pytest.mark.parametrize(
    ("first", "last", "said"), [(-1, 3, "in the past"), (3, 2, "before the first"), (0, 40_000, "too far")]
)
def test_days_that_cannot_be_are_refused(session: Session, hugo: Person, first: int, last: int, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        period(session, hugo, from_day=first, to_day=last)


def test_what_is_over_or_cancelled_cannot_be_cancelled(session: Session, hugo: Person) -> None:
    with clock.frozen(NOON - timedelta(days=30)):
        over = planning.make_period(session, plan(days.today(), days.today()), by_id=hugo.id)
    gone = period(session, hugo)
    planning.cancel_period(session, gone.id, by_id=hugo.id)
    for one, said in ((over, "is over"), (gone, "was cancelled")):
        with pytest.raises(Conflict, match=said):
            planning.cancel_period(session, one.id, by_id=hugo.id)


def test_the_calendar_takes_one_statement_until_it_changes(
    database: Database, session: Session, hugo: Person, statements: list[str]
) -> None:
    for number in range(5):
        period(session, hugo, to_day=number)
    session.commit()
    for most in (4, 1):
        with database.reading() as reading:
            statements.clear()
            assert calendar.circumstances(reading, days.today()).quiet
            assert len(statements) <= most, statements
    with database.transaction() as writing:
        planning.start_crisis(writing, "A fire", "", by_id=hugo.id)
    with database.reading() as reading:
        assert calendar.circumstances(reading, days.today()).crisis


def ask(client: Client, query: str = "") -> dict[str, object]:
    found: dict[str, object] = client.get(f"/speakers/check?handle=ana.peeters{query}", headers=JSON).get_json()
    return found


def test_the_public_check_knows_quiet_periods_crises_countries_and_deeds(
    anonymous: Client, session: Session, ana: Person, hugo: Person
) -> None:
    assert ask(anonymous)["allowed"]
    assert ask(anonymous, "&country=be&deed=post")["allowed"]
    assert "answering customers" in str(ask(anonymous, "&deed=reply")["reason"])
    assert "reply" in str(anonymous.get("/speakers/check?handle=a&deed=sing", headers=JSON).get_json()["detail"])
    made = period(session, hugo, scope=Scope(topics=frozenset({"published"})))
    assert ask(anonymous)["allowed"]
    assert "quiet period until" in str(ask(anonymous, "&topic=published")["reason"])
    planning.cancel_period(session, made.id, by_id=hugo.id)
    planning.start_crisis(session, "A fire", "We are looking into it.", by_id=hugo.id)
    answer = ask(anonymous, "&topic=published")
    assert not answer["allowed"]
    assert "We are looking into it." in str(answer["reason"])


def test_a_certificate_says_beside_its_yes_what_is_quiet(
    anonymous: Client, session: Session, ana: Person, hugo: Person, statements: list[str]
) -> None:
    address = f"/verify/{session.scalars(select(Certificate.uid)).one()}"
    period(session, hugo, scope=Scope(topics=frozenset({"results"})))
    assert "uiet period" not in words(anonymous.get(address)), "it never covered results"
    period(session, hugo, scope=Scope(topics=frozenset({"published", "results"}), countries=frozenset({"be"})))
    planning.start_crisis(session, "A secret fire", "We are looking into it.", by_id=hugo.id)
    page = words(anonymous.get(address))
    assert "Yes, Ana Peeters" in page
    for said in ("Quiet period until", "only the crisis team speaks now", "We are looking into it."):
        assert said in page
    for secret in ("secret", "Annual results", "forecasts"):
        assert secret not in page
    statements.clear()
    yesterday = words(anonymous.get(f"{address}?on={days.today() - timedelta(days=1)}"))
    assert len(statements) <= 3, statements
    assert "uiet period" not in yesterday
    assert "risis" not in yesterday
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert "Crisis mode was on that day" in words(anonymous.get(f"{address}?on={days.today() - timedelta(days=1)}"))


def test_who_may_speak_in_a_crisis_is_not_told_to_wait(session: Session, ana: Person, hugo: Person) -> None:
    uid = session.scalars(select(Certificate.uid)).one()
    planning.start_crisis(session, "A fire", "", by_id=hugo.id)
    found = records.record(session, uid)
    assert found is not None
    assert found.standing is not None
    known = calendar.circumstances(session, days.today())
    assert found.silenced.crisis == known.crisis
    assert silence.in_the_way(replace(found.standing, may_in_crisis=True), known).crisis is None


def test_every_page_inside_tells_of_the_crisis_and_asks_for_it_every_few_seconds(
    client_for: Callable[..., Client],
    anonymous: Client,
    session: Session,
    ana: Person,
    hugo: Person,
    statements: list[str],
) -> None:
    hub, reader = client_for(hugo), client_for(ana)
    kept = reader.application.extensions
    assert "Crisis mode is on" not in words(reader.get("/learning"))
    typed = {"title": "A fire", "line": "We are looking <into> it.", "sure": "y"}
    assert hub.submit("/periods/crisis", typed).status_code == 303
    for address in ("/learning", "/courses/", "/nowhere"):
        page = reader.get(address).text
        assert "Crisis mode is on: only the crisis team speaks now." in page
        assert "“We are looking &lt;into&gt; it.”" in page
        assert '<a href="/may-i-post">' in page
    assert "Crisis mode is on" not in words(anonymous.get("/login"))
    statements.clear()
    reader.get("/courses/")
    assert not [one for one in statements if "crisis_period" in one]
    running = session.scalars(select(CrisisPeriod)).one()
    planning.end_crisis(session, running.id, by_id=hugo.id)
    asked_at, crisis = kept["crisis"]
    kept["crisis"] = (asked_at - pages.ASKED_EVERY, crisis)
    assert "Crisis mode is on" not in words(reader.get("/courses/"))


def test_the_check_takes_three_statements_and_tells_when_its_answer_changed(
    anonymous: Client, session: Session, ana: Person, hugo: Person, statements: list[str]
) -> None:
    period(session, hugo)
    address = "/speakers/check?handle=ana.peeters&topic=published"
    with clock.frozen(clock.now()):
        for headers in ({}, JSON):
            first = anonymous.get(address, headers=headers)
            statements.clear()
            again = anonymous.get(address, headers={**headers, "If-None-Match": first.headers["ETag"]})
            assert again.status_code == 304
            assert len(statements) <= 3, statements
            assert "Accept" in {name.strip() for name in first.headers["Vary"].split(",")}
        planning.start_crisis(session, "A fire", "", by_id=hugo.id)
        changed = anonymous.get(address, headers={**JSON, "If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_the_check_may_be_asked_often_and_not_too_often(make_app: Callable[..., Flask], anonymous: Client) -> None:
    anonymous.application.config["CHECKS_A_MINUTE"] = 3
    with clock.frozen(NOON):
        codes = [anonymous.get("/speakers/check?handle=a", headers=JSON).status_code for _ in range(4)]
        refused = anonymous.get("/speakers/check?handle=a", headers=JSON)
    assert codes == [200, 200, 200, 429]
    with clock.frozen(NOON + timedelta(minutes=1)):
        assert anonymous.get("/speakers/check?handle=a", headers=JSON).status_code == 200
    assert refused.mimetype == "application/problem+json"
    assert "in a minute" in refused.get_json()["detail"]


def test_an_account_answers_for_who_held_it_that_day(session: Session, make: Make, ana: Person) -> None:
    ben, today = make.person("Ben", "Own"), days.today()
    make.certificate(ben, from_day=today - timedelta(days=90))
    held = session.scalars(select(Handle).where(Handle.person_id == ana.id)).one()
    held.released_at = clock.now() - timedelta(days=20)
    later = make.handle(ben)
    later.confirmed_at = clock.now() - timedelta(days=10)
    unproved = make.handle(ben, "ben.own")
    unproved.confirmed_at = None
    session.flush()

    def who(ago: int, handle: str = "ana.peeters") -> str:
        answer = checking.check(session, handle, "", Question(today - timedelta(days=ago)))
        return answer.person["name"] if answer.person else answer.reason

    assert [who(30), who(10), who(0)] == ["Ana Peeters", "Ben Own", "Ben Own"]
    assert "not registered" in who(15)
    assert "not registered" in who(0, "ben.own")


def test_an_account_of_the_company_says_so_and_who_keeps_it_if_she_is_listed(
    session: Session, make: Make, hugo: Person
) -> None:
    deputy, shy = make.person("Deputy"), make.person("Shy", "Violet", listed=False)
    made = {
        name: BrandedHandle(
            channel="x",
            name=name,
            purpose="News",
            owner_id=owner.id,
            deputy_id=deputy.id,
            sunset_on=sunset,
            registered_at=clock.now() - timedelta(days=9),
            registered_by_id=hugo.id,
        )
        for name, owner, sunset in (
            ("acme", hugo, None),
            ("acme_shy", shy, None),
            ("acme_old", hugo, days.today() - timedelta(days=1)),
        )
    }
    session.add_all(made.values())
    session.flush()

    def answer(name: str, ago: int = 0) -> checking.Answer:
        return checking.check(session, name, "", Question(days.today() - timedelta(days=ago), channel="x"))

    assert (answer("acme").allowed, answer("acme").person) == (True, {"uid": hugo.uid, "name": "Hugo Hub"})
    assert "kept by Hugo Hub" in answer("acme").reason
    assert (answer("acme_shy").allowed, answer("acme_shy").person) == (True, None)
    assert "Violet" not in answer("acme_shy").reason
    assert (answer("acme_old").allowed, answer("acme_old", 2).allowed) == (False, True)
    assert "not registered" in answer("acme", 30).reason
    made["acme"].closed_at = clock.now()
    session.flush()
    assert "was closed" in answer("acme").reason


def test_the_page_answers_for_oneself_with_the_step_that_closes_the_gap(
    client_for: Callable[..., Client], make: Make, ana: Person
) -> None:
    client = client_for(ana)
    assert "May I post?" in words(client.get("/may-i-post"))
    assert "Yes, you may" in words(client.get("/may-i-post?topic=published&channel=linkedin&on="))
    page = client.get("/may-i-post?topic=service&channel=brand&on=")
    assert "does not cover the topic “Customer service”" in words(page)
    past = (days.today() - timedelta(days=200)).isoformat()
    assert "No, not on" in words(client.get(f"/may-i-post?topic=published&on={past}"))
    newcomer = words(client_for(make.person("New")).get("/may-i-post?topic=published&channel=linkedin&on="))
    assert "There is no permission for this day." in newcomer
    assert "See your way to “Ambassador”" in newcomer
    assert "Anyone may like and share what the company has published" in newcomer


def test_the_level_that_would_close_the_gap_is_the_lowest_one(session: Session, make: Make, ana: Person) -> None:
    me, now = Colleague(ana.id, ana.uid, ana.name), calendar.Calendar()
    found = advice.advise(session, me, Question(days.today(), "brand", "service", deed="reply"), now)
    assert found.level is not None
    assert found.level.scope.topics >= {"service"}
    assert found.level.may_reply
    assert advice.advise(session, me, Question(days.today(), topic="weather"), now).level is None
    assert advice.advise(session, me, Question(days.today(), topic="published"), now).level is None


def test_the_page_answers_for_colleagues_by_name_or_account(
    client_for: Callable[..., Client], make: Make, ana: Person
) -> None:
    make.person("Anabel", "Other")
    client = client_for(make.person("Ben"))
    assert "Yes, Ana Peeters may" in words(client.get("/may-i-post?who=peeters&on="))
    assert "Yes, Ana Peeters may" in words(client.get("/may-i-post?who=@ana.peeters&on="))
    several = words(client.get("/may-i-post?who=ana&on="))
    assert "Whom do you mean?" in several
    assert "Anabel Other" in several
    assert "Yes, Ana Peeters may" in words(client.get(f"/may-i-post?person={ana.uid}&on="))
    nobody = client.get("/may-i-post?who=zzz&topic=service&on=2026-11-02")
    assert nobody.status_code == 422
    assert "nobody called “zzz”" in words(nobody)
    assert 'value="zzz"' in nobody.text
    assert 'value="service" selected' in nobody.text
    wrong = client.get("/may-i-post?on=soon")
    assert wrong.status_code == 422
    assert "“soon” is not a day" in words(wrong)
    assert client.get(f"/may-i-post?person={'0' * 32}&on=").status_code == 404


def test_everybody_sees_what_is_quiet_and_the_official_line(
    client_for: Callable[..., Client], session: Session, ana: Person, hugo: Person
) -> None:
    period(session, hugo)
    planning.start_crisis(session, "A fire", "We are looking <into> it.", by_id=hugo.id)
    page = client_for(ana).get("/may-i-post?topic=published&on=")
    assert "We are looking &lt;into&gt; it." in page.text
    for said in ("Not now", "Annual results", "Results and forecasts", "Quiet now", "Crisis mode since"):
        assert said in words(page)


def test_the_hub_adds_and_cancels_a_quiet_period(
    client_for: Callable[..., Client], session: Session, make: Make, hugo: Person
) -> None:
    make.levels()
    client, today = client_for(hugo), days.today()
    typed = {
        "title": "Launch",
        "starts_on": str(today),
        "ends_on": str(today),
        "topic": ["products"],
        "exempt_rank": "",
    }
    assert client.submit("/periods", typed).status_code == 303
    made = session.scalars(select(QuietPeriod)).one()
    assert "Launch" in words(client.get("/periods"))
    assert client.submit(f"/periods/{made.id}/cancel").status_code == 303
    assert "Cancelled on" in words(client.get("/periods"))
    assert client.submit(f"/periods/{made.id}/cancel").status_code == 409


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"starts_on": "31/3"}, "This is not a day"),
        ({"title": ""}, "Give it a name"),
        ({"ends_on": "2020-01-01"}, "before the first"),
        ({"title": "x" * 201}, "longer than 200"),
    ],
)
def test_a_period_that_cannot_be_keeps_what_was_typed(
    client_for: Callable[..., Client], make: Make, hugo: Person, wrong: dict[str, str], said: str
) -> None:
    make.levels()
    today = str(days.today())
    typed = {
        "title": "Launch",
        "starts_on": today,
        "ends_on": today,
        "note": "Ask Lena.",
        "topic": ["products"],
        "exempt_rank": "",
    }
    page = client_for(hugo).submit("/periods", typed | wrong)
    assert page.status_code == 422
    assert said in words(page)
    assert "Ask Lena." in page.text
    assert re.search(r'value="products"[^>]*checked', page.text)


def test_the_hub_switches_crisis_mode_on_and_off_with_a_confirmation(
    client_for: Callable[..., Client], session: Session, hugo: Person
) -> None:
    client = client_for(hugo)
    typed = {"title": "A fire", "line": "We are looking into it."}
    unsure = client.submit("/periods/crisis", typed)
    assert unsure.status_code == 422
    assert "We are looking into it." in unsure.text
    assert client.submit("/periods/crisis", typed | {"sure": "y"}).status_code == 303
    assert client.submit("/periods/crisis", typed | {"sure": "y"}).status_code == 409
    running = session.scalars(select(CrisisPeriod)).one()
    assert client.submit(f"/periods/crisis/{running.id}/line", {"line": "All are safe."}).status_code == 303
    assert "All are safe." in words(client.get("/periods/crisis"))
    newest = session.scalars(select(CrisisPeriod).where(CrisisPeriod.running)).one()
    assert client.submit(f"/periods/crisis/{newest.id}/end").status_code == 422
    assert client.submit(f"/periods/crisis/{newest.id}/end", {"sure": "y"}).status_code == 303
    assert "Switch crisis mode on?" in words(client.get("/periods/crisis"))


def test_only_the_hub_changes_the_calendar(client_for: Callable[..., Client], ana: Person) -> None:
    client = client_for(ana)
    assert client.get("/periods").status_code == 403
    for address in ("/periods", "/periods/1/cancel", "/periods/crisis", "/periods/crisis/1/end"):
        assert client.submit(address, {"sure": "y"}).status_code == 403


def test_the_page_takes_the_same_statements_however_much_there_is(
    client_for: Callable[..., Client], session: Session, make: Make, ana: Person, hugo: Person, statements: list[str]
) -> None:
    client, counts = client_for(ana), []
    for more in (0, 20):
        for number in range(more):
            period(session, hugo, to_day=number)
            make.certificate(ana, cycle=2 + number)
        client.get("/may-i-post?topic=service&on=")
        statements.clear()
        client.get("/may-i-post?topic=service&on=")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 8
