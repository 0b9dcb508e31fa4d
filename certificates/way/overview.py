"""The learner's page: what she may do now, the way to the next level, what to renew, and why a date is what it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates import days, ladder, register, rulings
from certificates.ladder import LevelView, LevelWords
from certificates.nightly import REMIND_BEFORE
from certificates.permissions.models import Hold
from certificates.standing import Standing
from certificates.way import dates, judging, pauses, requirements, terms
from certificates.way import evidence as evidences
from certificates.way.dates import Facts, Why
from certificates.way.evidence import Evidence
from certificates.way.pauses import Pause
from certificates.way.requirements import Item
from certificates.way.terms import Held
from courses import catalog as courses
from courses.catalog import CourseView
from lms.base.i18n import gettext, pick
from lms.guidelines.models import Attestation
from lms.people.models import Person

SHOWN = ("active", "suspended", "requested", "approved")
RANK_OF_STATUS = {status: number for number, status in enumerate(SHOWN)}


@dataclass(frozen=True)
class Permission:
    """What somebody may do now by a permission, or what pauses it; `dates` explain themselves."""

    level: LevelView
    standing: Standing
    pause: Pause | None
    dates: tuple[Why, ...]

    @property
    def words(self) -> LevelWords:
        return pick(self.level.texts)


@dataclass(frozen=True)
class Way:
    """The way to a level, or to its renewal. `state` is `todo`, `ask`, `asked`, `soon`, `closed` or `taken` (withdrawn
    for good: there is no way); `reason` says why there is nothing to do now."""

    level: LevelView
    items: tuple[Item, ...]
    state: str
    reason: str = ""
    renewal: bool = False
    ends_on: date | None = None

    @property
    def words(self) -> LevelWords:
        return pick(self.level.texts)

    @property
    def done(self) -> int:
        return sum(item.done and item.there for item in self.items)

    @property
    def steps(self) -> int:
        """How many of the items are asked for: not those that are being written and need not be waited for."""
        return sum(item.there or not item.done for item in self.items)

    @property
    def percent(self) -> int:
        return 100 * self.done // self.steps if self.steps else 100

    @property
    def minutes_left(self) -> int:
        return sum(item.minutes for item in self.items if not item.done)


@dataclass(frozen=True)
class Overview:
    """All of the page: permissions, renewals whose window is open, the next level, what else there is, and what was
    withdrawn for good."""

    permissions: tuple[Permission, ...]
    renewals: tuple[Way, ...]
    next: Way | None
    others: tuple[Way, ...]
    taken: tuple[Way, ...] = ()


def of(session: Session, person: Person) -> Overview:
    """What the page of somebody shows. A fixed number of statements."""
    every = ladder.levels(session)
    if not every:
        return Overview((), (), None, ())
    found = evidences.gather(session, person, every)
    stood = register.standings(session, person.id, found.today)
    standings = _newest(stood, found.today)
    live = {course.slug: course for course in courses.live(session)}
    ways = [_way(found, level, live, stood) for level in every if not level.retired]
    there = [way for way in ways if way is not None]
    new = [way for way in there if not way.renewal and way.state != "taken"]
    reached = max((by.rank for by in every if by.kind == "level" and _holds(found, by)), default=-1)
    new = [way for way in new if way.level.kind == "endorsement" or way.level.rank > reached]
    ahead = next((way for way in new if _is_a_goal(way)), None)
    return Overview(
        permissions=_permissions(session, person.id, found, every, standings),
        renewals=tuple(way for way in there if way.renewal),
        next=ahead,
        others=tuple(way for way in new if way is not ahead and way.level.gives_authorization),
        taken=tuple(way for way in there if way.state == "taken"),
    )


def way_to(session: Session, person: Person, code: str) -> Way | None:
    """The way of somebody to a level, or to its renewal; nothing while she holds it and its window is not open.

    Raises `NotFound`.
    """
    level = ladder.level(session, code)
    found = evidences.gather(session, person, [level])
    stood = register.standings(session, person.id, found.today)
    return _way(found, level, {course.slug: course for course in courses.live(session)}, stood)


def _holds(found: Evidence, level: LevelView) -> bool:
    held = found.held.get(level.id)
    return held is not None and held.runs(found.today)


def _is_a_goal(way: Way) -> bool:
    """Whether it is a level that lets one speak and that can be reached from here."""
    return way.level.kind == "level" and way.level.gives_authorization and way.state != "closed"


def _newest(standings: Sequence[Standing], today: date) -> dict[str, Standing]:
    """The permission that counts for each level: one that holds, before one that is paused, before a request."""
    shown = [one for one in standings if one.status in SHOWN and one.ends_on >= today]
    found: dict[str, Standing] = {}
    for one in sorted(shown, key=lambda one: (-one.rank, RANK_OF_STATUS[one.status], -one.ends_on.toordinal())):
        found.setdefault(one.code, one)
    return found


def _way(
    found: Evidence, level: LevelView, live: Mapping[str, CourseView], standings: Sequence[Standing]
) -> Way | None:
    newest = _newest(standings, found.today)
    asked = {code for code, one in newest.items() if one.status in {"requested", "approved"}}
    revoked = [one for one in standings if one.code == level.code and one.status == "revoked"]
    if revoked and level.code not in newest:
        ruling = rulings.taken(revoked[-1])
        return Way(level, (), "taken", f"{ruling.reason} {ruling.step}")
    held = found.held.get(level.id)
    if held is not None and held.runs(found.today):
        return _renewal(found, level, held, live, asked)
    renewal = held is not None
    items = requirements.items(found, level, live, renewal=renewal)
    state, reason = _state(found, level, items, asked, renewal=renewal)
    return Way(level, items, state, reason)


def _renewal(
    found: Evidence, level: LevelView, held: Held, live: Mapping[str, CourseView], asked: set[str]
) -> Way | None:
    if not terms.is_open(held, level, found.today):
        return None
    items = requirements.items(found, level, live, renewal=True)
    state, reason = _state(found, level, items, asked, renewal=True)
    if not all(item.there for item in items):
        items = requirements.worded(found, judging.long_way(found, level), live) or items
    return Way(level, items, state, reason, renewal=True, ends_on=held.ends_on)


def _state(
    found: Evidence, level: LevelView, items: Sequence[Item], asked: set[str], *, renewal: bool
) -> tuple[str, str]:
    if level.code in asked:
        return "asked", gettext("You have asked for it. You get a mail once it is decided.")
    if level.by_appointment:
        return "closed", gettext("The company appoints people for this. Nobody has to ask.")
    missing = [pick(item.titles) for item in items if not item.there]
    if judging.met(found, level, renewal=renewal):
        return ("soon", "") if level.granted_by_rule else ("ask", "")
    if missing and not renewal:
        return "closed", gettext("Not open yet: “%(title)s” is being written.", title=missing[0])
    if missing:
        again = gettext("Until it opens, doing once more what was asked for at first renews it.")
        return "todo", gettext("“%(title)s” is being written.", title=missing[0]) + " " + again
    below = next((item for item in items if item.kind == "level" and not item.done), None)
    if below is not None:
        return "closed", gettext("First comes the level “%(level)s”.", level=pick(below.titles))
    return "todo", ""


def _permissions(
    session: Session, person_id: int, found: Evidence, every: Sequence[LevelView], standings: Mapping[str, Standing]
) -> tuple[Permission, ...]:
    given = {code: one for code, one in standings.items() if one.status in {"active", "suspended"}}
    if not given:
        return ()
    by_code = {level.code: level for level in every}
    leave, accepted_at = _leave(session, person_id), _accepted_at(session, person_id)
    return tuple(
        Permission(
            by_code[code],
            one,
            pauses.pause(one.cause) if one.status == "suspended" else None,
            dates.explain(_facts(found, by_code[code], one, leave, accepted_at), found.today, REMIND_BEFORE),
        )
        for code, one in given.items()
    )


def _facts(
    found: Evidence,
    level: LevelView,
    standing: Standing,
    leave: Sequence[tuple[date, date]],
    accepted_at: datetime | None,
) -> Facts:
    before = days.months_after(standing.ends_on, -level.valid_months)
    return Facts(
        starts_on=standing.starts_on,
        ends_on=standing.ends_on,
        valid_months=level.valid_months,
        renew_days=level.renew_days,
        before_ends_on=before if before > standing.starts_on else None,
        dormant_months=level.dormant_months,
        active_on=found.active_on,
        attest_months=level.attest_months,
        accepted_on=days.day_of(accepted_at) if accepted_at else None,
        leave_days=sum(_overlap(first, last, standing.starts_on, found.today) for first, last in leave),
    )


def _overlap(first: date, last: date, starts_on: date, today: date) -> int:
    """Days from the first to the last, both counted, that lie in a term up to today."""
    begin, end = max(first, starts_on), min(last, today)
    return max(0, (end - begin + timedelta(days=1)).days)


def _leave(session: Session, person_id: int) -> list[tuple[date, date]]:
    """First and last day of each leave that paused her permissions; one that goes on ends today."""
    rows = session.execute(
        select(Hold.starts_on, Hold.lifted_at).where(Hold.person_id == person_id, Hold.cause == "leave")
    )
    return [(starts_on, days.day_of(lifted_at) if lifted_at else days.today()) for starts_on, lifted_at in rows]


def _accepted_at(session: Session, person_id: int) -> datetime | None:
    return session.scalar(select(func.max(Attestation.accepted_at)).where(Attestation.person_id == person_id))
