"""What the pages of the bank share: the blueprint, and who may come in."""

from flask import Blueprint

from lms.base.access import holders_of

blueprint = Blueprint("bank", __name__)
AUTHORS = holders_of("author", "administrator")
