"""The pages of a manager: who sees whom, and what. Diana leads Bob, Bob leads Alice and Dirk, Charlie is elsewhere."""

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, g, render_template
from sqlalchemy.orm import Session

from courses import progress
from courses.models import Course
from lms.base import clock
from lms.people import signin
from lms.people.models import Person
from lms.reports import around, branch, team
from lms.reports.counters.rebuilding import rebuild
from tests.make import Make, People
from tests.reports import makers
from tests.support.client import Client

ClientFor = Callable[[Person], Client]
NOBODY = "0" * 32


@dataclass(frozen=True)
class Company:
    """Three levels, with somebody on leave, somebody gone, and another team."""

    alice: Person
    bob: Person
    charlie: Person
    diana: Person
    dirk: Person
    gone: Person
    away: Person
    stranger: Person
    course: Course


@pytest.fixture
def company(make: Make, people: People, session: Session) -> Company:
    alice, bob, charlie, diana = people
    course = make.course(title="Principles of speaking")
    dirk = make.person("Dirk", "Claes", manager=bob)
    gone = make.person("Gerda", "Gone", manager=bob, status="left")
    away = make.person("Lies", "Away", manager=bob, status="leave")
    stranger = make.person("Stefan", "Stranger", manager=charlie)
    make.person("Olga", "Orphan", manager=gone)
    make.enrollment(alice, course, done=1, due_in=-12)
    make.enrollment(dirk, course, due_in=3)
    make.enrollment(bob, course, completed=True)
    for person in (gone, away, stranger):
        make.enrollment(person, course, due_in=-50)
    makers.certificate(session, bob, clock.today() + timedelta(days=20))
    makers.certificate(session, stranger, clock.today() + timedelta(days=20))
    return Company(alice, bob, charlie, diana, dirk, gone, away, stranger, course)


def main_part(page: str) -> str:
    """The text of the page's main part, without tags."""
    inside = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", inside).split())


def test_a_manager_sees_her_whole_team_in_short(client_for: ClientFor, company: Company) -> None:
    page = main_part(client_for(company.diana).get("/team").text)
    assert "3 colleagues. 2 could use a hand. 1 more is on leave and not counted." in page
    assert "66% up to date 2 of 3 have nothing overdue" in page
    assert "1 may speak today 1 of them for 60 more days at most" in page
    assert "1 overdue The longest: 12 days" in page
    assert "1 due in the next 14 days The first:" in page
    assert "Customer care Bob de Vries, 3 people" in page
    assert page.index("12 days late") < page.index("In 3 days")
    assert "Principles of speaking" in page


def test_who_is_counted_as_needing_a_hand_is_who_is_listed(client_for: ClientFor, make: Make, company: Company) -> None:
    later = make.person("Lars", "Later", manager=company.bob)
    make.enrollment(later, make.course("other"), due_in=15)
    page = main_part(client_for(company.diana).get("/team").text)
    hands = page.partition("Could use a hand")[2].partition("By team and course")[0]
    assert "2 could use a hand." in page
    assert ("Alice Janssen" in hands, "Dirk Claes" in hands, "Lars Later" in hands) == (True, True, False)


@pytest.mark.parametrize(("status", "figure"), [("active", 1), ("suspended", 0), ("ended", 0)])
def test_who_holds_a_certificate_but_no_permission_is_never_counted_as_who_may_speak(
    client_for: ClientFor, session: Session, people: People, status: str, figure: int
) -> None:
    makers.certificate(session, people.alice, clock.today() + timedelta(days=90), status=status)
    bob = client_for(people.bob)
    page = main_part(bob.get("/team").text)
    assert f"{figure} may speak today" in page
    assert "certified" not in page
    assert ("yes" in bob.get("/team.csv").text.splitlines()[-1]) is bool(figure)


def test_a_manager_may_look_at_her_direct_reports_alone(client_for: ClientFor, company: Company) -> None:
    page = main_part(client_for(company.diana).get("/team?scope=direct").text)
    assert "Everyone under me, 3 My direct reports, 1" in page
    assert "1 colleague. Nobody has anything overdue or due within 14 days." in page
    assert "Alice" not in page


@pytest.mark.parametrize("address", ["/team", "/team?scope=direct", "/team.csv", "/team.csv?scope=direct"])
def test_nobody_of_another_team_no_leaver_and_no_one_above_is_shown(
    client_for: ClientFor, company: Company, address: str
) -> None:
    text = client_for(company.bob).get(address).text.partition("<main")
    page = text[2] or text[0]
    for name in ("Charlie", "Stranger", "Gone", "Orphan", "Diana de", company.diana.uid, company.stranger.uid):
        assert name not in page, name
    assert "Alice" in page


def test_who_is_not_under_the_manager_does_not_exist(client_for: ClientFor, company: Company) -> None:
    client = client_for(company.bob)
    unknown = client.get(f"/team/{NOBODY}")
    others = [company.charlie, company.stranger, company.diana, company.bob, company.gone]
    for uid in ("x%00'--", *(person.uid for person in others)):
        for address in (f"/team/{uid}", f"/team/{uid}.csv"):
            answer = client.get(address)
            assert answer.status_code == 404, address
            assert main_part(answer.text) == main_part(unknown.text)


