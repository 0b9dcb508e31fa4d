"""Publishing: the draft of a guideline becomes a version that then never changes."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid
from lms.base.events import Foreseen, announce, foresee
from lms.base.i18n import LANGUAGES, day, gettext
from lms.guidelines import catalog, comparing, drafting, signoffs, wording
from lms.guidelines.catalog import GuidelineView
from lms.guidelines.events import GuidelinePublished, WouldPublish
from lms.guidelines.models import Attestation, Guideline, GuidelineVersion
from lms.people.models import Person

TIME_TO_ACCEPT = timedelta(days=30)
"""How long people get to read and accept a material version, unless its publisher says otherwise."""


@dataclass(frozen=True)
class Choice:
    """What a publication means: better words, or (`material`) other rules, to be accepted until `accept_by_on`."""

    material: bool
    effective_on: date
    accept_by_on: date | None = None


@dataclass(frozen=True)
class Reach:
    """Whom a material version would ask: who has accepted the guideline before, and what else would follow."""

    people: int
    foreseen: tuple[Foreseen, ...]


def publish(session: Session, slug: str, person_id: int, choice: Choice, digest: str) -> int:
    """Make the draft the newest version; returns its number. It holds from `effective_on` on.

    `digest` is that of the words its publisher saw. Raises `Conflict` when they are others by now or when there is no
    draft, and `Invalid` with all that stands in the way.
    """
    row, draft = drafting.locked(session, slug)
    if wording.digest(draft) != digest:
        raise Conflict(gettext("The draft was changed after you opened this page. Look again, and publish then."))
    before = drafting.before(session, slug)
    signatures = signoffs.read(session, row.id, digest)
    if wrong := [*missing(draft, before), *signoffs.missing(signatures), *_faults(draft, before, choice)]:
        raise Invalid(" ".join(wrong))
    row.material, row.effective_on = choice.material, choice.effective_on
    row.accept_by_on = choice.accept_by_on if choice.material else None
    row.published_at, row.published_by_id = clock.now(), person_id
    session.flush()
    said = {"number": row.number, "material": row.material, "effective_on": row.effective_on.isoformat()}
    signed = [one.person_id for one in signatures if one.counts]
    subject = f"guideline_version:{row.id}"
    audit.record(session, "published a guideline", subject, actor_id=person_id, digest=digest, signed_by=signed, **said)
    announce(session, GuidelinePublished(row.guideline_id, row.id, row.material, row.accept_by_on))
    return row.number


def missing(draft: GuidelineView, before: GuidelineView) -> list[str]:
    """What is still to be written before the draft can be published, as sentences."""
    sentences = []
    if comparing.same(before, draft):
        sentences.append(gettext("The draft says the same as version %(number)s.", number=before.number))
    if not draft.clauses:
        sentences.append(gettext("Write at least one clause."))
    for language in draft.titles:
        named = {"language": LANGUAGES.get(language, language)}
        empty = [one.code for one in draft.clauses if not one.titles.get(language) or not one.bodies.get(language)]
        if empty:
            codes = ", ".join(empty)
            sentences.append(gettext("Without words in %(language)s: %(codes)s.", codes=codes, **named))
        if before.number and not draft.changes.get(language):
            sentences.append(gettext("Say in %(language)s what changed: people read it who accept it anew.", **named))
    if gone := [LANGUAGES.get(language, language) for language in before.titles if language not in draft.titles]:
        gone_words = ", ".join(gone)
        sentences.append(
            gettext(
                "People read version %(number)s in %(languages)s; the draft has none of it.",
                number=before.number,
                languages=gone_words,
            )
        )
    return sentences


def _faults(draft: GuidelineView, before: GuidelineView, choice: Choice) -> list[str]:
    today, sentences = catalog.today(), []
    if not choice.material and not comparing.same_rules(before, draft):
        sentences.append(
            gettext("A clause is new, leaves, or has another red line or other readers: that changes the rules.")
        )
    if choice.effective_on < today:
        sentences.append(gettext("It cannot hold from a day in the past. Choose today or a later day."))
    if choice.effective_on < before.effective_on:
        said = {"number": before.number, "day": day(before.effective_on)}
        sentences.append(gettext("Version %(number)s holds from %(day)s: choose that day or a later one.", **said))
    if choice.material and choice.accept_by_on is None:
        sentences.append(gettext("Choose the day until which people accept it."))
    if choice.material and choice.accept_by_on and choice.accept_by_on < choice.effective_on:
        sentences.append(gettext("People can accept it once it holds: choose that day or a later one."))
    return sentences


def reach(session: Session, draft: GuidelineView) -> Reach:
    """Whom the draft would ask to accept it anew if it were published as material. Nothing is changed."""
    guideline_id = session.scalars(select(Guideline.id).where(Guideline.slug == draft.slug)).one()
    people = session.scalar(
        select(func.count(Attestation.person_id.distinct()))
        .join(GuidelineVersion, GuidelineVersion.id == Attestation.version_id)
        .join(Person, Person.id == Attestation.person_id)
        .where(GuidelineVersion.guideline_id == guideline_id, Person.status != "left")
    )
    plan = WouldPublish(guideline_id=guideline_id, version_id=draft.version_id, material=True)
    return Reach(people or 0, tuple(foresee(session, plan)))
