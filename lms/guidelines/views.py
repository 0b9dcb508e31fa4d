"""Reading the guideline and accepting it."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.base import i18n, web
from lms.base.access import PUBLIC, SIGNED_IN, open_to
from lms.base.errors import Invalid, NotFound
from lms.guidelines import attestations, catalog, proofs
from lms.guidelines.catalog import Edition, GuidelineView
from lms.guidelines.shelf import Reader
from lms.people.models import TIERS

blueprint = Blueprint("guidelines", __name__)


@blueprint.get("/guidelines/<slug>")
@open_to(PUBLIC)
def guideline(slug: str) -> str:
    """The version that holds today, or another that is published, with the clauses for the reader."""
    return render_template("guidelines/guideline.html", **_shown(slug))


@blueprint.get("/guidelines/<slug>/print", endpoint="print")
@open_to(PUBLIC)
def print_page(slug: str) -> str:
    """All words of the same, for paper."""
    return render_template("guidelines/print.html", **_shown(slug))


@blueprint.get("/guidelines/<slug>/one-page")
@open_to(PUBLIC)
def one_page(slug: str) -> str:
    """The same in a line for each clause, on one screen or one sheet of paper."""
    return render_template("guidelines/one_page.html", **_shown(slug))


@blueprint.post("/guidelines/<slug>")
@open_to(SIGNED_IN)
def accept(slug: str) -> Response:
    if not request.form.get("agree"):
        raise Invalid(gettext("Tick the box to say that you have read the guideline and will keep to it."))
    found = catalog.live(web.session(), slug)
    language = request.form.get("language", "")
    attestations.accept(web.session(), current_user.id, found.version_id, language, request.form.get("sha256"))
    return redirect(web.local_address(request.form.get("next")) or url_for("home.learning"), 303)


@blueprint.get("/guidelines/<slug>/accepted/<int(max=2147483647):attestation_id>")
@open_to(SIGNED_IN)
def accepted(slug: str, attestation_id: int) -> str:
    """The exact words that the reader accepted."""
    proof = proofs.proof(web.session(), attestation_id, person_id=current_user.id)
    if proof.version.slug != slug:
        raise NotFound
    return render_template("guidelines/accepted.html", proof=proof)


def chosen_language(spoken: Iterable[str]) -> str:
    """The language of the text that was asked for in the address, else the reader's, else English."""
    asked = request.args.get("text", "") or i18n.language()
    return asked if asked in spoken else "en"


def chosen_reader(guideline: GuidelineView) -> Reader:
    """As whom to read, as the address says: a tier, a country, a language."""
    tier, country = request.args.get("tier", ""), request.args.get("country", "").lower()
    limits = {clause.country for clause in guideline.clauses if clause.country}
    return Reader(
        tier if tier in TIERS else "", country if country in limits else "", chosen_language(guideline.titles)
    )


def _shown(slug: str) -> dict[str, Any]:
    editions = catalog.editions(web.session(), slug)
    holds = catalog.holding(editions, catalog.today())
    found = catalog.version(web.session(), _asked(editions, holds).version_id)
    reader, signed_in = _reader(found), current_user.is_authenticated
    mine = proofs.mine(web.session(), current_user.id, found.version_id) if signed_in else None
    exact = attestations.exact_text(found, reader.language, reader.tier, reader.country)
    shown = {"guideline": found, "editions": editions, "holds": holds, "reader": reader}
    again = mine.asked_again(found, reader.tier, reader.country) if mine else ""
    return shown | {"mine": mine, "again": again, "sha256": exact.sha256 if exact else ""}


def _asked(editions: list[Edition], holds: Edition | None) -> Edition:
    """The version with the number in the address, else the one that holds. Raises `NotFound`."""
    if "version" in request.args:
        number = request.args.get("version", type=int)
        holds = next((edition for edition in editions if edition.number == number), None)
    if holds is None:
        raise NotFound
    return holds


def _reader(guideline: GuidelineView) -> Reader:
    """Who is signed in reads her own clauses; others choose."""
    if current_user.is_authenticated:
        return Reader(current_user.tier, current_user.country, chosen_language(guideline.titles))
    return chosen_reader(guideline)
