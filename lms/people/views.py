"""Signing in and out, and what a person may set for herself."""

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext
from flask_login import current_user, login_user, logout_user
from sqlalchemy import update
from werkzeug.wrappers import Response

from lms.base import web
from lms.base.access import PUBLIC, SIGNED_IN, open_to
from lms.base.errors import TooMany
from lms.base.forms import Confirmation
from lms.base.i18n import COOKIE, LANGUAGES
from lms.base.settings import LOOPBACK
from lms.people import directory, signin
from lms.people.forms import SignInForm, ThemeForm
from lms.people.models import Person

blueprint = Blueprint("people", __name__)
YEAR = 365 * 24 * 3600


@blueprint.get("/login")
@open_to(PUBLIC)
def login() -> str | Response:
    if current_user.is_authenticated:
        return redirect(_next_address())
    return _page(SignInForm())


@blueprint.post("/login")
@open_to(PUBLIC)
def sign_in() -> Response:
    form = SignInForm()
    if not form.validate():
        return make_response(_page(form), 422)
    try:
        with web.own_transaction() as session:
            person = signin.check_password(
                session, form.email.data or "", form.password.data or "", request.remote_addr or ""
            )
            signed_in = person and signin.start(session, person.id, request.user_agent.string)
    except TooMany as refusal:
        form.form_errors.append(refusal.message)
        return make_response(_page(form), 429)
    if not signed_in:
        form.form_errors.append(gettext("Address and password do not belong together. Look at both once more."))
        return make_response(_page(form), 422)
    return _enter(signed_in)


@blueprint.post("/login/demo")
@open_to(PUBLIC)
def demo_sign_in() -> Response:
    """One-click sign-in as a demo person: only while the demonstration is on, which it can be on loopback alone."""
    if not web.settings().demo or request.remote_addr not in LOOPBACK:
        abort(404)
    with web.own_transaction() as session:
        known = {email: (name, job) for email, name, job in directory.demo_people(session)}
        if request.form.get("email") not in known:
            abort(404)
        person = directory.find_by_email(session, request.form["email"])
        signed_in = signin.start(session, person.id, request.user_agent.string) if person else abort(404)
    return _enter(signed_in)


@blueprint.post("/logout")
@open_to(SIGNED_IN)
def logout() -> Response:
    signin.end(web.session(), current_user.sign_in_id)
    logout_user()
    return redirect(url_for("people.login"), 303)


@blueprint.post("/logout/everywhere")
@open_to(SIGNED_IN)
def logout_everywhere() -> Response:
    """End every sign-in of this person, for instance after a phone was lost."""
    signin.end_all(web.session(), current_user.id, actor_id=current_user.id)
    logout_user()
    return redirect(url_for("people.login"), 303)


@blueprint.get("/logout")
@open_to(SIGNED_IN)
def confirm_logout() -> str:
    return render_template("people/logout.html", form=Confirmation())


@blueprint.post("/preferences/theme")
@open_to(PUBLIC)
def choose_theme() -> Response:
    response = web.back_or("/")
    form = ThemeForm()
    if form.validate():
        response.set_cookie(
            "theme", form.theme.data, max_age=YEAR, httponly=True, samesite="Lax", secure=web.settings().secure
        )
    return response


@blueprint.post("/preferences/language")
@open_to(PUBLIC)
def choose_language() -> Response:
    chosen = request.form.get("language", "")
    response = web.back_or("/")
    if chosen in LANGUAGES:
        if current_user.is_authenticated:
            web.session().execute(update(Person).where(Person.id == current_user.id).values(language=chosen))
        response.set_cookie(COOKIE, chosen, max_age=YEAR, httponly=True, samesite="Lax", secure=web.settings().secure)
    return response


def _enter(person: signin.SignedIn) -> Response:
    cookie.clear()  # nothing of whoever was here before goes along, the form token least of all
    login_user(person)
    return redirect(_next_address(), 303)


def _next_address() -> str:
    return web.local_address(request.args.get("next")) or url_for("home.start")


def _page(form: SignInForm) -> str:
    demo = []
    if web.settings().demo:
        with web.database().reading() as session:
            demo = directory.demo_people(session)
    return render_template("people/login.html", form=form, demo=demo)
