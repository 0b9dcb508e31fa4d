"""The bank of questions: loading a content folder into it."""

from collections.abc import Container, Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, null, select
from sqlalchemy.orm import Session

from courses import catalog
from courses.models import Course
from lms.base import audit, clock, content
from lms.base.content import Faults, TomlFile
from lms.base.errors import NotFound
from lms.guidelines import catalog as guidelines
from quizzes import export, files, labels, versions
from quizzes.labels import Labels
from quizzes.models import MustPass, Quiz, QuizText, QuizVersion, Quota, ReviewRule
from quizzes.question_models import Question, QuestionVersion
from quizzes.written import WrittenQuestion, WrittenQuiz

CONTENT = Path(__file__).resolve().parent / "content"


def shipped() -> list[Path]:
    """The folders of the shipped quizzes, each called as its quiz. Raises `ContentError`."""
    found = content.folders(CONTENT, "quiz.toml", "quiz")
    for folder in found:
        content.named_as(folder, TomlFile(folder / "quiz.toml"))
    return found


def load(session: Session, folder: Path) -> str:
    """Load one folder; returns "added", "updated" or "unchanged". Raises `ContentError`; then nothing has changed.

    A quiz that was changed in the studio since is left alone: its authors own it then; the result is "kept".

    Changed files become a new version of the quiz. A question gets a new version only when something of it changed;
    one that is no longer in the files is not drawn any more. Attempts keep the versions they were asked.
    """
    if _is_loaded(session, folder):
        return "unchanged"
    written = files.read(folder)
    course_id = _course(session, written)
    check_course(session, written, ())
    check_clauses(session, written)
    quiz = session.scalar(select(Quiz).where(Quiz.slug == written.slug)) or _add_quiz(session, written, course_id)
    newest = session.scalar(_NEWEST.where(QuizVersion.quiz_id == quiz.id))
    if newest and (not newest.source_sha256 or _has_authors(session, quiz.id)):
        return "kept"
    catalog.set_quiz(session, course_id, written.slug, written.minutes)
    if newest and newest.source_sha256 == written.sha256:
        return "unchanged"
    same = export.same_questions(session, written)
    if newest and not export.lines(export.stored(session, written.slug), export.of_files(written)):
        return "unchanged"
    now = clock.now()
    _load_questions(session, quiz.id, written.questions, now, same)
    session.add(_version(quiz.id, newest.number + 1 if newest else 1, written, now))
    session.flush()
    audit.record(session, "loaded a quiz", f"quiz:{quiz.id}", version=newest.number + 1 if newest else 1)
    return "updated" if newest else "added"


_NEWEST = select(QuizVersion).order_by(QuizVersion.number.desc()).limit(1)


def _is_loaded(session: Session, folder: Path) -> bool:
    """Whether the files of a quiz are those of its newest version, and nobody changed it in the studio since."""
    newest = session.scalar(_NEWEST.join(Quiz, Quiz.id == QuizVersion.quiz_id).where(Quiz.slug == folder.name))
    same = newest is not None and newest.source_sha256 == files.digest(folder)
    return same and newest is not None and not _has_authors(session, newest.quiz_id)


def _has_authors(session: Session, quiz_id: int) -> bool:
    """Whether a question of the quiz was written in the studio."""
    written = select(QuestionVersion.id).join(Question, Question.id == QuestionVersion.question_id)
    return bool(
        session.scalar(written.where(Question.quiz_id == quiz_id, QuestionVersion.author_id.is_not(None)).limit(1))
    )


def bring(session: Session, written: WrittenQuiz) -> None:
    """Load a quiz that somebody brings, whoever changed it before; authors own it from then on.

    Raises `ContentError` when its course does not exist or has another quiz, or for an unknown clause.
    """
    check_clauses(session, written)
    check_course(session, written, ())
    course_id = session.scalars(select(Course.id).where(Course.slug == written.course)).one()
    quiz = session.scalar(select(Quiz).where(Quiz.slug == written.slug)) or _add_quiz(session, written, course_id)
    last = session.scalar(select(func.max(QuizVersion.number)).where(QuizVersion.quiz_id == quiz.id)) or 0
    now = clock.now()
    _load_questions(session, quiz.id, written.questions, now, export.same_questions(session, written))
    version = _version(quiz.id, last + 1, written, now)
    version.source_sha256 = ""
    session.add(version)
    catalog.set_quiz(session, course_id, written.slug, written.minutes)
    session.flush()
    audit.record(session, "loaded a quiz from files", f"quiz:{quiz.id}", version=last + 1)


def _course(session: Session, written: WrittenQuiz) -> int:
    try:
        return catalog.get(session, written.course).id
    except NotFound:
        raise written.file.wrong(f"There is no published course {written.course!r}.", "course") from None


