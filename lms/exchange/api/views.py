"""The API: "may she post this?" for scheduling tools, one question or a hundred at once. JSON in, JSON out."""

from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, jsonify, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from certificates import checking
from lms.base import web
from lms.base.access import PUBLIC, open_to
from lms.base.errors import Invalid, Refused, Unauthorized
from lms.base.limits import limiter
from lms.exchange.api import tokens

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
web.csrf.exempt(blueprint)
MOST = 100
PARTS = (*checking.PARTS, "voice")
"""What can be said in a question: inside also in whose voice somebody writes."""
OPENAPI = Path(__file__).resolve().parent / "openapi.json"


def _caller() -> str:
    return request.authorization.token or "" if request.authorization else ""


@blueprint.before_request
def authenticate() -> None:
    """Let nobody in without a token, except to the description."""
    if request.endpoint == "api.openapi":
        return
    found = tokens.find(web.session(), _caller()) if _caller() else None
    if found is None:
        raise Unauthorized(gettext("Send a token that holds: Authorization: Bearer smu_…"))
    token_id = found.id
    web.after_reading(lambda session: tokens.note_use(session, token_id))


@blueprint.get("/openapi.json")
@open_to(PUBLIC)
def openapi() -> Response:
    return current_app.response_class(_description(), mimetype="application/json")


@blueprint.get("/may-speak")
@open_to(PUBLIC)
@limiter.limit("600/minute", key_func=_caller)
def may_speak() -> Response:
    return jsonify(_answer({name: request.args.get(name, "") for name in PARTS}))


@blueprint.post("/may-speak")
@open_to(PUBLIC)
@limiter.limit("60/minute", key_func=_caller)
def may_all_speak() -> Response:
    """Up to a hundred questions at once; each has its answer or its problem, in the same order."""
    try:
        sent = request.get_json(silent=True)
    except RecursionError:  # a list in a list, very many times
        sent = None
    asked = sent.get("questions") if isinstance(sent, dict) else None
    if not isinstance(asked, list) or not 1 <= len(asked) <= MOST or not all(isinstance(one, dict) for one in asked):
        raise Invalid(gettext("Send {“questions”: […]} with 1 to %(most)s questions.", most=MOST))
    return jsonify(answers=[_answer_or_problem(one) for one in asked])


def _answer_or_problem(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return _answer({name: str(asked.get(name) or "") for name in PARTS})
    except Refused as refusal:
        return {"problem": refusal.message}


def _answer(typed: dict[str, str]) -> dict[str, Any]:
    handle, person, question = checking.question({name: typed[name] for name in checking.PARTS})
    voice = typed["voice"].strip().lower()
    if voice:
        return checking.as_json(checking.check_in_voice(web.session(), handle, person, voice, question))
    return checking.as_json(checking.check(web.session(), handle, person, question))


@cache
def _description() -> str:
    return OPENAPI.read_text(encoding="utf-8")
