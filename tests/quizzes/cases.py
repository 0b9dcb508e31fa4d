"""Two cases for tests, to be asked with `make.quiz_of(*cases())`: a triage with a clock, and a live thread."""

from quizzes.questions import ChoiceView, Post, QuestionView, StepView

STEPS = {
    "triage": ("true", "doubt", "safe", "desk"),
    "thread": ("start", "excuse", "close"),
}
CHOICES = {
    "triage": (
        ("a", 100, "true", "safe"),
        ("b", 50, "true", "safe"),
        ("c", 0, "true", "doubt"),
        ("d", 100, "doubt", "safe"),
        ("e", 0, "doubt", None),
        ("f", 100, "safe", "desk"),
        ("g", 0, "safe", "desk"),
        ("h", 100, "desk", None),
        ("i", 50, "desk", None),
    ),
    "thread": (
        ("a", 100, "start", "close"),
        ("b", 0, "start", "excuse"),
        ("c", 100, "excuse", "close"),
        ("d", 0, "excuse", None),
        ("e", 100, "close", None),
        ("f", 50, "close", None),
        ("g", 0, "close", None),
    ),
}
BEST = {"triage": ["a", "f", "h"], "thread": ["a", "e"]}


def cases(seconds: int = 60) -> tuple[QuestionView, QuestionView]:
    """The triage and the thread. In the last turn of the thread `g` crosses."""
    post = Post("Nadia B.", "Forum", "Monday 09:12", "It smells burnt.")
    return _case("triage", {"seconds": str(seconds)}, {"en": post}), _case("thread", {}, {})


def _case(kind: str, options: dict[str, str], posts: dict[str, Post]) -> QuestionView:
    names = {"en": "Karel D."} if kind == "thread" else {}
    return QuestionView(
        number=0,
        version_id=0,
        key=f"the-{kind}",
        kind=kind,
        red_line=False,
        clauses=("D4",),
        stems={},
        posts=posts,
        explanations={},
        choices=tuple(_choice(kind, *row) for row in CHOICES[kind]),
        options=options,
        steps=tuple(StepView(key, names, {"en": f"STEP-{key} of the {kind}"}) for key in STEPS[kind]),
    )


def _choice(kind: str, key: str, credit: int, step: str, leads_to: str | None) -> ChoiceView:
    crosses = (kind, key) == ("thread", "g")
    texts, whys = {"en": f"SAY-{key} in the {kind}"}, {"en": f"SECRET-WHY of {key}"}
    return ChoiceView(key, credit, None, crosses, texts, whys, step=step, leads_to=leads_to)
