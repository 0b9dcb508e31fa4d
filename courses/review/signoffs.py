"""Sign-offs: who read which words of a draft, and agreed.

What touches a regulated topic is published with the sign-off of somebody who reviews that topic, or the course, and
who changed nothing in the draft. A sign-off is for exact words: when they change, it is one of before the change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from courses.authoring import drafts
from courses.authoring.models import VersionAuthor
from courses.models import CourseVersion
from courses.review import contents, reviewers, topics
from courses.review.contents import Contents
from courses.review.models import SignOff
from courses.review.reviewers import Seat
from courses.review.topics import TopicView
from lms.base import audit, clock
from lms.base.errors import Conflict, Forbidden, NotFound
from lms.base.i18n import gettext, pick
from lms.people.models import Person

WHOLE_COURSE = ""
"""The key under which a course as a whole is signed off; topics have keys of their own."""


@dataclass(frozen=True)
class Signature:
    """Somebody signed these words, then. `wrote` says that she has changed the draft herself, before or after."""

    person_id: int
    name: str
    topic: str
    digest: str
    note: str
    signed_at: datetime
    wrote: bool = False


@dataclass(frozen=True)
class Matter:
    """What is signed off: a topic of a draft with the lessons that touch it, or the whole course without a topic.

    `changed` are those of its lessons that are new, say something else than the live version, or leave; for a topic
    also those whose tag for it was put on or taken off, so that no text goes out of its reviewer's sight unseen.
    """

    key: str
    topic: TopicView | None
    lessons: tuple[str, ...]
    changed: tuple[str, ...]
    digest: str
    seats: tuple[Seat, ...] = ()
    signatures: tuple[Signature, ...] = ()

    @property
    def required(self) -> bool:
        """Whether the draft cannot be published without this sign-off."""
        return bool(self.topic and self.topic.regulated and self.changed)

    @property
    def counting(self) -> list[Signature]:
        """The signatures under the words as they are now, of people who may sign them."""
        may = {seat.person_id for seat in self.seats}
        return [one for one in self.signatures if one.digest == self.digest and not one.wrote and one.person_id in may]

    @property
    def stale(self) -> list[Signature]:
        """The last signature of each person who signed before the last change, and not since."""
        again = {one.person_id for one in self.signatures if one.digest == self.digest}
        older = {one.person_id: one for one in self.signatures if one.person_id not in again}
        return list(older.values())

    @property
    def may_be_asked(self) -> list[str]:
        """The names of those who can sign it."""
        return list(dict.fromkeys(seat.name for seat in self.seats if seat.works_here and not seat.wrote))


@dataclass(frozen=True)
class Dossier:
    """A draft as it is reviewed: what it says, what of that is new, and what is to be signed."""

    draft: Contents
    live: Contents | None
    changed: tuple[str, ...]
    matters: tuple[Matter, ...]

    def matter(self, key: str) -> Matter:
        """The topic, or the whole course, that is to be signed. Raises `NotFound`."""
        for matter in self.matters:
            if matter.key == key:
                return matter
        raise NotFound

    @property
    def whole(self) -> Matter:
        """The course as a whole."""
        return self.matter(WHOLE_COURSE)

    def signed(self, matter: Matter) -> bool:
        """Whether a topic is signed off by somebody who reviews it, or the course is as a whole."""
        return bool(matter.counting or self.whole.counting)

    def topics_of(self, lesson: str) -> list[TopicView]:
        """The topics that a lesson touches."""
        return [matter.topic for matter in self.matters if matter.topic and lesson in matter.lessons]


def dossier(session: Session, course_id: int, draft_id: int, live_id: int | None) -> Dossier:
    """A draft as it is reviewed. Four statements, however long it is."""
    return dossiers(session, [(course_id, draft_id, live_id)])[draft_id]


def dossiers(
    session: Session, drafts: Sequence[tuple[int, int, int | None]], known: list[TopicView] | None = None
) -> dict[int, Dossier]:
    """Drafts as they are reviewed, by their numbers: each given as course, draft and live version.

    Four statements, whatever their number; one less with the topics that are `known` already.
    """
    known = topics.all(session) if known is None else known
    read = contents.read(session, *(number for _, draft, live in drafts for number in (draft, live) if number))
    ids = [draft for _, draft, _ in drafts]
    seats, made = reviewers.of_drafts(session, ids), signatures(session, *ids)
    found = {}
    for course_id, draft_id, live_id in drafts:
        draft, live = read[draft_id], read.get(live_id or 0)
        own_seats = [seat for seat in seats[draft_id] if seat.course_id in (None, course_id)]
        changed = contents.changed(draft, live)
        matters = _matters(known, draft, live, changed, own_seats, made[draft_id])
        found[draft_id] = Dossier(draft, live, tuple(changed), tuple(matters))
    return found


def _matters(
    known: Sequence[TopicView],
    draft: Contents,
    live: Contents | None,
    changed: list[str],
    seats: list[Seat],
    made: list[Signature],
) -> list[Matter]:
    found = [_whole(draft, changed, seats, made)]
    for topic in known:
        lessons = contents.touching(topic.clauses, topic.key, draft, live)
        if not lessons:
            continue
        found.append(
            Matter(
                key=topic.key,
                topic=topic,
                lessons=tuple(lessons),
                changed=_changed(topic.key, lessons, changed, draft, live),
                digest=contents.digest(draft, lessons, topic.key),
                seats=tuple(seat for seat in seats if seat.course_id or seat.topic == topic.key),
                signatures=tuple(one for one in made if one.topic == topic.key),
            )
        )
    return found


def _changed(
    tag: str, lessons: list[str], changed: list[str], draft: Contents, live: Contents | None
) -> tuple[str, ...]:
    """What is new for a topic: changed and retagged lessons; all of them when the titles around them say otherwise."""
    if live and contents.around(draft, lessons) != contents.around(live, lessons):
        return tuple(lessons)
    retagged = contents.retagged(tag, draft, live)
    return tuple(slug for slug in lessons if slug in changed or slug in retagged)


def _whole(draft: Contents, changed: list[str], seats: list[Seat], made: list[Signature]) -> Matter:
    own_seats = tuple(seat for seat in seats if seat.course_id)
    own = tuple(one for one in made if one.topic == WHOLE_COURSE)
    digest = contents.digest_of_all(draft)
    return Matter(WHOLE_COURSE, None, tuple(draft.lessons), tuple(changed), digest, own_seats, own)


def signatures(session: Session, *version_ids: int) -> dict[int, list[Signature]]:
    """Who signed what of some versions, in order of time. One statement."""
    wrote = exists().where(VersionAuthor.version_id == SignOff.version_id, VersionAuthor.person_id == SignOff.person_id)
    rows = session.execute(
        select(SignOff, Person, wrote.label("wrote"))
        .join(Person, Person.id == SignOff.person_id)
        .where(SignOff.version_id.in_(version_ids))
        .order_by(SignOff.signed_at, SignOff.id)
    )
    found: dict[int, list[Signature]] = {version_id: [] for version_id in version_ids}
    for one, person, by in rows:
        words = (one.topic, one.digest, one.note, one.signed_at)
        found[one.version_id].append(Signature(person.id, person.name, *words, by))
    return found


def signed(session: Session, version_id: int) -> list[tuple[str, Signature]]:
    """Who signed what of a version, with the name of the topic, or of the course as a whole. Two statements at most."""
    found = signatures(session, version_id)[version_id]
    names = {topic.key: topic.names for topic in topics.all(session)} if found else {}
    whole = {"en": gettext("The course as a whole")}
    return [(pick(names.get(one.topic) or whole), one) for one in found]


def obstacle(matter: Matter, person_id: int) -> str | None:
    """Why somebody cannot sign a topic or the course off, as a sentence to her; nothing when she can."""
    own = [seat for seat in matter.seats if seat.person_id == person_id]
    if not own:
        return gettext("Only its reviewers can sign this off.")
    if own[0].wrote:
        return gettext("You changed this draft. Nobody signs off their own work: ask another reviewer.")
    return None


def sign(session: Session, course_id: int, person_id: int, key: str, digest: str, note: str = "") -> SignOff:
    """A reviewer signs a topic of the draft off, or the course; `digest` is that of the words she has read.

    Signing the same words again changes nothing. Raises `Forbidden` when it is not hers to sign or her own work,
    `Conflict` when the words have changed since she opened them or nobody asked for a review, and `NotFound`.
    """
    drafts.lock(session, course_id)
    draft, live = drafts.edition(session, course_id, "draft"), drafts.edition(session, course_id, "published")
    if draft is None or draft.in_review_at is None:
        raise Conflict(gettext("This course is not in review now. Perhaps it was just published or taken back."))
    matter = dossier(session, course_id, draft.id, live.id if live else None).matter(key)
    if sentence := obstacle(matter, person_id):
        raise Forbidden(sentence)
    if digest != matter.digest:
        raise Conflict(gettext("The text has changed since you opened it. Read what changed, then sign it off."))
    same = (SignOff.version_id == draft.id, SignOff.topic == key, SignOff.person_id == person_id)
    found = session.scalar(select(SignOff).where(*same, SignOff.digest == digest))
    return found or _signed(session, draft, person_id, key, digest, note)


def _signed(session: Session, draft: CourseVersion, person_id: int, key: str, digest: str, note: str) -> SignOff:
    found = SignOff(
        version_id=draft.id,
        topic=key,
        person_id=person_id,
        digest=digest,
        note=drafts.line(note),
        signed_at=clock.now(),
    )
    session.add(found)
    session.flush()
    words = {"version": draft.number, "topic": key, "digest": digest}
    audit.record(session, "signed off a draft", f"course:{draft.course_id}", actor_id=person_id, **words)
    return found


def missing(session: Session, draft: CourseVersion, live: CourseVersion | None) -> list[str]:
    """Which sign-offs the draft still needs before it can be published, a sentence each, for its author.

    A draft needs one for each regulated topic that a lesson touches which is new in it, says something else than the
    live version, or leaves with it. Four statements; one where there is no regulated topic.
    """
    regulated = [topic for topic in topics.all(session) if topic.regulated]
    if not regulated:
        return []
    found = dossiers(session, [(draft.course_id, draft.id, live.id if live else None)], regulated)[draft.id]
    return [lacking(one) for one in found.matters if one.required and not found.signed(one)]


def lacking(matter: Matter) -> str:
    """What sign-off a topic lacks and who can give it, as a sentence for its author."""
    assert matter.topic
    name, names = pick(matter.topic.names), ", ".join(matter.may_be_asked)
    if not matter.seats:
        return gettext("“%(topic)s” has no reviewer yet. An administrator can name one under “Reviewers”.", topic=name)
    if not names:
        return gettext(
            "“%(topic)s” needs a sign-off by somebody who did not change this draft. An administrator can name"
            " another reviewer.",
            topic=name,
        )
    if matter.stale:
        return gettext("“%(topic)s” was signed before the last change. Ask %(names)s again.", topic=name, names=names)
    return gettext("“%(topic)s” is not signed off yet. Ask %(names)s.", topic=name, names=names)
