"""What learners are told about marking and appeals, in their own language. The outbox carries it."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from sqlalchemy.orm import Session

from lms.base import i18n, mail, outbox
from lms.base.i18n import force_locale, gettext, ngettext, pick
from lms.base.settings import in_force
from lms.people import directory
from lms.people.models import Person
from quizzes import closing, papers
from quizzes.attempt_models import Attempt
from quizzes.marking import appeals, reasons
from quizzes.marking.models import Appeal
from quizzes.questions import QuizView


def marked(session: Session, attempt: Attempt, quiz: QuizView) -> None:
    """Tell a learner her result after people have marked it: the reasons, and how to appeal."""
    learner, paper = directory.get(session, attempt.person_id), papers.items(session, attempt)
    said = reasons.of_attempt(session, attempt.id)
    until = appeals.until(session, attempt)
    with force_locale(learner.language):
        body = mail.render(
            "marking/mail/marked.txt",
            learner=learner,
            title=pick(quiz.titles, learner.language),
            **_outcome(attempt, quiz),
            crossed=_crossed(closing.verdict(quiz, paper).red_lines_crossed),
            marked=[
                (item.position, pick(item.question.stems, learner.language), item.mark.credit, said[item.position])
                for item in paper
                if item.mark and item.position in said
            ],
            until=_day(until, learner) if until else None,
            address=_address(attempt),
        )
        subject = gettext("Your result: %(title)s", title=pick(quiz.titles, learner.language))
    outbox.queue(session, key=f"attempt:{attempt.id}:marked", recipient=learner.email, subject=subject, body=body)


def appeal_decided(session: Session, appeal: Appeal, attempt: Attempt, quiz: QuizView) -> None:
    """Tell a learner what came of her appeal, whichever way: why, and what holds now."""
    learner = directory.get(session, attempt.person_id)
    with force_locale(learner.language):
        title = pick(quiz.titles, learner.language)
        body = mail.render(
            "marking/mail/appeal.txt",
            learner=learner,
            title=title,
            upheld=appeal.outcome == "upheld",
            voided=attempt.state == "voided",
            answer=appeal.answer,
            **_outcome(attempt, quiz),
            address=_address(attempt),
        )
        subject = gettext("Your appeal: %(title)s", title=title)
    outbox.queue(session, key=f"appeal:{appeal.id}:decided", recipient=learner.email, subject=subject, body=body)


def _outcome(attempt: Attempt, quiz: QuizView) -> dict[str, object]:
    return {
        "passed": bool(attempt.passed),
        "percent": _percent(attempt.percent_hundredths or 0),
        "needed": _percent(100 * quiz.pass_mark),
    }


def _crossed(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "One answer crosses a red line, and there must be none.",
        "%(num)s answers cross a red line, and there must be none.",
        count,
    )


def _percent(hundredths: int) -> str:
    return gettext("%(number)s %%", number=format_decimal(Decimal(hundredths) / 100, locale=i18n.language()))


def _day(moment: datetime, learner: Person) -> date:
    return moment.astimezone(ZoneInfo(learner.time_zone)).date()


def _address(attempt: Attempt) -> str:
    return f"{in_force().base_url}/attempts/{attempt.id}"
