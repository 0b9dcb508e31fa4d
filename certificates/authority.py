"""May somebody speak? A rule that only judges what it is given: it asks no database and no clock.

Source of the order of questions and of the topics nobody below an official spokesperson speaks about: the ladder
in the domain description (levels, "Never", lifecycle).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from certificates import vocabulary
from certificates.standing import Scope, Standing
from lms.base.i18n import day, gettext

RED_TOPICS = frozenset({"results", "legal", "hr", "unreleased", "personal-data"})
"""Covered only by a scope that names them; `*` does not."""


@dataclass(frozen=True)
class Question:
    """What somebody wants to know for a day. An empty channel, topic or language is not asked about."""

    on: date
    channel: str = ""
    topic: str = ""
    language: str = ""


@dataclass(frozen=True)
class Ruling:
    """The answer, why, and what would close the gap (nothing to close when allowed)."""

    allowed: bool
    reason: str
    step: str = ""


def may_speak(standing: Standing | None, question: Question) -> Ruling:
    """Whether somebody who stood so may do what is asked: first the permission itself, then what it covers."""
    return _standing(standing, question.on) or _scope(standing, question) or _yes(standing, question)


def best(standings: Iterable[Standing], question: Question) -> tuple[Ruling, Standing | None]:
    """The ruling of somebody with several permissions: a yes if one allows it, else the no of the one nearest to it."""
    ordered = sorted(standings, key=lambda one: (_standing(one, question.on) is None, one.rank), reverse=True)
    rulings = [(may_speak(one, question), one) for one in ordered]
    for ruling, one in rulings:
        if ruling.allowed:
            return ruling, one
    return rulings[0] if rulings else (may_speak(None, question), None)


def holds(standing: Standing | None, on: date) -> bool:
    """Whether the permission itself holds on a day, whatever it covers."""
    return _standing(standing, on) is None


def covers_channel(scope: Scope, channel: str) -> bool:
    """Whether a channel is in scope. "own" is every network on which people have accounts of their own."""
    if channel in scope.channels or "*" in scope.channels:
        return True
    return "own" in scope.channels and channel in vocabulary.personal_channels()


def covers_topic(scope: Scope, topic: str) -> bool:
    """Whether a topic is in scope: by name or, unless it is red, by `*`."""
    return topic in scope.topics or ("*" in scope.topics and topic not in RED_TOPICS)


def covers_language(scope: Scope, language: str) -> bool:
    """Whether a language is in scope, by its first two letters: `nl-BE` is `nl`."""
    return "*" in scope.languages or language.lower()[:2] in scope.languages


def _yes(standing: Standing | None, question: Question) -> Ruling:
    assert standing is not None, "without a standing there is a no"
    until = day(standing.ends_on)
    return Ruling(True, gettext("The permission covers this. It holds until %(day)s.", day=until))


def _standing(standing: Standing | None, on: date) -> Ruling | None:
    if standing is None:
        return Ruling(
            False,
            gettext("There is no permission for this day."),
            gettext("A permission follows from completing the course and accepting the guideline."),
        )
    if standing.status == "active":
        return _term(standing, on)
    return _taken(standing)


def _taken(standing: Standing) -> Ruling:
    if standing.status == "requested":
        return Ruling(
            False,
            gettext("The permission has been asked for and is not given yet."),
            gettext("The social media hub decides; ask there how far it is."),
        )
    if standing.status == "suspended":
        return _suspended(standing)
    if standing.status == "revoked":
        return Ruling(
            False,
            gettext("The permission was withdrawn."),
            gettext("Only the social media hub can give a new one."),
        )
    return Ruling(
        False,
        gettext("The permission has ended."),
        gettext("A renewed certificate gives a new one."),
    )


def _suspended(standing: Standing) -> Ruling:
    if standing.until is None:
        return Ruling(
            False,
            gettext("The permission is paused."),
            gettext("Ask the social media hub when it continues."),
        )
    return Ruling(
        False,
        gettext("The permission is paused until %(day)s.", day=day(standing.until)),
        gettext("Wait until that day, or ask the social media hub."),
    )


def _term(standing: Standing, on: date) -> Ruling | None:
    if on < standing.starts_on:
        return Ruling(
            False,
            gettext("The permission begins on %(day)s.", day=day(standing.starts_on)),
            gettext("Wait until that day."),
        )
    if on > standing.ends_on:
        return Ruling(
            False,
            gettext("The permission ended on %(day)s.", day=day(standing.ends_on)),
            gettext("A renewed certificate gives a new one."),
        )
    return None


def _scope(standing: Standing | None, question: Question) -> Ruling | None:
    assert standing is not None, "without a standing there is a no"
    scope = standing.scope
    if question.topic and not covers_topic(scope, question.topic):
        return _topic(scope, question.topic)
    if question.channel and not covers_channel(scope, question.channel):
        named = _word("channel", question.channel)
        return Ruling(
            False,
            gettext("The permission does not cover the channel “%(channel)s”.", channel=named),
            gettext("It covers: %(covered)s. For more, ask the social media hub.", covered=_list("channel", scope)),
        )
    if question.language and not covers_language(scope, question.language):
        named = _word("language", question.language)
        return Ruling(
            False,
            gettext("The permission does not cover this language: %(language)s.", language=named),
            gettext("It covers: %(covered)s. For more, ask the social media hub.", covered=_list("language", scope)),
        )
    return None


def _topic(scope: Scope, topic: str) -> Ruling:
    if topic in RED_TOPICS:
        return Ruling(
            False,
            gettext("“%(topic)s” is a topic for official spokespersons only.", topic=_word("topic", topic)),
            gettext("Do not post about it; pass the question to the social media hub."),
        )
    return Ruling(
        False,
        gettext("The permission does not cover the topic “%(topic)s”.", topic=_word("topic", topic)),
        gettext("It covers: %(covered)s. For more, ask the social media hub.", covered=_list("topic", scope)),
    )


def _word(dimension: str, code: str) -> str:
    return vocabulary.word(dimension, code)


def _list(dimension: str, scope: Scope) -> str:
    return "; ".join(vocabulary.word(kind, value) for kind, value in scope.pairs() if kind == dimension)
