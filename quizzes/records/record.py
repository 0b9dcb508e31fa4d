"""The record of an attempt, and the digest by which it can be proved unchanged.

The digest of each result is made when it comes about, kept with it, and written into the audit trail of the same
transaction. Whoever has the file of a record can compute it again with nothing but SHA-256 and JSON.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from quizzes.attempt_models import Attempt, Result
from quizzes.papers import Item
from quizzes.questions import QuizView, canonical

FORMAT = "attempt-record/1"


def digest(attempt: Attempt, quiz: QuizView, paper: Sequence[Item], result: Result) -> str:
    """The SHA-256 of what was decided and from what, kept with the result and in the audit trail."""
    return hashlib.sha256(canonical(decided(attempt, quiz, paper, result))).hexdigest()


def decided(attempt: Attempt, quiz: QuizView, paper: Sequence[Item], result: Result) -> dict[str, Any]:
    """A result with all that led to it, as plain values: what the digest is made of.

    Moments are in UTC to the microsecond; questions are named by the digest of their content.
    """
    return {
        "format": FORMAT,
        "attempt": attempt.uid,
        "person": attempt.person_id,
        "quiz": quiz.slug,
        "rules": {
            "version": quiz.number,
            "pass_mark": quiz.pass_mark,
            "must_pass": dict(quiz.must_pass),
            "marking": result.rules,
        },
        "seed": attempt.seed,
        "language": attempt.language,
        "clock": {
            "started_at": moment(attempt.started_at),
            "time_percent": attempt.time_percent,
            "extra_minutes": attempt.extra_minutes,
            "no_timer": attempt.no_timer,
        },
        "revision": attempt.revision,
        "paper": [_item(item) for item in paper],
        "result": {
            "number": result.number,
            "percent_hundredths": result.percent_hundredths,
            "red_lines": result.red_lines,
            "missed": result.missed.split(),
            "passed": result.passed,
            "because": result.because,
            "at": moment(result.at),
        },
    }


def _item(item: Item) -> dict[str, Any]:
    mark = item.mark
    return {
        "position": item.position,
        "question": item.question.sha256,
        "order": list(item.order),
        "answer": item.answer,
        "answered_at": moment(item.answered_at) if item.answered_at else None,
        "certainty": item.certainty,
        "credit": mark.credit if mark else 0,
        "crossed": bool(mark and mark.crossed),
        "voided": bool(mark and mark.voided),
    }


def moment(value: datetime) -> str:
    """A point in time as a record writes it."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")
