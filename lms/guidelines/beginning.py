"""A guideline that is new: an address, a title in each language, and an empty draft."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Invalid
from lms.base.i18n import gettext
from lms.guidelines import catalog, drafting, entries
from lms.guidelines.entries import Words
from lms.guidelines.models import Guideline, GuidelineText, GuidelineVersion


def start(session: Session, slug: str, titles: Mapping[str, str], person_id: int) -> None:
    """Begin a guideline with a draft that has nothing but its title, in the languages that have one.

    It is found by nobody but authors and reviewers until its first version is published. Raises `Invalid` with what
    is wrong, and `Conflict` when another guideline has this address.
    """
    if not entries.fits(slug):
        raise Invalid(gettext("Write the address with small letters, digits and hyphens, such as “event-rules”."))
    entries.check_words({language: Words(title, "") for language, title in titles.items()})
    if session.scalar(select(Guideline.id).where(Guideline.slug == slug)) is not None:
        raise Conflict(gettext("Another guideline has this address. Choose another one."))
    guideline = Guideline(slug=slug)
    session.add(guideline)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict(gettext("Another guideline has this address. Choose another one.")) from None
    row = GuidelineVersion(
        guideline_id=guideline.id,
        number=1,
        material=True,
        effective_on=catalog.today(),
        drafted_by_id=person_id,
        source_sha256="",
        texts=[
            GuidelineText(language=language, title=title, intro_html="", whole="", sha256="")
            for language, title in titles.items()
            if title
        ],
    )
    session.add(row)
    session.flush()
    drafting.seal(session, row, person_id, "opened")
    audit.record(session, "began a guideline", f"guideline:{guideline.id}", actor_id=person_id, slug=slug)
