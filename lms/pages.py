"""What every page can use: icons, addresses of static files, the menu for this person, charts."""

import math
import secrets
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import segno
from flask import Flask, current_app, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from lms.base import clock, i18n, richtext

THEMES = {"auto", "light", "dark"}
ICONS = Path(__file__).resolve().parent / "templates" / "icons"


def install(app: Flask, edition: str) -> None:
    app.extensions["shells"] = {}
    app.jinja_env.globals.update(
        icon=icon,
        static=lambda name: f"/static/{edition}/{name}",
        csrf_token=generate_csrf,
        shell=shell,
        theme=theme,
        company=app.extensions["settings"].company,
        hub_email=app.extensions["settings"].hub_email,
        ring=ring,
        qr=qr,
        now=clock.now,
        richtext=richtext.display,
    )


@cache
def icon(name: str, cls: str = "") -> Markup:
    """A picture of the icon set, drawn in the color of the text around it. Decoration: words say the same."""
    inner = (ICONS / f"{name}.svg").read_text(encoding="utf-8").strip()
    return Markup(f'<svg class="{f"icon {cls}".strip()}" viewBox="0 0 24 24" aria-hidden="true">{inner}</svg>')


@dataclass(frozen=True)
class _Slots:
    """Words that stand in a remembered header where the person's own are put. Nobody can guess them."""

    name: str = secrets.token_hex(12)
    email: str = secrets.token_hex(12)
    initials: str = secrets.token_hex(12)
    token: str = secrets.token_hex(12)


_slots = _Slots()


def shell() -> Markup:
    """The header of the page. It is the same for everybody with the same menu, so it is rendered once for them all."""
    chosen = theme()
    key = (i18n.language(), chosen, request.endpoint, current_user.is_manager, current_user.roles)
    shells: dict[Hashable, str] = current_app.extensions["shells"]
    html = shells.get(key)
    if html is None:
        html = render_template("_shell.html", entries=menu(), chosen_theme=chosen, **vars(_slots))
        shells[key] = html
    for slot, words in (
        (_slots.name, current_user.name),
        (_slots.email, current_user.email),
        (_slots.initials, current_user.initials),
        (_slots.token, generate_csrf()),
    ):
        html = html.replace(slot, str(escape(words)))
    return Markup(html)


def theme() -> str:
    """Light, dark, or as the device."""
    chosen = request.cookies.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


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
    if not current_user.roles.isdisjoint({"author", "administrator"}):
        entries.insert(3, ("authoring.studio", gettext("Studio")))
    here = (request.blueprint, request.endpoint)
    return [(url_for(endpoint), name, _is_here(endpoint, *here)) for endpoint, name in entries]


def _is_here(endpoint: str, blueprint: str | None, current: str | None) -> bool:
    if endpoint.startswith("certificates."):
        return endpoint == current
    return endpoint.split(".")[0] == blueprint or (endpoint == "courses.catalog" and blueprint == "quizzes")


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
