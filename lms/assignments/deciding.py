"""What becomes of an open enrollment, given whom the rules ask today. Pure.

An enrollment that was there before a rule asked for it, chosen or assigned by hand, is nobody's to pause: when the rule
asks no longer it is again what it was. One that only rules asked for is paused, and restored when one asks again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from lms.assignments import dates
from lms.assignments.clocks import PersonClock
from lms.assignments.dates import DAY, Due, Span
from lms.assignments.drafts import Asking

NEVER_AWAY = PersonClock()
NOTICE = 30
"""Days that somebody has at least from when a rule began to ask, or what the rule gives when that is less: a day that
counts from long ago makes nobody late on the first day."""
STOPS, GOES_ON = ("paused", "waived"), ("restored", "unwaived")


@dataclass(frozen=True)
class Event:
    """A row of the history of an enrollment, its moment as the person's day."""

    kind: str
    on: date
    due_before: date | None = None
    due_after: date | None = None
    by_id: int | None = None


@dataclass(frozen=True)
class State:
    """What rules decide of an enrollment."""

    due_on: date | None = None
    rule_id: int | None = None
    based_on: date | None = None
    leave_days: int = 0
    missing: str = ""
    paused: bool = False
    assigned_by: int | None = None


@dataclass(frozen=True)
class Taken:
    """An open enrollment with all that counts for it. `done_before`: an earlier cycle was completed.

    `wanted` is the first rule that fits the person, `today` her own day.
    """

    state: State
    cycle: int
    enrolled_on: date
    wanted: Asking | None
    exempt: bool
    done_before: bool
    hire_date: date | None
    today: date
    clock: PersonClock = NEVER_AWAY
    history: Sequence[Event] = ()

    def last(self, *kinds: str) -> Event | None:
        """The newest event of these kinds."""
        return next((one for one in reversed(self.history) if one.kind in kinds), None)


@dataclass(frozen=True)
class Outcome:
    """What an enrollment becomes, and the kinds of change to be written in its history; none for a silent mend."""

    state: State
    kinds: tuple[str, ...]


def decide(taken: Taken) -> Outcome | None:
    """What becomes of an open enrollment; nothing when it is as it should be."""
    if taken.exempt:
        return None if taken.state.paused else Outcome(replace(taken.state, paused=True), ("waived",))
    rule = _asks(taken)
    outcome = _not_asked(taken) if rule is None else _asked(taken, rule)
    return None if outcome is None or outcome.state == taken.state else outcome


def _asks(taken: Taken) -> Asking | None:
    """The rule that asks for this cycle. Whoever completed the course is asked again only by a rule that recurs, and
    a cycle that she opened herself is hers until the next one would open."""
    rule = taken.wanted
    if rule is not None and taken.done_before and (not rule.recurs_months or taken.state.rule_id is None):
        return None
    return rule


def _not_asked(taken: Taken) -> Outcome | None:
    state, own = taken.state, taken.last("assigned")
    back = ("unwaived",) if _waived(taken) else ("restored",)
    if state.rule_id is None:
        return Outcome(replace(state, paused=False, due_on=_pushed(taken)), back) if state.paused else None
    if own is not None or state.assigned_by is not None:
        day, by_id = (
            (own.due_before, own.by_id) if own and state.assigned_by is None else (state.due_on, state.assigned_by)
        )
        return Outcome(State(due_on=_extended(taken, day), assigned_by=by_id), back if state.paused else ("recounted",))
    return None if state.paused else Outcome(replace(state, paused=True), ("paused",))


def _asked(taken: Taken, rule: Asking) -> Outcome | None:
    base, counted = counted_day(taken, rule)
    if counted is not None and _stands_still(taken, rule, base, counted):
        return None
    by_hand = _by_hand(taken)
    day, by_id = (counted.due_on if counted else None), None
    if by_hand is not None and by_hand.due_before is not None and (day is None or by_hand.due_before < day):
        day, by_id = by_hand.due_before, by_hand.by_id
    became = State(
        due_on=_extended(taken, day),
        rule_id=rule.id,
        based_on=base,
        leave_days=counted.leave_days if counted else 0,
        missing="" if day is not None else ("hire_date" if rule.due_from == "hired" else "event"),
        assigned_by=by_id,
    )
    return Outcome(became, _kinds(taken, became))


