"""What the rule answers, in words: each no with its reason and the step that closes the gap.

Anybody may read these sentences, so they never tell a private cause: an absence or an inquiry "is paused".
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from certificates import vocabulary
from certificates.standing import Scope, Standing
from lms.base.i18n import day, gettext

TOLD = ("guideline", "dormant", "renewal")
"""The causes of a pause that may be told to anybody."""


@dataclass(frozen=True)
class Quiet:
    """A quiet period or an embargo, as it was known on a day. A dimension its scope does not name is quiet as a whole.

    Levels from `exempt_rank` on may speak all the same; without it, nobody may.
    """

    title: str
    until: date
    scope: Scope = field(default_factory=Scope)
    exempt_rank: int | None = None


@dataclass(frozen=True)
class Crisis:
    """Crisis mode that was on: `line` is the official line that everybody may share."""

    title: str
    line: str = ""
    since: datetime | None = None


@dataclass(frozen=True)
class Circumstances:
    """What held for everybody on a day: the quiet periods, and the crisis if there was one."""

    quiet: tuple[Quiet, ...] = ()
    crisis: Crisis | None = None


@dataclass(frozen=True)
class Ruling:
    """The answer, why, and what would close the gap (nothing to close when allowed).

    `key` is the reason in one word, for programs and tests. `condition` is what to do first although allowed.
    """

    allowed: bool
    reason: str
    step: str = ""
    key: str = ""
    condition: str = ""


def deeds() -> list[tuple[str, str]]:
    """What can be asked about besides posting, for a choice: the deed and its name for the reader."""
    return [
        ("post", gettext("Post something")),
        ("reply", gettext("Answer customers")),
        ("commit", gettext("Promise something")),
    ]


def yes(standing: Standing, condition: str = "") -> Ruling:
    """The permission covers what is asked."""
    until = day(standing.ends_on)
    reason = gettext("The permission covers this. It holds until %(day)s.", day=until)
    return Ruling(True, reason, key="yes", condition=condition)


def legal_first() -> str:
    """The condition of what needs an approval for each post."""
    return gettext("Show the post to legal first: each one is approved before it goes out.")


def none() -> Ruling:
    """There is no permission at all."""
    return _no(
        "none",
        gettext("There is no permission for this day."),
        gettext("A permission follows from completing the course and accepting the guideline."),
    )


def endorsement_alone() -> Ruling:
    """An endorsement adds to a permission; there is none it could add to."""
    return _no(
        "endorsement",
        gettext("There is an endorsement, but no permission that it adds to."),
        gettext("A permission follows from completing the course and accepting the guideline."),
    )


def taken(standing: Standing) -> Ruling:
    """The permission itself does not hold, for another reason than its days."""
    if standing.status == "suspended":
        return _suspended(standing)
    if standing.status == "ended" and standing.cause == "left":
        return _no(
            "left",
            gettext("The permission has ended: this person does not work here any more."),
            gettext("Ask a colleague who may speak about it."),
        )
    known = {
        "requested": _waiting,
        "approved": _waiting,
        "revoked": _revoked,
        "expired": lambda: lapsed(standing.ends_on),
        "archived": lambda: lapsed(standing.ends_on),
        "ended": _ended,
    }
    return known.get(standing.status, none)()


def _waiting() -> Ruling:
    return _no(
        "requested",
        gettext("The permission has been asked for and is not given yet."),
        gettext("The social media hub decides; ask there how far it is."),
    )


def _revoked() -> Ruling:
    return _no(
        "revoked",
        gettext("The permission was withdrawn."),
        gettext("Only the social media hub can give a new one."),
    )


def _ended() -> Ruling:
    return _no(
        "ended",
        gettext("The permission has ended."),
        gettext("A renewed certificate gives a new one."),
    )


def lapsed(last: date) -> Ruling:
    """The permission ran out after its last day."""
    return _no(
        "expired",
        gettext("The permission ended on %(day)s.", day=day(last)),
        gettext("A renewed certificate gives a new one."),
    )


def early(first: date) -> Ruling:
    """The permission has not begun."""
    reason = gettext("The permission begins on %(day)s.", day=day(first))
    return _no("early", reason, gettext("Wait until that day."))


def _suspended(standing: Standing) -> Ruling:
    told = {
        "guideline": (
            gettext("The permission is paused until the changed guideline is accepted."),
            gettext("Accept the guideline; the permission then continues by itself."),
        ),
        "dormant": (
            gettext("The permission is paused, because it was not used for some time."),
            gettext("Ask the social media hub to continue it."),
        ),
        "renewal": (
            gettext("The permission is paused until its yearly check is done."),
            gettext("Do what is open on the page “My certificates”; the permission then continues by itself."),
        ),
    }
    if standing.cause in told:
        return _no("suspended", *told[standing.cause])
    if standing.until is None:
        return _no(
            "suspended",
            gettext("The permission is paused."),
            gettext("Ask the social media hub when it continues."),
        )
    return _no(
        "suspended",
        gettext("The permission is paused until %(day)s.", day=day(standing.until)),
        gettext("Wait until that day, or ask the social media hub."),
    )


def in_crisis(crisis: Crisis) -> Ruling:
    """Crisis mode is on: all others share the official line, or nothing."""
    reason = gettext("Crisis mode is on: only the crisis team speaks now.")
    if not crisis.line:
        return _no("crisis", reason, gettext("Share only what the company itself has posted about it."))
    return _no("crisis", reason, gettext("Share only the official line: “%(line)s”", line=crisis.line))


def in_quiet(quiet: Quiet) -> Ruling:
    """A quiet period covers what is asked. Its title is for colleagues: it may name what is not published yet."""
    return _no(
        "quiet",
        gettext("It is a quiet period until %(day)s.", day=day(quiet.until)),
        gettext("Wait until it is over, or ask the social media hub."),
    )


def red_topic(topic: str) -> Ruling:
    """A topic that only a scope that names it covers."""
    return _no(
        "red_topic",
        gettext("“%(topic)s” is a topic for official spokespersons only.", topic=vocabulary.word("topic", topic)),
        gettext("Do not post about it; pass the question to the social media hub."),
    )


def topic(scope: Scope, asked: str) -> Ruling:
    """The topic is not in scope."""
    named = vocabulary.word("topic", asked)
    return _no(
        "topic", gettext("The permission does not cover the topic “%(topic)s”.", topic=named), _more("topic", scope)
    )


def channel(scope: Scope, asked: str) -> Ruling:
    """The channel is not in scope."""
    named = vocabulary.word("channel", asked)
    reason = gettext("The permission does not cover the channel “%(channel)s”.", channel=named)
    return _no("channel", reason, _more("channel", scope))


def language(scope: Scope, asked: str) -> Ruling:
    """The language is not in scope."""
    named = vocabulary.word("language", asked)
    reason = gettext("The permission does not cover this language: %(language)s.", language=named)
    return _no("language", reason, _more("language", scope))


def country(scope: Scope, asked: str) -> Ruling:
    """The country is not in scope."""
    named = vocabulary.word("country", asked)
    reason = gettext("The permission does not cover this country: %(country)s.", country=named)
    return _no("country", reason, _more("country", scope))


def reply() -> Ruling:
    """Answering customers is not part of the permission."""
    return _no(
        "reply",
        gettext("The permission does not cover answering customers."),
        gettext("Point them to customer care, in a friendly way."),
    )


def commitment() -> Ruling:
    """Promising something in the name of the company is not part of the permission."""
    return _no(
        "commit",
        gettext("The permission does not cover promises in the name of the company."),
        gettext("Pass it to customer care, who may promise a solution."),
    )


def voice(name: str, until: date, condition: str) -> Ruling:
    """A writer and an executive are licensed together, and what is asked is covered."""
    reason = gettext("This pair is licensed to write as %(name)s, and the permissions of both hold.", name=name)
    last = gettext("They hold until %(day)s.", day=day(until))
    return Ruling(True, f"{reason} {last}", key="yes", condition=condition)


def no_pair(name: str) -> Ruling:
    """Nobody was licensed to write for this executive together with her."""
    return _no(
        "pair",
        gettext("No license to write as %(name)s covers this person on this day.", name=name),
        gettext("Ask the social media hub: it licenses a writer and an executive together."),
    )


def no_writer(name: str, own: Ruling) -> Ruling:
    """The writer's own permission does not hold."""
    reason = gettext("To write as %(name)s takes a permission of one’s own.", name=name)
    return _no("writer", f"{reason} {own.reason}", own.step)


def no_voice(name: str, ruling: Ruling, *, hers: bool) -> Ruling:
    """The executive may not say it either. `hers`: the step is hers to take, not the writer's."""
    reason = gettext("This would be said as %(name)s.", name=name)
    step = gettext("For %(name)s: %(step)s", name=name, step=ruling.step) if hers else ruling.step
    return replace(ruling, reason=f"{reason} {ruling.reason}", step=step)


def _more(dimension: str, scope: Scope) -> str:
    covered = "; ".join(vocabulary.word(kind, value) for kind, value in scope.pairs() if kind == dimension)
    if not covered:
        return gettext("For more, ask the social media hub.")
    return gettext("It covers: %(covered)s. For more, ask the social media hub.", covered=covered)


def _no(key: str, reason: str, step: str) -> Ruling:
    return Ruling(False, reason, step, key)
