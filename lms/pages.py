"""What every page can use: icons, addresses of static files, the menu for this person, charts."""

import math
from functools import cache
from pathlib import Path

import segno
from flask import Flask, g, request, url_for
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup, escape

from lms.base import clock, fragments, richtext, web
from lms.base.fragments import theme
from quizzes.authoring import proposals

ROOMS = {
    "courses": ("quizzes", "practice", "paths", "appeals"),
    "authoring": ("quiz_authoring", "regrading", "bank", "figures"),
    "exercises": ("quiz_coaching",),
}
"""Parts whose pages stand below an entry of the menu that is another's."""
ICONS = Path(__file__).resolve().parent / "templates" / "icons"


def install(app: Flask, edition: str) -> None:
    fragments.install(app)
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
        questions_to_review=questions_to_review,
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
    piece = fragments.kept("_shell.html", key, lambda: {"entries": menu(), "chosen_theme": chosen})
    return piece.unfilled if g.get("keeping") else piece.fill(fragments.slots_of(person))


def questions_to_review() -> int:
    """How many questions wait for the person at the page to approve them, or to send them back."""
    return proposals.count(web.session(), current_user.id, current_user.roles)


def menu() -> list[tuple[str, str, bool]]:
    """Address, name and whether it is this one, for each entry in the menu of the person at the page."""
    entries = [
        ("home.learning", gettext("My learning")),
        ("courses.catalog", gettext("Courses")),
        ("certificates.mine", gettext("My certificates")),
        ("certificates.speakers", gettext("Speakers")),
    ]
    if current_user.is_manager:
        entries.insert(3, ("reports.team", gettext("My team")))
    if not current_user.roles.isdisjoint({"author", "administrator", "legal"}):
        entries.insert(3, ("review.waiting", gettext("Reviews")))
    elif "hub" in current_user.roles:
        entries.insert(3, ("bank.review", gettext("Reviews")))
    if current_user.is_manager or "coach" in current_user.roles:
        entries.append(("exercises.waiting", gettext("Coaching")))
    if current_user.is_manager or not current_user.roles.isdisjoint({"coach", "hub", "administrator"}):
        entries.append(("marking.waiting", gettext("Marking")))
    if not current_user.roles.isdisjoint({"author", "administrator"}):
        entries.insert(3, ("authoring.studio", gettext("Studio")))
    if not current_user.roles.isdisjoint({"auditor", "administrator", "hub", "legal"}):
        entries.append(("records.search", gettext("Records")))
    here = (request.blueprint, request.endpoint)
    return [(url_for(endpoint), name, _is_here(endpoint, *here)) for endpoint, name in entries]


def _is_here(endpoint: str, blueprint: str | None, current: str | None) -> bool:
    if endpoint.startswith("certificates."):
        return endpoint == current
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
