"""What people are told when a question was marked anew: what was wrong, what it means for them, what there is to do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import clock, mail, outbox
from lms.base.i18n import force_locale, gettext, pick
from lms.base.outbox import Letter, OutboxMessage
from lms.people import directory
from lms.people.models import Person, PersonRole
from quizzes import definitions
from quizzes.regrading.models import Regrade

WEIGHT = ("lost", "passed", "same", "points")
"""What it can mean for somebody, the weightiest first: the course is open again; it is completed; a result changed
and nothing follows, because another attempt is passed or none is; only points changed."""
SECOND_HANDS = ("administrator", "hub", "legal")
"""The roles that may agree to a loss of passes."""
_NAME, _ATTEMPT = "\x00", "\x01"
"""Stand in a letter where the reader's name and her attempt's number go. No text of ours holds these characters."""


@dataclass(frozen=True)
class News:
    """What a regrade means for somebody, by a word of `WEIGHT`, and the attempt it is about."""

    person_id: int
    attempt_id: int
    quiz_version_id: int
    what: str


def tell(session: Session, regrade: Regrade, news: Iterable[News], *, undone: bool) -> None:
    """Queue a letter for each of these people in her language, once a regrade; of points alone only when asked to.

    Three statements, however many people.
    """
    wanted = {one.person_id: one for one in news if one.what != "points" or regrade.tells_all}
    rows = session.execute(
        select(Person.id, Person.email, Person.given_name, Person.language).where(
            Person.id.in_(list(wanted)), Person.status != "left"
        )
    ).all()
    worded: dict[tuple[str, str, int], tuple[str, str]] = {}
    letters = []
    for reader in sorted(rows):
        one = wanted[reader.id]
        kind = reader.language, one.what, one.quiz_version_id
        if kind not in worded:
            worded[kind] = _worded(definitions.version(session, one.quiz_version_id).titles, regrade, *kind[:2], undone)
        subject, body = worded[kind]
        body = body.replace(_NAME, reader.given_name).replace(_ATTEMPT, str(one.attempt_id))
        key = f"regrade:{regrade.id}:{'undone' if undone else 'applied'}:{reader.id}"
        letters.append(Letter(key, reader.email, subject, body))
    sent = set(session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.in_([one.key for one in letters]))))
    outbox.queue_all(session, [one for one in letters if one.key not in sent])


def ask_second_hand(session: Session, regrade: Regrade, first_hand: int, slug: str, lost: int) -> None:
    """Ask everybody who may agree to a loss of passes, but the one who wants it. Once each time somebody asks."""
    titles, asker = definitions.live(session, slug).titles, directory.get(session, first_hand)
    readers = session.scalars(
        select(Person)
        .where(
            Person.id.in_(select(PersonRole.person_id).where(PersonRole.role.in_(SECOND_HANDS))),
            Person.id != first_hand,
            Person.status == "active",
        )
        .order_by(Person.id)
    )
    occasion, letters = f"regrade:{regrade.id}:second:{clock.now():%Y%m%d%H%M%S%f}", []
    for reader in readers:
        with force_locale(reader.language):
            body = mail.render(
                "quizzes/mail/second_hand.txt",
                name=reader.given_name,
                asker=asker.name,
                title=pick(titles, reader.language),
                reason=regrade.reason,
                lost=lost,
                undoing=regrade.undone_by is not None,
                number=regrade.id,
            )
            subject = gettext("A second hand is needed: results of a quiz")
        letters.append(Letter(f"{occasion}:{reader.id}", reader.email, subject, body))
    outbox.queue_all(session, letters)


def _worded(titles: Mapping[str, str], regrade: Regrade, language: str, what: str, undone: bool) -> tuple[str, str]:
    with force_locale(language):
        title = pick(titles, language)
        body = mail.render(
            "quizzes/mail/regraded.txt",
            name=_NAME,
            attempt=_ATTEMPT,
            title=title,
            policy=regrade.policy,
            reason=regrade.reason,
            what=what,
            undone=undone,
        )
        return gettext("Your result was looked at again: %(quiz)s", quiz=title), body
