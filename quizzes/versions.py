"""A version of a question, made of what somebody wrote."""

from datetime import datetime

from quizzes.question_models import (
    Choice,
    ChoiceText,
    Criterion,
    CriterionText,
    QuestionClause,
    QuestionOption,
    QuestionText,
    QuestionVersion,
    Step,
    StepText,
)
from quizzes.questions import ChoiceView, CriterionView, StepView
from quizzes.written import WrittenQuestion


def made(question_id: int, number: int, written: WrittenQuestion, now: datetime, change: str) -> QuestionVersion:
    """A new version of a question, to be added to the session. `change` says what it is beside the one before."""
    return QuestionVersion(
        question_id=question_id,
        number=number,
        kind=written.kind,
        red_line=written.red_line,
        change=change,
        created_at=now,
        source_sha256=written.sha256,
        texts=[_text(language, written) for language in written.stems],
        clauses=[QuestionClause(code=code) for code in written.clauses],
        options=[QuestionOption(name=name, value=value) for name, value in written.options.items()],
        steps=[_step(position, step) for position, step in enumerate(written.steps, 1)],
        criteria=[_criterion(position, one) for position, one in enumerate(written.criteria, 1)],
        choices=[_choice(position, choice) for position, choice in enumerate(written.choices, 1)],
    )


def _text(language: str, written: WrittenQuestion) -> QuestionText:
    text = QuestionText(language=language, stem=written.stems[language], explanation=written.explanations[language])
    if post := written.posts.get(language):
        text.post_name, text.post_place = post.name, post.place
        text.post_time, text.post_text = post.time, post.text
    return text


def _step(position: int, written: StepView) -> Step:
    texts = [
        StepText(language=language, name=written.names.get(language, ""), text=text)
        for language, text in written.texts.items()
    ]
    return Step(key=written.key, position=position, texts=texts)


def _criterion(position: int, written: CriterionView) -> Criterion:
    texts = [
        CriterionText(language=language, title=title, guide=written.guides.get(language, ""))
        for language, title in written.titles.items()
    ]
    return Criterion(key=written.key, position=position, most=written.most, texts=texts)


def _choice(position: int, written: ChoiceView) -> Choice:
    return Choice(
        key=written.key,
        position=position,
        credit=written.credit,
        bucket=written.bucket,
        crosses=written.crosses,
        step=written.step,
        leads_to=written.leads_to,
        rule=written.rule,
        clause=written.clause,
        texts=[
            ChoiceText(
                language=language,
                text=text,
                why=written.whys.get(language, ""),
                partner=written.partners.get(language, ""),
            )
            for language, text in written.texts.items()
        ],
    )
