"""What every page can use: icons, addresses of static files, the menu for this person, charts."""

import math
import time
from functools import cache
from pathlib import Path

import segno
from flask import Flask, current_app, g, request, url_for
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup, escape

from certificates import rulings
from certificates.credentials import profiles
from certificates.periods import calendar
from certificates.permissions.rights import SEE_ALL
from certificates.rulings import Crisis
from lms.base import clock, fragments, richtext, web
from lms.base.countries import countries
from lms.base.fragments import theme
from quizzes.authoring import proposals

ROOMS = {
    "courses": ("quizzes", "practice", "paths", "appeals"),
    "authoring": ("guideline_studio", "clause_map", "quiz_authoring", "regrading", "bank", "figures"),
    "exercises": ("quiz_coaching",),
    "permissions": ("speaker", "campaigns", "papers", "corrections", "exchange", "outbox"),
    "levels": ("entitlements",),
    "bench": ("handles",),
    "reports": ("acting",),
    "staff": ("staff_imports", "privacy"),
    "records": ("asof",),
}
"""Parts whose pages stand below an entry of the menu that is another's."""
MOST_IN_A_ROW = 7
"""How many entries of the menu stand side by side; the rooms of work move into a menu of their own before that."""
ASKED_EVERY = 5.0
"""Seconds for which a process goes by what it knows of crisis mode."""
ICONS = Path(__file__).resolve().parent / "templates" / "icons"


def install(app: Flask, edition: str) -> None:
    fragments.install(app)
    app.extensions["banner"] = banner
    app.jinja_env.globals.update(
        icon=icon,
        static=lambda name: f"/static/{edition}/{name}",
        shell=shell,
        theme=theme,
        current_user=current_user,
        company=app.extensions["settings"].company,
        hub_email=app.extensions["settings"].hub_email,
        ring=ring,
        qr=qr,
        now=clock.now,
        richtext=richtext.display,
        countries=countries,
        questions_to_review=questions_to_review,
        profile_entries=profile_entries,
    )


@cache
def icon(name: str, cls: str = "") -> Markup:
    """A picture of the icon set, drawn in the color of the text around it. Decoration: words say the same."""
    inner = (ICONS / f"{name}.svg").read_text(encoding="utf-8").strip()
    return Markup(f'<svg class="{f"icon {cls}".strip()}" viewBox="0 0 24 24" aria-hidden="true">{inner}</svg>')


def shell() -> Markup:
    """The header of the page. It is the same for everybody with the same menu, so it is made once for them all."""
    chosen, person = theme(), current_user._get_current_object()
    key = (chosen, request.endpoint, person.is_manager, person.roles)
    piece = fragments.kept("_shell.html", key, lambda: {**menu(), "chosen_theme": chosen})
    return piece.unfilled if g.get("keeping") else piece.fill(fragments.slots_of(person))


def banner() -> Markup:
    """What everybody inside has to know now, below the header of every page: that crisis mode is on. Else nothing."""
    crisis = _crisis()
    if crisis is None:
        return Markup()
    return fragments.kept("_crisis.html", crisis, lambda: {"ruling": rulings.in_crisis(crisis)}).fill({})


def _crisis() -> Crisis | None:
    """The crisis that runs, as known for a few seconds. While one thread asks, the others go by what was known."""
    known: dict[str, tuple[float, Crisis | None]] = current_app.extensions
    asked_at, crisis = known.get("crisis", (-ASKED_EVERY, None))
    now = time.monotonic()
    if now - asked_at < ASKED_EVERY:
        return crisis
    known["crisis"] = (now, crisis)
    with web.database().reading() as session:
        crisis = calendar.running(session)
    known["crisis"] = (now, crisis)
    return crisis


def questions_to_review() -> int:
    """How many questions wait for the person at the page to approve them, or to send them back."""
    return proposals.count(web.session(), current_user.id, current_user.roles)


Entry = tuple[str, str, bool]
"""Address, name and whether it is this one: an entry of the menu."""


def profile_entries() -> list[profiles.Shown]:
    """The certificates of the person at the page, with where she shows them elsewhere."""
    return profiles.of(web.session(), current_user.id)


