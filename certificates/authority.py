"""May somebody speak? A rule that only judges what it is given: it asks no database and no clock.

Source of the order of questions and of the topics nobody below an official spokesperson speaks about: the ladder
in the domain description (levels, "Never", lifecycle). The words of the answers are in `rulings`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from certificates import rulings, vocabulary
from certificates.rulings import Circumstances, Crisis, Quiet, Ruling
from certificates.standing import Scope, Standing

RED_TOPICS = frozenset({"results", "legal", "hr", "unreleased", "personal-data"})
"""For official spokespersons: covered only by a scope that names them; `*` does not."""
NAMED_TOPICS = RED_TOPICS | {"promotions"}
"""All that only a scope that names them covers."""
DEEDS = ("post", "reply", "commit")
ORDER = ("crisis", "quiet", "red_topic", "topic", "channel", "language", "country", "reply", "commit", "yes")
"""What is asked of a permission that holds, in this order; the last one is that nothing was amiss."""


@dataclass(frozen=True)
class Question:
    """What somebody wants to know for a day. An empty part is not asked about.

    `deed` is to post, to reply to customers, or to commit the company to something.
    """

    on: date
    channel: str = ""
    topic: str = ""
    language: str = ""
    country: str = ""
    deed: str = ""


def may_speak(standing: Standing | None, question: Question, circumstances: Circumstances) -> Ruling:
    """Whether somebody who stood so may do what is asked: the permission, the day, then what is covered."""
    if standing is None:
        return rulings.none()
    return (
        _standing(standing, question.on)
        or _circumstances(standing, question, circumstances)
        or _scope(standing.scope, question)
        or _deed(standing, question.deed)
        or rulings.yes(standing, rulings.legal_first() if standing.preapproval else "")
    )


def best(
    standings: Iterable[Standing], question: Question, circumstances: Circumstances
) -> tuple[Ruling, Standing | None]:
    """The ruling of somebody with several permissions: a yes if one allows it, else the no of the one nearest to it.

    Endorsements that hold add to each level that holds; the standing returned covers what they add.
    """
    given = list(standings)
    levels = [one for one in given if one.kind != "endorsement"]
    added = [one for one in given if one.kind == "endorsement" and _standing(one, question.on) is None]
    found = [_with_endorsements(one, added, question, circumstances) for one in levels]
    if not found:
        return (rulings.endorsement_alone() if added else rulings.none()), None
    place = max(range(len(found)), key=lambda place: (_nearness(found[place][0]), found[place][1].rank, place))
    return found[place]


@dataclass(frozen=True)
class Voice:
    """An executive in whose voice somebody writes: by name, how she stood, and whether the two were a pair that day."""

    name: str
    standings: tuple[Standing, ...]
    paired: bool


def best_in_voice(
    voice: Voice, writer: Iterable[Standing], question: Question, circumstances: Circumstances
) -> tuple[Ruling, Standing | None]:
    """Whether somebody may write in the voice of an executive: as a licensed pair, while a permission of both holds.

    What may be said is what the executive may say: hers is the standing returned.
    """
    if not voice.paired:
        return rulings.no_pair(voice.name), None
    own, held = best(writer, Question(question.on), Circumstances())
    if held is None or not own.allowed:
        return rulings.no_writer(voice.name, own), None
    ruling, standing = best(voice.standings, question, circumstances)
    if standing is None or not ruling.allowed:
        return rulings.no_voice(voice.name, ruling, hers=ruling.key not in ORDER), standing
    return rulings.voice(voice.name, min(standing.ends_on, held.ends_on), ruling.condition), standing


def holds(standing: Standing | None, on: date) -> bool:
    """Whether the permission itself holds on a day, whatever it covers."""
    return standing is not None and _standing(standing, on) is None


def covers_channel(scope: Scope, channel: str) -> bool:
    """Whether a channel is in scope. "own" is every network on which people have accounts of their own."""
    if channel in scope.channels or "*" in scope.channels:
        return True
    return "own" in scope.channels and channel in vocabulary.personal_channels()


def covers_topic(scope: Scope, topic: str) -> bool:
    """Whether a topic is in scope: by name or, unless it has to be named, by `*`."""
    return topic in scope.topics or ("*" in scope.topics and topic not in NAMED_TOPICS)


def covers_language(scope: Scope, language: str) -> bool:
    """Whether a language is in scope, by its first two letters: `nl-BE` is `nl`."""
    return "*" in scope.languages or language.lower()[:2] in scope.languages


def covers_country(scope: Scope, country: str) -> bool:
    """Whether a country is in scope: by name, or all of them when none is named."""
    return not scope.countries or "*" in scope.countries or country.lower() in scope.countries


def is_quiet(quiet: Quiet, question: Question) -> bool:
    """Whether a quiet period covers what is asked. What it names has to be asked about; a red topic is no exception."""
    scope = quiet.scope
    return (
        (not scope.channels or bool(question.channel and covers_channel(scope, question.channel)))
        and (not scope.topics or bool(question.topic and ("*" in scope.topics or question.topic in scope.topics)))
        and (not scope.languages or bool(question.language and covers_language(scope, question.language)))
        and (not scope.countries or bool(question.country and covers_country(scope, question.country)))
    )


def _nearness(ruling: Ruling) -> int:
    """How many questions were answered with a yes before the no."""
    return ORDER.index(ruling.key) if ruling.key in ORDER else -1


def _with_endorsements(
    level: Standing, added: Sequence[Standing], question: Question, circumstances: Circumstances
) -> tuple[Ruling, Standing]:
    """The ruling of a level with what endorsements add. Those that need an approval of each post are tried last."""
    free = _widened(level, [one for one in added if not one.preapproval])
    ruling = may_speak(free, question, circumstances)
    guarded = [one for one in added if one.preapproval]
    if ruling.allowed or not guarded:
        return ruling, free
    wide = _widened(free, guarded)
    ruling = may_speak(wide, question, circumstances)
    return (replace(ruling, condition=rulings.legal_first()) if ruling.allowed else ruling), wide


def _widened(level: Standing, added: Sequence[Standing]) -> Standing:
    """A level with the topics, languages, countries and flags of endorsements. No country named means all of them."""
    if not added:
        return level
    scope, more = level.scope, [one.scope for one in added]
    return replace(
        level,
        scope=Scope(
            channels=scope.channels,
            topics=scope.topics.union(*(one.topics for one in more)),
            languages=scope.languages.union(*(one.languages for one in more)),
            countries=scope.countries and scope.countries.union(*(one.countries for one in more)),
        ),
        may_reply=level.may_reply or any(one.may_reply for one in added),
        may_commit=level.may_commit or any(one.may_commit for one in added),
        may_in_crisis=level.may_in_crisis or any(one.may_in_crisis for one in added),
    )


def _standing(standing: Standing, on: date) -> Ruling | None:
    if standing.status != "active":
        return rulings.taken(standing)
    if on < standing.starts_on:
        return rulings.early(standing.starts_on)
    if on > standing.ends_on:
        return rulings.lapsed(standing.ends_on)
    return None


def _circumstances(standing: Standing, question: Question, circumstances: Circumstances) -> Ruling | None:
    if circumstances.crisis and not standing.may_in_crisis:
        return rulings.in_crisis(circumstances.crisis)
    for quiet in circumstances.quiet:
        exempt = quiet.exempt_rank is not None and standing.rank >= quiet.exempt_rank
        if not exempt and is_quiet(quiet, question):
            return rulings.in_quiet(quiet)
    return None


def _scope(scope: Scope, question: Question) -> Ruling | None:
    if question.topic and not covers_topic(scope, question.topic):
        if question.topic in RED_TOPICS:
            return rulings.red_topic(question.topic)
        return rulings.topic(scope, question.topic)
    if question.channel and not covers_channel(scope, question.channel):
        return rulings.channel(scope, question.channel)
    if question.language and not covers_language(scope, question.language):
        return rulings.language(scope, question.language)
    if question.country and not covers_country(scope, question.country):
        return rulings.country(scope, question.country)
    return None


def _deed(standing: Standing, deed: str) -> Ruling | None:
    if deed == "reply" and not standing.may_reply:
        return rulings.reply()
    if deed == "commit" and not standing.may_commit:
        return rulings.commitment()
    return None


__all__ = [
    "Circumstances",
    "Crisis",
    "Question",
    "Quiet",
    "Ruling",
    "Voice",
    "best",
    "best_in_voice",
    "holds",
    "may_speak",
]
