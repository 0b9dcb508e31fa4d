"""Campaigns: how far they are, for those who run them and for managers; what is new, for those who are asked."""

from flask import Blueprint, render_template
from flask_login import current_user

from certificates.campaigns import reading
from certificates.permissions.rights import SEE_ALL, Viewer
from lms.base import i18n, web
from lms.base.access import SIGNED_IN, managers_or, open_to
from lms.guidelines import attestations
from lms.people import directory

blueprint = Blueprint("campaigns", __name__, url_prefix="/campaigns")
RUNNERS = managers_or(*sorted(SEE_ALL))
ONE = "/<int(max=2147483647):campaign_id>"


@blueprint.get("")
@open_to(RUNNERS)
def everyone() -> str:
    return render_template("campaigns/everyone.html", campaigns=reading.all_of_them(web.session(), _viewer()))


@blueprint.get(ONE)
@open_to(RUNNERS)
def one(campaign_id: int) -> str:
    found = reading.one(web.session(), _viewer(), campaign_id)
    waiting = reading.not_yet(web.session(), _viewer(), campaign_id, web.page())
    return render_template("campaigns/one.html", campaign=found, waiting=waiting)


@blueprint.get(f"{ONE}/changes")
@open_to(SIGNED_IN)
def changes(campaign_id: int) -> str:
    """What changed, for one whom it touches, and nothing else; at its end she accepts the whole text."""
    news = reading.news(web.session(), current_user.id, campaign_id, i18n.language())
    person = directory.get(web.session(), current_user.id)
    language = i18n.language() if i18n.language() in news.version.titles else "en"
    text = attestations.exact_text(news.version, language, person.tier, person.country)
    return render_template("campaigns/changes.html", news=news, spoken=language, text=text)


def _viewer() -> Viewer:
    return Viewer(current_user.id, current_user.roles)
