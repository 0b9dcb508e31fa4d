"""Questions of those who run the system."""

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from lms.base import schema, web
from lms.base.access import PUBLIC, open_to

blueprint = Blueprint("operations", __name__)


@blueprint.get("/healthz")
@open_to(PUBLIC)
def alive() -> Response:
    return jsonify(status="alive")


@blueprint.get("/readyz")
@open_to(PUBLIC)
def ready() -> tuple[Response, int]:
    try:
        current = schema.current(web.database().engine)
    except SQLAlchemyError:
        return jsonify(status="the database cannot be reached"), 503
    if current != schema.head():
        return jsonify(status="the schema is not current: run lms init"), 503
    return jsonify(status="ready"), 200
