"""Reading the guideline and accepting it."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.base import i18n, web
from lms.base.access import PUBLIC, SIGNED_IN, open_to
from lms.base.errors import Invalid
from lms.guidelines import attestations, catalog

blueprint = Blueprint("guidelines", __name__)


@blueprint.get("/guidelines/<slug>")
@open_to(PUBLIC)
def guideline(slug: str) -> str:
    found = catalog.live(web.session(), slug)
    signed_in = current_user.is_authenticated
    accepted = signed_in and attestations.accepted(web.session(), current_user.id, found.version_id)
    return render_template("guidelines/guideline.html", guideline=found, accepted=accepted, text_language=_shown(found))


@blueprint.post("/guidelines/<slug>")
@open_to(SIGNED_IN)
def accept(slug: str) -> Response:
    if not request.form.get("agree"):
        raise Invalid(gettext("Tick the box to say that you have read the guideline and will keep to it."))
    found = catalog.live(web.session(), slug)
    language = request.form.get("language", "")
    attestations.accept(web.session(), current_user.id, found.version_id, language, request.form.get("sha256"))
    return redirect(web.local_address(request.form.get("next")) or url_for("home.learning"), 303)


def _shown(found: catalog.GuidelineView) -> str:
    """The language in which the reader sees the text: her own if there is one, else English."""
    wanted = i18n.language()
    return wanted if wanted in found.titles else "en"
