"""What people are told about permissions that are asked for, paused or taken away, each in her own language."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates import ladder
from certificates.ladder import LevelView
from certificates.models import Authorization, AuthorizationStatus, Certificate
from certificates.permissions.models import Guest, Revocation, SpeakerPair
from lms.base import i18n, mail, outbox
from lms.base.db import parts
from lms.base.i18n import force_locale, gettext, pick
from lms.base.outbox import Letter
from lms.people.models import Person

FOLDER = "certificates/mail"


@dataclass(frozen=True)
class Told:
    """Somebody to be told about permissions of hers that changed together. `change` is a row of the history."""

    change: int
    given_name: str
    email: str
    language: str
    levels: tuple[LevelView, ...]
    cause: str
    reason: str
    until: date | None


def cause_words(cause: str) -> str:
    """Why permissions are paused, as a sentence for their holder."""
    words = {
        "leave": gettext("You are away from work. It goes on when you are back."),
        "investigation": gettext("Something is being looked into. This is no verdict."),
        "incident": gettext("Something went wrong and is looked into first."),
        "guideline": gettext("The guideline changed, and you have not accepted the new text yet."),
        "dormant": gettext("You have not told of a post for a while. Tell of a new one, and it goes on."),
        "move": gettext(
            "Your place in the company changed. The social media hub checks that the permission still fits."
        ),
        "contract": gettext("The colleague who answers for you left. The social media hub looks for another."),
        "red_line": gettext("An attempt at a quiz crossed a red line. Pass the quiz, and it goes on."),
        "course": gettext("A course that it rests on is no longer completed. Complete it again, and it goes on."),
        "renewal": gettext("Something must be renewed in between, such as accepting the guideline once a year."),
        "certificate": gettext("The certificate was withdrawn as issued in error."),
    }
    return words.get(cause, gettext("Ask the social media hub for the reason."))


def paused(session: Session, authorization_ids: Collection[int]) -> None:
    """Tell holders that permissions of theirs are paused, why and until when."""
    _tell(session, authorization_ids, "paused", _paused_subject)


def goes_on(session: Session, authorization_ids: Collection[int]) -> None:
    """Tell holders that permissions of theirs hold again."""
    _tell(session, authorization_ids, "goes_on", _goes_on_subject)


def ended(session: Session, authorization_ids: Collection[int]) -> None:
    """Tell holders that permissions of theirs ended, were withdrawn or declined, and the reason."""
    _tell(session, authorization_ids, "ended", _ended_subject)


def limited(session: Session, authorization_id: int) -> None:
    """Tell a holder that her permission covers less from now on."""
    _tell(session, [authorization_id], "limited", _limited_subject)


def declined(session: Session, authorization_id: int) -> None:
    """Tell who asked that the answer is no, and why."""
    _tell(session, [authorization_id], "declined", _declined_subject)


def asked(session: Session, authorization: Authorization, level: LevelView, approvers: Iterable[Person]) -> None:
    """Tell those who can decide that somebody asks for a permission."""
    holder = session.get_one(Person, authorization.person_id)
    letters = []
    for approver in approvers:
        with force_locale(approver.language):
            name = pick(level.texts, approver.language).name
            subject = gettext("%(name)s asks for “%(level)s”", name=holder.name, level=name)
            values = {"approver": approver, "holder": holder, "level": name, "reason": authorization.reason}
            body = mail.render(f"{FOLDER}/asked.txt", **values)
        letters.append(Letter(f"authorization:{authorization.id}:asked:{approver.id}", approver.email, subject, body))
    outbox.queue_all(session, letters)


def look_again(session: Session, moved: Sequence[Person], readers: Iterable[Person], key: str) -> None:
    """Tell the hub who moved, so that it looks whether their permissions still fit."""
    letters = []
    for reader in readers:
        with force_locale(reader.language):
            subject = i18n.ngettext("A colleague moved: please check", "%(num)s colleagues moved", len(moved))
            names = [person.name for person in moved[:NAMED]]
            values = {"reader": reader, "names": names, "more": len(moved) - len(names)}
            body = mail.render(f"{FOLDER}/look_again.txt", **values)
        letters.append(Letter(f"{key}:{reader.id}", reader.email, subject, body))
    outbox.queue_all(session, letters)


def proposed(session: Session, revocation: Revocation, level: LevelView, deciders: Iterable[Person]) -> None:
    """Tell those who can be the second person that somebody proposes to take a permission away for good."""
    authorization = session.get_one(Authorization, revocation.authorization_id)
    holder = session.get_one(Person, authorization.person_id)
    letters = []
    for decider in deciders:
        with force_locale(decider.language):
            subject = f"{gettext('Proposed: take it away for good')}: {holder.name}"
            values = {"decider": decider, "holder": holder, "level": pick(level.texts, decider.language).name}
            values |= {"reason": revocation.reason, "uid": authorization.uid}
            body = mail.render(f"{FOLDER}/proposed.txt", **values)
        letters.append(Letter(f"revocation:{revocation.id}:{decider.id}", decider.email, subject, body))
    outbox.queue_all(session, letters)


def corrected(session: Session, certificate: Certificate) -> None:
    """Tell a holder that a corrected certificate took the place of hers."""
    holder = session.get_one(Person, certificate.person_id)
    with force_locale(holder.language):
        level = pick(certificate.content["level"]["texts"], holder.language)["name"]
        subject = gettext("Your certificate “%(level)s” was corrected", level=level)
        body = mail.render(f"{FOLDER}/corrected.txt", holder=holder, level=level, uid=certificate.uid)
    outbox.queue_all(session, [Letter(f"certificate:{certificate.id}:corrected", holder.email, subject, body)])


def paired(session: Session, pair: SpeakerPair, executive: Person, writer: Person) -> None:
    """Tell both of a pair that they are licensed together."""
    letters = []
    for reader, other in ((executive, writer), (writer, executive)):
        with force_locale(reader.language):
            subject = f"{gettext('Writes together with')}: {other.name}"
            values = {"reader": reader, "executive": executive, "writer": writer, "reason": pair.reason}
            body = mail.render(f"{FOLDER}/paired.txt", **values)
        letters.append(Letter(f"speaker_pair:{pair.id}:{reader.id}", reader.email, subject, body))
    outbox.queue_all(session, letters)


def sponsored(session: Session, guest: Guest, person: Person, sponsor: Person) -> None:
    """Tell a colleague that she answers for a guest, once for a sponsor and a last day."""
    with force_locale(sponsor.language):
        subject = gettext("You answer for %(name)s", name=person.name)
        body = mail.render(f"{FOLDER}/sponsored.txt", sponsor=sponsor, person=person, guest=guest)
    key = f"guest:{person.id}:{sponsor.id}:{guest.contract_ends_on.isoformat()}"
    outbox.queue_new(session, [Letter(key, sponsor.email, subject, body)])


NAMED = 20
"""So many people a mail names; the rest is a number."""


def _tell(
    session: Session, authorization_ids: Collection[int], template: str, subject: Callable[[str, Told], str]
) -> None:
    for some in parts(sorted(authorization_ids)):
        by_language = defaultdict[str, list[Told]](list)
        for told in _whom(session, some):
            by_language[told.language].append(told)
        for language, people in by_language.items():
            with force_locale(language):
                letters = [_letter(told, language, template, subject) for told in people]
            outbox.queue_all(session, letters)


def _letter(told: Told, language: str, template: str, subject: Callable[[str, Told], str]) -> Letter:
    names = ", ".join(pick(level.texts, language).name for level in told.levels)
    why = cause_words(told.cause) if told.cause else told.reason
    body = mail.render(f"{FOLDER}/{template}.txt", told=told, levels=names, why=why)
    return Letter(f"authorization_status:{told.change}:{template}", told.email, subject(names, told), body)


def _paused_subject(levels: str, told: Told) -> str:
    return gettext("Paused: your permission “%(level)s”", level=levels)


def _goes_on_subject(levels: str, told: Told) -> str:
    return gettext("Your permission “%(level)s” holds again", level=levels)


def _ended_subject(levels: str, told: Told) -> str:
    return gettext("Your permission “%(level)s” has ended", level=levels)


def _limited_subject(levels: str, told: Told) -> str:
    return gettext("Your permission “%(level)s” covers less from today", level=levels)


def _declined_subject(levels: str, told: Told) -> str:
    return gettext("Your request for “%(level)s”", level=levels)


def _whom(session: Session, authorization_ids: Sequence[int]) -> list[Told]:
    """Each person once, with all her permissions among these and the newest change of the first."""
    last = select(func.max(AuthorizationStatus.id)).where(AuthorizationStatus.authorization_id.in_(authorization_ids))
    rows = session.execute(
        select(AuthorizationStatus, Authorization.person_id, Authorization.level_id, *_ADDRESS)
        .join(Authorization, Authorization.id == AuthorizationStatus.authorization_id)
        .join(Person, Person.id == Authorization.person_id)
        .where(AuthorizationStatus.id.in_(last.group_by(AuthorizationStatus.authorization_id)))
        .order_by(AuthorizationStatus.id)
    ).all()
    levels = {level.id: level for level in ladder.levels(session)} if rows else {}
    mine = defaultdict[int, list[Any]](list)
    for row in rows:
        mine[row.person_id].append(row)
    return [_told(found, levels) for found in mine.values()]


_ADDRESS = (Person.given_name, Person.email, Person.language)


def _told(rows: list[Any], levels: dict[int, LevelView]) -> Told:
    first = rows[0]
    change = first.AuthorizationStatus
    held = tuple(levels[number] for number in sorted({row.level_id for row in rows}, key=lambda one: levels[one].rank))
    about = (change.cause, change.reason, change.until)
    return Told(change.id, first.given_name, first.email, first.language, held, *about)