def menu() -> dict[str, list[Entry]]:
    """The menu of the person at the page: `entries`, side by side, and `work`, in a menu of its own."""
    own = [
        ("home.learning", gettext("My learning")),
        ("courses.catalog", gettext("Courses")),
        ("periods.may_i_post", gettext("May I post?")),
        ("certificates.mine", gettext("My certificates")),
        ("certificates.speakers", gettext("Speakers")),
    ]
    if current_user.is_manager:
        own.append(("reports.team", gettext("My team")))
    here = (request.blueprint, request.endpoint)
    first, second = ([(url_for(to), name, _is_here(to, *here)) for to, name in part] for part in (own, _work()))
    fits = len(first) + len(second) <= MOST_IN_A_ROW
    return {"entries": [*first, *second], "work": []} if fits else {"entries": first, "work": second}


def _work() -> list[tuple[str, str]]:
    """Endpoint and name of the rooms in which somebody works for others, by role."""
    roles, manager = current_user.roles, current_user.is_manager
    reviews = "bank.review" if roles.isdisjoint({"author", "administrator", "legal"}) else "review.waiting"
    rooms = (
        ("authoring.studio", gettext("Studio"), not roles.isdisjoint({"author", "administrator"})),
        (reviews, gettext("Reviews"), not roles.isdisjoint({"author", "administrator", "legal", "hub"})),
        ("permissions.everyone", gettext("Permissions"), manager or not roles.isdisjoint(SEE_ALL | {"coach"})),
        ("bench.bench", gettext("Bench"), not roles.isdisjoint({"administrator", "hub"})),
        ("levels.levels", gettext("Levels"), not roles.isdisjoint({"administrator", "hub"})),
        ("assignments.listed", gettext("Rules"), not roles.isdisjoint({"administrator", "hub", "auditor"})),
        ("exercises.waiting", gettext("Coaching"), manager or "coach" in roles),
        ("marking.waiting", gettext("Marking"), manager or not roles.isdisjoint({"coach", "hub", "administrator"})),
        ("staff.everyone", gettext("People"), not roles.isdisjoint({"administrator", "hub", "auditor"})),
        ("compliance.figures", gettext("Reports"), not roles.isdisjoint({"hub", "administrator", "auditor", "board"})),
        ("records.search", gettext("Records"), not roles.isdisjoint({"auditor", "administrator", "hub", "legal"})),
    )
    return [(endpoint, name) for endpoint, name, open_to_her in rooms if open_to_her]


def _is_here(endpoint: str, blueprint: str | None, current: str | None) -> bool:
    if blueprint == "periods":
        return endpoint == ("periods.may_i_post" if current == "periods.may_i_post" else "permissions.everyone")
    if endpoint == "certificates.mine" and blueprint == "way":
        return current != "way.waiting"
    if endpoint == "exercises.waiting" and current == "way.waiting":
        return True
    if endpoint.startswith("certificates."):
        return endpoint == current
    if blueprint == "clause_map":
        writes = not current_user.roles.isdisjoint({"author", "administrator"})
        return endpoint == ("authoring.studio" if writes else "records.search")
    if endpoint == "review.waiting" and blueprint == "bank":
        return bool(current_user.roles.isdisjoint({"author", "administrator"}))
    room = endpoint.split(".")[0]
    return blueprint in {room, *ROOMS.get(room, ())}


def ring(percent: int, label: str) -> Markup:
    """A ring that is filled to `percent`, with the number inside."""
    around = 2 * math.pi * 15.5
    return Markup(
        f'<svg class="ring" viewBox="0 0 36 36" role="img" aria-label="{escape(label)}">'
        '<circle class="t" cx="18" cy="18" r="15.5" fill="none" stroke-width="4"/>'
        f'<circle class="v" cx="18" cy="18" r="15.5" fill="none" stroke-width="4" '
        f'stroke-dasharray="{around * percent / 100:.1f} {around:.1f}" transform="rotate(-90 18 18)"/>'
        f'<text x="18" y="18.4">{percent}%</text></svg>'
    )


def qr(address: str, label: str) -> Markup:
    """A QR code as SVG that carries an address, error level M."""
    code = segno.make(address, error="m", micro=False)
    drawing = code.svg_inline(border=3, omitsize=True, svgclass=None, lineclass=None, dark="#14110c")
    return Markup(drawing.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1))