def _extended(taken: Taken, day: date | None) -> date | None:
    """A due day, or the one until which somebody extended it when that is later."""
    until = taken.last("extended")
    return day if day is None or until is None or until.due_after is None else max(day, until.due_after)


def _kinds(taken: Taken, became: State) -> tuple[str, ...]:
    state = taken.state
    kinds: tuple[str, ...] = ()
    if state.paused:
        kinds = ("unwaived",) if _waived(taken) else ("restored",)
    if state.rule_id is None or (state.assigned_by is not None and became.assigned_by is None):
        return (*kinds, "assigned")
    if kinds:
        return kinds
    return ("recounted",) if (state.rule_id, state.due_on) != (became.rule_id, became.due_on) else ()


def counted_day(taken: Taken, rule: Asking) -> tuple[date | None, Due | None]:
    """The day a rule counts from for somebody, and the due day that it comes to; nothing when data is missing."""
    state, pauses = taken.state, _pauses(taken)
    if taken.cycle > 1 and state.rule_id is not None:
        again = taken.last("reopened")
        aim = again.due_after if again else None
        aim = aim or state.due_on or taken.enrolled_on
        return state.based_on, _until(taken.enrolled_on, aim, taken, pauses)
    base = _base(taken, rule)
    if base is None:
        return None, None
    if rule.due_from == "fixed":
        return base, _until(base, rule.due_on or base, taken, pauses)
    since, counted = base, dates.due(base, rule.due_days, taken.clock.away, today=taken.today, pauses=pauses)
    if rule.due_from in ("hired", "event"):
        asked_on = _asked_on(taken, rule, base)
        least = dates.due(asked_on, min(rule.due_days, NOTICE), taken.clock.away, today=taken.today, pauses=pauses)
        since, counted = (asked_on, least) if least.due_on > counted.due_on else (base, counted)
    return since, counted


def _asked_on(taken: Taken, rule: Asking, base: date) -> date:
    """The day a rule began to ask somebody. Where it was later than the day the rule counts from and that mattered,
    it is what the enrollment is based on."""
    kept = taken.state.based_on if taken.state.rule_id == rule.id else None
    if kept is None:
        return taken.today
    return max(taken.enrolled_on, kept) if base < kept <= taken.today else taken.enrolled_on


def _base(taken: Taken, rule: Asking) -> date | None:
    if rule.due_from == "hired":
        return taken.hire_date
    if rule.due_from == "event":
        return taken.clock.events.get(rule.event)
    kept = taken.state.based_on if taken.state.rule_id == rule.id else None
    return kept or taken.today


def _until(start: date, aim: date, taken: Taken, pauses: Sequence[Span]) -> Due:
    return dates.due(start, (aim - start).days, taken.clock.away, today=taken.today, pauses=pauses)


def _stands_still(taken: Taken, rule: Asking, base: date | None, counted: Due) -> bool:
    """Whether leave without an end is in the due day already and the day is not near: it need not move every night."""
    state = taken.state
    same = (state.rule_id, state.based_on, state.paused) == (rule.id, base, False) and state.leave_days > 0
    ahead = state.due_on is not None and taken.today < state.due_on < counted.due_on
    return same and ahead and taken.clock.open_leave(taken.today)


def _by_hand(taken: Taken) -> Event | None:
    """The day that a person set, now or before the rule asked."""
    state = taken.state
    if state.assigned_by is not None and state.due_on is not None:
        return Event("assigned", taken.today, due_before=state.due_on, by_id=state.assigned_by)
    return taken.last("assigned")


def _waived(taken: Taken) -> bool:
    last = taken.last(*STOPS)
    return last is not None and last.kind == "waived"


def _pauses(taken: Taken) -> list[Span]:
    return pauses(taken.history, taken.today if taken.state.paused else None)


def pauses(history: Sequence[Event], restored_on: date | None) -> list[Span]:
    """The spans in which nothing asked for an enrollment; one that is still open ends the day before `restored_on`."""
    found, since = list[Span](), None
    for one in history:
        if one.kind in STOPS and since is None:
            since = one.on
        elif one.kind in GOES_ON and since is not None:
            found.append((since, one.on - DAY))
            since = None
    if since is not None and restored_on is not None:
        found.append((since, restored_on - DAY))
    return found


def _pushed(taken: Taken) -> date | None:
    """The day that a person set, later by the days of the pause that ends now."""
    day, stop = taken.state.due_on, taken.last(*STOPS)
    return day + (taken.today - stop.on) if day and stop and stop.on <= day else day
