"""The record of an attempt as a page and as a file: for those who answer for the decision, and for its owner."""

import json
from datetime import UTC, datetime

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.base import clock, i18n, web
from lms.base.access import SIGNED_IN, holders_of, open_to
from lms.base.errors import Conflict, Invalid
from lms.base.i18n import gettext
from lms.guidelines import catalog as guidelines
from quizzes import closing, gates
from quizzes.attempt_models import OPEN
from quizzes.kinds import KINDS
from quizzes.records import evidence
from quizzes.records.evidence import Record
from quizzes.review import EVERYTHING, parts_shown, phase

blueprint = Blueprint("records", __name__)
ROLES = ("auditor", "administrator", "hub", "legal")
KEEPERS = holders_of(*ROLES)
LONGEST = 200
FEWEST = 10
"""Letters that the reason for voiding an attempt has at least."""


@blueprint.get("/evidence/attempts")
@open_to(KEEPERS)
def search() -> str:
    words = request.args.get("q", "").replace("\0", "").strip()[:LONGEST]
    before = _moment(request.args.get("before", ""))
    found = evidence.search(web.session(), words, before)
    return render_template("records/search.html", found=found, q=words, at_most=evidence.AT_MOST)


@blueprint.get("/evidence/attempts/<uid>")
@open_to(SIGNED_IN)
def record(uid: str) -> str:
    return _page(_find(uid))


@blueprint.get("/evidence/attempts/<uid>.json")
@open_to(SIGNED_IN)
def file(uid: str) -> Response:
    found = _find(uid)
    answer = make_response(json.dumps(evidence.document(found), ensure_ascii=False, indent=1, sort_keys=True))
    answer.headers["Content-Type"] = "application/json; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="attempt-{uid[:8]}.json"'
    return answer


@blueprint.post("/evidence/attempts/<uid>/void")
@open_to(holders_of("administrator"))
def void(uid: str) -> str | Response:
    """Have an attempt count for nothing. The reason is kept."""
    found, reason = evidence.find(web.session(), uid), request.form.get("reason", "").strip()
    if found.attempt.person_id == current_user.id:
        raise Conflict(gettext("This is your own attempt. Ask another administrator."))
    if not FEWEST <= len(reason) <= 1000:
        problem = Invalid(gettext("Say in a sentence why the attempt does not count, in up to 1,000 letters."))
        return make_response(_page(found, reason, problem.message), 422)
    closing.void(web.session(), found.attempt, current_user.id, reason)
    return redirect(url_for("records.record", uid=uid), 303)


def _find(uid: str) -> Record:
    """A record for whoever answers for decisions; for its owner, whatever her roles, once she may see everything."""
    session, keeper = web.session(), not current_user.roles.isdisjoint(ROLES)
    found = evidence.find(session, uid, None if keeper else current_user.id)
    if found.attempt.state in (*OPEN, "submitted"):
        raise Conflict(gettext("The record can be read once the attempt is decided."))
    if found.attempt.person_id == current_user.id:
        mine = gates.of_person(session, current_user.id, found.quiz)
        wait = gates.waiting_of(mine, found.attempt.enrollment_id, found.quiz)
        here = [one for one in mine.attempts if one.enrollment_id == found.attempt.enrollment_id]
        settled = wait.exhausted or any(one.passed for one in here)
        if parts_shown(found.quiz, phase(found.attempt, settled=settled, now=clock.now())) != EVERYTHING:
            raise Conflict(gettext("You can read the whole record once you have passed, or used up your attempts."))
    return found


def _page(found: Record, reason: str = "", problem: str = "") -> str:
    clauses = {clause.code: i18n.pick(clause.titles) for clause in guidelines.live(web.session()).clauses}
    return render_template(
        "records/record.html", record=found, kinds=KINDS, clauses=clauses, reason=reason, problem=problem
    )


def _moment(value: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
