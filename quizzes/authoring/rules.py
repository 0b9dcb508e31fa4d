"""The rules of a quiz: what they may be, what they need of the bank, and how they are kept as a version."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import null
from sqlalchemy.orm import Session

from lms.base import clock
from lms.base.i18n import gettext, ngettext
from lms.people.models import TIERS
from quizzes import definitions, drawing
from quizzes.blueprint import eligible
from quizzes.kinds import KINDS
from quizzes.marking import markers
from quizzes.models import PARTS, PHASES, MustPass, QuizText, QuizVersion, Quota, ReviewRule
from quizzes.questions import Pooled, QuizView, QuotaView
from quizzes.review import USUAL

SECRET = frozenset({"outcomes", "key", "reasons"})
"""Parts that say what is right."""


@dataclass(frozen=True)
class Rules:
    """The rules of a quiz, and what it says before it starts, by language.

    `must_pass` are percent by clause, `shows` parts by phase (empty: the usual), `closes_at` is when it ends for all.
    """

    pass_mark: int
    questions_drawn: int
    minutes: int
    titles: Mapping[str, str]
    intros: Mapping[str, str]
    closes_at: datetime | None = None
    asks_certainty: bool = False
    attempts_allowed: int | None = 3
    cooling_hours: int = 48
    long_wait_days: int = 30
    markers: int = 1
    anonymous_marking: bool = True
    marking_days: int = 5
    apart: int = 25
    must_pass: Mapping[str, int] = field(default_factory=dict)
    quotas: tuple[QuotaView, ...] = ()
    shows: Mapping[str, frozenset[str]] = field(default_factory=dict)


_NAMES = tuple(one.name for one in fields(Rules))
_COLUMNS = tuple(name for name in _NAMES if name not in {"titles", "intros", "must_pass", "quotas", "shows"})


def of(quiz: QuizView) -> Rules:
    """All the rules of a version of a quiz."""
    return Rules(**{name: getattr(quiz, name) for name in _NAMES})


def add_version(session: Session, quiz_id: int, number: int, rules: Rules) -> None:
    """Keep rules as a version of a quiz."""
    session.add(
        QuizVersion(
            quiz_id=quiz_id,
            number=number,
            published_at=clock.now(),
            source_sha256="",
            texts=[
                QuizText(language=language, title=title, intro=rules.intros.get(language, ""))
                for language, title in rules.titles.items()
            ],
            must_pass=[MustPass(code=code, percent=percent) for code, percent in rules.must_pass.items()],
            quotas=[
                Quota(position=place, dimension=line.dimension, value=line.value, count=line.count)
                for place, line in enumerate(rules.quotas, 1)
            ],
            review_rules=[
                ReviewRule(phase=phase, part=part) for phase, parts in rules.shows.items() for part in sorted(parts)
            ],
            **{name: _kept(getattr(rules, name)) for name in _COLUMNS},
        )
    )
    session.flush()


def _kept(value: Any) -> Any:
    """None that is meant: a column with a default would take that instead."""
    return null() if value is None else value


def faults(rules: Rules, before: Rules, known_clauses: Collection[str]) -> list[str]:
    """What contradicts itself in rules, a sentence each, whatever the bank holds. `before` are those that hold now."""
    return list(_faults(rules, before, known_clauses))


def _faults(rules: Rules, before: Rules, known_clauses: Collection[str]) -> Iterator[str]:
    if rules.closes_at and rules.closes_at != before.closes_at and rules.closes_at <= clock.now():
        yield gettext("The closing moment has passed already. Give one that is still to come, or none.")
    asked = sum(line.count for line in rules.quotas)
    if asked > rules.questions_drawn:
        yield gettext(
            "The blueprint asks for %(asked)s questions, and one attempt has %(drawn)s. Ask for fewer, or draw more.",
            asked=asked,
            drawn=rules.questions_drawn,
        )
    if len({(line.dimension, line.value) for line in rules.quotas}) < len(rules.quotas):
        yield gettext("Two lines of the blueprint ask for the same. Make one of them.")
    if unknown := [code for code in rules.must_pass if code not in {*known_clauses, *before.must_pass}]:
        yield gettext("There is no clause %(code)s in the guideline. Choose one of its clauses.", code=unknown[0])
    if rules.shows.get("during", frozenset()) & SECRET:
        yield gettext("While somebody answers, nothing can be shown that says what is right.")
    if any(parts & {"reasons"} and not parts & {"answers"} for parts in rules.shows.values()):
        yield gettext("The reasons stand beside the answers: show the answers too, or leave the reasons out.")


def warnings(rules: Rules) -> list[str]:
    """What is allowed and perhaps not meant, a sentence each."""
    found = []
    again = rules.attempts_allowed != 1
    if again and any(rules.shows.get(phase, frozenset()) & {"key", "reasons"} for phase in ("right_after", "later")):
        found.append(
            gettext(
                "Who has not passed sees what would have been right, and may try again. What was learned by heart then"
                " looks like a pass."
            )
        )
    if rules.attempts_allowed is None and not rules.cooling_hours:
        found.append(gettext("Any number of attempts without a pause: somebody can guess until it works."))
    return found


def lacks_markers(session: Session, rules: Rules, pool: Sequence[Pooled]) -> str:
    """That too few people could mark the answers to questions of a pool; empty when they suffice or rules mark all.

    One statement, and none when rules mark all, once the questions are in memory.
    """
    questions = definitions.questions(session, (one.version_id for one in pool)).values()
    waits = any(KINDS[one.kind].waits_for(one) == "coach" for one in questions)
    if not waits or markers.judges(session) >= rules.markers:
        return ""
    return gettext("Fewer people can mark answers than this quiz asks for. Give somebody the role of coach.")


def lacks(rules: Rules, pool: Sequence[Pooled]) -> list[str]:
    """Why papers cannot be drawn by these rules from a pool, a sentence each: too few questions, for all or for a
    tier, too many that are always drawn, and lines of the blueprint that cannot be fulfilled."""
    wanted, there = rules.questions_drawn, len(list(pool))
    if there < wanted:
        words = {"wanted": wanted, "there": there}
        return [
            gettext(
                "The quiz draws %(wanted)s questions, and %(there)s are there. Add questions, or have it draw fewer.",
                **words,
            )
        ]
    tiers = TIERS if any(one.tier for one in pool) else ("",)
    return list(dict.fromkeys(sentence for tier in tiers for sentence in _lacks(rules, pool, tier)))


def _lacks(rules: Rules, pool: Sequence[Pooled], tier: str) -> Iterator[str]:
    own = list(eligible(pool, tier))
    wanted, always = rules.questions_drawn, sum(one.always for one in own)
    if len(own) < wanted:
        words = {"wanted": wanted, "there": len(own), "tier": tier_name(tier)}
        yield gettext(
            "The quiz draws %(wanted)s questions, and %(there)s are there for %(tier)s. Add some, or have it draw"
            " fewer.",
            **words,
        )
    if always > wanted:
        words = {"always": always, "wanted": wanted}
        yield gettext(
            "%(always)s questions are to be on every paper, and a paper has %(wanted)s. Draw more, or mark fewer.",
            **words,
        )
    for line in drawing.prospects(own, wanted, rules.quotas):
        if not line.fulfilled:
            yield _short(line)


def _short(line: drawing.Prospect) -> str:
    words = {"what": quota_name(line.quota), "count": line.quota.count, "there": line.there}
    if line.there < line.quota.count:
        return gettext("The blueprint asks for %(count)s of “%(what)s”, and %(there)s are there.", **words)
    return gettext(
        "The blueprint asks for %(count)s of “%(what)s”. %(there)s are there, but other lines or questions that are"
        " always drawn leave too few.",
        **words,
    )


def quota_name(quota: QuotaView) -> str:
    """A line of a blueprint in words; a kind is named as its authors call it."""
    value = KINDS[quota.value].name() if quota.dimension == "kind" and quota.value in KINDS else ""
    sentences = {
        "clause": gettext("clause %(value)s", value=quota.value),
        "tag": gettext("tag %(value)s", value=quota.value),
        "difficulty": gettext("difficulty %(value)s", value=quota.value),
        "kind": gettext("kind: %(value)s", value=value or quota.value),
    }
    return sentences[quota.dimension]


def tier_name(tier: str) -> str:
    """The people of a tier, in words."""
    names = {"executive": gettext("executives"), "manager": gettext("managers"), "staff": gettext("staff")}
    return names.get(tier, gettext("everybody"))


def shown(rules: Rules) -> list[tuple[str, str]]:
    """What learners see in each phase: the name of the phase, and a sentence."""
    parts = rules.shows or USUAL
    return [(phase_name(phase), _sentence(parts.get(phase, frozenset()))) for phase in PHASES]


def _sentence(parts: Collection[str]) -> str:
    named = [part_name(part) for part in PARTS if part in parts]
    if not named:
        return gettext("Nothing but whether the attempt is in.")
    return ngettext("The learner sees %(parts)s.", "The learner sees %(parts)s.", len(named), parts=", ".join(named))


def phase_name(phase: str) -> str:
    """A phase in words."""
    names = {
        "during": gettext("While answering"),
        "right_after": gettext("Not passed, in the first hour"),
        "later": gettext("Not passed, later"),
        "after_passing": gettext("Passed, or no attempt left"),
    }
    return names[phase]


def part_name(part: str) -> str:
    """A part of a result in words, as it stands in a sentence."""
    names = {
        "outcomes": gettext("which questions were right"),
        "answers": gettext("her answers"),
        "clauses": gettext("the clauses to reread"),
        "key": gettext("the right answers"),
        "reasons": gettext("the reasons"),
    }
    return names[part]


def part_title(part: str) -> str:
    """A part of a result in words, as the head of a column."""
    titles = {
        "outcomes": gettext("Right or not"),
        "answers": gettext("Own answers"),
        "clauses": gettext("Clauses to reread"),
        "key": gettext("Right answers"),
        "reasons": gettext("Reasons"),
    }
    return titles[part]
