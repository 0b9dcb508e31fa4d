"""What a level asks of somebody, in words: what is done, and what is missing and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from certificates import days
from certificates.ladder import LevelView
from certificates.way import evidence as evidences
from certificates.way import judging
from certificates.way.evidence import Evidence
from certificates.way.judging import Finding
from courses import catalog as courses
from courses.catalog import CourseView
from lms.base.i18n import day, gettext, ngettext
from lms.people.models import Person

PORTFOLIO = "/certificates/portfolio"


@dataclass(frozen=True)
class Item:
    """Something a level asks for: `kind` is course, quiz, level, guideline, samples or activity.

    `slug` is that of the course or quiz, or the code of the level; `titles` its name by language. `why` says in a
    sentence what is missing, or why it counts as done. `address` is where to do it, empty where nothing can be done.
    `minutes` is about how long it takes, `there` whether it exists, `again` whether a course is to be begun anew.
    """

    kind: str
    slug: str
    titles: Mapping[str, str]
    done: bool
    why: str
    address: str
    minutes: int = 0
    there: bool = True
    again: bool = False


def of(session: Session, person: Person, level: LevelView, *, renewal: bool = False) -> tuple[Item, ...]:
    """What the level asks of this person, in the order of the ladder: at first, or to renew."""
    found = evidences.gather(session, person, [level])
    return items(found, level, {course.slug: course for course in courses.live(session)}, renewal=renewal)


def met(session: Session, person: Person, level: LevelView, *, renewal: bool = False) -> bool:
    """Whether everything that the level asks for is done; approvals are asked for after that."""
    return judging.met(evidences.gather(session, person, [level]), level, renewal=renewal)


def items(
    found: Evidence, level: LevelView, live: Mapping[str, CourseView], *, renewal: bool = False
) -> tuple[Item, ...]:
    """The same from what was gathered already. Pure."""
    return worded(found, judging.findings(found, level, renewal=renewal), live)


def worded(found: Evidence, findings: Iterable[Finding], live: Mapping[str, CourseView]) -> tuple[Item, ...]:
    """What was found, in words."""
    return tuple(_item(found, one, live) for one in findings)


def _item(found: Evidence, one: Finding, live: Mapping[str, CourseView]) -> Item:
    if one.kind == "course":
        return _course(one, live.get(one.slug))
    if one.kind == "quiz":
        return _quiz(one, live)
    if one.kind == "guideline":
        return _guideline(found, one)
    if one.kind == "level":
        return _level(found, one)
    return _posts(one)


def _course(one: Finding, course: CourseView | None) -> Item:
    titles = course.titles if course else _named(one)
    if one.being_written:
        return _not_asked(one)
    if course is None and not one.done:
        return Item("course", one.slug, titles, False, gettext("This course is being written."), "", there=False)
    minutes = course.minutes + course.quiz_minutes if course else 0
    address = f"/courses/{one.slug}" if course else ""
    return Item("course", one.slug, titles, one.done, _why(one), address, minutes, again=bool(one.earlier))


def _not_asked(one: Finding) -> Item:
    """What is asked for at first, does not exist yet, and is not asked for to renew."""
    why = gettext("This is being written. Until it opens, a renewal does not ask for it.")
    return Item(one.kind, one.slug, _named(one), True, why, "", there=False)


def _named(one: Finding) -> dict[str, str]:
    """What to call something that is not there yet: its address, read as words."""
    return {"en": one.slug.replace("-", " ").capitalize()}


def _why(one: Finding) -> str:
    """In a sentence: since when it counts, or why something done before does not."""
    if one.waived:
        return gettext("Recognized: you learned this elsewhere.")
    done = one.completion or one.passed
    if done is not None:
        return gettext("Done on %(day)s.", day=day(days.day_of(done.at)))
    if one.earlier is not None:
        return gettext("Done on %(day)s, which is too long ago for this.", day=day(days.day_of(one.earlier)))
    return ""


def _quiz(one: Finding, live: Mapping[str, CourseView]) -> Item:
    course = next((course for course in live.values() if course.quiz_slug == one.slug), None)
    if one.being_written:
        return _not_asked(one)
    if course is None and not one.done:
        why = gettext("This quiz is being written.")
        return Item("quiz", one.slug, _named(one), False, why, "", there=False)
    percent = one.need.percent if one.need else None
    asked = gettext("At least %(percent)s%% is asked for.", percent=percent) if percent and not one.done else ""
    titles, minutes = (course.titles, course.quiz_minutes) if course else (_named(one), 0)
    return Item("quiz", one.slug, titles, one.done, asked or _why(one), f"/quizzes/{one.slug}", minutes)


def _guideline(found: Evidence, one: Finding) -> Item:
    if found.guideline is None:
        return Item(
            "guideline",
            "",
            {"en": gettext("The guideline")},
            False,
            gettext("No guideline is published yet."),
            "",
            there=False,
        )
    number = found.guideline.number
    why = "" if one.done else gettext("Version %(number)s is in force.", number=number)
    address = f"/guidelines/{one.slug}"
    return Item("guideline", one.slug, found.guideline.titles, one.done, why, address, minutes=5)


def _level(found: Evidence, one: Finding) -> Item:
    level = next((level for level in found.ladder if level.code == one.slug), None)
    titles = {code: words.name for code, words in level.texts.items()} if level else _named(one)
    why = "" if one.done else gettext("It has to hold on the day you ask.")
    return Item("level", one.slug, titles, one.done, why, "", there=level is not None)


def _posts(one: Finding) -> Item:
    if one.kind == "activity":
        why = "" if one.done else gettext("Tell about a post of yours, so that we know you are still active.")
        return Item("activity", "", {"en": gettext("A recent post of yours")}, one.done, why, PORTFOLIO)
    left = one.wanted - one.count
    why = ngettext("A coach has to find %(num)s more post good.", "A coach has to find %(num)s more posts good.", left)
    asked = ngettext("%(num)s post that a coach found good", "%(num)s posts that a coach found good", one.wanted)
    return Item("samples", "", {"en": asked}, one.done, "" if one.done else why, PORTFOLIO)
