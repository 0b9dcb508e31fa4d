"""Making a course, its facts and titles, copying and retiring it, and throwing its draft away."""

from flask import make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from courses.authoring import discarding, drafts, editions, settings, shelf
from courses.authoring.editions import CourseEditions
from courses.authoring.outline_views import own_language
from courses.authoring.room_views import AUTHORS, blueprint, outline
from courses.authoring.structure_forms import CourseForm, CourseWordsForm, FactsForm
from lms.base import web
from lms.base.access import open_to
from lms.base.errors import Invalid


@blueprint.get("/studio/new")
@open_to(AUTHORS)
def new_course() -> str:
    return render_template("authoring/new.html", form=CourseForm(formdata=None, language=own_language()))


@blueprint.post("/studio/new")
@open_to(AUTHORS)
def make_course() -> Response:
    form = CourseForm()
    try:
        if form.validate():
            entered = form.words, form.language.data, form.tier.data, form.code.data or ""
            course = shelf.create(web.session(), current_user.id, *entered)
            return redirect(url_for("authoring.course", slug=course.slug), 303)
    except Invalid as refusal:
        form.code.errors = [refusal.message]
    return make_response(render_template("authoring/new.html", form=form), 422)


@blueprint.get("/studio/<slug>/settings", endpoint="settings")
@open_to(AUTHORS)
def settings_page(slug: str) -> str:
    return _page(editions.course(web.session(), slug))


@blueprint.post("/studio/<slug>/settings")
@open_to(AUTHORS)
def save_facts(slug: str) -> Response:
    return _save(slug, FactsForm(), CourseWordsForm() if "title_en" in request.form else None, "facts")


@blueprint.post("/studio/<slug>/texts")
@open_to(AUTHORS)
def save_texts(slug: str) -> Response:
    return _save(slug, FactsForm() if "code" in request.form else None, CourseWordsForm(), "words")


@blueprint.post("/studio/<slug>/duplicate")
@open_to(AUTHORS)
def duplicate(slug: str) -> Response:
    course = shelf.copy(web.session(), editions.course(web.session(), slug).id, current_user.id)
    return redirect(url_for("authoring.settings", slug=course.slug, saved="copy"), 303)


@blueprint.post("/studio/<slug>/retire")
@open_to(AUTHORS)
def retire(slug: str) -> Response:
    shelf.retire(web.session(), editions.course(web.session(), slug).id, current_user.id)
    return redirect(url_for("authoring.course", slug=slug), 303)


@blueprint.post("/studio/<slug>/retire/undo")
@open_to(AUTHORS)
def bring_course_back(slug: str) -> Response:
    shelf.bring_back(web.session(), editions.course(web.session(), slug).id, current_user.id)
    return redirect(url_for("authoring.course", slug=slug), 303)


@blueprint.get("/studio/<slug>/discard")
@open_to(AUTHORS)
def confirm_discard(slug: str) -> str:
    return render_template("authoring/discard.html", course=editions.course(web.session(), slug))


@blueprint.post("/studio/<slug>/discard")
@open_to(AUTHORS)
def discard(slug: str) -> Response:
    gone = discarding.discard(web.session(), editions.course(web.session(), slug).id, current_user.id)
    return redirect(url_for("authoring.studio") if gone else url_for("authoring.course", slug=slug), 303)


def _save(slug: str, facts: FactsForm | None, words: CourseWordsForm | None, saved: str) -> Response:
    """Keep what stands on the page: both parts of it, whichever button was pressed, or neither."""
    session, course = web.session(), editions.course(web.session(), slug)
    wrong = [form for form in (facts, words) if form is not None and not form.validate()]
    try:
        if not wrong and facts is not None:
            settings.save(session, course.id, current_user.id, _entered(facts))
    except Invalid as refusal:
        assert facts is not None
        facts.form_errors.append(refusal.message)
        wrong.append(facts)
    if wrong:
        return make_response(_page(course, facts=facts, words=words), 422)
    if words is not None:
        settings.save_texts(session, course.id, current_user.id, words.words())
    return redirect(url_for("authoring.settings", slug=slug, saved=saved), 303)


def _entered(form: FactsForm) -> settings.Facts:
    said = form.owner.data or "", form.business_reason.data or "", form.review_on.data
    return settings.Facts(*said, form.tier.data, form.code.data or "", frozenset(form.required.data or ()))


def _page(course: CourseEditions, *, facts: FactsForm | None = None, words: CourseWordsForm | None = None) -> str:
    session = web.session()
    now, texts = settings.facts(session, course.id), settings.texts(session, course.current.id)
    if facts is None:
        facts = FactsForm(formdata=None, obj=now)
    if words is None:
        words = CourseWordsForm(formdata=None)
        words.fill(texts)
    chosen = frozenset(facts.required.data or ())
    others = [one for one in editions.courses(session, retired=True) if one.id != course.id]
    closed = tuple(one.code for one in others if one.slug in now.required and (one.retired_at or not one.live))
    titled = drafts.ORIGINAL in texts
    said = settings.Answers(now.business_reason, now.owner, now.review_on, titled, closed)
    return render_template(
        "authoring/settings.html",
        course=course,
        facts=facts,
        words=words,
        others=[one for one in others if one.slug in chosen or not one.retired_at],
        chosen=chosen,
        missing=settings.sentences(said, outline(course)),
        learners=editions.learners(session, course.id),
        saved=request.args.get("saved", ""),
    )
