"""Messages to each person, to read inside, and the private address of her calendar."""

import hashlib
from collections.abc import Callable

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from lms.base import limits, web
from lms.base.access import PUBLIC, SIGNED_IN, open_to
from lms.base.errors import NotFound
from lms.base.limits import limiter
from lms.people.models import Person
from lms.reminders import feed, notices, quiet_feed

blueprint = Blueprint("reminders", __name__)
NUMBER = "<int(max=2147483647):number>"
CALENDAR = "calendar address"


@blueprint.get("/messages")
@open_to(SIGNED_IN)
def messages() -> str:
    page = web.page()
    found, more = notices.of(web.session(), current_user.id, page)
    return render_template("reminders/messages.html", notices=found, more=more, page=page)


@blueprint.post("/messages/read")
@open_to(SIGNED_IN)
def read_all() -> Answer:
    notices.read_all(web.session(), current_user.id)
    return redirect(url_for("reminders.messages"), 303)


@blueprint.post(f"/messages/{NUMBER}")
@open_to(SIGNED_IN)
def read(number: int) -> Answer:
    """Mark a message as read, and go where it leads when that was asked."""
    notice = notices.read(web.session(), current_user.id, number)
    address = web.local_address(notice.address) if "go" in request.form else None
    return redirect(address or url_for("reminders.messages"), 303)


@blueprint.get("/calendar")
@open_to(SIGNED_IN)
def calendar() -> str:
    return _calendar()


@blueprint.post("/calendar")
@open_to(SIGNED_IN)
@limiter.limit("20/hour")
def make_calendar() -> Response:
    """Make an address, or another one. It is on this answer and on no page after it."""
    return make_response(_calendar(feed.make(web.session(), current_user.id)))


@blueprint.post("/calendar/end")
@open_to(SIGNED_IN)
def end_calendar() -> Answer:
    feed.end(web.session(), current_user.id)
    return redirect(url_for("reminders.calendar"), 303)


@blueprint.get("/calendar/<token>.ics")
@open_to(PUBLIC)
def calendar_file(token: str) -> Response:
    """The calendar of whoever was given this address: whoever knows it may read it, as calendars do."""
    return _file(token, feed.calendar_of)


@blueprint.get("/calendar/<token>/quiet.ics")
@open_to(PUBLIC)
def quiet_file(token: str) -> Response:
    """Quiet periods and embargoes, beside the same private address."""
    return _file(token, quiet_feed.calendar_of)


def _file(token: str, calendar_of: Callable[[Session, Person, str, str], str]) -> Response:
    """What a token opens. Raises `NotFound` for one that holds no more, and counts that as a guess."""
    limits.refuse_guessing(CALENDAR)
    person = feed.reader_of(web.session(), token)
    if person is None:
        limits.count_guess(CALENDAR)
        raise NotFound
    host = request.host.partition(":")[0]
    text = calendar_of(web.session(), person, web.settings().base_url, host)
    response = make_response(text)
    response.mimetype = "text/calendar"
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.set_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
    response.make_conditional(request)
    return response


def _calendar(token: str = "") -> str:
    made_at = feed.made_at(web.session(), current_user.id)
    addresses = [f"{web.settings().base_url}/calendar/{token}{end}.ics" for end in ("", "/quiet")] if token else []
    return render_template("reminders/calendar.html", made_at=made_at, addresses=addresses)
