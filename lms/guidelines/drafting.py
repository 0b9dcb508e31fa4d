"""The draft of a guideline: a copy of its newest version that is changed part by part until it is published.

Every save locks the draft and says of which words it is a change. Who saves over words that somebody else has saved
meanwhile is shown those first. A guideline has one draft at a time.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, NotFound
from lms.base.i18n import gettext
from lms.guidelines import catalog, entries, wording, writing
from lms.guidelines.catalog import ClauseView, GuidelineView
from lms.guidelines.entries import ClauseEntry, Words
from lms.guidelines.models import Clause, ClauseText, ClauseTouch, Guideline, GuidelineText, GuidelineVersion

CHANGED = "changed a guideline draft"
"""The deed in the audit trail by which `signoffs` knows who wrote a draft."""


class Stale(Conflict):
    """Somebody saved these words after they were opened here."""


def find(session: Session, slug: str) -> GuidelineView | None:
    """The draft of a guideline, if there is one."""
    wanted = select(GuidelineVersion.id).join(Guideline, Guideline.id == GuidelineVersion.guideline_id)
    draft_id = session.scalar(wanted.where(Guideline.slug == slug, GuidelineVersion.published_at.is_(None)))
    return catalog.read(session, draft_id) if draft_id else None


def get(session: Session, slug: str) -> GuidelineView:
    """The draft of a guideline. Raises `NotFound`."""
    found = find(session, slug)
    if found is None:
        raise NotFound
    return found


def open_draft(session: Session, slug: str, person_id: int) -> GuidelineView:
    """The draft of a guideline; when there is none, a new one that is a copy of the newest version."""
    guideline_id = session.scalar(select(Guideline.id).where(Guideline.slug == slug).with_for_update())
    if guideline_id is None:
        raise NotFound
    draft = find(session, slug)
    if draft is not None:
        return draft
    source = newest(session, slug)
    row = GuidelineVersion(
        guideline_id=guideline_id,
        number=source.number + 1,
        material=False,
        effective_on=catalog.today(),
        drafted_by_id=person_id,
        source_sha256="",
    )
    session.add(row)
    session.flush()
    _copy(session, source, row.id)
    seal(session, row, person_id, "opened")
    return catalog.read(session, row.id)


def newest(session: Session, slug: str) -> GuidelineView:
    """The published version with the highest number, which need not hold yet. Raises `NotFound`."""
    editions = catalog.editions(session, slug)
    if not editions:
        raise NotFound
    return catalog.version(session, editions[0].version_id)


def before(session: Session, slug: str) -> GuidelineView:
    """What a draft would replace: the newest version; for a new guideline an empty one with the number 0."""
    try:
        return newest(session, slug)
    except NotFound:
        return GuidelineView(0, slug, 0, date.min, titles={}, intros={}, sha256s={}, clauses=())


def save_head(session: Session, slug: str, person_id: int, words: Mapping[str, Words], seen: str) -> None:
    """Keep title, introduction and what changed, by language; a language without a title leaves the version.

    `seen` is `wording.head_digest` of what was changed. Raises `Stale`, or `Invalid` with what is wrong.
    """
    entries.check_words(words)
    row, view = locked(session, slug)
    if wording.head_digest(view) != seen:
        raise Stale(gettext("Somebody saved this after you opened it. Compare, and save again."))
    codes = {clause.code for clause in view.clauses}
    for language, one in words.items():
        text = session.get(GuidelineText, (row.id, language))
        if not one.title:
            of_draft = GuidelineText.version_id == row.id
            session.execute(delete(GuidelineText).where(of_draft, GuidelineText.language == language))
            continue
        if text is None:
            text = GuidelineText(version_id=row.id, language=language, whole="", sha256="")
            session.add(text)
        text.title, text.intro, text.changes = one.title, one.body, one.line
        text.intro_html = entries.html(language, one.body, codes)
    seal(session, row, person_id, "head")


def add_clause(session: Session, slug: str, person_id: int, kind: str, entry: ClauseEntry) -> str:
    """Put a new clause at the end of its kind; returns its code, which no version of the guideline has had."""
    _check(entry)
    row, view = locked(session, slug)
    letter = "F" if kind == "freedom" else "D"
    used = select(Clause.code).join(GuidelineVersion, GuidelineVersion.id == Clause.version_id)
    codes = session.scalars(used.where(GuidelineVersion.guideline_id == row.guideline_id)).all()
    numbers = [int(code[1:]) for code in codes if code.startswith(letter) and code[1:].isdigit()]
    clause = Clause(version_id=row.id, code=f"{letter}{max(numbers, default=0) + 1}", position=len(view.clauses) + 1)
    clause.kind, clause.red_line = ("freedom" if kind == "freedom" else "duty"), entry.red_line
    session.add(clause)
    session.flush()
    _write(session, clause, entry, {one.code for one in view.clauses} | {clause.code})
    seal(session, row, person_id, clause.code)
    return clause.code


def save_clause(session: Session, slug: str, person_id: int, code: str, entry: ClauseEntry, seen: str) -> None:
    """Keep a clause as it was entered. `seen` is `wording.clause_digest` of what was changed.

    Raises `Stale`, `NotFound` when the clause is gone, or `Invalid` with what is wrong.
    """
    _check(entry)
    row, view = locked(session, slug)
    if wording.clause_digest(_clause_view(view, code)) != seen:
        raise Stale(gettext("Somebody saved this after you opened it. Compare, and save again."))
    _write(session, _clause_row(session, row.id, code), entry, {one.code for one in view.clauses})
    seal(session, row, person_id, code)


def remove_clause(session: Session, slug: str, person_id: int, code: str) -> None:
    """Take a clause out of the draft. Its code is not given to another."""
    row, _ = locked(session, slug)
    clause = _clause_row(session, row.id, code)
    _empty(session, [clause.id])
    seal(session, row, person_id, code)


def move_clause(session: Session, slug: str, person_id: int, code: str, *, up: bool) -> None:
    """Let a clause change places with the one of its kind before or after it; at the end nothing happens."""
    row, view = locked(session, slug)
    own = _clause_view(view, code)
    codes = [clause.code for clause in view.clauses if clause.kind == own.kind]
    there = codes.index(code) + (-1 if up else 1)
    if not 0 <= there < len(codes):
        return
    one, other = _clause_row(session, row.id, code), _clause_row(session, row.id, codes[there])
    one.position, other.position = other.position, one.position
    seal(session, row, person_id, code)


def start_over(session: Session, slug: str, person_id: int) -> None:
    """Throw away what was changed: the draft says again what the newest version says."""
    row, _ = locked(session, slug)
    _empty(session, session.scalars(select(Clause.id).where(Clause.version_id == row.id)).all())
    session.execute(delete(GuidelineText).where(GuidelineText.version_id == row.id))
    _copy(session, newest(session, slug), row.id)
    seal(session, row, person_id, "all")


def locked(session: Session, slug: str) -> tuple[GuidelineVersion, GuidelineView]:
    """The draft as a row and as it reads, for a deed that nobody else may come between. Raises `Conflict`."""
    row = session.scalar(
        select(GuidelineVersion)
        .join(Guideline, Guideline.id == GuidelineVersion.guideline_id)
        .where(Guideline.slug == slug, GuidelineVersion.published_at.is_(None))
        .with_for_update(of=GuidelineVersion)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise Conflict(gettext("There is no draft any more. Perhaps somebody published it a moment ago."))
    return row, catalog.read(session, row.id)


def _check(entry: ClauseEntry) -> None:
    entries.check_words(entry.words)
    entries.check_limits(entry)


def _clause_view(view: GuidelineView, code: str) -> ClauseView:
    try:
        return view.clause(code)
    except KeyError:
        raise NotFound from None


def _clause_row(session: Session, version_id: int, code: str) -> Clause:
    found = session.scalar(select(Clause).where(Clause.version_id == version_id, Clause.code == code))
    if found is None:
        raise NotFound
    return found


def _write(session: Session, clause: Clause, entry: ClauseEntry, codes: set[str]) -> None:
    clause.red_line = entry.red_line
    clause.tier, clause.country = entry.tier or None, entry.country.lower() or None
    for table in (ClauseText, ClauseTouch):
        session.execute(delete(table).where(table.clause_id == clause.id))
    for language, one in entry.words.items():
        if one.title:
            said = {"title": one.title, "body": one.body, "note": one.line}
            shown = entries.html(language, one.body, codes)
            entries.html(language, one.line, codes)
            session.add(ClauseText(clause_id=clause.id, language=language, body_html=shown, **said))
    session.add_all(ClauseTouch(clause_id=clause.id, dimension=kind, value=value) for kind, value in entry.touches)


def _empty(session: Session, ids: Sequence[int]) -> None:
    for table in (ClauseText, ClauseTouch):
        session.execute(delete(table).where(table.clause_id.in_(ids)))
    session.execute(delete(Clause).where(Clause.id.in_(ids)))


def seal(session: Session, row: GuidelineVersion, person_id: int, part: str) -> None:
    """Seal the words anew after a change, count it, and remember whose it was."""
    session.flush()
    view = catalog.read(session, row.id)
    for language in view.titles:
        text = session.get_one(GuidelineText, (row.id, language))
        text.whole = wording.whole(view, language, view.clauses)
        text.sha256 = wording.sha256(text.whole)
    row.revision += 1
    audit.record(session, CHANGED, f"guideline_version:{row.id}", actor_id=person_id, part=part)
    session.flush()


def _copy(session: Session, source: GuidelineView, version_id: int) -> None:
    """Give an empty draft the words of a version. What was new in that one is not new in the next."""
    for language, title in source.titles.items():
        intro = writing.source(source.intro_sources.get(language, ""), source.intros[language])
        words = {"title": title, "intro": intro, "intro_html": source.intros[language]}
        session.add(GuidelineText(version_id=version_id, language=language, whole="", sha256="", **words))
    rows = [
        Clause(
            version_id=version_id,
            code=one.code,
            position=position,
            kind=one.kind,
            red_line=one.red_line,
            tier=one.tier,
            country=one.country,
        )
        for position, one in enumerate(source.clauses, 1)
    ]
    session.add_all(rows)
    session.flush()
    for row, one in zip(rows, source.clauses, strict=True):
        for language, title in one.titles.items():
            shown = one.bodies[language]
            body = writing.source(one.sources.get(language, ""), shown)
            words = {"title": title, "body": body, "body_html": shown, "note": one.notes.get(language, "")}
            session.add(ClauseText(clause_id=row.id, language=language, **words))
        session.add_all(ClauseTouch(clause_id=row.id, dimension=kind, value=value) for kind, value in one.touches)
