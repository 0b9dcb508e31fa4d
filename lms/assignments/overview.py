"""The rules as those who run them see them: by course, in words, with the data that is missing. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms.assignments import saying
from lms.assignments.choices import Choices
from lms.assignments.drafts import RuleDraft
from lms.assignments.gaps import Gap
from lms.assignments.rules import RuleView
from lms.base.i18n import gettext, ngettext


@dataclass(frozen=True)
class Shown:
    """A row of the list. `up` and `down`: whether the rule can be moved that way among those of its course."""

    uid: str
    name: str
    state: str
    who: str
    due: str
    again: str
    has: int
    lacking: int
    up: bool
    down: bool


def groups(views: Iterable[RuleView], choices: Choices) -> list[tuple[str, list[Shown]]]:
    """The rules of each course in their order, under its title, in the order of the curriculum."""
    by_course: dict[int, list[RuleView]] = {}
    for one in views:
        by_course.setdefault(one.draft.course_id, []).append(one)
    places = {course.id: place for place, course in enumerate(choices.courses)}
    order = sorted(by_course, key=lambda course_id: places.get(course_id, len(places)))
    return [(course_title(choices, course_id), _rows(by_course[course_id], choices)) for course_id in order]


def course_title(choices: Choices, course_id: int) -> str:
    """What a course is called, also one that is not in the catalog any more."""
    found = choices.by_id(course_id)
    return found.title if found else gettext("A course that is retired")


def sentences(draft: RuleDraft, choices: Choices) -> list[str]:
    """A rule in plain words: whom it asks by when, and how often again."""
    whom, when = who_and_when(draft, choices)
    again = saying.again(draft.recurs_months, draft.recurs_from, draft.opens_days)
    return [one for one in (saying.asked(whom, course_title(choices, draft.course_id), when), again) if one]


def who_and_when(draft: RuleDraft, choices: Choices) -> tuple[str, str]:
    """Whom a rule asks, and by when."""
    whom = saying.who([(one.field, one.negated, one.value) for one in draft.conditions], choices.name)
    return whom, saying.due(draft.due_from, draft.due_days, draft.due_on, draft.event)


def gap(one: Gap, choices: Choices) -> str:
    """What is missing for a rule, of how many people, in a sentence."""
    about = {"rule": one.rule_name, "course": course_title(choices, one.course_id)}
    if one.kind == "fit":
        return ngettext(
            "Of %(num)s person it cannot be said whether “%(rule)s” is for her: %(missing)s.",
            "Of %(num)s people it cannot be said whether “%(rule)s” is for them: %(missing)s.",
            one.people,
            missing=saying.missing(one.missing),
            **about,
        )
    if one.missing == "hire_date":
        return ngettext(
            "%(num)s person has “%(course)s” without a due day (rule “%(rule)s”): the date of hire is missing.",
            "%(num)s people have “%(course)s” without a due day (rule “%(rule)s”): the date of hire is missing.",
            one.people,
            **about,
        )
    return ngettext(
        "%(num)s person has “%(course)s” without a due day (rule “%(rule)s”): what it counts from did not happen yet.",
        "%(num)s people have “%(course)s” without a due day (rule “%(rule)s”): what it counts from did not happen yet.",
        one.people,
        **about,
    )


def _rows(views: Sequence[RuleView], choices: Choices) -> list[Shown]:
    places = [one.uid for one in views if one.state != "ended"]
    return [_row(one, places, choices) for one in views]


def _row(one: RuleView, places: Sequence[str], choices: Choices) -> Shown:
    whom, when = who_and_when(one.draft, choices)
    draft, place = one.draft, places.index(one.uid) if one.uid in places else None
    return Shown(
        uid=one.uid,
        name=draft.name,
        state=one.state,
        who=whom,
        due=when,
        again=saying.again(draft.recurs_months, draft.recurs_from, draft.opens_days),
        has=one.has,
        lacking=one.lacking,
        up=place is not None and place > 0,
        down=place is not None and place < len(places) - 1,
    )
