"""The ladder for administrators, who change it, and for the hub, which reads it."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from certificates import ladder, vocabulary
from certificates.entitlements import kit
from certificates.ladder import LISTS, TEXTS, LevelView
from certificates.level_models import APPROVERS, DIMENSIONS
from certificates.levels import differences, editing, prospects, revisions, typed, wording
from certificates.levels.forms import EndorsementForm
from certificates.levels.typed import Fault, TypedLevel
from certificates.levels.wording import Titles
from lms.base import web
from lms.base.access import holders_of, open_to
from lms.base.errors import Conflict
from lms.people.models import TIERS

blueprint = Blueprint("levels", __name__)
READERS = holders_of("administrator", "hub")
EDITORS = holders_of("administrator")


@blueprint.get("/admin/levels")
@open_to(READERS)
def levels() -> str:
    session = web.session()
    found, named = ladder.levels(session), wording.titles(session)
    waits = {level.code: wording.waits_for(level, found, named) for level in found}
    counts = prospects.holders(session)
    return render_template("levels/ladder.html", levels=found, waits=waits, counts=counts, words=wording, named=named)


@blueprint.get("/admin/levels/new")
@open_to(EDITORS)
def new() -> str:
    return render_template("levels/new.html", form=EndorsementForm())


@blueprint.post("/admin/levels/new")
@open_to(EDITORS)
def create() -> Response:
    form = EndorsementForm()
    if form.validate():
        try:
            made = editing.create(web.session(), form.names, current_user.id)
            return redirect(url_for("levels.edit", code=made.code), 303)
        except Conflict as refusal:
            form.name_en.errors = [refusal.message]
    return make_response(render_template("levels/new.html", form=form), 422)


@blueprint.get("/admin/levels/<code>")
@open_to(READERS)
def level(code: str) -> str:
    session = web.session()
    found, named = ladder.level(session, code), wording.titles(session)
    return render_template(
        "levels/level.html",
        level=found,
        named=named,
        words=wording,
        waits=wording.waits_for(found, ladder.levels(session), named),
        holders=prospects.holders(session).get(found.id, 0),
        things=kit.of_level(session, found.id),
        kinds=kit.kinds(),
        kind_name=kit.kind_name,
        in_the_way=editing.in_the_way(session, found),
        did=request.args.get("did", ""),
    )


@blueprint.get("/admin/levels/<code>/history")
@open_to(READERS)
def history(code: str) -> str:
    session = web.session()
    found, named = ladder.level(session, code), wording.titles(session)
    kept = revisions.history(session, found.id)
    pairs = zip(kept, [*kept[1:], None], strict=False)
    changes = [(one, differences.between(old.rules, one.rules, named) if old else []) for one, old in pairs]
    return render_template("levels/history.html", level=found, changes=changes)


@blueprint.get("/admin/levels/<code>/edit")
@open_to(EDITORS)
def edit(code: str) -> str:
    found = ladder.level(web.session(), code)
    return _form(found, typed.of_level(found), found.revision)


@blueprint.post("/admin/levels/<code>/edit")
@open_to(EDITORS)
def save(code: str) -> str | Response:
    """Show the form with a line more or less, with what is wrong, with what would change; or save what was shown."""
    session = web.session()
    found, entered = ladder.level(session, code), typed.of_fields(request.form.to_dict(flat=False))
    deed, revision = request.form.get("do", "look"), request.form.get("revision", "0", type=str)
    number = int(revision) if revision.isascii() and revision.isdecimal() and len(revision) < 9 else 0
    if deed not in ("look", "save"):
        return _form(found, typed.rearranged(entered, deed), number)
    faults = typed.faults(entered, code, wording.titles(session), _codes())
    if faults:
        return make_response(_form(found, entered, number, faults), 422)
    if deed == "look" or request.form.get("looked") != entered.mark:
        return _form(found, entered, number, look=True)
    try:
        editing.save(session, typed.level(found, entered), number, current_user.id)
    except Conflict as refusal:
        current = ladder.level(session, code)
        return make_response(_form(current, entered, current.revision, [Fault("top", refusal.message)], True), 409)
    return redirect(url_for("levels.level", code=code, did="saved"), 303)


@blueprint.post("/admin/levels/<code>/retire")
@open_to(EDITORS)
def retire(code: str) -> Response:
    editing.retire(web.session(), code, current_user.id)
    return redirect(url_for("levels.level", code=code, did="retired"), 303)


@blueprint.post("/admin/levels/<code>/bring-back")
@open_to(EDITORS)
def bring_back(code: str) -> Response:
    editing.bring_back(web.session(), code, current_user.id)
    return redirect(url_for("levels.level", code=code, did="back"), 303)


def _form(
    found: LevelView, entered: TypedLevel, revision: int, faults: list[Fault] | None = None, look: bool = False
) -> str:
    session = web.session()
    named = wording.titles(session)
    wanted = typed.level(found, entered) if look else found
    changes = differences.between(revisions.written(found), revisions.written(wanted), named) if look else []
    return render_template(
        "levels/edit.html",
        level=found,
        typed=entered,
        revision=revision,
        faults=faults or [],
        at_fault=[fault.at for fault in faults or []],
        look=look,
        changes=changes,
        prospect=prospects.prospect(session, found, wanted) if changes else None,
        words=wording,
        named=named,
        asked=_asked(named, entered),
        choices={name: [("*", vocabulary.word(name, "*")), *vocabulary.choices(name)] for name in DIMENSIONS},
        tiers=TIERS,
        approvers=APPROVERS,
        texts=(*TEXTS, *LISTS),
        longest=typed.LONGEST,
        numbers=typed.NUMBERS,
        flags=typed.TICKED,
    )


def _asked(named: Titles, entered: TypedLevel) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be asked for, by kind: all that exists, and what a line names though it does not exist yet."""
    words = {f"{kind}:{slug}": named.of(kind, slug) for kind, slug in named.titles if slug not in named.retired}
    words |= {line.what: named.of(*line.what.split(":", 1)) for line in entered.needs if ":" in line.what}
    return [
        (kind, [(what, title) for what, title in words.items() if what.startswith(f"{kind}:")])
        for kind in ("course", "quiz", "level")
    ]


def _codes() -> dict[str, list[str]]:
    return {name: [code for code, _ in vocabulary.choices(name)] for name in DIMENSIONS}
