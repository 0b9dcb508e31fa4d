"""The rules of the ladder in words, for the reader: what a rule is called, what a value of it means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates import ladder, vocabulary
from certificates.ladder import LevelView, Need
from courses.models import Course, CourseText, CourseVersion
from lms.base.i18n import gettext, ngettext, pick
from quizzes.models import Quiz


@dataclass(frozen=True)
class Titles:
    """What courses, quizzes and levels are called, by kind and slug; for courses, what is retired too."""

    titles: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    retired: frozenset[str] = frozenset()

    def of(self, kind: str, slug: str) -> str:
        """The title for the reader; the slug of what does not exist yet."""
        found = self.titles.get((kind, slug))
        return pick(found) if found else slug

    def exists(self, kind: str, slug: str) -> bool:
        return (kind, slug) in self.titles


def titles(session: Session) -> Titles:
    """All that a level can ask for. Three statements."""
    newest = select(func.max(CourseVersion.id)).where(CourseVersion.course_id == Course.id).scalar_subquery()
    rows = session.execute(
        select(Course.slug, Course.code, Course.retired_at, CourseText.language, CourseText.title)
        .outerjoin(CourseText, CourseText.version_id == newest)
        .order_by(Course.position, Course.id)
    ).all()
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        named = {row.language: f"{row.code}. {row.title}"} if row.language else {"en": row.code}
        found.setdefault(("course", row.slug), {}).update(named)
    quizzes = select(Quiz.slug, Course.slug).join(Course, Course.id == Quiz.course_id).order_by(Course.position)
    for slug, course in session.execute(quizzes).all():
        found["quiz", slug] = dict(found["course", course])
    for level in ladder.levels(session):
        found["level", level.code] = {language: words.name for language, words in level.texts.items()}
    return Titles(found, frozenset(row.slug for row in rows if row.retired_at))


def rule(name: str) -> str:
    """What a rule is called."""
    return {
        "kind": gettext("Kind"),
        "rank": gettext("Place on the ladder"),
        "valid_months": gettext("Valid for months"),
        "renew_days": gettext("Renewal opens days before the end"),
        "grace_days": gettext("Shown as lapsed for days"),
        "attest_months": gettext("Guideline accepted anew every months"),
        "dormant_months": gettext("Dormant after months without a post"),
        "samples": gettext("Posts a coach finds good, at first"),
        "renewal_samples": gettext("Posts a coach finds good, to renew"),
        "by_appointment": gettext("By appointment: only the hub can ask for it"),
        "preapproval": gettext("Legal sees each post first"),
        "needs_attestation": gettext("The guideline is accepted"),
        "granted_by_rule": gettext("Given by rule"),
        "may_reply": gettext("May answer customers"),
        "may_commit": gettext("May commit the company"),
        "may_in_crisis": gettext("May speak in a crisis"),
        "retired": gettext("Retired"),
        "needs": gettext("Asked for"),
        "approvers": gettext("Approved by"),
        "scope": gettext("What it can give"),
    }.get(name, name)


def text(name: str) -> str:
    """What a text of a level is called."""
    return {
        "name": gettext("Name"),
        "allows": gettext("What it allows, after the holder’s name"),
        "criteria": gettext("What the holder did for it"),
        "disclosure": gettext("How holders say who they are"),
        "may": gettext("What holders may, one a line"),
        "never": gettext("What holders never do, one a line"),
    }[name]


def approver(role: str) -> str:
    """Who approves."""
    return {
        "manager": gettext("Manager"),
        "hub": gettext("Social media hub"),
        "legal": gettext("Legal"),
        "care": gettext("Customer care lead"),
        "board": gettext("Board or head of communications"),
        "coach": gettext("Coach"),
    }[role]


def tier(name: str) -> str:
    """People of a tier, as those for whom something is asked."""
    return {"executive": gettext("executives"), "manager": gettext("managers"), "staff": gettext("staff")}[name]


def dimension(name: str) -> str:
    """A dimension of a scope."""
    return {
        "channel": gettext("Channels"),
        "topic": gettext("Topics"),
        "language": gettext("Languages"),
        "country": gettext("Countries"),
    }[name]


def need(one: Need, named: Titles) -> str:
    """Something a level asks for, in a line."""
    title = named.of(one.kind, one.slug)
    shape = {
        "course": gettext("Course “%(title)s”", title=title),
        "quiz": gettext("Quiz of “%(title)s”", title=title),
        "level": gettext("Level “%(title)s”", title=title),
    }
    parts = [shape[one.kind]]
    if one.percent:
        parts.append(gettext("at least %(percent)s percent", percent=one.percent))
    if one.within_months:
        parts.append(ngettext("in the last month", "in the last %(num)s months", one.within_months))
    if one.tier:
        parts.append(gettext("for %(tier)s only", tier=tier(one.tier)))
    return ", ".join(parts)


def scope(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """A scope by dimension, in words; a dimension without values is left out."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(vocabulary.word(name, value))
    return [(dimension(name), words) for name, words in found.items()]


def value(name: str, found: Any, named: Titles) -> str:
    """A value of a rule, for the list of differences. Each item of a list stands by itself there."""
    if found is None:
        return gettext("no such rule")
    if isinstance(found, bool):
        return gettext("yes") if found else gettext("no")
    if name == "approvers":
        return approver(found)
    if name == "scope":
        return f"{dimension(found[0])}: {vocabulary.word(found[0], found[1])}"
    if name == "needs":
        said = need(Need(**found), named)
        return gettext("%(need)s (to renew)", need=said) if found["renewal"] else said
    return str(found)


def waits_for(level: LevelView, levels: Iterable[LevelView], named: Titles) -> list[str]:
    """Why nobody can reach a level yet: the courses that are being written, and levels that wait themselves."""
    by_code = {one.code: one for one in levels}
    found = []
    for one in level.needs:
        if one.renewal:
            continue
        if one.kind == "level":
            below = by_code.get(one.slug)
            if (
                below is None
                or below.retired
                or waits_for(below, (by for by in by_code.values() if by != level), named)
            ):
                found.append(gettext("“%(level)s” cannot be reached yet", level=named.of("level", one.slug)))
        elif not named.exists(one.kind, one.slug):
            found.append(gettext("course “%(course)s” is being written", course=one.slug))
    return list(dict.fromkeys(found))
