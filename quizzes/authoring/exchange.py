"""Questions that come from files, and go into them: looked over as a whole, shown, then proposed in one transaction.

Where they come from is no matter here: whoever reads another format hands in the same written questions.
"""

import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.content import ContentError, ContentErrors
from lms.base.errors import Conflict
from lms.base.i18n import gettext
from quizzes import bank, definitions, export, files, labels, question_texts, written
from quizzes.authoring import approval, desk, keeping, parcels, particulars
from quizzes.authoring.particulars import Difference
from quizzes.authoring.typed import ORIGINAL
from quizzes.labels import Labels
from quizzes.question_models import Question, QuestionVersion
from quizzes.questions import QuestionView, QuizView
from quizzes.written import WrittenQuestion

State = Literal["new", "changed", "labels", "same"]


@dataclass(frozen=True)
class Line:
    """What becomes of a question: it is new, another version, has other labels only, or stays as it is.

    `returns`: it is retired now, and would be drawn again.
    """

    question: WrittenQuestion
    state: State
    differences: tuple[Difference, ...] = ()
    relabeled: bool = False
    returns: bool = False


@dataclass(frozen=True)
class Plan:
    """What taking in questions would do to a quiz. `untouched` questions of it are not in the files."""

    lines: tuple[Line, ...]
    untouched: int
    seen: str
    """A fingerprint of the questions and of what there is now: it changes when something else would happen."""

    @property
    def changes(self) -> bool:
        return any(line.state != "same" for line in self.lines)

    def count(self, state: State) -> int:
        """How many questions come to this."""
        return sum(line.state == state for line in self.lines)


def parcel(session: Session, slug: str) -> bytes:
    """The questions of a quiz's own bank that are not retired, as a zip file. Raises `NotFound`."""
    quiz = definitions.live(session, slug)
    found = export.questions(session, quiz.id)
    return parcels.packed(question_texts.of(found.values(), (ORIGINAL,)))


def read(session: Session, content: bytes) -> tuple[WrittenQuestion, ...]:
    """The questions in a zip file. Raises `Invalid` for what is no such file, `ContentErrors` with all its faults."""
    with tempfile.TemporaryDirectory(prefix="lms-") as name:
        folder = Path(name)
        for file, data in parcels.unpacked(content).items():
            (folder / file).write_bytes(data)
        questions, structure = files.read_questions(folder, complete=(ORIGINAL,))
        bank.check_questions(session, questions, structure)
    return tuple(written.in_order(question) for question in questions)


def sentences(error: ContentError) -> list[str]:
    """What is wrong with files, a sentence each that begins with the name of the file and the line."""
    found: Sequence[ContentError] = error.found if isinstance(error, ContentErrors) else [error]
    lines = (str(one) for one in found)
    return list(dict.fromkeys(line.replace(f"{Path(line.split(':', 1)[0]).parent}/", "", 1) for line in lines))


def plan(session: Session, slug: str, questions: Sequence[WrittenQuestion]) -> Plan:
    """What taking in these questions would do. Writes nothing. The same number of statements for any number of them."""
    return _plan(session, definitions.live(session, slug), questions)


def _plan(session: Session, quiz: QuizView, questions: Sequence[WrittenQuestion]) -> Plan:
    there = {
        one.key: one
        for one in session.scalars(
            select(Question).where(Question.quiz_id == quiz.id).execution_options(populate_existing=True)
        )
    }
    newest = _newest(session, quiz.id)
    numbers = [id for one in there.values() for id in (one.current_id, one.proposed_id, newest.get(one.id)) if id]
    views, labeled = definitions.questions(session, numbers), labels.of(session, quiz.id)
    lines = []
    for question in questions:
        known = there.get(question.key)
        own = labeled.get(question.key, Labels())
        lines.append(_line(question, own, known, newest, views) if known else Line(question, "new"))
    untouched = sum(1 for key in there if key not in {question.key for question in questions})
    held = sorted((one.key, one.current_id or 0, one.proposed_id or 0, newest.get(one.id, 0)) for one in there.values())
    said = [[one.key, one.sha256, str(one.labels)] for one in questions]
    seen = hashlib.sha256(json.dumps([held, said, str(sorted(labeled.items(), key=lambda pair: pair[0]))]).encode())
    return Plan(tuple(lines), untouched, seen.hexdigest())


def _line(
    question: WrittenQuestion, own: Labels, known: Question, newest: dict[int, int], views: dict[int, QuestionView]
) -> Line:
    """It is the same when it says what is drawn, or what waits for a reviewer already."""
    held = [id for id in (known.current_id, known.proposed_id) if id] or [newest[known.id]]
    is_retired = known.current_id is None and known.proposed_id is None
    relabeled = own != question.labels
    if any(written.of_view(views[id]) == question for id in held):
        return Line(question, "labels" if relabeled else "same", relabeled=relabeled)
    before, after = views[held[0]], _view(question)
    return Line(question, "changed", tuple(particulars.differences(before, after)), relabeled, is_retired)


def _view(question: WrittenQuestion) -> QuestionView:
    """A question that is not kept yet, as it would be read."""
    return QuestionView(
        number=0,
        version_id=0,
        key=question.key,
        kind=question.kind,
        red_line=question.red_line,
        clauses=question.clauses,
        stems=question.stems,
        posts=question.posts,
        explanations=question.explanations,
        choices=question.choices,
        options=question.options,
        steps=question.steps,
        criteria=question.criteria,
    )


def _newest(session: Session, quiz_id: int) -> dict[int, int]:
    """The newest version of each question of a quiz."""
    rows = session.execute(
        select(QuestionVersion.question_id, QuestionVersion.id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Question.quiz_id == quiz_id)
        .order_by(QuestionVersion.number)
    )
    return {question_id: version_id for question_id, version_id in rows}  # noqa: C416 - rows are not pairs to a checker


def propose(session: Session, slug: str, questions: Sequence[WrittenQuestion], seen: str, person_id: int) -> Plan:
    """Take in questions as `plan` showed it: versions wait for a reviewer, labels hold at once.

    Raises `Conflict` when something else would happen by now, or when an open quiz would be left with too little.
    """
    quiz = desk.locked(session, slug)
    found = _plan(session, quiz, questions)
    if found.seen != seen:
        raise Conflict(gettext("The questions have changed in the meantime. Send the file once more, and look again."))
    for line in found.lines:
        if line.state != "same":
            _take_in(session, quiz.id, line, person_id)
    counts = {"new": found.count("new"), "changed": found.count("changed"), "labels": found.count("labels")}
    audit.record(session, "brought questions from files", f"quiz:{quiz.id}", actor_id=person_id, **counts)
    return found


def _take_in(session: Session, quiz_id: int, line: Line, person_id: int) -> None:
    wanted = line.question
    if line.state == "new":
        question = bank.add_question(session, quiz_id, wanted.key)
    else:
        by_key = select(Question).where(Question.quiz_id == quiz_id, Question.key == wanted.key)
        question = session.scalars(by_key).one()
    keeping.keep_labels(session, question, wanted.labels, person_id, red_line=wanted.red_line)
    if line.state in {"new", "changed"}:
        last = desk.newest(session, question.id)
        version = keeping.keep_version(session, question, last, wanted, person_id, typo=False)
        if version is not None:
            approval.propose(session, question, version.id, person_id)
        elif last is not None:
            approval.propose(session, question, last.id, person_id)
