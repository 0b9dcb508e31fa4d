"""Whether a scope lies within another: what is asked for within what a level gives, what is limited within what was."""

from certificates import authority, vocabulary
from certificates.standing import Scope
from lms.base.errors import Invalid
from lms.base.i18n import gettext


def outside(ceiling: Scope, wanted: Scope) -> list[tuple[str, str]]:
    """Dimension and value of all that is wanted and not covered; no country means all of them, which is wider."""
    found = [("channel", value) for value in sorted(wanted.channels) if not authority.covers_channel(ceiling, value)]
    found += [("topic", value) for value in sorted(wanted.topics) if not authority.covers_topic(ceiling, value)]
    found += [("language", value) for value in sorted(wanted.languages) if not _language(ceiling, value)]
    known, named = vocabulary.shipped(), {*ceiling.pairs(), *found}
    unknown = [pair for pair in wanted.pairs() if pair[1] != "*" and pair[1] not in known[pair[0]]]
    found += [pair for pair in unknown if pair not in named]
    return found + [("country", value) for value in _countries(ceiling, wanted)]


def check(ceiling: Scope, wanted: Scope) -> None:
    """Raise `Invalid`, with a sentence, for a scope that is wider than another or leaves open what must be chosen."""
    chosen = dict(wanted.pairs_by_dimension())
    emptied = [name for name, given in ceiling.pairs_by_dimension() if given and not chosen[name]]
    left_open = [name for name in emptied if name != "country" or "*" not in ceiling.countries]
    if left_open:
        names = vocabulary.dimensions()
        named = ", ".join(names[dimension] for dimension in left_open)
        raise Invalid(gettext("Leave at least one ticked: %(list)s.", list=named))
    wider = outside(ceiling, wanted)
    if wider:
        named = ", ".join(vocabulary.word(dimension, value) for dimension, value in wider)
        raise Invalid(gettext("This cannot be given here: %(list)s. Leave it out.", list=named))


def regulated(scope: Scope) -> bool:
    """Whether a scope names a topic about which legal decides too."""
    return not scope.topics.isdisjoint(authority.RED_TOPICS)


def _language(ceiling: Scope, value: str) -> bool:
    return value in ceiling.languages or (value != "*" and authority.covers_language(ceiling, value))


def _countries(ceiling: Scope, wanted: Scope) -> list[str]:
    if not ceiling.countries or "*" in ceiling.countries:
        return []
    return sorted((wanted.countries or {"*"}) - ceiling.countries)
