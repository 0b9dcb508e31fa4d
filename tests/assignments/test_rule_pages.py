"""The pages of rules: list, editor without and with faults, the trial before anything happens, order, end, gaps."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment
from courses.models import Course
from lms.assignments import exceptions, extending, faults, rules, saying, typed
from lms.assignments.choices import Choices
from lms.assignments.choices import Course as Chosen
from lms.assignments.drafts import Condition, RuleDraft
from lms.assignments.models import AssignmentRule
from lms.assignments.typed import TypedCondition, TypedRule
from lms.base import clock
from lms.people.models import Person
from tests.make import Make, People
from tests.support.client import Client

Enter = Callable[[Person], Client]
CHOICES = Choices(
    (Chosen(1, "principles", "Principles"),),
    {
        "tier": {"manager": "Manager"},
        "country": {"BE": "Belgium", "NL": "Netherlands"},
        "unit": {"Benelux": "Benelux"},
        "location": {},
        "language": {},
        "role": {},
        "level": {"L2": "Speaker"},
    },
)
GOOD = TypedRule(name="New colleagues", course="principles", reason="All are asked online.")


@pytest.fixture
def admin(make: Make) -> Person:
    return make.person("Dana", "Maes", roles=["administrator"])


@pytest.fixture
def course(make: Make) -> Course:
    return make.course()


def fields(entered: TypedRule, **more: str) -> dict[str, str]:
    """A typed rule as the browser sends it."""
    sent = {"name": entered.name, "course": entered.course, "reason": entered.reason, "due_from": entered.due_from}
    sent |= {f"days_{kind}": number for kind, number in entered.days.items()}
    sent |= {"event": entered.event, "due_on": entered.due_on, "recurs_months": entered.recurs_months}
    sent |= {"recurs_from": entered.recurs_from, "opens_days": entered.opens_days}
    for at, one in enumerate(entered.conditions, 1):
        sent |= {f"condition-{at}-field": one.field, f"condition-{at}-value": one.value}
        sent |= {f"condition-{at}-is": "not" if one.negated else "is"}
    for at, step in enumerate(entered.steps, 1):
        sent |= {f"step-{at}-days": step.days, f"step-{at}-when": step.when, f"step-{at}-to": step.audience}
    return sent | more


def a_rule(session: Session, course: Course, by: Person, name: str = "Everybody", **more: object) -> rules.RuleView:
    draft = RuleDraft(name=name, course_id=course.id, reason="Because.", **more)  # type: ignore[arg-type]
    return rules.save(session, draft, by_id=by.id)


def test_the_editor_gives_back_every_kind_of_rule_as_it_is() -> None:
    for draft in (
        RuleDraft("A", 1, "Why.", (Condition("country", "BE"), Condition("tier", "manager", True)), due_days=0),
        RuleDraft("B", 1, "Why.", due_from="fixed", due_days=0, due_on=date(2027, 2, 28), recurs_months=12),
        RuleDraft("C", 1, "Why.", due_from="event", event="return", due_days=90, reminders=((-14, "learner"),)),
        RuleDraft("D", 1, "Why.", due_from="hired", recurs_from="completed", reminders=((0, "skip"), (7, "manager"))),
    ):
        entered = typed.of_draft(draft, "principles")
        sent = {name: [value] for name, value in fields(entered).items()}
        assert typed.of_fields(sent) == entered
        assert typed.draft(typed.of_fields(sent), CHOICES) == draft
        assert faults.faults(entered, CHOICES) == []


@pytest.mark.parametrize(
    ("changed", "at"),
    [
        ({"name": ""}, "name"),
        ({"course": "nothing"}, "course"),
        ({"reason": ""}, "reason"),
        ({"conditions": (TypedCondition("country"),)}, "condition-1"),
        ({"conditions": (TypedCondition("country", value="Belgium"),)}, "condition-1"),
        ({"conditions": (TypedCondition("unit", value="Mars"),)}, "condition-1"),
        ({"conditions": (TypedCondition("hired_after", value="2025-02-31"),)}, "condition-1"),
        ({"conditions": (TypedCondition("country", value="BE"),) * 2}, "condition-2"),
        ({"days": {"assigned": "-3"}}, "days_assigned"),
        ({"days": {"assigned": "٣"}}, "days_assigned"),
        ({"due_from": "fixed", "due_on": "2027-02-29"}, "due_on"),
        ({"due_from": "event"}, "event"),
        ({"recurs_months": "many"}, "recurs_months"),
        ({"recurs_months": "12", "opens_days": ""}, "opens_days"),
        ({"steps": (typed.TypedStep("x"),)}, "step-1"),
        ({"steps": (typed.TypedStep("3"),) * 2}, "step-2"),
    ],
)
def test_each_mistake_is_told_at_its_field(changed: dict[str, object], at: str) -> None:
    assert [one.at for one in faults.faults(replace(GOOD, **changed), CHOICES)] == [at]  # type: ignore[arg-type]


def test_a_rule_reads_as_a_sentence() -> None:
    conditions = [("country", False, "BE"), ("country", False, "NL"), ("tier", True, "manager")]
    assert saying.who(conditions, CHOICES.name) == (
        "Everybody who works in Belgium or Netherlands and is not in the tier Manager"
    )
    assert saying.who([], CHOICES.name) == "Everybody"
    assert saying.due("hired", 30, None, "") == (
        "within 30 days of the day of hire, but at least 30 days after the rule begins to ask"
    )
    assert saying.due("fixed", 0, date(2027, 1, 5), "") == "by 5 January 2027"
    assert saying.again(12, "due", 60).startswith("Again every 12 months, counted from the last due day.")


@pytest.mark.sqlite_only
def test_rows_come_and_go_without_javascript_and_nothing_typed_is_lost(
    admin: Person, course: Course, client_for: Enter
) -> None:
    client = client_for(admin)
    page = client.submit("/admin/rules/new", fields(GOOD, do="add-country")).text
    assert 'name="condition-1-field" value="country"' in page and "New colleagues" in page
    with_one = fields(typed.rearranged(GOOD, "add-country"), do="step-5-remove")
    page = client.submit("/admin/rules/new", with_one).text
    assert 'name="condition-1-field"' in page and 'name="step-5-days"' not in page
    answer = client.submit("/admin/rules/new", with_one | {"do": "try"})
    assert answer.status_code == 422
    assert "Condition 1: Choose a value" in answer.text and "All are asked online." in answer.text
    words = client.submit("/admin/rules/new", with_one | {"do": "words"}).text
    assert words.lstrip().startswith("<p>Everybody has to complete")


@pytest.mark.sqlite_only
def test_complaint_6_a_rule_is_tried_with_numbers_names_and_mails_before_it_is_saved(
    session: Session, admin: Person, course: Course, people: People, client_for: Enter
) -> None:
    client = client_for(admin)
    sent = fields(GOOD, do="save", person=people.alice.email)
    page = client.submit("/admin/rules/new", sent).text
    assert "What would happen" in page and "The rule fits Alice Janssen" in page
    assert session.scalar(select(func.count()).select_from(AssignmentRule)) == 0
    assert session.scalar(select(func.count()).select_from(Enrollment)) == 0
    changed = client.submit("/admin/rules/new", sent | {"tried": GOOD.mark, "name": "Another"}).text
    assert "What would happen" in changed, "what is saved is what was tried"
    answer = client.submit("/admin/rules/new", sent | {"tried": GOOD.mark})
    assert answer.status_code == 303
    saved = rules.rules(session)
    assert [(one.draft.name, one.state, one.has) for one in saved] == [("New colleagues", "active", 5)]
    assert "New colleagues" in client.get("/admin/rules").text


@pytest.mark.sqlite_only
def test_a_rule_tested_against_a_person_says_which_condition_does_not_hold(
    admin: Person, course: Course, people: People, client_for: Enter
) -> None:
    entered = TypedRule(
        "Managers", "principles", "Why.", (TypedCondition("tier", value="manager"), TypedCondition("unit", value="UK"))
    )
    page = client_for(admin).submit("/admin/rules/new", fields(entered, do="try", person="Bob de Vries")).text
    assert "The rule does not fit Bob de Vries" in page
    assert "Is now: Benelux/Customer care" in page
    nobody = client_for(admin).submit("/admin/rules/new", fields(entered, do="try", person="Nobody"))
    assert nobody.status_code == 422 and "Nobody here is called" in nobody.text


@pytest.mark.sqlite_only
def test_two_who_change_a_rule_do_not_overwrite_each_other(
    session: Session, admin: Person, course: Course, client_for: Enter
) -> None:
    found = a_rule(session, course, admin)
    entered = typed.of_draft(found.draft, course.slug)
    a_rule(session, course, admin, "Theirs", uid=found.uid, revision=found.draft.revision)
    late = fields(entered, do="save", tried=entered.mark, revision=str(found.draft.revision))
    answer = client_for(admin).submit(f"/admin/rules/{found.uid}", late)
    assert answer.status_code == 409 and "Somebody else changed this rule" in answer.text
    assert rules.rule(session, found.uid).draft.name == "Theirs"


@pytest.mark.sqlite_only
def test_the_order_is_changed_and_the_first_rule_that_fits_counts(
    session: Session, admin: Person, course: Course, client_for: Enter
) -> None:
    first, second = (a_rule(session, course, admin, name) for name in ("First", "Second"))
    client = client_for(admin)
    page = client.get("/admin/rules").text
    assert "Move “First” down" in page and "Move “First” up" not in page
    assert client.submit(f"/admin/rules/{second.uid}/move", {"to": "up"}).status_code == 303
    assert [one.draft.name for one in rules.rules(session)] == ["Second", "First"]
    assert (rules.rule(session, first.uid).has, rules.rule(session, second.uid).has) == (0, 1)


@pytest.mark.sqlite_only
def test_ending_a_rule_tells_first_how_many_are_paused(
    session: Session, admin: Person, course: Course, people: People, client_for: Enter
) -> None:
    found = a_rule(session, course, admin)
    client = client_for(admin)
    assert "5 people are asked for this course no longer." in client.get(f"/admin/rules/{found.uid}/end").text
    assert client.submit(f"/admin/rules/{found.uid}/end").status_code == 303
    assert rules.rule(session, found.uid).state == "ended"
    page = client.get(f"/admin/rules/{found.uid}").text
    assert "This rule has ended." in page and '<fieldset class="stack gap-lg" disabled>' in page


@pytest.mark.sqlite_only
def test_complaint_17_missing_hire_dates_are_told_with_names_and_what_to_do(
    session: Session, make: Make, admin: Person, course: Course, people: People, client_for: Enter
) -> None:
    make.person("Zoë", "Dated", hire_date=clock.today())
    a_rule(session, course, admin, due_from="hired")
    client = client_for(admin)
    page = client.get("/admin/rules").text
    assert "5 people have “Principles” without a due day (rule “Everybody”): the date of hire is missing." in page
    page = client.get("/admin/rules/gaps").text
    assert "Janssen" in page and "Have HR add the date of hire" in page and "Dated" not in page
    assert client.get("/admin/rules/gaps?gap=99&page=7").status_code == 200


@pytest.mark.sqlite_only
def test_auditors_look_at_rules_and_change_nothing(
    session: Session, make: Make, admin: Person, course: Course, client_for: Enter
) -> None:
    found = a_rule(session, course, admin)
    client = client_for(make.person("Otto", roles=["auditor"]))
    assert "New rule" not in client.get("/admin/rules").text
    assert "Before it is switched on" not in client.get(f"/admin/rules/{found.uid}").text
    for path in (f"/admin/rules/{found.uid}/end", "/admin/rules/new"):
        assert client.get(path).status_code == 403
    assert client.submit(f"/admin/rules/{found.uid}", {"do": "save"}).status_code == 403
    assert client_for(make.person("Lea")).get("/admin/rules").status_code == 403


@pytest.mark.sqlite_only
def test_the_list_costs_the_same_for_one_rule_and_for_many(
    session: Session, admin: Person, course: Course, client_for: Enter, statements: list[str]
) -> None:
    client, counts = client_for(admin), []
    for number in range(5):
        a_rule(session, course, admin, f"Rule {number}")
        if number in (0, 4):
            client.get("/admin/rules")
            statements.clear()
            client.get("/admin/rules")
            counts.append(len(statements))
    assert counts[0] == counts[1]


def test_exceptions_that_end_soon_come_first_and_can_be_found_by_name(
    session: Session, make: Make, course: Course, people: People, admin: Person
) -> None:
    today = clock.today()
    taken = make.enrollment(people.alice, course, due_in=5)
    for days in (9, 12):
        until = date.fromordinal(today.toordinal() + days)
        extending.extend(session, taken.id, until, reason="Ill.", by_id=people.bob.id)
    extending.exempt(session, people.bob.id, course.id, until_on=None, reason="Knows it.", by_id=admin.id)
    extending.exempt(session, people.charlie.id, course.id, until_on=today, reason="A week.", by_id=admin.id)
    found = exceptions.current(session, today).rows
    assert [(one.kind, one.person, one.by) for one in found] == [
        ("exemption", "Charlie Brown", "Dana Maes"),
        ("extension", "Alice Janssen", "Bob de Vries"),
        ("exemption", "Bob de Vries", "Dana Maes"),
    ]
    assert found[1].until_on == date.fromordinal(today.toordinal() + 12)
    assert [one.person for one in exceptions.current(session, today, words="jans ALICE").rows] == ["Alice Janssen"]
    assert len(exceptions.current(session, today, kind="exemption").rows) == 2
    assert exceptions.current(session, date.fromordinal(today.toordinal() + 1), words="brown").rows == ()
