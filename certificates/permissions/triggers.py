"""What pauses or ends permissions by itself: who left, is away, moved, is silent, or crossed a red line.

Each of these can be called again at any time: what was done already is not done twice.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from certificates import days, ladder
from certificates.ladder import LevelView
from certificates.models import Authorization
from certificates.permissions import deciders, holds, letters, taking
from certificates.permissions.models import Guest, Hold, PlaceSeen
from certificates.way.models import Contribution
from courses.enrollment_models import Enrollment
from courses.models import Course
from lms.base import clock
from lms.base.errors import NotFound
from lms.guidelines import catalog as guidelines
from lms.guidelines.events import GuidelineAccepted
from lms.guidelines.models import Attestation, Guideline, GuidelineVersion
from lms.people.events import PeopleChanged
from lms.people.models import Person
from quizzes.events import AttemptDecided
from quizzes.models import Quiz

LIVE = ("requested", "approved", "active", "suspended", "expired")
PLACE = ("unit_id", "manager_id", "tier", "job")
LEFT = "Ended by rule: no longer works here."
AWAY = "Paused by rule: away from work."
BACK = "Goes on by rule: back at work."
MOVED = "Paused by rule: another job, unit, manager or tier. The social media hub checks the scope."
CONTRACT_OVER = "Ended by rule: the contract is over."
SPONSOR_LEFT = "Paused by rule: the colleague who answers for the guest left."
SILENT = "Paused by rule: no activity for as long as the level allows."
RED_LINE = "Paused by rule: an attempt at the quiz crossed a red line."
PASSED = "Goes on by rule: the quiz was passed."
ACCEPT_AGAIN = "Paused by rule: the guideline was not accepted again in time."
ACCEPTED = "Goes on by rule: the guideline was accepted."


def people_changed(session: Session) -> int:
    """What follows from who left, went away, came back or moved; returns how many people it concerned.

    For the night, and after people were imported or edited: it finds by itself who changed.
    """
    left = _people(session, Person.status == "left")
    taking.end_people(session, left, LEFT)
    away = holds.place_all(session, _people(session, Person.status == "leave"), "leave", AWAY)
    back = _came_back(session)
    moved = _moved(session)
    return len(left) + away + back + moved


def after_change(session: Session, event: PeopleChanged) -> None:
    """People joined, moved, left or came back: what follows for permissions follows at once."""
    people_changed(session)


def contracts(session: Session) -> int:
    """End what guests have whose contract is over, and pause what those have whose sponsor left; returns how many."""
    over = _people(session, _guests(Guest.contract_ends_on < days.today()))
    taking.end_people(session, over, CONTRACT_OVER)
    gone = select(Person.id).where(Person.status == "left")
    alone = _people(session, _guests(Guest.sponsor_id.in_(gone)))
    return len(over) + holds.place_all(session, alone, "contract", SPONSOR_LEFT)


def dormant(session: Session) -> int:
    """Pause what nobody has used for as long as its level allows; returns how many permissions."""
    paused = 0
    for level in ladder.levels(session):
        if level.dormant_months:
            since = days.months_after(days.today(), -level.dormant_months)
            silent = ~exists().where(Contribution.person_id == Authorization.person_id, Contribution.posted_on > since)
            targets = _long_in_force(session, level, since, ("dormant", "leave"), silent)
            paused += holds.place_on(session, targets, "dormant", SILENT)
    return paused


def attested(session: Session) -> int:
    """Pause what asks for accepting the guideline again in between, where that was not done; returns how many.

    Whichever version of it was accepted since then will do: another one that changes the rules has its campaign.
    """
    try:
        slug = guidelines.live(session).slug
    except NotFound:
        return 0
    own = select(GuidelineVersion.id).join(Guideline, Guideline.id == GuidelineVersion.guideline_id)
    paused = 0
    for level in ladder.levels(session):
        if level.attest_months:
            since = days.months_after(days.today(), -level.attest_months)
            fresh = exists().where(
                Attestation.person_id == Authorization.person_id,
                Attestation.version_id.in_(own.where(Guideline.slug == slug)),
                Attestation.accepted_at > _moment(since),
            )
            targets = _long_in_force(session, level, since, ("renewal",), ~fresh)
            paused += holds.place_on(session, targets, "renewal", ACCEPT_AGAIN)
    return paused


def guideline_accepted(session: Session, event: GuidelineAccepted) -> None:
    """Let go on what waited for accepting the guideline again; another guideline changes nothing."""
    if guidelines.version(session, event.version_id).slug != guidelines.MAIN:
        return
    waits = select(Hold.id).where(Hold.person_id == event.person_id, Hold.cause == "renewal", Hold.lifted_at.is_(None))
    if session.scalar(waits.limit(1)) is not None:
        holds.lift_all(session, [event.person_id], "renewal", ACCEPTED)


def attempt_decided(session: Session, event: AttemptDecided) -> None:
    """Pause what rests on a course whose quiz was failed with a red line crossed; let it go on once it is passed.

    An attempt of a cycle that was passed all the same changes nothing.
    """
    if not event.passed and not event.red_lines:
        return
    course = session.execute(
        select(Course.slug, Quiz.slug.label("quiz"), Enrollment.completed_at)
        .join(Enrollment, Enrollment.course_id == Course.id)
        .outerjoin(Quiz, Quiz.course_id == Course.id)
        .where(Enrollment.id == event.enrollment_id)
    ).first()
    if course is None or (course.completed_at is not None and not event.passed):
        return
    resting = _resting_on(session, event.person_id, {("course", course.slug), ("quiz", course.quiz)})
    if not resting:
        return
    if event.passed:
        holds.lock(session, [event.person_id])
        holds.lift_where(session, PASSED, Hold.authorization_id.in_(resting), Hold.cause == "red_line")
    else:
        holds.place_on(session, [(event.person_id, number) for number in resting], "red_line", RED_LINE)


def _resting_on(session: Session, person_id: int, things: set[tuple[str, str]]) -> list[int]:
    """Somebody's permissions in force of levels that ask for one of these courses or quizzes, at first or to renew."""
    levels = [
        level.id
        for level in ladder.levels(session)
        if not things.isdisjoint((need.kind, need.slug) for need in level.needs)
    ]
    mine = select(Authorization.id).where(
        Authorization.person_id == person_id,
        Authorization.level_id.in_(levels),
        Authorization.status.in_(("active", "suspended")),
    )
    return list(session.scalars(mine.order_by(Authorization.id))) if levels else []


