"""What stands in the way of a permission that holds: crisis mode, and quiet periods over a part of what it covers."""

from certificates import authority, rulings, vocabulary
from certificates.rulings import Circumstances, Quiet
from certificates.standing import Scope, Standing
from lms.base.i18n import day, gettext


def in_the_way(standing: Standing, known: Circumstances) -> Circumstances:
    """Of what holds for everybody on a day, what concerns somebody who stands so."""
    quiet = (one for one in known.quiet if one.exempt_rank is None or standing.rank < one.exempt_rank)
    return Circumstances(
        tuple(one for one in quiet if meets(one.scope, standing.scope)),
        None if standing.may_in_crisis else known.crisis,
    )


def meets(quiet: Scope, covered: Scope) -> bool:
    """Whether what is quiet is a part of what is covered. A dimension that names nothing is quiet as a whole."""
    return (
        (not quiet.channels or bool(_channels(quiet, covered)))
        and (not quiet.topics or bool(_topics(quiet, covered)))
        and (not quiet.languages or bool(_languages(quiet, covered)))
        and (not quiet.countries or bool(_countries(quiet, covered)))
    )


def sentences(standing: Standing, known: Circumstances, *, past: bool) -> list[str]:
    """What to say of it to anyone beside the yes, of a day that is past or of today. Titles are for colleagues."""
    said = [_quiet(one, standing.scope) for one in known.quiet]
    if known.crisis is None:
        return said
    if past:
        return [gettext("Crisis mode was on that day: only the crisis team spoke."), *said]
    ruling = rulings.in_crisis(known.crisis)
    return [f"{ruling.reason} {ruling.step}", *said]


def _quiet(quiet: Quiet, covered: Scope) -> str:
    both = Scope(
        channels=_channels(quiet.scope, covered),
        topics=_topics(quiet.scope, covered),
        languages=_languages(quiet.scope, covered),
        countries=_countries(quiet.scope, covered),
    )
    named = [vocabulary.word(dimension, code) for dimension, code in both.pairs() if code != "*"]
    if not named:
        return rulings.in_quiet(quiet).reason
    return gettext("Quiet period until %(day)s: %(topics)s.", topics="; ".join(named), day=day(quiet.until))


def _channels(quiet: Scope, covered: Scope) -> frozenset[str]:
    """What is quiet of the channels that are covered: as the narrower of both names it."""
    if "*" in covered.channels or "*" in quiet.channels:
        return quiet.channels
    return frozenset(one for one in quiet.channels if authority.covers_channel(covered, one)) | frozenset(
        one for one in covered.channels if authority.covers_channel(quiet, one)
    )


def _topics(quiet: Scope, covered: Scope) -> frozenset[str]:
    return frozenset(one for one in quiet.topics if one == "*" or authority.covers_topic(covered, one))


def _languages(quiet: Scope, covered: Scope) -> frozenset[str]:
    return frozenset(one for one in quiet.languages if one == "*" or authority.covers_language(covered, one))


def _countries(quiet: Scope, covered: Scope) -> frozenset[str]:
    return frozenset(one for one in quiet.countries if one == "*" or authority.covers_country(covered, one))
