"""Campaigns: how far they are, for those who run them and for managers; what is new, for those who are asked."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from certificates.campaigns import reading
from certificates.campaigns.reading import News
from certificates.permissions.rights import SEE_ALL, Viewer
from lms.base import i18n, web
from lms.base.access import SIGNED_IN, managers_or, open_to
from lms.base.i18n import gettext
from lms.guidelines import attestations, catalog
from lms.people import directory
from quizzes.papers import Item
from quizzes.practice import by_clause
from quizzes.review import review
from quizzes.sheet import asked

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
def changes(campaign_id: int) -> Response:
    """What changed, for one whom it touches, and nothing else; at its end she accepts the whole text."""
    news = _news(campaign_id)
    return _changes(news, _asked(news))


@blueprint.post(f"{ONE}/changes")
@open_to(SIGNED_IN)
def answer(campaign_id: int) -> Response:
    """How her answers were, clause by clause; then she accepts. Nothing of it is kept."""
    news = _news(campaign_id)
    return _changes(news, _answered(news))


@blueprint.post(f"{ONE}/accept")
@open_to(SIGNED_IN)
def accept(campaign_id: int) -> Response:
    """Accept the text that holds, with every question answered: right or not is hers to know."""
    news = _news(campaign_id)
    items = _answered(news)
    if not request.form.get("agree"):
        unread = gettext("Tick the box to say that you have read the guideline and will keep to it.")
        return _changes(news, items, unread)
    if not all(item.answered for item in items.values()):
        return _changes(news, items)
    live = catalog.live(web.session(), news.version.slug)
    language, sha256 = request.form.get("language", ""), request.form.get("sha256", "")
    attestations.accept(web.session(), current_user.id, live.version_id, language, sha256)
    return redirect(url_for("campaigns.changes", campaign_id=campaign_id), 303)


def _news(campaign_id: int) -> News:
    return reading.news(web.session(), current_user.id, campaign_id, i18n.language())


def _asked(news: News) -> dict[str, Item]:
    """A question about each clause that is hers and holds, while she has not accepted."""
    codes = [one.code for one in news.clauses if one.state != "leaves"] if not news.accepted_at else []
    seed = 1_000_003 * news.campaign_id + current_user.id
    return by_clause.draw(web.session(), codes, current_user.id, current_user.tier, seed) if codes else {}


def _answered(news: News) -> dict[str, Item]:
    fields = request.form.to_dict(flat=False)
    return {code: by_clause.read(item, fields) for code, item in _asked(news).items()}


def _changes(news: News, items: dict[str, Item], problem: str = "") -> Response:
    """The page: with questions, or with how the answers were once all are given."""
    person = directory.get(web.session(), current_user.id)
    language = i18n.language() if i18n.language() in news.version.titles else "en"
    whole = all(item.answered for item in items.values())
    if request.method == "POST" and not whole:
        problem = gettext("Something is still open. Answer it all, then you see at once how it was.")
    papers = asked(list(items.values()))
    page = render_template(
        "campaigns/changes.html",
        news=news,
        spoken=language,
        text=attestations.exact_text(news.version, language, person.tier, person.country),
        questions={} if whole else dict(zip(items, papers, strict=True)),
        versions={code: item.question.version_id for code, item in items.items()},
        told=dict(zip(items, review(list(items.values())).items, strict=True)) if whole else {},
        carried=by_clause.fields_of(items.values(), request.form.to_dict(flat=False)) if whole else [],
        clauses={one.code: one.title for one in news.clauses},
        problem=problem,
    )
    return make_response(page, 422 if problem else 200)


def _viewer() -> Viewer:
    return Viewer(current_user.id, current_user.roles)
