"""What people posted for the company, told by themselves: it shows that they are active, and fills their portfolio.

A coach looks at what is meant as a sample and finds it good, or not yet. Nobody looks at her own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from certificates import awards, days, vocabulary
from certificates.permissions import holds
from certificates.permissions.models import Hold
from certificates.way.models import Contribution
from lms.base import audit, clock
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.i18n import gettext
from lms.people.models import Person

LONGEST_ADDRESS, LONGEST_WORDS = 2000, 2000
OLDEST = timedelta(days=366)
"""How long ago something told of now may have been posted."""
ACTIVE_AGAIN = "Told about a new post."
PAGE = 20


@dataclass(frozen=True)
class Told:
    """Something somebody posted. `verdict` is `good`, `not_yet` or nothing; `name` that of who posted it."""

    id: int
    person_id: int
    name: str
    posted_on: date
    channel: str
    url: str
    words: str
    sample: bool
    verdict: str | None
    looked_by: str
    remark: str


@dataclass(frozen=True)
class Page:
    """A page of what was told, with the number of all."""

    rows: Sequence[Told]
    count: int
    number: int

    @property
    def last(self) -> int:
        return max(1, -(-self.count // PAGE))


def tell(
    session: Session, person_id: int, *, url: str, words: str, channel: str, posted_on: date, sample: bool
) -> Contribution:
    """Keep what somebody posted, and ask a coach to look at it if it is a sample. Ends a pause for want of activity.

    Raises `Invalid` with what would be right.
    """
    url, words = (url or "").strip(), words.strip()
    _check(url, words, channel, posted_on)
    awards.locked(session, person_id)
    told = Contribution(
        person_id=person_id,
        posted_on=posted_on,
        channel=channel,
        url=url,
        words=words,
        sample=sample,
        told_at=clock.now(),
    )
    session.add(told)
    session.flush()
    _wake(session, person_id)
    awards.award(session, person_id)
    return told


def ask(session: Session, person_id: int, contribution_id: int) -> None:
    """Ask a coach to look at something told before. Raises `NotFound` for another's, `Conflict` when it was asked."""
    told = session.scalar(
        select(Contribution)
        .where(Contribution.id == contribution_id, Contribution.person_id == person_id)
        .with_for_update()
    )
    if told is None:
        raise NotFound
    if told.sample:
        raise Conflict(gettext("A coach was asked before. Nothing was changed."))
    told.sample = True
    session.flush()


def judge(session: Session, contribution_id: int, verdict: str, *, by_id: int, remark: str = "") -> None:
    """A coach finds a sample `good`, or `not_yet` with a remark that helps; what becomes due by it is awarded.

    Raises `NotFound` for what nobody asked about, `Forbidden` for one's own, `Invalid` for a missing remark, and
    `Conflict` when another coach was first.
    """
    whose = select(Contribution.person_id).where(Contribution.id == contribution_id, Contribution.sample)
    person_id = session.scalar(whose)
    if person_id is None:
        raise NotFound
    if person_id == by_id:
        raise Forbidden(gettext("Nobody looks at her own posts. Another coach does."))
    if verdict not in {"good", "not_yet"}:
        raise Invalid(gettext("Choose “Good” or “Not yet”."))
    if verdict == "not_yet" and not remark.strip():
        raise Invalid(gettext("Say in a sentence what would make it good."))
    awards.locked(session, person_id)
    told = session.scalars(
        select(Contribution)
        .where(Contribution.id == contribution_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if told.verdict is not None:
        raise Conflict(gettext("Another coach was first. Nothing was changed."))
    told.verdict, told.looked_by_id, told.looked_at, told.remark = verdict, by_id, clock.now(), remark.strip()
    session.flush()
    audit.record(session, "looked at a post", f"contribution:{told.id}", actor_id=by_id, verdict=verdict)
    awards.award(session, person_id)


def of_person(session: Session, person_id: int, number: int = 1) -> Page:
    """What somebody told, newest first, a page at a time. Two statements."""
    return _page(session, _TOLD.where(Contribution.person_id == person_id).order_by(*_NEWEST), number)


def waiting(session: Session, coach_id: int, number: int = 1) -> Page:
    """The samples that wait for a coach, oldest first, without her own. Two statements."""
    asked = (Contribution.sample, Contribution.verdict.is_(None), Contribution.person_id != coach_id)
    statement = _TOLD.where(*asked, Person.status != "left").order_by(Contribution.told_at, Contribution.id)
    return _page(session, statement, number)


_coach = aliased(Person)
_NEWEST = (Contribution.posted_on.desc(), Contribution.id.desc())
_TOLD = (
    select(Contribution, Person, _coach)
    .join(Person, Person.id == Contribution.person_id)
    .outerjoin(_coach, _coach.id == Contribution.looked_by_id)
)


def _page(session: Session, statement: Select[*tuple[object, ...]], number: int) -> Page:
    count = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    number = max(1, min(number, -(-count // PAGE)))
    rows = session.execute(statement.limit(PAGE).offset((number - 1) * PAGE))
    return Page([_told(row) for row in rows], count, number)


def _told(row: Row[*tuple[object, ...]]) -> Told:
    told, person, coach = row[0], row[1], row[2]
    assert isinstance(told, Contribution)
    assert isinstance(person, Person)
    return Told(
        id=told.id,
        person_id=told.person_id,
        name=person.name,
        posted_on=told.posted_on,
        channel=told.channel,
        url=told.url,
        words=told.words,
        sample=told.sample,
        verdict=told.verdict,
        looked_by=coach.name if isinstance(coach, Person) else "",
        remark=told.remark,
    )


def _check(url: str, words: str, channel: str, posted_on: date) -> None:
    if url and not _is_web_address(url):
        raise Invalid(gettext("The address must begin with https:// or http://, as in your browser."))
    if not words or len(words) > LONGEST_WORDS:
        raise Invalid(gettext("Say in a few words what you posted: at most %(count)s letters.", count=LONGEST_WORDS))
    if channel not in dict(vocabulary.choices("channel")):
        raise Invalid(gettext("Choose the channel from the list."))
    if not days.today() - OLDEST <= posted_on <= days.today():
        raise Invalid(gettext("The day must be today or before, and not more than a year ago."))


def _is_web_address(url: str) -> bool:
    """Whether it is an address of the web that can be opened by a click, and nothing else."""
    if len(url) > LONGEST_ADDRESS or any(sign.isspace() or not sign.isprintable() for sign in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False


def _wake(session: Session, person_id: int) -> None:
    """Lift what pauses her permissions for want of activity."""
    dormant = select(Hold.id).where(Hold.person_id == person_id, Hold.cause == "dormant", Hold.lifted_at.is_(None))
    for hold_id in session.scalars(dormant).all():
        holds.lift(session, hold_id, ACTIVE_AGAIN, by_id=person_id)
