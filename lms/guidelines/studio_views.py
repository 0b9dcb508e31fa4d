"""Guidelines in the studio: versions, the draft and its clauses, sign-off, publishing."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.base import i18n, web
from lms.base.access import holders_of, open_to
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from lms.base.forms import Form
from lms.guidelines import beginning, catalog, comparing, drafting, publishing, shelf, signoffs, wording
from lms.guidelines.catalog import ClauseView, GuidelineView
from lms.guidelines.drafting import Stale
from lms.guidelines.entries import DIMENSIONS
from lms.guidelines.studio_forms import Choices, ClauseForm, HeadForm, NewForm, PublishForm, SignForm
from lms.guidelines.views import chosen_language, chosen_reader

blueprint = Blueprint("guideline_studio", __name__)
READERS = holders_of("author", "administrator", "legal", "hub")
AUTHORS = holders_of("author", "administrator")
REVIEWERS = holders_of("legal", "hub")
ROOM = "/studio/guidelines/<slug>"
CLAUSE = f"{ROOM}/clauses/<code>"
LARGEST = 2147483647


@blueprint.get("/studio/guidelines")
@open_to(READERS)
def guidelines() -> str:
    return _shelf(NewForm(formdata=None))


@blueprint.post("/studio/guidelines")
@open_to(AUTHORS)
def begin() -> Response:
    """Begin a new guideline."""
    form, session = NewForm(), web.session()
    slug = (form.slug.data or "").lower()
    if refused := _refusal(form, lambda: beginning.start(session, slug, form.titles(), current_user.id)):
        return make_response(_shelf(form), refused.status)
    return _to(slug)


@blueprint.get(ROOM)
@open_to(READERS)
def guideline(slug: str) -> str:
    return _room(slug)


@blueprint.post(f"{ROOM}/draft")
@open_to(AUTHORS)
def open_draft(slug: str) -> Response:
    drafting.open_draft(web.session(), slug, current_user.id)
    return _to(slug)


@blueprint.post(f"{ROOM}/start-over")
@open_to(AUTHORS)
def start_over(slug: str) -> Response:
    drafting.start_over(web.session(), slug, current_user.id)
    return _to(slug)


@blueprint.get(f"{ROOM}/words", endpoint="head")
@open_to(AUTHORS)
def head_page(slug: str) -> str:
    draft = drafting.get(web.session(), slug)
    return _head(draft, HeadForm(formdata=None, seen=wording.head_digest(draft)).show(draft))


@blueprint.post(f"{ROOM}/words")
@open_to(AUTHORS)
def save_head(slug: str) -> Response:
    form, session = HeadForm(), web.session()
    entered = current_user.id, form.words(), form.seen.data or ""
    if refused := _refusal(form, lambda: drafting.save_head(session, slug, *entered)):
        return make_response(_head(drafting.get(web.session(), slug), form, refused), refused.status)
    return _to(slug)


@blueprint.get(f"{ROOM}/new/<any(freedom, duty):kind>")
@open_to(AUTHORS)
def new_clause(slug: str, kind: str) -> str:
    return _clause(drafting.get(web.session(), slug), ClauseForm(_scope(), formdata=None), kind)


@blueprint.post(f"{ROOM}/new/<any(freedom, duty):kind>")
@open_to(AUTHORS)
def add_clause(slug: str, kind: str) -> Response:
    form, session = ClauseForm(_scope()), web.session()
    if refused := _refusal(form, lambda: drafting.add_clause(session, slug, current_user.id, kind, form.entry())):
        return make_response(_clause(drafting.get(web.session(), slug), form, kind), refused.status)
    return _to(slug, "clauses")


@blueprint.get(CLAUSE)
@open_to(AUTHORS)
def clause(slug: str, code: str) -> str:
    draft = drafting.get(web.session(), slug)
    found = _of_draft(draft, code)
    return _clause(
        draft, ClauseForm(_scope(), formdata=None, seen=wording.clause_digest(found)).show(found), found.kind, found
    )


@blueprint.post(CLAUSE)
@open_to(AUTHORS)
def save_clause(slug: str, code: str) -> Response:
    form, session = ClauseForm(_scope()), web.session()
    by, seen = current_user.id, form.seen.data or ""
    if refused := _refusal(form, lambda: drafting.save_clause(session, slug, by, code, form.entry(), seen)):
        draft = drafting.get(web.session(), slug)
        found = _of_draft(draft, code)
        return make_response(_clause(draft, form, found.kind, found, refused), refused.status)
    return _to(slug, code)


@blueprint.post(f"{CLAUSE}/move")
@open_to(AUTHORS)
def move_clause(slug: str, code: str) -> Response:
    up = request.form.get("direction") == "up"
    drafting.move_clause(web.session(), slug, current_user.id, code, up=up)
    return _to(slug, code)


@blueprint.post(f"{CLAUSE}/remove")
@open_to(AUTHORS)
def remove_clause(slug: str, code: str) -> Response:
    drafting.remove_clause(web.session(), slug, current_user.id, code)
    return _to(slug, "clauses")


@blueprint.get(f"{ROOM}/preview")
@open_to(READERS)
def preview(slug: str) -> str:
    """The draft, or the version that holds, as somebody of a tier in a country reads it in a language."""
    session = web.session()
    shown = drafting.find(session, slug) or catalog.live(session, slug)
    return render_template("guidelines/preview.html", guideline=shown, reader=chosen_reader(shown))


@blueprint.get(f"{ROOM}/compare")
@open_to(READERS)
def compare(slug: str) -> str:
    shelved = shelf.guideline(web.session(), slug)
    numbers = sorted(request.args.get(name, 0, type=int) for name in ("old", "new"))
    if numbers[0] == numbers[1] or numbers[1] > LARGEST:
        raise NotFound
    old, new = (shelf.numbered(web.session(), slug, number) for number in numbers)
    spoken = chosen_language({*old.titles, *new.titles})
    found = comparing.compare(old, new, spoken)
    shown = {"old": old, "new": new, "comparison": found, "language_of_texts": spoken}
    return render_template("guidelines/comparison.html", guideline=shelved, **shown)


@blueprint.post(f"{ROOM}/sign")
@open_to(REVIEWERS)
def sign(slug: str) -> str | Response:
    form, session = SignForm(), web.session()

    def sign() -> None:
        said = form.decision.data, form.digest.data or "", form.remark.data or ""
        signoffs.sign(session, slug, current_user.id, *said)

    if refused := _refusal(form, sign):
        return make_response(_room(slug, form), refused.status)
    return _to(slug, "signing")


@blueprint.get(f"{ROOM}/publish", endpoint="publishing")
@open_to(AUTHORS)
def publish_page(slug: str) -> str:
    day, draft = catalog.today(), drafting.get(web.session(), slug)
    days = {"effective_on": day, "accept_by_on": day + publishing.TIME_TO_ACCEPT}
    return _publishing(draft, PublishForm(formdata=None, digest=wording.digest(draft), **days))


@blueprint.post(f"{ROOM}/publish")
@open_to(AUTHORS)
def publish(slug: str) -> Response:
    form, session = PublishForm(), web.session()
    by = current_user.id
    if refused := _refusal(form, lambda: publishing.publish(session, slug, by, form.choice(), form.digest.data or "")):
        draft = drafting.get(web.session(), slug)
        form.digest.data = wording.digest(draft)
        return make_response(_publishing(draft, form), refused.status)
    return _to(slug)


def _refusal(form: Form, deed: Callable[[], object]) -> Refused | None:
    """Do what a form asks for. A refusal stands in the form then, and what was half done is given up."""
    if not form.validate():
        return Invalid()
    try:
        deed()
    except (Invalid, Conflict, Forbidden) as refusal:
        web.give_up_session()
        form.form_errors.append(refusal.message)
        return refusal
    return None


def _room(slug: str, form: SignForm | None = None) -> str:
    session = web.session()
    draft = drafting.find(session, slug)
    shown: dict[str, Any] = {"draft": draft, "missing": [], "signatures": [], "wrote": False}
    if draft:
        digest = wording.digest(draft)
        form = form or SignForm(formdata=None)
        form.digest.data = digest
        signatures = signoffs.read(session, draft.version_id, digest)
        wrote = signoffs.wrote(session, draft.version_id, current_user.id)
        before = drafting.before(session, slug)
        lacking = publishing.missing(draft, before) + signoffs.missing(signatures)
        changed = {one.code: one.state for one in comparing.compare(before, draft, i18n.language()).changed}
        changed |= {code: changed.get(code, "changed") for code in comparing.changed_codes(before, draft)}
        shown |= {"missing": lacking, "signatures": signatures, "wrote": wrote, "changed": changed, "before": before}
    return render_template("guidelines/room.html", guideline=shelf.guideline(session, slug), form=form, **shown)


def _shelf(form: NewForm) -> str:
    return render_template("guidelines/studio.html", guidelines=shelf.guidelines(web.session()), form=form)


def _head(draft: GuidelineView, form: HeadForm, refused: Refused | None = None) -> str:
    stale = isinstance(refused, Stale)
    if stale:
        form.seen.data = wording.head_digest(draft)
    return render_template("guidelines/head.html", draft=draft, form=form, stale=stale)


def _clause(
    draft: GuidelineView,
    form: ClauseForm,
    kind: str,
    clause: ClauseView | None = None,
    refused: Refused | None = None,
) -> str:
    stale = clause is not None and isinstance(refused, Stale)
    if clause is not None and stale:
        form.seen.data = wording.clause_digest(clause)
    return render_template("guidelines/clause.html", draft=draft, clause=clause, form=form, kind=kind, stale=stale)


def _publishing(draft: GuidelineView, form: PublishForm) -> str:
    session = web.session()
    before = drafting.before(session, draft.slug)
    signatures = signoffs.read(session, draft.version_id, wording.digest(draft))
    return render_template(
        "guidelines/publish.html",
        draft=draft,
        before=before,
        form=form,
        missing=publishing.missing(draft, before) + signoffs.missing(signatures),
        comparison=comparing.compare(before, draft, chosen_language(draft.titles)),
        same_rules=comparing.same_rules(before, draft),
        reach=publishing.reach(session, draft),
    )


def _of_draft(draft: GuidelineView, code: str) -> ClauseView:
    for found in draft.clauses:
        if found.code == code:
            return found
    raise NotFound


def _scope() -> Choices:
    """The channels and topics to choose from: their words belong to a part above, which the application puts here."""
    words: Callable[[str], list[tuple[str, str]]] = current_app.extensions["scope_choices"]
    return {dimension: words(dimension) for dimension in DIMENSIONS}


def _to(slug: str, anchor: str | None = None) -> Response:
    return redirect(url_for("guideline_studio.guideline", slug=slug, _anchor=anchor), 303)
