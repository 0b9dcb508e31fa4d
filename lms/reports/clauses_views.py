"""The clause map as a page."""

from flask import Blueprint, render_template
from flask_login import current_user

from lms.base import web
from lms.base.access import holders_of, open_to
from lms.reports import clauses

blueprint = Blueprint("clause_map", __name__)
READERS = holders_of("author", "hub", "legal", "administrator", "auditor")


@blueprint.get("/reports/clauses")
@open_to(READERS)
def page() -> str:
    edits = not current_user.roles.isdisjoint({"author", "administrator"})
    return render_template("reports/clauses.html", map=clauses.read(web.session()), edits=edits)
