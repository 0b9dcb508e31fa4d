"""The kinds of questions, by name. A new kind is a new module, a row here, and its name in `models.KINDS`."""

from quizzes.kinds import multiple, scenario, single, sort, truefalse
from quizzes.kinds.kind import Kind

KINDS: dict[str, Kind] = {
    "single": single.KIND,
    "multiple": multiple.KIND,
    "truefalse": truefalse.KIND,
    "sort": sort.KIND,
    "scenario": scenario.KIND,
}
