"""The table of the courses in `docs/curriculum.md`."""

from collections.abc import Iterable

from tests.curriculum.shelf import Taught

HEAD = (
    "| | Course | Minutes | Lessons | Optional | Exam + practice questions | Kinds | Drawn, to pass |\n"
    "|---|---|---|---|---|---|---|---|\n"
)
_TIERS = ("staff", "manager", "executive")


def table(courses: Iterable[Taught]) -> str:
    """The courses as a table in Markdown, in the order of the curriculum."""
    ordered = sorted(courses, key=lambda one: (_TIERS.index(one.course.tier), one.course.position, one.course.code))
    return HEAD + "".join(_row(one) for one in ordered)


def _row(one: Taught) -> str:
    course, quiz = one.course, one.quiz
    needed = [lesson for lesson in course.lessons if not lesson.optional]
    extra = [lesson.slug for lesson in course.lessons if lesson.optional]
    exam = sum(question.labels.purpose == "exam" for question in quiz.questions)
    cells = (
        course.code,
        course.titles["en"],
        sum(lesson.minutes for lesson in needed),
        len(needed),
        ", ".join(extra) or "–",
        f"{exam} + {len(quiz.questions) - exam}",
        len({question.kind for question in quiz.questions}),
        f"{quiz.questions_drawn}, {quiz.pass_mark} %",
    )
    return f"| {' | '.join(map(str, cells))} |\n"
