"""One mail a day at most, in the reader's language, and the preview is what is sent."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from courses.enrollment_models import Enrollment
from lms.base import clock
from lms.base.outbox import OutboxMessage
from lms.reminders import digest, planning
from lms.reminders.models import Notice, Reminder
from tests.reminders.conftest import NIGHT

TODAY = NIGHT.date()
pytestmark = pytest.mark.usefixtures("words")


def night(session, moment=NIGHT) -> int:
    with clock.frozen(moment):
        planning.plan(session)
        return digest.queue(session)


def mails(session) -> dict[str, OutboxMessage]:
    session.expire_all()
    return {one.recipient: one for one in session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))}


def test_one_mail_holds_all_of_a_day_in_the_language_of_its_reader(session, make, people, ladders):
    for slug, title in (("principles", "Principles"), ("replies", "Replies")):
        rule = ladders.rule(make.course(slug, title=title))
        enrollment = ladders.takes(people.alice, rule, TODAY - timedelta(days=1))
    people.alice.language = "nl"
    assert night(session) == 2, "Alice and Bob"
    mail = mails(session)["alice@acme.example"]
    assert mail.key == f"digest:{people.alice.uid}:2026-11-20"
    assert "Principles (nl)" in mail.body
    assert "Replies (nl)" in mail.body
    assert "19 november 2026" in mail.body
    assert f"/why/{enrollment.uid}" in mail.body
    assert "/courses/replies" in mail.body
    (notice,) = session.scalars(select(Notice).where(Notice.person_id == people.alice.id))
    assert (notice.key, notice.subject) == (mail.key, mail.subject)


def test_a_manager_reads_of_her_people_grouped_by_course_and_never_of_herself(session, make, people, ladders):
    """Complaint 5."""
    rule = ladders.rule(make.course(title="Principles"))
    carl = make.person("Carl", "Smit", manager=people.bob)
    for person in (people.alice, carl, people.bob):
        ladders.takes(person, rule, TODAY - timedelta(days=1))
    night(session)
    own, _, team = mails(session)["bob@acme.example"].body.partition("In your team")
    assert "Principles" in own
    assert "Alice Janssen: was due on 19 November 2026, 1 day ago" in team
    assert "Carl Smit" in team
    assert "Bob" not in team
    diana = mails(session)["diana@acme.example"]
    assert diana.subject == "1 person in your team could use a hand"
    assert "Bob de Vries" in diana.body
    assert "Alice" not in diana.body


def test_a_large_team_is_counted_after_twenty_names(session, make, people, ladders):
    rule = ladders.rule(make.course(), [(1, "manager")])
    for _ in range(25):
        ladders.takes(make.person(manager=people.bob), rule, TODAY - timedelta(days=1))
    night(session)
    mail = mails(session)["bob@acme.example"]
    assert mail.subject == "25 people in your team could use a hand"
    assert "and 5 more" in mail.body


def test_complaint_4_a_second_mail_of_the_day_waits_until_tomorrow(session, make, people, ladders):
    ladders.takes(people.alice, ladders.rule(make.course(), [(1, "learner")]), TODAY - timedelta(days=1))
    assert night(session) == 1
    ladders.takes(people.alice, ladders.rule(make.course("later"), [(1, "learner")]), TODAY - timedelta(days=1))
    assert night(session, NIGHT + timedelta(hours=3)) == 0
    assert night(session, NIGHT + timedelta(days=1)) == 1
    assert night(session, NIGHT + timedelta(days=1, minutes=5)) == 0


def test_what_was_done_or_moved_in_the_meantime_is_not_told_and_a_course_given_back_is(session, make, people, ladders):
    rule = ladders.rule(make.course(), [(1, "learner")])
    enrollment = ladders.takes(people.alice, rule, TODAY - timedelta(days=1))
    with clock.frozen(NIGHT):
        planning.plan(session)
        enrollment.paused_at = clock.now()
        session.flush()
        assert digest.queue(session) == 0
    assert session.scalars(select(Reminder.skipped_why)).one() == "no longer due"
    enrollment.paused_at = None
    session.flush()
    assert night(session, NIGHT + timedelta(days=1)) == 1


def test_a_night_that_died_between_planning_and_writing_loses_nothing(session, make, people, ladders):
    ladders.takes(people.alice, ladders.rule(make.course(), [(1, "learner")]), TODAY - timedelta(days=1))
    with clock.frozen(NIGHT):
        planning.plan(session)
    assert night(session, NIGHT + timedelta(days=2)) == 1
    assert mails(session)["alice@acme.example"].key.endswith("2026-11-22")


def test_a_night_takes_the_same_number_of_statements_for_one_and_for_many(session, make, people, ladders, statements):
    rule = ladders.rule(make.course(), [(1, "learner"), (1, "manager")])
    counts = []
    for many in (1, 2, 30):  # the first time the course is read, too
        for _ in range(many):
            ladders.takes(make.person(manager=make.person("Boss")), rule, TODAY - timedelta(days=1))
        with clock.frozen(NIGHT + timedelta(days=many)):
            planning.plan(session)
            session.flush()
            statements.clear()
            digest.queue(session)
        counts.append(len(statements))
    assert counts[-2] == counts[-1]


def test_complaint_6_giving_a_course_to_many_sends_nothing_by_itself_and_the_count_is_known_before(
    session, make, people, ladders
):
    rule = ladders.rule(make.course(), [(-7, "learner")])
    for _ in range(30):
        ladders.takes(make.person(), rule, TODAY + timedelta(days=7))
    assert session.scalars(select(OutboxMessage.id)).all() == []
    assert digest.numbers(digest.preview(session, NIGHT)) == {(rule.id, -7, "learner"): 30}
    assert night(session) == 30


DUE = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(0, 1)),
    st.tuples(st.integers(-20, 10), st.sampled_from(["open", "paused", "done"])),
)


@pytest.mark.sqlite_only
def test_the_preview_is_what_the_next_night_sends(session, make, people, ladders):
    """Complaint 1: who gets what tomorrow, and it is so."""
    rules = [ladders.rule(make.course("one")), ladders.rule(make.course("two"), [(0, "learner"), (3, "manager")])]
    columns = (OutboxMessage.key, OutboxMessage.recipient, OutboxMessage.subject, OutboxMessage.body)

    @settings(max_examples=25, database=None)
    @given(due=DUE, on_leave=st.sets(st.integers(0, 3), max_size=2), gaps=st.lists(st.integers(1, 9), max_size=3))
    def check(due, on_leave, gaps):
        for table in (Reminder, Notice, OutboxMessage, Enrollment):
            session.execute(delete(table))
        for index, person in enumerate(people):
            person.status = "leave" if index in on_leave else "active"
        for (index, course), (days, state) in due.items():
            now = clock.now()
            more = {"paused": {"paused_at": now}, "done": {"completed_at": now, "started_at": now}}.get(state, {})
            ladders.takes(people[index], rules[course], TODAY + timedelta(days=days), **more)
        moment = NIGHT
        for gap in [0, *gaps]:
            moment += timedelta(days=gap)
            expected = [(one.key, one.email, one.subject, one.body) for one in digest.preview(session, moment)]
            before = set(session.scalars(select(OutboxMessage.key)))
            night(session, moment)
            sent = [tuple(row) for row in session.execute(select(*columns)) if row[0] not in before]
            assert sorted(sent) == sorted(expected)

    check()