def check_course(session: Session, written: WrittenQuiz, new_courses: Iterable[str]) -> None:
    """Raise `ContentError` when a quiz cannot close its course, which may be one of those that are new."""
    courses = session.scalars(select(Course.slug)).all()
    if written.course not in {*courses, *new_courses}:
        raise written.file.wrong(f"There is no course {written.course!r}.", "course")
    rows = session.execute(select(Quiz.slug, Course.slug).join(Course, Course.id == Quiz.course_id))
    for quiz, course in rows:
        if quiz == written.slug and course != written.course:
            raise written.file.wrong(f"The quiz {quiz!r} belongs to the course {course!r}.", "course")
        if course == written.course and quiz != written.slug:
            raise written.file.wrong(f"The course {course!r} has another quiz already.", "course")


def check_clauses(session: Session, written: WrittenQuiz) -> None:
    """Raise `ContentError` when a question or a rule names a clause that is not in the guideline."""
    check_questions(session, written.questions, written.structure)
    known = {clause.code for clause in guidelines.live(session).clauses}
    named = [quota.value for quota in written.rules.quotas if quota.dimension == "clause"]
    for code in (*written.rules.must_pass, *named):
        if code not in known:
            raise written.file.wrong(f"clause {code} is not in the guideline.", code)


def check_questions(session: Session, questions: Iterable[WrittenQuestion], structure: TomlFile) -> None:
    """Raise `ContentErrors` for the questions that name a clause that is not in the guideline."""
    faults, known = Faults(), {clause.code for clause in guidelines.live(session).clauses}
    for question in questions:
        if unknown := [code for code in question.clauses if code not in known]:
            with faults.noted():
                message = f"{question.key}: clause {unknown[0]} is not in the guideline."
                raise structure.wrong(message, f'"{question.key}"')
    faults.refuse()


def _add_quiz(session: Session, written: WrittenQuiz, course_id: int) -> Quiz:
    quiz = Quiz(slug=written.slug, course_id=course_id)
    session.add(quiz)
    session.flush()
    return quiz


def _version(quiz_id: int, number: int, written: WrittenQuiz, now: datetime) -> QuizVersion:
    rules = written.rules
    return QuizVersion(
        quiz_id=quiz_id,
        number=number,
        pass_mark=written.pass_mark,
        questions_drawn=written.questions_drawn,
        minutes=written.minutes,
        closes_at=rules.closes_at,
        asks_certainty=rules.asks_certainty,
        attempts_allowed=null() if rules.attempts_allowed is None else rules.attempts_allowed,
        cooling_hours=rules.cooling_hours,
        long_wait_days=rules.long_wait_days,
        markers=rules.markers,
        anonymous_marking=rules.anonymous_marking,
        marking_days=rules.marking_days,
        apart=rules.apart,
        must_pass=[MustPass(code=code, percent=percent) for code, percent in rules.must_pass.items()],
        quotas=[
            Quota(position=position, dimension=one.dimension, value=one.value, count=one.count)
            for position, one in enumerate(rules.quotas, 1)
        ],
        review_rules=[ReviewRule(phase=phase, part=part) for phase, parts in rules.shows.items() for part in parts],
        published_at=now,
        source_sha256=written.sha256,
        texts=[
            QuizText(language=language, title=title, intro=written.intros[language])
            for language, title in written.titles.items()
        ],
    )


def _load_questions(
    session: Session, quiz_id: int, written: tuple[WrittenQuestion, ...], now: datetime, same: Container[str]
) -> None:
    """Give the questions in files a version each, but for those (in `same`) that say what they say already."""
    known = {
        question.key: question
        for question in session.scalars(select(Question).where(Question.quiz_id == quiz_id).order_by(Question.id))
    }
    missing = [Question(quiz_id=quiz_id, key=one.key) for one in written if one.key not in known]
    session.add_all(missing)
    session.flush()
    known |= {question.key: question for question in missing}
    newest, labeled = _newest_versions(session, quiz_id), labels.of(session, quiz_id)
    for one in written:
        labels.keep(session, known[one.key], labeled.get(one.key, Labels()), one.labels)
    current = list[tuple[Question, QuestionVersion]]()
    for one in written:
        question = known.pop(one.key)
        last = newest.get(question.id)
        if one.key in same:
            continue
        if last is None or last.source_sha256 != one.sha256:
            last = versions.made(question.id, last.number + 1 if last else 1, one, now, "change" if last else "first")
            session.add(last)
        current.append((question, last))
    session.flush()
    for question, version in current:
        question.current_id = version.id
    for retired in known.values():
        retired.current_id = None
    session.flush()


def _newest_versions(session: Session, quiz_id: int) -> dict[int, QuestionVersion]:
    rows = session.scalars(
        select(QuestionVersion)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Question.quiz_id == quiz_id)
        .order_by(QuestionVersion.number)
    )
    return {version.question_id: version for version in rows}


def add_question(session: Session, quiz_id: int, key: str) -> Question:
    """A question without a version yet: the caller adds one."""
    question = Question(quiz_id=quiz_id, key=key)
    session.add(question)
    session.flush()
    return question