def test_who_leads_nobody_has_no_team_page(client_for: ClientFor, company: Company) -> None:
    for client in (client_for(company.alice), client_for(company.stranger)):
        for address in ("/team", "/team.csv", f"/team/{company.alice.uid}", f"/team/{company.alice.uid}.csv"):
            assert client.get(address).status_code == 403, address


def test_who_is_not_signed_in_is_asked_to(anonymous: Client, company: Company) -> None:
    assert anonymous.get("/team").location.startswith("/login")


def test_a_branch_shows_its_people_and_the_way_up(client_for: ClientFor, company: Company) -> None:
    page = client_for(company.diana).get(f"/team/{company.bob.uid}").text
    text = main_part(page)
    assert "My team Bob de Vries Team of Bob de Vries" in text
    assert "3 colleagues, 2 up to date. 1 more is on leave and not counted." in text
    assert text.index("BD Bob") < text.index("Alice Janssen") < text.index("Dirk Claes") < text.index("Lies Away")
    assert "On leave" in text
    assert "Gone" not in text
    assert 'aria-current="page">Bob de Vries' in page


def test_a_person_deeper_down_is_reached_through_her_manager(client_for: ClientFor, company: Company) -> None:
    page = client_for(company.diana).get(f"/team/{company.alice.uid}").text
    assert f'<li><a href="/team/{company.bob.uid}">Bob de Vries</a></li><li aria-current="page">Alice Janssen' in page
    assert "You lead Alice through Bob." in page
    assert "12 days late" in page
    assert "33%" in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status=overdue", {"Alice Janssen"}),
        ("status=may-speak", {"Bob de Vries"}),
        ("status=may-not-speak", {"Alice Janssen", "Dirk Claes", "Lies Away"}),
        ("status=leave", {"Lies Away"}),
        ("course=principles&status=may-speak", {"Bob de Vries"}),
        ("course=other", set()),
    ],
)
def test_a_branch_can_be_filtered(session: Session, make: Make, company: Company, query: str, names: set[str]) -> None:
    make.course("other")
    rebuild(session)
    choice = branch.Choice(**dict(part.split("=") for part in query.split("&")))
    found = branch.read(session, company.diana.id, company.bob.uid, choice, today=clock.today())
    assert {colleague.member.name for colleague in found.people} == names


def test_who_is_overdue_in_another_course_is_not_in_this_one(session: Session, make: Make, company: Company) -> None:
    make.enrollment(company.dirk, make.course("other"), due_in=-3)
    rebuild(session)
    for course, name in (("principles", "Alice Janssen"), ("other", "Dirk Claes")):
        choice = branch.Choice("overdue", course)
        found = branch.read(session, company.diana.id, company.bob.uid, choice, today=clock.today())
        assert [colleague.member.name for colleague in found.people] == [name]


def test_a_choice_there_is_not_is_not_found(client_for: ClientFor, company: Company) -> None:
    client = client_for(company.diana)
    for query in ("status=rich", "course=nothing", "page=0", "page=-1", "page=2", f"page={10**30}"):
        assert client.get(f"/team/{company.bob.uid}?{query}").status_code == 404, query


def test_filters_are_offered_and_kept(client_for: ClientFor, company: Company) -> None:
    page = client_for(company.diana).get(f"/team/{company.bob.uid}?course=principles&status=leave").text
    assert '<option value="leave" selected>' in page
    assert "Only people who take “Principles of speaking”." in main_part(page)
    empty = client_for(company.bob).get(f"/team/{company.alice.uid}?status=leave").text
    assert "Nobody here matches that." in empty


def test_a_large_branch_comes_in_pages(client_for: ClientFor, make: Make, company: Company) -> None:
    for _ in range(50):
        make.person("Many", "Moore", manager=company.bob)
    client = client_for(company.diana)
    first, second = (client.get(f"/team/{company.bob.uid}?page={page}").text for page in (1, 2))
    assert (first.count("<tr>") - 1, second.count("<tr>") - 1) == (50, 4)
    assert "Page 2 of 2" in second
    assert 'rel="next"' in first
    assert 'rel="prev"' in second


def test_the_heat_map_leads_to_the_people(client_for: ClientFor, make: Make, company: Company) -> None:
    make.person("Erik", "Direct", manager=company.diana)
    page = client_for(company.diana).get("/team").text
    cell = f'<a class="h1" href="/team/{company.bob.uid}?course=principles" aria-label="33% Customer care, '
    assert cell in page
    assert "Directly with you" in page
    assert "Nobody takes it" in page


def test_teams_in_one_unit_are_called_by_their_leads(session: Session, make: Make, company: Company) -> None:
    other = make.person("Erik", "Peers", manager=company.diana, unit=make.unit("Benelux/Customer care"))
    make.person("Fien", manager=other)
    rebuild(session)
    found = team.read(session, company.diana.id, direct=False, today=clock.today())
    assert [row.branch.title for row in found.heat.rows if row.branch] == ["Bob de Vries", "Erik Peers"]


