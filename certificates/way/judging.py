"""Whether somebody meets what a level asks for: a judgment over what was gathered, without a database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from certificates import days
from certificates.ladder import LevelView, Need
from certificates.way.evidence import Completion, Evidence, Pass
from certificates.way.terms import Held, counts


@dataclass(frozen=True)
class Finding:
    """What was found for a need: done or not, and on what it rests. `count` of `wanted` for samples.

    `kind` as in `requirements.Item`; `waived`: somebody recognized what was learned elsewhere; `being_written`: it does
    not exist yet, and renewing does not wait for it.
    """

    kind: str
    slug: str
    done: bool
    need: Need | None = None
    completion: Completion | None = None
    passed: Pass | None = None
    waived: bool = False
    being_written: bool = False
    earlier: datetime | None = None
    count: int = 0
    wanted: int = 0


def findings(evidence: Evidence, level: LevelView, *, renewal: bool = False) -> tuple[Finding, ...]:
    """What somebody has and lacks for a level, in the order of the ladder; samples and the guideline come last.

    Renewing asks for the rows of the level for that, and where it has none for all that it asks for at first.
    """
    held = evidence.held.get(level.id) if renewal else None
    rows = level.needs_of(evidence.tier, renewal=True) if renewal else ()
    found = [_need(evidence, level, need, held) for need in rows or level.needs_of(evidence.tier)]
    samples = level.renewal_samples if renewal else level.samples
    return (
        *found,
        *_samples(evidence, level, held, samples),
        *_activity(evidence, level, held),
        *_guideline(evidence, level, held),
    )


def met(evidence: Evidence, level: LevelView, *, renewal: bool = False) -> bool:
    """Whether all of it is done. A renewal is also met the long way: by all that is asked for at first, done anew."""
    return all(one.done for one in basis(evidence, level, renewal=renewal))


def basis(evidence: Evidence, level: LevelView, *, renewal: bool = False) -> tuple[Finding, ...]:
    """On what a certificate rests: what the level asks for, or to renew what it asks for at first, if that is done."""
    found = findings(evidence, level, renewal=renewal)
    if not renewal or all(one.done for one in found):
        return found
    anew = long_way(evidence, level)
    return anew if anew and all(one.done for one in anew) and _by_a_deed(anew, level) else found


def long_way(evidence: Evidence, level: LevelView) -> tuple[Finding, ...]:
    """All that a level with courses asks for at first, as it is done anew; empty for a level without courses.

    While what renewing asks for is being written, what is asked for at first is too only as far as it exists: else
    nobody could renew.
    """
    held = evidence.held.get(level.id)
    first = level.needs_of(evidence.tier)
    waiting = any(_is_missing(evidence, need) for need in level.needs_of(evidence.tier, renewal=True) or first)
    if not waiting and not any(need.kind == "course" for need in first):
        return ()
    found = [
        Finding(need.kind, need.slug, done=True, need=need, being_written=True)
        if waiting and _is_missing(evidence, need)
        else _need(evidence, level, need, held)
        for need in first
    ]
    return (*found, *_samples(evidence, level, held, level.samples), *_guideline(evidence, level, held))


def _is_missing(evidence: Evidence, need: Need) -> bool:
    if need.kind == "quiz":
        return need.slug in evidence.missing_quizzes
    return need.kind == "course" and need.course_id is None


def _by_a_deed(found: Iterable[Finding], level: LevelView) -> bool:
    """Whether something was done anew, where nobody else decides: time alone renews nothing."""
    return not level.granted_by_rule or any(one.completion or one.passed or one.count for one in found)


def due(evidence: Evidence, level: LevelView, opened: bool) -> bool:
    """Whether a certificate of the level can be awarded now: the first one, or the next when its window is open.

    A level that asks for the guideline alone is due anew whenever a version of it is accepted anew.
    """
    held = evidence.held.get(level.id)
    renewal = held is not None
    if not findings(evidence, level, renewal=renewal):
        return False
    return (not renewal or opened or not level.needs) and met(evidence, level, renewal=renewal)


def _need(evidence: Evidence, level: LevelView, need: Need, held: Held | None) -> Finding:
    if (level.id, need.kind, need.slug) in evidence.waived and held is None:
        return Finding(need.kind, need.slug, done=True, need=need, waived=True)
    if need.kind == "course":
        return _course(evidence, level, need, held)
    if need.kind == "quiz":
        return _quiz(evidence, level, need, held)
    return Finding("level", need.slug, evidence.holds(need.slug), need)


def _course(evidence: Evidence, level: LevelView, need: Need, held: Held | None) -> Finding:
    done = [one for one in evidence.completions if need.course_id is not None and one.course_id == need.course_id]
    fresh = [one for one in done if counts(one.at, held, level, need, evidence.today)]
    return Finding(
        "course",
        need.slug,
        bool(fresh),
        need,
        completion=fresh[-1] if fresh else None,
        earlier=done[-1].at if done else None,
    )


def _quiz(evidence: Evidence, level: LevelView, need: Need, held: Held | None) -> Finding:
    least = (need.percent or 0) * 100
    done = [one for one in evidence.passes if one.slug == need.slug]
    fresh = [one for one in done if one.hundredths >= least and counts(one.at, held, level, need, evidence.today)]
    return Finding(
        "quiz",
        need.slug,
        bool(fresh),
        need,
        passed=fresh[-1] if fresh else None,
        earlier=done[-1].at if done else None,
    )


def _samples(evidence: Evidence, level: LevelView, held: Held | None, wanted: int) -> Iterator[Finding]:
    if wanted:
        good = sum(counts(at, held, level, None, evidence.today) for at in evidence.good_samples)
        yield Finding("samples", "", good >= wanted, count=min(good, wanted), wanted=wanted)


def _activity(evidence: Evidence, level: LevelView, held: Held | None) -> Iterator[Finding]:
    if held is not None and level.dormant_months:
        since = days.months_after(evidence.today, -level.dormant_months)
        yield Finding("activity", "", evidence.active_on is not None and evidence.active_on >= since)


def _guideline(evidence: Evidence, level: LevelView, held: Held | None) -> Iterator[Finding]:
    if not level.needs_attestation:
        return
    slug = evidence.guideline.slug if evidence.guideline else ""
    anew = held is None or bool(level.needs) or evidence.acceptances > held.cycle
    yield Finding("guideline", slug, evidence.accepted and anew)
