"""The studio's page for all the rules of a quiz, with what its blueprint can draw today."""

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import get_timezone
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.base import web
from lms.base.access import open_to
from lms.base.errors import Invalid
from lms.guidelines import catalog as guidelines
from quizzes import drawing
from quizzes.authoring import desk, lines, rules
from quizzes.authoring.lines import TypedLists
from quizzes.authoring.room_views import AUTHORS, blueprint
from quizzes.authoring.rules import Rules
from quizzes.authoring.rules_forms import AllRulesForm
from quizzes.kinds import KINDS
from quizzes.models import PARTS, PHASES
from quizzes.questions import QuotaView
from quizzes.review import USUAL

ADDRESS = "/studio/quizzes/<slug>/rules"


@blueprint.get(ADDRESS, endpoint="rules")
@open_to(AUTHORS)
def rules_page(slug: str) -> str:
    found = desk.desk(web.session(), slug)
    held = rules.of(found.quiz)
    return _page(found, AllRulesForm.of_all(held), lines.of_rules(held, USUAL), held)


@blueprint.post(ADDRESS)
@open_to(AUTHORS)
def keep_rules(slug: str) -> str | Response:
    """Keep the rules, or show the form again: with a line more or less, or with what is wrong."""
    form, typed = AllRulesForm(), lines.of_fields(request.form.to_dict(flat=False))
    found, deed = desk.desk(web.session(), slug), request.form.get("do", "keep")
    codes = [clause.code for clause in guidelines.live(web.session()).clauses]
    if deed != "keep":
        return _page(found, form, lines.rearranged(typed, deed), rules.of(found.quiz))
    form_is_good = form.validate()
    faults = lines.faults(typed, {*codes, *found.quiz.must_pass})
    if not form_is_good or faults:
        return make_response(_page(found, form, typed, rules.of(found.quiz), faults), 422)
    wanted = lines.with_lists(form.all_rules(found.quiz), typed)
    try:
        desk.set_rules(web.session(), slug, wanted, current_user.id)
    except Invalid as refusal:
        return make_response(_page(found, form, typed, wanted, [refusal.message]), 422)
    return redirect(url_for("bank.rules", slug=slug, saved=1), 303)


def _page(
    found: desk.QuizDesk, form: AllRulesForm, typed: TypedLists, shown: Rules, faults: list[str] | None = None
) -> str:
    """The page. `shown` are the rules whose drawing is previewed: those that hold, or those that were refused."""
    return render_template(
        "bank/rules.html",
        desk=found,
        form=form,
        typed=typed,
        faults=faults or [],
        clauses=guidelines.live(web.session()).clauses,
        choices=_choices(found, shown),
        prospects=drawing.prospects(found.pool, shown.questions_drawn, shown.quotas),
        lacks=rules.lacks(shown, found.pool),
        lacks_markers=rules.lacks_markers(web.session(), shown, found.pool),
        always=sum(one.always for one in found.pool),
        warnings=rules.warnings(shown),
        held=shown,
        meaning=rules.shown(shown),
        phases=[(name, rules.phase_name(name)) for name in PHASES],
        parts=[(name, rules.part_title(name)) for name in PARTS],
        quota_name=rules.quota_name,
        zone=str(get_timezone()).rsplit("/", 1)[-1].replace("_", " "),
        saved=request.args.get("saved") == "1" and request.method == "GET",
    )


def _choices(found: desk.QuizDesk, held: Rules) -> list[tuple[str, str]]:
    """What a line of the blueprint can draw: value and words."""
    codes = [clause.code for clause in guidelines.live(web.session()).clauses]
    values = [QuotaView("clause", code, 1) for code in codes]
    values += [QuotaView("tag", tag, 1) for tag in sorted({tag for one in found.pool for tag in one.tags})]
    values += [QuotaView("difficulty", number, 1) for number in ("1", "2", "3")]
    values += [QuotaView("kind", name, 1) for name in KINDS]
    values += held.quotas
    named = {f"{one.dimension}:{one.value}": rules.quota_name(one) for one in values}
    return list(named.items())
