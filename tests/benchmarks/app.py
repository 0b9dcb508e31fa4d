"""The application with one more page: the plain one, against which the others are measured on the same server."""

from flask import Flask, current_app
from flask_login import current_user
from sqlalchemy import select

from lms import create_app
from lms.base import access, web
from lms.base.access import SIGNED_IN, open_to
from lms.people.models import Person

SENTENCE = "<p>Listen first, say who you are, keep what is confidential, and ask when you are in doubt.</p>\n"
PAGE = (
    "<!doctype html><html lang=en><title>Plain</title><h1>{{ person.name }}</h1>"
    f"{SENTENCE * 160}<p>{{{{ person.email }}}}</p></html>"
)


@open_to(SIGNED_IN)
def plain() -> str:
    """Load the signed-in person by primary key and render a fixed page of about 15 kB."""
    person = web.session().scalars(select(Person).where(Person.id == current_user.id)).one()
    return str(current_app.extensions["plain page"].render(person=person))


def make() -> Flask:
    app = create_app()
    app.config["CHECKS_A_MINUTE"] = 1_000_000
    app.extensions["plain page"] = app.jinja_env.from_string(PAGE)
    app.add_url_rule("/plain", "plain", plain)
    access.audience_of(app, "plain")
    return app


app = make()
