"""The rules of a level as they are typed in the form, with what is wrong in sentences. Nothing typed is lost.

Nothing here knows the database: what can be chosen is given.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from certificates import authority
from certificates.ladder import EXTRA_FLAGS, LISTS, TEXTS, LevelView, LevelWords, Need
from certificates.level_models import APPROVERS, DIMENSIONS
from certificates.levels import wording
from certificates.levels.wording import Titles
from certificates.standing import Scope
from lms.base.i18n import LANGUAGES, gettext
from lms.people.models import TIERS

Fields = Mapping[str, Sequence[str]]
MOST_NEEDS = 40
LONGEST = {"name": 60, "allows": 300, "criteria": 1500, "disclosure": 500, "may": 1500, "never": 1500}
NUMBERS = {
    "valid_months": (1, 120),
    "renew_days": (0, 366),
    "grace_days": (0, 366),
    "samples": (0, 20),
    "renewal_samples": (0, 20),
    "attest_months": (6, 120),
    "dormant_months": (1, 120),
}
MAY_BE_EMPTY = ("attest_months", "dormant_months")
TICKED = ("needs_attestation", "may_reply", "may_commit", "may_in_crisis", *EXTRA_FLAGS)
_DEED = re.compile(r"(remove|up)-(\d{1,2})")


@dataclass(frozen=True)
class TypedNeed:
    """A line of what is asked for: `what` is such as `course:principles`."""

    what: str = ""
    renewal: bool = False
    tier: str = ""
    percent: str = ""
    months: str = ""


@dataclass(frozen=True)
class TypedLevel:
    """All of the form, as typed. `texts` by language and name; `scope` holds words such as `channel:blog`."""

    numbers: Mapping[str, str] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    approvers: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    needs: tuple[TypedNeed, ...] = ()
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """A short sum of all that was typed: what is saved is what was looked at."""
        whole = asdict(self) | {"flags": sorted(self.flags)}
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Fault:
    """Something to put right, at a field."""

    at: str
    sentence: str


def of_level(level: LevelView) -> TypedLevel:
    """The form filled with a level as it is."""
    return TypedLevel(
        numbers={name: _shown(getattr(level, name)) for name in NUMBERS},
        flags=frozenset(name for name in TICKED if getattr(level, name)),
        approvers=level.approvers,
        scope=tuple(f"{dimension}:{value}" for dimension, value in level.scope.pairs()),
        needs=tuple(
            TypedNeed(f"{n.kind}:{n.slug}", n.renewal, n.tier or "", _shown(n.percent), _shown(n.within_months))
            for n in level.needs
        ),
        texts={
            language: {name: getattr(words, name) for name in TEXTS}
            | {name: "\n".join(getattr(words, name)) for name in LISTS}
            for language, words in level.texts.items()
        },
    )


def of_fields(fields: Fields) -> TypedLevel:
    """What is in a form that was sent. Lines stand in it as `need-1-what`, `need-1-tier` and so on, from 1."""
    places = [place for place in range(1, MOST_NEEDS + 1) if f"need-{place}-what" in fields]
    return TypedLevel(
        numbers={name: _one(fields, name, 10) for name in NUMBERS},
        flags=frozenset(name for name in TICKED if name in fields),
        approvers=tuple(role for role in APPROVERS if role in fields.get("approver", ())),
        scope=tuple(dict.fromkeys(word[:60] for word in fields.get("scope", ()))),
        needs=tuple(
            TypedNeed(
                _one(fields, f"need-{place}-what", 120),
                _one(fields, f"need-{place}-when") == "renewal",
                _one(fields, f"need-{place}-tier"),
                _one(fields, f"need-{place}-percent", 10),
                _one(fields, f"need-{place}-months", 10),
            )
            for place in places
        ),
        texts={
            language: {name: _one(fields, f"{name}_{language}", 4000) for name in (*TEXTS, *LISTS)}
            for language in LANGUAGES
        },
    )


def rearranged(typed: TypedLevel, deed: str) -> TypedLevel:
    """The form with a line more (`add`), less (`remove-2`), or one higher (`up-2`)."""
    needs = list(typed.needs)
    found = _DEED.fullmatch(deed)
    if deed == "add" and len(needs) < MOST_NEEDS:
        needs.append(TypedNeed())
    elif found and 1 <= int(found[2]) <= len(needs):
        taken = needs.pop(int(found[2]) - 1)
        if found[1] == "up":
            needs.insert(max(0, int(found[2]) - 2), taken)
    return replace(typed, needs=tuple(needs))


def level(before: LevelView, typed: TypedLevel) -> LevelView:
    """A level with what was typed. Only for a form without faults."""
    numbers = {name: _number(typed.numbers.get(name, "")) for name in NUMBERS}
    needs = [_need(line) for line in typed.needs]
    return replace(
        before,
        **numbers,  # type: ignore[arg-type]
        **{name: name in typed.flags for name in TICKED},  # type: ignore[arg-type]
        granted_by_rule=not typed.approvers,
        approvers=typed.approvers,
        scope=Scope.of((name, value) for name, _, value in (word.partition(":") for word in typed.scope)),
        needs=tuple(sorted(needs, key=lambda need: need.renewal)),
        texts={language: _words(words) for language, words in typed.texts.items() if words.get("name")},
    )


def faults(typed: TypedLevel, code: str, named: Titles, choices: Mapping[str, Sequence[str]]) -> list[Fault]:
    """What has to be put right, in the order of the page. `choices` are the codes of each dimension."""
    return [
        *_texts_wrong(typed),
        *_needs_wrong(typed, code, named),
        *_numbers_wrong(typed),
        *_given_wrong(typed, choices),
    ]


def _texts_wrong(typed: TypedLevel) -> list[Fault]:
    found = []
    for language, called in LANGUAGES.items():
        words = typed.texts.get(language, {})
        if language != "en" and not any(words.values()):
            continue
        for name in (*TEXTS, *LISTS):
            said, what = words.get(name, ""), {"what": wording.text(name), "language": called}
            if not said:
                sentence = gettext("“%(what)s” is empty in %(language)s. Fill it in.", **what)
                if language != "en":
                    sentence = gettext(
                        "“%(what)s” is empty in %(language)s. Fill it in, or empty all of that language.", **what
                    )
                found.append(Fault(f"{name}_{language}", sentence))
            elif len(said) > LONGEST[name]:
                sentence = gettext(
                    "“%(what)s” in %(language)s is longer than %(most)s characters.", most=LONGEST[name], **what
                )
                found.append(Fault(f"{name}_{language}", sentence))
    return found


def _needs_wrong(typed: TypedLevel, code: str, named: Titles) -> list[Fault]:
    found, seen = [], set()
    for place, line in enumerate(typed.needs, 1):
        for sentence in _need_wrong(line, code, named):
            found.append(Fault(f"need-{place}", gettext("Line %(number)s: %(what)s", number=place, what=sentence)))
        if line.what and (line.what, line.renewal, line.tier) in seen:
            sentence = gettext("This is asked for twice. Leave one out.")
            found.append(Fault(f"need-{place}", gettext("Line %(number)s: %(what)s", number=place, what=sentence)))
        seen.add((line.what, line.renewal, line.tier))
    return found


def _need_wrong(line: TypedNeed, code: str, named: Titles) -> list[str]:
    kind, _, slug = line.what.partition(":")
    found = []
    if kind not in ("course", "quiz", "level") or not slug:
        return [gettext("Choose what is asked for, or remove the line.")]
    if kind == "level" and (slug == code or not named.exists("level", slug)):
        found.append(gettext("Choose another level: a level cannot ask for itself."))
    if kind == "course" and slug in named.retired:
        found.append(gettext("This course is retired. Choose another one."))
    if line.percent and kind != "quiz":
        found.append(gettext("Percent belong to a quiz. Empty the field, or choose the quiz."))
    elif line.percent and not _within(line.percent, 1, 100):
        found.append(gettext("Percent are a whole number from 1 to 100, or nothing."))
    if line.months and not _within(line.months, 1, 120):
        found.append(gettext("Months are a whole number from 1 to 120, or nothing."))
    if line.tier not in ("", *TIERS):
        found.append(gettext("Choose for whom."))
    return found


def _numbers_wrong(typed: TypedLevel) -> list[Fault]:
    found = []
    for name, (least, most) in NUMBERS.items():
        said = typed.numbers.get(name, "")
        if name in MAY_BE_EMPTY and not said:
            continue
        if not _within(said, least, most):
            shape = {"what": wording.rule(name), "least": least, "most": most}
            sentence = gettext("“%(what)s” is a whole number from %(least)s to %(most)s.", **shape)
            found.append(Fault(name, sentence))
    return found


def _given_wrong(typed: TypedLevel, choices: Mapping[str, Sequence[str]]) -> list[Fault]:
    found = []
    for word in typed.scope:
        dimension, _, value = word.partition(":")
        if dimension not in DIMENSIONS or (value != "*" and value not in choices[dimension]):
            found.append(Fault("scope", gettext("“%(word)s” cannot be given. Take the tick away.", word=word)))
    red = [word.partition(":")[2] for word in typed.scope if word.startswith("topic:")]
    if not typed.approvers and not authority.RED_TOPICS.isdisjoint(red):
        sentence = gettext("A level that is given by rule cannot give topics that need approval, such as results.")
        found.append(Fault("scope", sentence))
    if not typed.approvers and "by_appointment" in typed.flags:
        sentence = gettext("A level by appointment needs somebody who approves it.")
        found.append(Fault("approvers", sentence))
    return found


def _words(words: Mapping[str, str]) -> LevelWords:
    lists = {name: tuple(line.strip() for line in words[name].splitlines() if line.strip()) for name in LISTS}
    return LevelWords(**{name: words[name] for name in TEXTS}, **lists)  # type: ignore[arg-type]


def _need(line: TypedNeed) -> Need:
    kind, _, slug = line.what.partition(":")
    return Need(kind, slug, line.renewal, line.tier or None, _number(line.percent), _number(line.months))


def _one(fields: Fields, name: str, most: int = 60) -> str:
    values = fields.get(name, ())
    return values[0].replace("\r\n", "\n").strip()[:most] if values else ""


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 6 else None


def _within(said: str, least: int, most: int) -> bool:
    number = _number(said)
    return number is not None and least <= number <= most


def _shown(number: int | None) -> str:
    return "" if number is None else str(number)