def _people(session: Session, which: ColumnElement[bool]) -> Sequence[int]:
    """Those of whom this is true and who have a permission or ask for one."""
    given = exists().where(Authorization.person_id == Person.id, Authorization.status.in_(LIVE))
    return session.scalars(select(Person.id).where(which, given).order_by(Person.id)).all()


def _guests(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return Person.id.in_(select(Guest.person_id).where(which))


def _came_back(session: Session) -> int:
    at_work = select(Person.id).where(Person.status == "active")
    by_rule = (Hold.cause == "leave", Hold.placed_by_id.is_(None), Hold.person_id.in_(at_work))
    back = session.scalars(select(Hold.person_id).where(Hold.lifted_at.is_(None), *by_rule)).all()
    if not back:
        return 0
    holds.lock(session, back)
    return holds.lift_where(session, BACK, *by_rule)


def _moved(session: Session) -> int:
    """Pause what those have who stand elsewhere than when it was last looked at, and tell the hub."""
    differs = or_(*(getattr(Person, name).is_distinct_from(getattr(PlaceSeen, name)) for name in (*PLACE, "status")))
    given = exists().where(Authorization.person_id == Person.id, Authorization.status.in_(LIVE))
    rows = session.execute(
        select(Person, PlaceSeen)
        .outerjoin(PlaceSeen, PlaceSeen.person_id == Person.id)
        .where(given | PlaceSeen.person_id.is_not(None), differs, Person.status != "left")
        .order_by(Person.id)
    ).all()
    moved = [
        person for person, seen in rows if seen and any(getattr(person, name) != getattr(seen, name) for name in PLACE)
    ]
    _keep_places(session, [person for person, seen in rows if seen is None], [p for p, seen in rows if seen])
    concerned = set(_people(session, Person.id.in_([person.id for person in moved])))
    placed = holds.place_all(session, concerned, "move", MOVED)
    if placed:
        readers = deciders.holders_of(session, ["hub"])
        shown = [person for person in moved if person.id in concerned]
        newest = session.scalar(select(Hold.id).where(Hold.cause == "move").order_by(Hold.id.desc()).limit(1))
        letters.look_again(session, shown, readers, f"moved:{newest}")
    return placed


def _keep_places(session: Session, new: Sequence[Person], changed: Sequence[Person]) -> None:
    def place(person: Person) -> dict[str, object]:
        return {"person_id": person.id} | {name: getattr(person, name) for name in (*PLACE, "status")}

    if new:
        session.execute(insert(PlaceSeen), [place(person) for person in new])
    if changed:
        session.execute(update(PlaceSeen), [place(person) for person in changed])


def _long_in_force(
    session: Session, level: LevelView, since: date, causes: Collection[str], *which: ColumnElement[bool]
) -> list[holds.Target]:
    """Permissions of a level given by that day of which this is true, and that no such pause was lifted from since."""
    lifted = aliased(Hold)
    let_go = exists().where(
        lifted.person_id == Authorization.person_id,
        or_(lifted.authorization_id.is_(None), lifted.authorization_id == Authorization.id),
        lifted.cause.in_(causes),
        lifted.lifted_at > _moment(since),
    )
    rows = session.execute(
        select(Authorization.person_id, Authorization.id)
        .where(
            Authorization.level_id == level.id,
            Authorization.status == "active",
            Authorization.starts_on <= since,
            ~let_go,
            *which,
        )
        .order_by(Authorization.id)
    )
    return [(row.person_id, row.id) for row in rows]


def _moment(day: date) -> datetime:
    """The end of a day at the company."""
    return datetime.combine(day, time.max, ZoneInfo(clock.ZONE))
