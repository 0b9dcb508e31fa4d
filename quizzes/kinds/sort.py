"""Statements to sort into green, amber and red: go ahead, ask first, don't."""

from collections.abc import Sequence

from lms.base.i18n import gettext
from quizzes.kinds.kind import Fields, Kind, Line, Marking, not_offered
from quizzes.questions import BUCKETS, Answer, Matter, QuestionView


class Sort(Kind):
    """Answers look like `{"buckets": {"a": "green"}}`; statements may still be missing.

    Each statement in its place earns its share. In a red-line question, "go ahead" for a red statement crosses.
    """

    layout = "sort"
    fewest, most = 4, 6

    def name(self) -> str:
        return gettext("Sort into green, amber and red")

    def markings(self) -> tuple[Marking, ...]:
        return (
            Marking("green", gettext("Go ahead"), 0, "green"),
            Marking("amber", gettext("Ask first"), 0, "amber"),
            Marking("red", gettext("Don’t"), 0, "red"),
        )

    def fault(self, matter: Matter) -> str:
        choices = matter.choices
        if any(choice.crosses and choice.bucket == "green" for choice in choices):
            return gettext("A statement that belongs to green cannot cross a red line.")
        return ""

    def problem(self, matter: Matter) -> str:
        choices = matter.choices
        if not 4 <= len(choices) <= 6:
            return "there must be 4 to 6 statements"
        if any(choice.bucket not in BUCKETS for choice in choices):
            return f"bucket must be one of {', '.join(BUCKETS)}"
        return ""

    def parse(
        self, question: QuestionView, fields: Fields, order: Sequence[str], before: Answer | None
    ) -> Answer | None:
        named = {place: fields.get(f"answer-{place}", ()) for place in range(1, len(order) + 1)}
        buckets = {order[place - 1]: values[0] for place, values in named.items() if values}
        known = {f"answer-{place}" for place in named}
        if any(name.startswith("answer-") and name not in known for name in fields):
            raise not_offered()
        if any(bucket not in BUCKETS for bucket in buckets.values()):
            raise not_offered()
        return {"buckets": dict(sorted(buckets.items()))} if buckets else None

    def fits(self, question: QuestionView, answer: Answer) -> bool:
        buckets = answer.get("buckets")
        return (
            set(answer) == {"buckets"}
            and isinstance(buckets, dict)
            and question.keys.issuperset(buckets)
            and all(bucket in BUCKETS for bucket in buckets.values())
        )

    def answered(self, question: QuestionView, answer: Answer | None) -> bool:
        return bool(answer) and len(_buckets(answer)) == len(question.choices)

    def chosen(self, answer: Answer | None) -> dict[str, str]:
        return _buckets(answer)

    def given(self, question: QuestionView, answer: Answer | None) -> list[Line]:
        buckets = _buckets(answer)
        return [Line.of(choice, buckets[choice.key]) for choice in question.choices if choice.key in buckets]

    def right(self, question: QuestionView) -> list[Line]:
        return [Line.of(choice, choice.bucket or "") for choice in question.choices]

    def best(self, question: QuestionView) -> Answer:
        return {"buckets": dict(sorted((choice.key, choice.bucket) for choice in question.choices))}

    def _credit(self, question: QuestionView, answer: Answer) -> int:
        buckets = _buckets(answer)
        hits = sum(buckets.get(choice.key) == choice.bucket for choice in question.choices)
        return 100 * hits // len(question.choices)

    def _crosses(self, question: QuestionView, answer: Answer) -> bool:
        buckets = _buckets(answer)
        return any(
            buckets.get(choice.key) == "green" and (choice.crosses or (question.red_line and choice.bucket == "red"))
            for choice in question.choices
        )


def _buckets(answer: Answer | None) -> dict[str, str]:
    return answer["buckets"] if answer else {}


KIND = Sort()
