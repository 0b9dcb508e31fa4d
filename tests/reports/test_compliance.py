"""The five populations, with somebody just inside and just outside of each; months that stay; groups that hide."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise, product

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from certificates import days
from certificates.level_models import Level
from certificates.models import Certificate, CertificateStatus
from certificates.way.models import Contribution
from courses.models import Course
from lms.base import clock
from lms.base.errors import Conflict, NotFound
from lms.people import erasure
from lms.people.models import Person, ReportingLine
from lms.reports.compliance import chart, filters, gaps, groups, hiding, history, lists, months, populations
from lms.reports.compliance.filters import Choice
from lms.reports.compliance.groups import Count, Group
from lms.reports.compliance.models import POPULATIONS, SnapshotPerson
from tests.make import Make, People
from tests.reports import makers

Enrolled = Callable[..., None]


def of(session: Session, person: Person) -> set[str]:
    """The populations somebody is in today."""
    session.flush()
    facts = populations.today_facts(days.today())
    row = session.execute(select(facts).where(facts.c.person_id == person.id)).one_or_none()
    return {name for name in POPULATIONS if row is not None and getattr(row, name)}


def certificate(session: Session, person: Person, **more: object) -> Certificate:
    until = days.today() + timedelta(days=int(more.pop("ends_in", 30)))  # type: ignore[call-overload]
    return makers.certificate(session, person, until, **more)  # type: ignore[arg-type]


def post(session: Session, person: Person, days_ago: int) -> None:
    posted_on = days.today() - timedelta(days=days_ago)
    row = {"channel": "linkedin", "words": "A post.", "sample": False, "told_at": clock.now()}
    session.add(Contribution(person_id=person.id, posted_on=posted_on, **row))


def test_who_was_given_a_course_has_not_attended_until_it_is_begun(
    make: Make, people: People, session: Session
) -> None:
    course = make.course()
    given = make.enrollment(people.alice, course, due_in=5)
    assert of(session, people.alice) == set()
    given.started_at = clock.now()
    assert of(session, people.alice) == {"attended"}


def test_completed_means_every_course_that_is_asked_now(make: Make, people: People, session: Session) -> None:
    first, second, freely = (make.course(f"course-{n}") for n in range(3))
    make.enrollment(people.alice, first, completed=True)
    assert of(session, people.alice) == {"attended", "completed"}
    make.enrollment(people.alice, freely, done=1)
    assert of(session, people.alice) == {"attended", "completed"}, "what she took up freely is not asked"
    asked = make.enrollment(people.alice, second, due_in=30)
    assert of(session, people.alice) == {"attended"}
    asked.paused_at = clock.now()
    assert of(session, people.alice) == {"attended", "completed"}


def test_a_renewal_that_is_asked_is_not_completed_by_the_time_before(
    make: Make, people: People, session: Session
) -> None:
    course = make.course()
    make.enrollment(people.alice, course, completed=True)
    make.enrollment(people.alice, course, cycle=2, due_in=60)
    assert of(session, people.alice) == {"attended"}


def test_a_course_without_a_day_because_data_is_missing_is_asked_all_the_same(
    make: Make, people: People, session: Session
) -> None:
    make.enrollment(people.bob, make.course("one"), completed=True)
    make.enrollment(people.bob, make.course("two")).missing = "hire_date"
    assert of(session, people.bob) == {"attended"}
    assert gaps.read(session).without_day == 1


def test_history_of_courses_no_longer_asked_or_offered_is_not_lost(
    make: Make, people: People, session: Session
) -> None:
    """Complaint 53: the history of unassigned courses hidden."""
    dropped, retired = make.course("dropped", title="Dropped"), make.course("retired", title="Retired")
    make.enrollment(people.alice, dropped, done=1, due_in=3).paused_at = clock.now()
    make.enrollment(people.alice, retired, done=1)
    session.execute(update(Course).where(Course.id == retired.id).values(retired_at=clock.now()))
    assert of(session, people.alice) == {"attended"}
    found = history.read(session, people.alice.uid)
    assert {(one.titles["en"], one.state) for one in found.courses} == {("Dropped", "paused"), ("Retired", "retired")}


def test_certified_and_authorized_are_told_apart(make: Make, people: People, session: Session) -> None:
    alice, bob, charlie, diana = people
    certificate(session, alice, status="suspended")
    certificate(session, bob, status="revoked")
    certificate(session, charlie, ends_in=0)
    certificate(session, diana, ends_in=-1)
    assert of(session, alice) == {"certified"}, "a pause takes the permission, not what was proved"
    assert of(session, bob) == set()
    assert of(session, charlie) == {"certified", "authorized"}, "the last day counts"
    assert of(session, diana) == set()


def test_what_was_issued_in_error_or_says_only_that_rules_were_read_does_not_certify(
    make: Make, people: People, session: Session
) -> None:
    held = certificate(session, people.alice)
    session.add(
        CertificateStatus(certificate_id=held.id, status="withdrawn", at=clock.now(), by_id=None, reason="Wrong name.")
    )
    certificate(session, people.bob, code="L0", rank=0)
    endorsed = certificate(session, people.charlie, code="crisis", rank=9)
    session.execute(update(Level).where(Level.id == endorsed.level_id).values(kind="endorsement"))
    assert of(session, people.alice) == {"authorized"}
    assert of(session, people.bob) == set()
    assert of(session, people.charlie) == set()


def test_active_needs_a_permission_and_a_post_within_90_days(make: Make, people: People, session: Session) -> None:
    alice, bob, charlie, _ = people
    certificate(session, alice)
    certificate(session, bob)
    post(session, alice, 89)
    post(session, bob, 90)
    post(session, charlie, 1)
    assert of(session, alice) == {"certified", "authorized", "active"}
    assert of(session, bob) == {"certified", "authorized"}
    assert of(session, charlie) == set()


def report(session: Session, **asked: str) -> groups.Report:
    session.flush()
    return groups.report(session, populations.today_facts(days.today()), Choice(**asked))


def test_leave_is_counted_apart_and_leavers_only_in_history(make: Make, people: People, session: Session) -> None:
    """Complaint 55: suspended people counted."""
    course = make.course()
    away = make.person("Lies", "Away", status="leave", unit=make.unit("UK"))
    gone = make.person("Gerda", "Gone", status="left", left_on=days.today(), unit=make.unit("UK"))
    for person in (people.charlie, away, gone):
        make.enrollment(person, course, completed=True)
    found = report(session, unit="UK")
    assert found.total == Count(1, 1, (1, 1, 0, 0, 0))
    facts = populations.today_facts(days.today())
    assert [one.name for one in lists.page(session, facts, "leave", Choice()).lines] == ["Lies Away"]
    assert [one.name for one in lists.leavers(session)[0]] == ["Gerda Gone"]
    assert history.read(session, gone.uid).courses[0].state == "done"


def test_somebody_with_two_managers_is_counted_once(make: Make, people: People, session: Session) -> None:
    """Complaint 53: people in two departments counted twice."""
    line = {"kind": "dotted", "noted_at": clock.now()}
    session.add(ReportingLine(person_id=people.alice.id, manager_id=people.charlie.id, **line))
    found = report(session)
    assert found.total.people == 4
    assert sum(group.count.people for group in found.groups) == 4


def test_a_unit_counts_all_below_it_and_leads_down(make: Make, people: People, session: Session) -> None:
    make.person("Olga", "Nowhere")
    top = report(session)
    assert [(one.key, one.count.people, one.deeper) for one in top.groups] == [
        ("Benelux", 3, True),
        ("UK", 1, True),
        ("none", 1, False),
    ]
    below = report(session, unit="Benelux")
    assert [(one.key, one.count.people, one.own) for one in below.groups] == [
        ("Benelux/Customer care", 2, False),
        ("Benelux", 1, True),
    ]


@pytest.mark.parametrize("by", ["unit", "tier", "country", "language", "level"])
def test_each_number_is_as_long_as_its_list_and_groups_add_up(
    make: Make, people: People, session: Session, by: str
) -> None:
    people.alice.country, people.bob.language = "BE", "nl"
    certificate(session, people.alice)
    certificate(session, people.alice, code="L2", rank=2)
    make.enrollment(people.bob, make.course(), completed=True)
    found = report(session, by=by)
    facts = populations.today_facts(days.today())
    assert sum((group.count for group in found.groups), Count()) == found.total
    for group in found.groups:
        picked = replace(found.choice, **{by: group.key})
        for name in POPULATIONS:
            assert lists.page(session, facts, name, picked).found == group.count.of(name)
    assert {group.key for group in report(session, by="level").groups} == {"L2", "none"}


def test_the_number_of_statements_does_not_grow_with_the_company(
    make: Make, people: People, session: Session, statements: list[str]
) -> None:
    def asked() -> int:
        session.flush()
        statements.clear()
        facts = populations.today_facts(days.today())
        groups.report(session, facts, Choice())
        lists.page(session, facts, "everyone", Choice())
        return len(statements)

    before = asked()
    for number in range(60):
        make.person(f"More {number}", unit=make.unit(f"Unit {number}"))
    assert asked() == before == 3


def test_an_address_that_is_no_choice_is_refused() -> None:
    for asked in ({"by": "shoe size"}, {"tier": "king"}, {"unit": "x" * 501}):
        with pytest.raises(NotFound):
            filters.read(asked)


def freeze(session: Session, on: str) -> int:
    session.flush()
    with clock.frozen(datetime.fromisoformat(f"{on}T02:30+00:00")):
        return months.take_at_night(session)


def test_a_month_stays_as_it_was_whoever_leaves_or_is_erased(make: Make, people: People, session: Session) -> None:
    """Complaint 57: archived monthly snapshots lose a person when deleted."""
    certificate(session, people.alice, starts_on=date(2025, 1, 1))
    make.enrollment(people.alice, make.course(), completed=True)
    away = make.person("Lies", "Away", status="leave")
    assert freeze(session, "2026-11-01") == 1
    people.charlie.status, away.status = "left", "active"
    erasure.erase(session, people.alice.id, "She asked for it.")
    session.flush()
    snapshot = months.find(session, "2026-10")
    found = groups.report(session, populations.month_facts(snapshot.id), Choice(by="level"))
    assert found.total == Count(4, 1, (1, 1, 1, 1, 0))
    assert [(one.key, one.count.people) for one in found.groups] == [("L1", 1), ("none", 3)]
    page = lists.page(session, populations.month_facts(snapshot.id), "completed", Choice())
    assert [one.name for one in page.lines] == ["Erased"]
    row = session.execute(select(SnapshotPerson).where(SnapshotPerson.person_id == people.alice.id)).scalar_one()
    assert (row.assigned, row.done, row.overdue, row.manager_id) == (1, 1, 0, people.bob.id)
    assert months.all_months(session)[0].total == found.total
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(update(SnapshotPerson).values(done=9))


def test_a_month_is_taken_once_and_only_in_its_first_nights(make: Make, people: People, session: Session) -> None:
    assert freeze(session, "2026-11-09") == 0
    assert freeze(session, "2026-11-02") == 1, "the night before did not happen"
    assert freeze(session, "2026-11-02") == 0
    assert freeze(session, "2026-12-01") == 1
    assert [f"{one.month_on}" for one in months.all_months(session)] == ["2026-10-31", "2026-11-30"]
    with clock.frozen(datetime.fromisoformat("2026-12-20T09:00+00:00")), pytest.raises(Conflict):
        months.take_now(session, people.bob.id)


def many(*sizes: int) -> list[Group]:
    return [Group(f"g{number}", Count(size)) for number, size in enumerate(sizes)]


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ((30, 20, 10), (30, 20, 10)),
        ((30, 20, 4), (30, 0, 0)),
        ((30, 20, 4, 1), (30, 20, 0, 0)),
        ((30, 6, 1, 1), (30, 0, 0, 0)),
        ((3, 2), (0, 0)),
    ],
)
def test_small_groups_are_hidden_and_the_total_does_not_give_one_away(
    sizes: tuple[int, ...], shown: tuple[int, ...]
) -> None:
    assert tuple(one.count.people for one in hiding.hide(many(*sizes), 5)) == shown


def told(*figures: tuple[int, int]) -> list[Group]:
    """Groups of so many people, of whom so many have attended; of the other populations it is half of them."""
    return [
        Group(f"g{at}", Count(people, 0, (figure, *(people // 2,) * 4))) for at, (people, figure) in enumerate(figures)
    ]


@pytest.mark.parametrize(
    ("figures", "kept_back"),
    [
        (((30, 12), (20, 7)), []),
        (((30, 12), (20, 0)), ["g0", "g1"]),
        (((30, 12), (20, 20)), ["g0", "g1"]),
        (((30, 12), (20, 7), (10, 0)), ["g1", "g2"]),
        (((30, 12), (20, 0), (10, 0)), ["g0", "g1", "g2"]),
        (((30, 12), (20, 0), (10, 10)), ["g1", "g2"]),
        (((30, 12), (20, 7), (4, 0), (3, 0)), ["g1"]),
        (((30, 12), (20, 7), (4, 2), (3, 0)), []),
    ],
)
def test_a_figure_of_nobody_or_everybody_is_kept_back_with_what_it_could_be_worked_out_from(
    figures: tuple[tuple[int, int], ...], kept_back: list[str]
) -> None:
    shown = [group for group in hiding.keep_back(told(*figures), 5) if not group.hidden]
    assert [group.key for group in shown if "attended" in group.count.kept_back] == kept_back
    assert all(group.count.of("attended") == 0 for group in shown if group.key in kept_back)
    assert all(group.count.kept_back <= {"attended"} for group in shown)


def test_a_handful_on_leave_is_kept_back_and_cannot_be_worked_out() -> None:
    found = [Group(f"g{at}", Count(20, away, (7,) * 5)) for at, away in enumerate((9, 6, 2, 0))]
    assert [group.count.on_leave for group in hiding.keep_back(found, 5)] == [9, 0, 0, 0]


def test_a_figure_that_is_kept_back_is_not_shown_a_step_further_down(make: Make, session: Session) -> None:
    course = make.course(slug="first")
    for unit, attended, others in (("North", 0, 14), ("South", 5, 9)):
        for number in range(attended + others):
            one = make.person(f"{unit} {number}", unit=make.unit(f"{unit}/{number % 2}"))
            if number < attended:
                make.enrollment(one, course, completed=True)
    session.flush()
    facts = populations.today_facts(days.today())
    for unit in ("North", "South"):
        found = hiding.report(session, facts, Choice(unit=unit), 5)
        shown = [found.total, *(group.count for group in found.groups if not group.hidden)]
        assert len(shown) == 3
        assert all("attended" in count.kept_back for count in shown), unit


def test_a_unit_is_not_shown_that_the_table_above_hides(make: Make, people: People, session: Session) -> None:
    for number in range(12):
        make.person(f"Many {number}", unit=make.unit("Benelux/Customer care"))
    session.flush()
    facts = populations.today_facts(days.today())
    assert hiding.report(session, facts, Choice(unit="Benelux"), 5).hidden, "UK has one, and the difference tells of it"
    assert hiding.report(session, facts, Choice(unit="Benelux/Customer care"), 5).hidden
    assert hiding.report(session, facts, Choice(), 5).total.people == 16
    assert not hiding.report(session, facts, Choice(unit="Benelux"), None).hidden


@pytest.mark.parametrize(
    "asked",
    [
        {"tier": "staff"},
        {"tier": "staff", "by": "tier"},
        {"country": "none", "by": "level"},
        {"unit": "A", "by": "tier"},
        {"unit": "A", "language": "en"},
    ],
)
def test_in_works_council_mode_no_choice_mixes_two_dimensions(session: Session, asked: dict[str, str]) -> None:
    facts = populations.today_facts(days.today())
    found = hiding.report(session, facts, Choice(**asked), 5)
    assert (found.mixed, found.hidden, found.groups, found.total) == (True, True, (), Count())
    assert not hiding.report(session, facts, Choice(**asked), None).mixed


PATHS = {1: "A/x", 2: "A/y", 3: "B", 4: "B/z"}
PLACES = ("", "A", "B", "A/x", "A/y", "B/z")
VALUES = {"tier": ("staff", "manager", "executive"), "country": ("BE", "NL")}
Cell = tuple[int, str, str]


def company(seed: int) -> dict[Cell, Count]:
    """Some people of each unit, tier and country."""
    dice, cells = random.Random(seed), dict[Cell, Count]()
    for cell in product(PATHS, *VALUES.values()):
        people = dice.choice((1, 2, 3, 6, 12))
        cells[cell] = Count(people, 0, tuple(dice.randint(0, people) for _ in POPULATIONS))
    return cells


def meets(cell: Cell, choice: Choice, own: bool = False) -> bool:
    path = PATHS[cell[0]]
    inside = path == choice.unit or (not own and f"{path}/".startswith(f"{choice.unit}/" if choice.unit else ""))
    return inside and choice.tier in ("", cell[1]) and choice.country in ("", cell[2])


def left_over(told: list[list[Fraction]], asked: list[Fraction]) -> list[Fraction]:
    """What remains of a sum when everything told, each with a leading one of its own, is taken off."""
    for one in told:
        lead = next(at for at, value in enumerate(one) if value)
        asked = [mine - asked[lead] * theirs for mine, theirs in zip(asked, one, strict=True)]
    return asked


@pytest.mark.parametrize("seed", range(4))
def test_all_that_is_shown_together_does_not_give_away_a_few(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads every table knows these sums of people, and all that can be worked out of them by adding up."""
    cells = company(seed)

    def counted(session: object, facts: object, names: list[str]) -> dict[tuple[object, ...], Count]:
        places, counts = [("unit", *VALUES).index(name) for name in names], dict[tuple[object, ...], Count]()
        for cell, count in cells.items():
            key = tuple(cell[place] for place in places)
            counts[key] = counts.get(key, Count()) + count
        return counts

    def people(choice: Choice, own: bool = False) -> list[Fraction]:
        return [Fraction(meets(cell, choice, own)) for cell in cells]

    monkeypatch.setattr(groups, "counted", counted)
    monkeypatch.setattr(groups, "paths", lambda session: PATHS)
    told: list[list[Fraction]] = []
    choices = list(product(PLACES, *(("", *values) for values in VALUES.values())))
    for asked in product(choices, ("unit", *VALUES)):
        choice = Choice(*asked[0], by=asked[1])
        found = hiding.report(None, None, choice, 5)  # type: ignore[arg-type]
        sums = [] if found.hidden else [people(choice)]
        sums += [people(choice.at(choice.by, group.key), group.own) for group in found.groups if not group.hidden]
        for one in sums:
            if any(rest := left_over(told, one)):
                lead = next(value for value in rest if value)
                told.append([value / lead for value in rest])
    assert told, "something is shown"
    for asked_of, own in product(choices, (False, True)):
        few = people(Choice(*asked_of), own)
        if 0 < sum(count.people for count, inside in zip(cells.values(), few, strict=True) if inside) < 5:
            assert any(left_over(told, few)), asked_of


def test_the_names_at_the_ends_of_lines_do_not_lie_on_each_other() -> None:
    drawn = chart.draw(["Oct", "Nov"], [(name, (0, 100 + place)) for place, name in enumerate(POPULATIONS)])
    places = sorted(line.label_y for line in drawn.lines)
    assert all(later - earlier >= chart.NEAREST for earlier, later in pairwise(places))
    assert [value for value, _ in drawn.scale] == [0, 50, 100, 150, 200]
