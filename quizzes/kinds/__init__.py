"""The kinds of questions, by name. A new kind is a new module, a row here, and the template of its layout."""

from quizzes.kinds import (
    attest,
    matching,
    multiple,
    number,
    ordering,
    rewrite,
    scenario,
    short,
    single,
    sort,
    spot,
    thread,
    triage,
    truefalse,
)
from quizzes.kinds.kind import Kind

KINDS: dict[str, Kind] = {
    "single": single.KIND,
    "multiple": multiple.KIND,
    "truefalse": truefalse.KIND,
    "sort": sort.KIND,
    "scenario": scenario.KIND,
    "spot": spot.KIND,
    "rewrite": rewrite.KIND,
    "attest": attest.KIND,
    "triage": triage.KIND,
    "thread": thread.KIND,
    "matching": matching.KIND,
    "ordering": ordering.KIND,
    "short": short.KIND,
    "number": number.KIND,
}
