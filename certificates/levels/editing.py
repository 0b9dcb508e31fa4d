"""Changing the ladder: an administrator's deeds, each written down whole and audited.

What has been awarded never changes: a certificate holds the words and rules it was awarded with, until it ends.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates import ladder
from certificates.ladder import LISTS, RULES, TEXTS, LevelView, LevelWords
from certificates.level_models import Level, LevelRevision
from certificates.levels import differences, revisions, rows
from certificates.levels.wording import Titles
from certificates.models import Authorization
from lms.base import audit, clock
from lms.base.errors import Conflict, NotFound
from lms.base.i18n import gettext, moment, ngettext, pick
from lms.people.models import Person

OPEN = ("requested", "approved", "active", "suspended")
"""Standings in which somebody has a level, or is about to."""
KEPT = ("kind", "rank")
FIRST_ENDORSEMENT = 10


def save(session: Session, wanted: LevelView, revision: int, by_id: int) -> LevelView:
    """Make a level read as wanted, from now on. `revision` is the one that its editor began with.

    Nobody's certificate changes. Raises `Conflict` when somebody else changed the level meanwhile, and for levels that
    would ask for one another; `NotFound`.
    """
    row = locked(session, wanted.code)
    before = ladder.by_id(session, row.id)
    if row.revision != revision:
        raise Conflict(changed_meanwhile(session, row))
    _refuse_circles(session, wanted)
    if not differences.between(revisions.written(before), revisions.written(wanted), Titles()):
        return before
    revisions.keep(session, before)
    for name in RULES:
        if name not in KEPT:
            setattr(row, name, getattr(wanted, name))
    rows.replace(session, row.id, rows.of(wanted))
    return _written(session, row, "changed a level", by_id)


def create(session: Session, names: Mapping[str, str], by_id: int) -> LevelView:
    """A new endorsement with a name in some languages, not in use until its words and rules are there and it is put to
    use (`bring_back`). Its code is made from the English name. Raises `Conflict` when that is taken.
    """
    code = address(names["en"])
    if not code or not code[0].isalpha():
        raise Conflict(gettext("Begin the English name with a letter from a to z."))
    last = session.scalar(select(func.max(Level.rank))) or 0
    if session.scalar(select(Level.id).where(func.lower(Level.code) == code.lower())) is not None:
        raise Conflict(gettext("There is a level “%(code)s” already. Choose another name.", code=code))
    row = Level(
        code=code,
        kind="endorsement",
        rank=max(last + 1, FIRST_ENDORSEMENT),
        valid_months=12,
        needs_attestation=True,
        granted_by_rule=False,
        may_reply=False,
        may_commit=False,
        may_in_crisis=False,
        source_sha256="",
        revision=0,
        retired_at=clock.now(),
    )
    session.add(row)
    session.flush()
    texts = {language: LevelWords(name, "", "", (), (), "") for language, name in names.items() if name}
    asked = replace(ladder.by_id(session, row.id), texts=texts, approvers=("hub",))
    rows.replace(session, row.id, rows.of(asked))
    return _written(session, row, "added an endorsement", by_id)


def retire(session: Session, code: str, by_id: int) -> None:
    """Award and give a level no more. Raises `Conflict` while people have it, or while another level asks for it."""
    row = locked(session, code)
    if row.retired_at is not None:
        raise Conflict(gettext("This level is retired already."))
    if sentence := in_the_way(session, ladder.by_id(session, row.id)):
        raise Conflict(sentence)
    revisions.keep(session, ladder.by_id(session, row.id))
    row.retired_at = clock.now()
    _written(session, row, "retired a level", by_id)


def bring_back(session: Session, code: str, by_id: int) -> None:
    """Award and give a level that is retired, or new. Raises `Conflict` for one in use, or with words missing."""
    row = locked(session, code)
    if row.retired_at is None:
        raise Conflict(gettext("This level is in use already."))
    words = ladder.by_id(session, row.id).texts.values()
    if not all(getattr(one, name) for one in words for name in (*TEXTS, *LISTS)):
        raise Conflict(gettext("Fill in all words of this level first, in each language that it has."))
    revisions.keep(session, ladder.by_id(session, row.id))
    row.retired_at = None
    _written(session, row, "brought back a level", by_id)


def in_the_way(session: Session, level: LevelView) -> str:
    """Why a level cannot be retired, in a sentence; nothing when it can."""
    having = session.scalar(
        select(func.count(Authorization.person_id.distinct())).where(
            Authorization.level_id == level.id, Authorization.status.in_(OPEN)
        )
    )
    if having:
        return ngettext(
            "%(num)s person has this level or asked for it. It can be retired when no permission of it is open.",
            "%(num)s people have this level or asked for it. It can be retired when no permission of it is open.",
            having,
        )
    asking = [
        pick(one.texts).name
        for one in ladder.levels(session)
        if not one.retired and any(need.kind == "level" and need.slug == level.code for need in one.needs)
    ]
    if asking:
        return gettext("%(levels)s asks for this level. Change that first.", levels=", ".join(asking))
    return ""


def changed_meanwhile(session: Session, row: Level) -> str:
    """Who changed a level last, and when, for somebody whose own changes were not saved."""
    last = session.execute(
        select(LevelRevision.at, Person.given_name, Person.family_name)
        .outerjoin(Person, Person.id == LevelRevision.by_id)
        .where(LevelRevision.level_id == row.id, LevelRevision.number == row.revision)
    ).first()
    who = f"{last.given_name or ''} {last.family_name or ''}".strip() if last else ""
    return gettext(
        "%(who)s changed this level on %(when)s, while you were at it. Nothing of yours is saved; it is still here.",
        who=who or gettext("An update"),
        when=moment(last.at) if last else "–",
    )


def locked(session: Session, code: str) -> Level:
    """The row of a level, one deed at a time; awarding it goes on meanwhile. Raises `NotFound`."""
    row = session.scalar(
        select(Level)
        .where(Level.code == code)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound
    return row


def address(typed: str) -> str:
    """The code of an endorsement, made from what somebody typed: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", typed.lower()).strip("-")[:30].strip("-")


def _written(session: Session, row: Level, deed: str, by_id: int) -> LevelView:
    row.revision += 1
    row.edited_at = clock.now()
    session.flush()
    level = ladder.by_id(session, row.id)
    revisions.keep(session, level, by_id)
    audit.record(session, deed, f"level:{row.id}", actor_id=by_id, code=row.code, revision=row.revision)
    session.flush()
    return level


def _refuse_circles(session: Session, wanted: LevelView) -> None:
    asks = {level.code: _levels_asked(level) for level in ladder.levels(session)} | {wanted.code: _levels_asked(wanted)}
    reached, ahead = set[str](), set(asks[wanted.code])
    while ahead:
        code = ahead.pop()
        if code == wanted.code:
            raise Conflict(gettext("Levels cannot ask for one another in a circle. Choose another level."))
        if code not in reached:
            reached.add(code)
            ahead |= asks.get(code, set())


def _levels_asked(level: LevelView) -> set[str]:
    return {need.slug for need in level.needs if need.kind == "level"}
