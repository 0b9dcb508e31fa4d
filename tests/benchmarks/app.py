"""The application with one more page: the plain one, against which the others are measured on the same server."""

from flask import render_template_string
from flask_login import current_user
from sqlalchemy import select

from lms import create_app
from lms.base import access, web
from lms.base.access import SIGNED_IN, open_to
from lms.people.models import Person

ROW = "<tr><th>{{ person.name }}</th><td>{{ person.email }}</td><td>{{ loop.index }}</td><td>A fixed sentence.</td></tr>"
PAGE = (
    "<!doctype html><html lang=en><title>Plain</title><h1>{{ person.name }}</h1><table>"
    f"{{% for one in range(145) %}}{ROW}{{% endfor %}}</table></html>"
)


@open_to(SIGNED_IN)
def plain() -> str:
    """Load the signed-in person by primary key and render a fixed page of about 15 kB."""
    person = web.session().scalars(select(Person).where(Person.id == current_user.id)).one()
    return render_template_string(PAGE, person=person)


def make() -> "object":
    app = create_app()
    app.add_url_rule("/plain", "plain", plain)
    access.audience_of(app, "plain")
    return app


app = make()
