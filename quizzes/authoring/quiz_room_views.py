"""What the studio's pages for one quiz share: the blueprint, and who may come in."""

from flask import Blueprint

from lms.base.access import holders_of

blueprint = Blueprint("quiz_authoring", __name__)
AUTHORS = holders_of("author", "administrator")
