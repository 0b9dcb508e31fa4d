"""A question as its author types it: read from a form, made of a question, and made into one.

Nothing here knows the database.
"""

from collections.abc import Mapping, Sequence

from lms.base.i18n import LANGUAGES
from quizzes import options
from quizzes.authoring.typed import (
    ORIGINAL,
    POST,
    WORDS,
    Typed,
    TypedChoice,
    TypedCriterion,
    TypedStep,
    blank,
    sole_marking,
    spoken,
)
from quizzes.kinds import KINDS
from quizzes.kinds.kind import Fields, Kind, Marking
from quizzes.questions import ChoiceView, CriterionView, Post, QuestionView, StepView
from quizzes.written import WrittenQuestion

MOST_ROWS = 60
"""Choices, steps or criteria that are read from a form."""
__all__ = ["ORIGINAL", "Typed", "TypedChoice", "blank", "from_form", "from_question", "written"]


def from_form(kind: str, fields: Fields) -> Typed:
    """What is in a form. Choices stand in it as `choice-1-key`, `choice-1-text-en` and so on, counted from 1."""
    rules, only = KINDS[kind], sole_marking(kind)
    return Typed(
        kind=kind,
        red_line=bool(_one(fields, "red_line")),
        clauses=tuple(dict.fromkeys(fields.get("clauses", ()))),
        words=_words(fields, "", WORDS),
        choices=tuple(
            TypedChoice(
                key=_one(fields, f"{row}key"),
                marking=only or _one(fields, f"{row}marking"),
                crosses=bool(_one(fields, f"{row}crosses")),
                words=_words(fields, row, ("text", "why", *(("partner",) if rules.has_partners else ()))),
                step=_one(fields, f"{row}step"),
                leads_to=_one(fields, f"{row}leads_to"),
                clause=_one(fields, f"{row}clause"),
            )
            for row in _rows(fields, "choice")
        ),
        options={setting.name: _one(fields, f"option-{setting.name}", setting.default) for setting in rules.settings()},
        steps=tuple(
            TypedStep(_one(fields, f"{row}key"), _words(fields, row, ("name", "text"))) for row in _rows(fields, "step")
        ),
        criteria=tuple(
            TypedCriterion(
                _one(fields, f"{row}key"), _one(fields, f"{row}most"), _words(fields, row, ("title", "guide"))
            )
            for row in _rows(fields, "criterion")
        ),
    )


def _one(fields: Fields, name: str, otherwise: str = "") -> str:
    values = fields.get(name, (otherwise,))
    return values[0].replace("\r\n", "\n").strip() if values else ""


def _rows(fields: Fields, name: str) -> list[str]:
    return [f"{name}-{place}-" for place in range(1, MOST_ROWS + 1) if f"{name}-{place}-key" in fields]


def _words(fields: Fields, row: str, parts: Sequence[str]) -> dict[str, str]:
    names = [f"{part}-{language}" for part in parts for language in LANGUAGES]
    return {name: _one(fields, row + name) for name in names}


def from_question(question: QuestionView) -> Typed:
    """A question as it is, to be changed."""
    words = _by_part(stem=question.stems, explanation=question.explanations)
    for language, post in question.posts.items():
        parts = (post.name, post.place, post.time, post.text)
        words |= {f"{part}-{language}": text for part, text in zip(POST, parts, strict=True)}
    kind = KINDS[question.kind]
    return Typed(
        kind=question.kind,
        red_line=question.red_line,
        clauses=question.clauses,
        words=words,
        choices=tuple(_typed_choice(choice, kind) for choice in question.choices),
        options=options.filled(kind, question.options),
        steps=tuple(TypedStep(step.key, _by_part(name=step.names, text=step.texts)) for step in question.steps),
        criteria=tuple(
            TypedCriterion(one.key, str(one.most), _by_part(title=one.titles, guide=one.guides))
            for one in question.criteria
        ),
    )


def _typed_choice(choice: ChoiceView, kind: Kind) -> TypedChoice:
    return TypedChoice(
        key=choice.key,
        marking=_marking_of(choice, kind.markings()),
        crosses=choice.crosses,
        words=_by_part(text=choice.texts, why=choice.whys, partner=choice.partners),
        step=choice.step or "",
        leads_to=choice.leads_to or "",
        clause=choice.clause or "",
    )


def _by_part(**parts: Mapping[str, str]) -> dict[str, str]:
    """Words by part and language."""
    return {f"{part}-{language}": text for part, texts in parts.items() for language, text in texts.items()}


def _marking_of(choice: ChoiceView, markings: Sequence[Marking]) -> str:
    for marking in markings:
        if (marking.credit, marking.bucket, marking.rule) == (choice.credit, choice.bucket, choice.rule):
            return marking.value
    return ""


def written(typed: Typed, key: str) -> WrittenQuestion:
    """The question, for the bank. Only for one without faults."""
    languages, kind = typed.languages(), KINDS[typed.kind]
    return WrittenQuestion(
        key=key,
        kind=typed.kind,
        red_line=typed.red_line,
        clauses=typed.clauses,
        stems=spoken(typed.words, "stem", languages),
        posts={
            language: Post(*(typed.words.get(f"{part}-{language}", "") for part in POST))
            for language in languages
            if kind.needs_post or typed.words.get(f"post-text-{language}")
        },
        explanations=spoken(typed.words, "explanation", languages),
        choices=choices(typed),
        options={
            setting.name: options.plain(setting, typed.options.get(setting.name, setting.default)) or ""
            for setting in kind.settings()
        },
        steps=steps(typed),
        criteria=criteria(typed),
    )


def choices(typed: Typed) -> tuple[ChoiceView, ...]:
    """The choices. Only when each has one of the markings of its kind."""
    kind, languages = KINDS[typed.kind], typed.languages()
    markings = {marking.value: marking for marking in kind.markings()} or {"": Marking("", "", 100)}
    return tuple(
        ChoiceView(
            key=choice.key,
            credit=markings[choice.marking].credit,
            bucket=markings[choice.marking].bucket,
            crosses=choice.crosses and kind.can_cross,
            texts=spoken(choice.words, "text", languages),
            whys=spoken(choice.words, "why", languages),
            partners=_said(spoken(choice.words, "partner", languages)),
            step=(choice.step or None) if kind.has_steps else None,
            leads_to=(choice.leads_to or None) if kind.has_steps else None,
            rule=markings[choice.marking].rule,
            clause=(choice.clause or None) if kind.reasons else None,
        )
        for choice in typed.choices
    )


def steps(typed: Typed) -> tuple[StepView, ...]:
    """The steps, where the kind has any."""
    languages = typed.languages()
    return tuple(
        StepView(step.key, _said(spoken(step.words, "name", languages)), spoken(step.words, "text", languages))
        for step in typed.steps
        if KINDS[typed.kind].has_steps
    )


def criteria(typed: Typed) -> tuple[CriterionView, ...]:
    """The criteria, where the kind has any. Only when their points are numbers."""
    languages = typed.languages()
    return tuple(
        CriterionView(
            0, one.key, int(one.most), spoken(one.words, "title", languages), spoken(one.words, "guide", languages)
        )
        for one in typed.criteria
        if KINDS[typed.kind].has_criteria
    )


def _said(words: dict[str, str]) -> dict[str, str]:
    return {language: text for language, text in words.items() if text}
