"""Texts of a lesson for some readers only: giving it one, and taking it away."""

from flask import make_response, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from courses.authoring import editions, variants
from courses.authoring.editions import CourseEditions
from courses.authoring.forms import VariantForm
from courses.authoring.room_views import AUTHORS, blueprint, in_authors_language, text_language
from lms.base import i18n, web
from lms.base.access import open_to
from lms.base.countries import countries
from lms.base.errors import Conflict, Invalid, NotFound
from lms.people.models import TIERS

VARIANTS = "/studio/<slug>/<lesson>/variants"


@blueprint.get(VARIANTS, endpoint="variants")
@open_to(AUTHORS)
@in_authors_language
def page(slug: str, lesson: str) -> str:
    return _page(editions.course(web.session(), slug), lesson, VariantForm(formdata=None))


@blueprint.post(VARIANTS, endpoint="add_variant")
@open_to(AUTHORS)
@in_authors_language
def add(slug: str, lesson: str) -> Response:
    course, form = editions.course(web.session(), slug), VariantForm()
    try:
        variants.add(web.session(), course.id, lesson, form.variant.data or "", current_user.id)
    except (Invalid, Conflict) as refusal:
        form.variant.errors = [*form.variant.errors, refusal.message]
        return make_response(_page(course, lesson, form), 422)
    where = url_for("authoring.lesson", slug=slug, lesson=lesson, lang=text_language(), variant=form.variant.data)
    return redirect(where, 303)


@blueprint.post(f"{VARIANTS}/remove", endpoint="remove_variant")
@open_to(AUTHORS)
@in_authors_language
def remove(slug: str, lesson: str) -> Response:
    course, form = editions.course(web.session(), slug), VariantForm()
    variants.remove(web.session(), course.id, lesson, form.variant.data or "", current_user.id)
    return redirect(url_for("authoring.variants", slug=slug, lesson=lesson), 303)


def _page(course: CourseEditions, lesson: str, form: VariantForm) -> str:
    session, language = web.session(), i18n.language()
    texts = variants.of_lesson(session, course.current.id, lesson)
    if not texts:
        raise NotFound
    there = [variant for variant in variants.names(texts) if variant]
    return render_template(
        "authoring/variants.html",
        course=course,
        lesson=lesson,
        title=i18n.pick({code: text.title for (variant, code), text in texts.items() if not variant}),
        form=form,
        there={
            variant: (variants.name(variant, language), [code for kind, code in texts if kind == variant])
            for variant in there
        },
        tiers={kind: variants.name(kind, language) for tier in TIERS if (kind := f"tier:{tier}") not in there},
        countries={
            kind: name for code, name in countries(language).items() if (kind := f"country:{code}") not in there
        },
    )