def test_the_page_speaks_the_readers_language(client_for: ClientFor, company: Company) -> None:
    assert "Principles of speaking (nl)" in client_for(company.bob).get("/team?lang=nl").text


def test_late_is_counted_in_the_readers_day(client_for: ClientFor, make: Make, company: Company) -> None:
    with clock.frozen(datetime(2026, 11, 22, 12, tzinfo=UTC)):
        eve = make.person("Eve", "Early", manager=company.alice)
        make.enrollment(eve, company.course, due_in=0)
    with clock.frozen(datetime(2026, 11, 22, 22, 30, tzinfo=UTC)):
        assert "0 overdue" in main_part(client_for(company.alice).get("/team").text)
    with clock.frozen(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)):
        assert "1 overdue The longest: 1 day" in main_part(client_for(company.alice).get("/team").text)


def test_progress_is_what_the_learner_sees_and_never_above_a_hundred(
    session: Session, make: Make, company: Company
) -> None:
    version = make.course_version(company.course, number=2, lessons=1)
    make.publish(version)
    enrollment = make.enrollment(make.person("Fred", manager=company.alice), company.course, due_in=1)
    for slug in ("lesson-1", "lesson-2", "lesson-3"):
        make.lesson_done(enrollment, slug, version)
    rebuild(session)
    found = team.read(session, company.alice.id, direct=False, today=clock.today())
    seen = progress.standing(session, enrollment.person_id, company.course.slug)
    assert found.hands[0].progress.percent == seen.percent == 99


def test_no_page_reads_attempts_answers_or_marks(
    client_for: ClientFor, company: Company, statements: list[str]
) -> None:
    client = client_for(company.diana)
    statements.clear()
    for address in ("/team", f"/team/{company.bob.uid}", f"/team/{company.alice.uid}", "/team.csv"):
        client.get(address)
    read = " ".join(statements)
    assert not re.search(r"\b(attempt|response|mark|paper_item|question|percent_hundredths)\b", read)


@pytest.mark.parametrize(
    "address", ["/team", "/team?scope=direct", "/team/{bob}", "/team/{bob}?course=principles", "/team.csv"]
)
def test_the_number_of_statements_does_not_grow_with_the_team(
    client_for: ClientFor, make: Make, company: Company, statements: list[str], address: str
) -> None:
    make.enrollment(company.bob, make.course("other"), due_in=5)
    client, address = client_for(company.diana), address.format(bob=company.bob.uid)
    client.get(address)
    few = counted(client, address, statements)
    for number in range(60):
        person = make.person("More", f"Person {number}", manager=(company.bob, company.dirk, company.diana)[number % 3])
        make.enrollment(person, company.course, done=number % 3, due_in=number - 20)
    assert counted(client, address, statements) == few
    assert few <= 8, "seven and the sign-in"


def counted(client: Client, address: str, statements: list[str]) -> int:
    client.get(address)
    statements.clear()
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.data
    return len(statements)


@pytest.mark.sqlite_only
def test_the_page_of_a_large_team_is_small(client_for: ClientFor, make: Make, company: Company) -> None:
    for number in range(60):
        person = make.person("More", f"Person {number}", manager=(company.bob, company.diana)[number % 2])
        make.enrollment(person, company.course, done=number % 3, due_in=number - 20)
    for address in ("/team", f"/team/{company.bob.uid}"):
        page = client_for(company.diana).get(address).data
        assert len(gzip.compress(page)) < 12_000


def test_who_has_no_team_any_more_is_told_so(app: Flask, session: Session, make: Make) -> None:
    lonely = make.person("Lonely")
    rebuild(session)
    found = team.read(session, lonely.id, direct=False, today=clock.today())
    assert found.empty
    with app.test_request_context("/team"):
        g._login_user = signin.start(session, lonely.id, "tests")
        shown = {"team": found, "titles": {}, "direct": False, "today": clock.today(), "said": [], "place": None}
        page = render_template("reports/team.html", around=around.Around(), ways={}, **shown)
    assert "Nobody reports to you" in page


def test_a_team_on_leave_has_no_share(client_for: ClientFor, make: Make) -> None:
    boss = make.person("Boss")
    make.person("Away", manager=boss, status="leave")
    page = main_part(client_for(boss).get("/team").text)
    assert "0 colleagues." in page
    assert "– up to date" in page


def test_a_unit_leads_to_the_page_of_who_leads_it(make, people, client_for):
    diana, bob = client_for(people.diana), client_for(people.bob)
    answer = diana.get("/team/Benelux/Customer care")
    assert (answer.status_code, answer.location) == (302, f"/team/{people.bob.uid}")
    for unit in ("UK/Sales", "Benelux", "Nowhere", "Benelux/Customer care/"):
        assert bob.get(f"/team/{unit}").status_code == 404
