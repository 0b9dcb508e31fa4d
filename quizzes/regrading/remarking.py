"""What a regrade makes of an answer, by policy. Pure: it asks no database."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from quizzes.kinds import KINDS
from quizzes.questions import Answer, Marked, QuestionView

BY_KEY = ("old_and_new", "new_only")
"""The policies that read the answer again; the others do not need it."""
Remark = tuple[int, bool, bool]
"""Credit in percent, whether a red line is crossed, whether the question counts for nothing."""


@dataclass
class Remarking:
    """How the answers to a question are marked anew: by which policy and, where it matters, by whose key.

    `versions` are all versions of the question. Equal answers are looked at once, however many gave them.
    """

    policy: str
    key: QuestionView
    versions: Mapping[int, QuestionView]
    _known: dict[tuple[int, str | None, Remark, bool], Remark] = field(default_factory=dict, repr=False)

    def mark(self, version_id: int, answer: str | None, now: Remark, *, by_hand: bool) -> Remark:
        """The mark of an answer (JSON, none for a question left open) to a version, that is marked `now`.

        `by_hand` says that a person gave the mark: no key overrules her.
        """
        case = version_id, answer, now, by_hand
        if case not in self._known:
            self._known[case] = self._mark(*case)
        return self._known[case]

    def _mark(self, version_id: int, answer: str | None, now: Remark, by_hand: bool) -> Remark:
        if self.policy == "full_credit":
            return 100, False, False
        if self.policy == "void":
            return now[0], now[1], True
        if self.policy not in BY_KEY or by_hand:
            return now
        return self._by_key(self.versions[version_id], json.loads(answer) if answer else None, now)

    def _by_key(self, asked: QuestionView, answer: Answer | None, now: Remark) -> Remark:
        if not knows(self.key, asked, answer):
            return now
        kind = KINDS[self.key.kind]
        new = kind.mark(self.key, answer)
        if self.policy == "new_only":
            return new.credit, new.crossed, False
        old = kind.mark(asked, answer) if now[2] else Marked(now[0], now[1])
        return max(old.credit, new.credit), old.crossed and new.crossed, False


def knows(key: QuestionView, asked: QuestionView, answer: Answer | None) -> bool:
    """Whether a version can judge an answer given to another by itself: the same kind, no marker needed, all that was
    chosen still there. Where it cannot, the mark stays as it is."""
    if key.kind != asked.kind:
        return False
    kind = KINDS[key.kind]
    return not kind.waits_for(key) and (answer is None or kind.fits(key, answer))
