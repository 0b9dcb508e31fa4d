"""The studio's pages for one question: making it, changing it, and reading its versions."""

from dataclasses import dataclass, replace

from flask import make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.base import web
from lms.base.access import open_to
from lms.base.errors import Conflict, Invalid
from lms.guidelines import catalog as guidelines
from lms.people.models import TIERS
from quizzes import labels
from quizzes.authoring import desk, headings, history, labeling, particulars, proofreading, rearranging, writing
from quizzes.authoring.labeling import TypedLabels
from quizzes.authoring.quiz_room_views import AUTHORS, blueprint
from quizzes.authoring.typed import Typed
from quizzes.kinds import KINDS
from quizzes.question_files import MOST_CRITERIA, MOST_STEPS
from quizzes.question_models import PURPOSES

QUESTION = "/studio/quizzes/<slug>/questions/<key>"


@dataclass(frozen=True)
class Sheet:
    """What stands on the form. `opened` is how many versions there were, `labels` none when it has no such fields."""

    typed: Typed
    labels: TypedLabels | None
    opened: int
    typo: bool = False


@blueprint.get("/studio/quizzes/<slug>/new")
@open_to(AUTHORS)
def new_question(slug: str) -> str:
    return _page(slug, None, Sheet(writing.blank(_kind(request.args.get("kind", ""))), TypedLabels(), 0))


@blueprint.post("/studio/quizzes/<slug>/new")
@open_to(AUTHORS)
def add_question(slug: str) -> str | Response:
    return _keep(slug, None)


@blueprint.get(QUESTION)
@open_to(AUTHORS)
def question(slug: str, key: str) -> str:
    newest = history.of(web.session(), slug, key).entries[0]
    own = labels.of_key(web.session(), headings.of(web.session(), slug).quiz.id, key)
    return _page(slug, key, Sheet(writing.from_question(newest.question), labeling.of(own), newest.number))


@blueprint.post(QUESTION)
@open_to(AUTHORS)
def keep_question(slug: str, key: str) -> str | Response:
    return _keep(slug, key)


@blueprint.get(f"{QUESTION}/versions/<int:number>")
@open_to(AUTHORS)
def question_version(slug: str, key: str, number: int) -> str:
    entry = history.of(web.session(), slug, key).version(number)
    return render_template(
        "quiz_authoring/version.html",
        desk=headings.of(web.session(), slug),
        key=key,
        entry=entry,
        parts=list(particulars.parts(entry.question)),
    )


@blueprint.post(f"{QUESTION}/<any(duplicate,retire,return):deed>")
@open_to(AUTHORS)
def question_deed(slug: str, key: str, deed: str) -> Response:
    session, person_id = web.session(), current_user.id
    if deed == "duplicate":
        copied = desk.duplicate(session, slug, key, person_id)
        return redirect(url_for("quiz_authoring.question", slug=slug, key=copied), 303)
    (desk.retire if deed == "retire" else desk.bring_back)(session, slug, key, person_id)
    return redirect(url_for("quiz_authoring.quiz", slug=slug, _anchor=f"q-{key}"), 303)


def _kind(name: str) -> str:
    """The kind that is meant; the first there is for a name that is none."""
    return name if name in KINDS else next(iter(KINDS))


def _sheet() -> Sheet:
    fields = request.form.to_dict(flat=False)
    kind, opened = _kind(request.form.get("kind", "")), request.form.get("opened", "")
    return Sheet(
        typed=writing.from_form(kind, fields),
        labels=labeling.from_form(fields),
        opened=int(opened) if opened.isascii() and opened.isdecimal() and len(opened) < 9 else 0,
        typo=request.form.get("change") == "typo",
    )


def _keep(slug: str, key: str | None) -> str | Response:
    """Keep the question in the form, or show it again: with a choice more or less, or with what is wrong."""
    sheet, deed = _sheet(), request.form.get("do", "keep")
    if deed != "keep":
        return _page(slug, key, replace(sheet, typed=rearranging.rearranged(sheet.typed, deed)))
    known = [clause.code for clause in guidelines.live(web.session()).clauses]
    faults = [*proofreading.faults(sheet.typed, known), *(labeling.faults(sheet.labels) if sheet.labels else ())]
    if faults:
        return make_response(_page(slug, key, sheet, tuple(faults)), 422)
    try:
        kept = _save(slug, key, sheet)
    except desk.StaleQuestion as stale:
        newest = history.of(web.session(), slug, key or "").entries[0]
        return make_response(_page(slug, key, replace(sheet, opened=newest.number), (stale.message,)), 409)
    except (Invalid, Conflict) as refused:
        return make_response(_page(slug, key, sheet, (refused.message,)), refused.status)
    if key and history.of(web.session(), slug, key).regrade:
        return redirect(url_for("quiz_authoring.question", slug=slug, key=key, _anchor="regrade"), 303)
    return redirect(url_for("quiz_authoring.quiz", slug=slug, _anchor=f"q-{kept}"), 303)


def _save(slug: str, key: str | None, sheet: Sheet) -> str:
    wanted = sheet.labels.wanted if sheet.labels else None
    return desk.save_question(
        web.session(), slug, key, sheet.typed, sheet.opened, current_user.id, labeled=wanted, typo=sheet.typo
    )


def _page(slug: str, key: str | None, sheet: Sheet, faults: tuple[str, ...] = ()) -> str:
    return render_template(
        "quiz_authoring/question.html",
        desk=headings.of(web.session(), slug),
        key=key,
        sheet=sheet,
        typed=sheet.typed,
        labels=sheet.labels or TypedLabels(),
        kind=KINDS[sheet.typed.kind],
        faults=faults,
        history=history.of(web.session(), slug, key) if key else None,
        clauses=guidelines.live(web.session()).clauses,
        purposes=PURPOSES,
        tiers=TIERS,
        most={"steps": MOST_STEPS, "criteria": MOST_CRITERIA},
    )
