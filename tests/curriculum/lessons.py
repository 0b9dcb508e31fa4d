"""What breaks a rule in the lessons of a course, a sentence for each, with its file."""

from collections import Counter
from collections.abc import Iterator
from difflib import unified_diff

from courses.authoring import readability
from courses.files.written import WrittenLesson
from lms.guidelines import catalog as guidelines
from tests.curriculum import measures
from tests.curriculum.shelf import Taught

OBJECTIVE = {
    "en": '<aside class="callout callout-info"><p class="callout-title">After this lesson</p>',
    "nl": '<aside class="callout callout-info"><p class="callout-title">Na deze les</p>',
}
HARDEST_GRADE = 9
LEAST_EASE, LONGEST_SENTENCE = 65, 14
"""Dutch of level B1: a score of Flesch-Douma of 65 or more, and 14 words a sentence on average or fewer."""
WHOLE = {"S1": (50, 80), "S2": (50, 80), "S3": (50, 80), "S4": (50, 80), "R1": (20, 25)}
OF_A_TIER = {"executive": (20, 45), "manager": (20, 45), "staff": (15, 90)}
"""Minutes online of a whole course, by code or tier: a listening log is kept away from the page."""
SHORT, LONG = 4, 12
NAMED = (
    *(
        "Adobe",
        "Altimeter",
        "Amnesty",
        "Bărbulescu",
        "Best Buy",
        "Booz",
        "Cisco",
        "CNV",
        "Coca-Cola",
        "Dell",
        "Deloitte",
    ),
    *(
        "FCA",
        "FINRA",
        "FTC",
        "GDPR",
        "AVG",
        "GoDaddy",
        "IBM",
        "Intel",
        "KLM",
        "Kodak",
        "Netflix",
        "NLRB",
        "Reg FD",
        "RSM",
    ),
    *("Salesforce", "SEC", "Southwest", "Sprint", "Stericycle", "Telstra", "Twelpforce", "WOR", "WP29", "Zappos"),
)
"""What a lesson says of these is a statement about the world: somewhere it says with a link where it comes from."""


def faults(one: Taught) -> list[str]:
    """All that is wrong with the lessons of a course."""
    found = [f"course.toml: {problem}" for problem in _course(one)]
    for lesson in one.course.lessons:
        found += [f"{lesson.slug}: {problem}" for problem in _lesson(lesson)]
        for language in ("en", "nl"):
            found += [f"{language}/{lesson.slug}.md: {problem}" for problem in _text(lesson, language)]
    return found


def _course(one: Taught) -> Iterator[str]:
    course = one.course
    least, most = WHOLE.get(course.code, OF_A_TIER[course.tier])
    needed = [lesson for lesson in course.lessons if not lesson.optional]
    total = sum(lesson.minutes for lesson in needed)
    logs = sum(lesson.minutes for lesson in needed if lesson.exercise == "log")
    if total < least or total - logs > most:
        yield f"the lessons take {total} minutes together; {least} to {most} are wanted."
    taught = {clause for lesson in course.lessons for clause in lesson.clauses}
    asked = {clause for question in one.quiz.questions for clause in question.clauses}
    if taught - asked:
        yield f"no question asks about {', '.join(sorted(taught - asked))}."
    if asked - taught:
        yield f"no lesson teaches {', '.join(sorted(asked - taught))}, which questions ask about."
    for language in ("en", "nl"):
        yield from _bias([check for lesson in course.lessons for check in _checks(lesson, language)], language)


def _checks(lesson: WrittenLesson, language: str) -> list[list[tuple[bool, str, str]]]:
    return list(measures.checks(lesson.texts["", language].html))


def _bias(checks: list[list[tuple[bool, str, str]]], language: str) -> Iterator[str]:
    """Right choices of checks that give themselves away by their length or place."""
    if len(checks) < 5:
        return
    longest = sum(max(check, key=lambda one: len(one[1]))[0] for check in checks)
    if longest >= 0.4 * len(checks):
        yield f"the right choice is the longest in {longest} of {len(checks)} checks ({language})."
    place, often = Counter([right for right, *_ in check].index(True) + 1 for check in checks).most_common(1)[0]
    if often > 0.6 * len(checks):
        yield f"the right choice of {often} of {len(checks)} checks stands at place {place} ({language})."


def _lesson(lesson: WrittenLesson) -> Iterator[str]:
    english, dutch = (lesson.texts["", language].html for language in ("en", "nl"))
    if differing := list(unified_diff(measures.shape(english), measures.shape(dutch), lineterm="", n=0))[3:]:
        yield f"English and Dutch are built differently: {' '.join(differing[:6])}"
    if measures.links(english) != measures.links(dutch):
        others = (measures.links(english) - measures.links(dutch)) + (measures.links(dutch) - measures.links(english))
        yield f"English and Dutch lead to different places: {', '.join(others)}"
    if lesson.optional:
        return
    if not lesson.clauses:
        yield "it teaches no clause of the guideline."
    if lesson.kind != "exercise" and not SHORT <= lesson.minutes <= LONG:
        yield f"it takes {lesson.minutes} minutes; {SHORT} to {LONG} are wanted."


def _text(lesson: WrittenLesson, language: str) -> Iterator[str]:
    html = lesson.texts["", language].html
    computed = measures.minutes(lesson, language)
    if abs(lesson.minutes - computed) > 0.2 * computed and lesson.minutes != round(computed):
        yield f"minutes says {lesson.minutes}; by its words, checks and exercises it takes {computed:.1f}."
    if not lesson.optional and not html.startswith(OBJECTIVE[language]):
        yield "it does not begin with what one can do after it: ::: info After this lesson, or Na deze les."
    if lesson.kind == "reading" and not lesson.optional and not _checks(lesson, language):
        yield "it has no knowledge check."
    if lesson.kind == "reading" and not lesson.optional:
        cited = measures.links(html)
        if silent := [code for code in lesson.clauses if guidelines.address(code) not in cited]:
            yield f"it teaches {', '.join(silent)} without a link to it: [words](clause:{silent[0]})."
    if any(not said for check in _checks(lesson, language) for _, _, said in check):
        yield "a choice of a knowledge check has no feedback."
    yield from reading(html, language)
    if unsourced := set(NAMED) & measures.named(html, NAMED) - measures.sourced(html, NAMED):
        yield f"no source beside {', '.join(sorted(unsourced))}."
    if "'" in measures.plain_text(html) or '"' in measures.plain_text(html):
        yield "straight quotes: write “ ” and ’."


def reading(html: str, language: str) -> Iterator[str]:
    """What is too hard to read in a text."""
    if language == "en" and readability.ease(html, language) and measures.grade(html) > HARDEST_GRADE:
        yield f"English of grade {measures.grade(html):.1f}; up to {HARDEST_GRADE} is wanted."
    ease = readability.ease(html, language)
    if language == "nl" and ease and (ease.score < LEAST_EASE or ease.words_a_sentence > LONGEST_SENTENCE):
        yield (
            f"Dutch of {ease.score} (Flesch-Douma) with {ease.words_a_sentence} words a sentence; "
            f"{LEAST_EASE} or more with up to {LONGEST_SENTENCE} is wanted."
        )
