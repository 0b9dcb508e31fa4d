"""The outbox, what the next night sends, and the chat rooms: for administrators. The hub reads the first two."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from lms.base import failures, web
from lms.base.access import holders_of, open_to
from lms.base.errors import Invalid
from lms.base.limits import limiter
from lms.reminders import mailbox, tomorrow
from lms.reminders.chat import rooms
from lms.reminders.forms import RoomForm

blueprint = Blueprint("outbox", __name__, url_prefix="/admin")
ADMINISTRATORS = holders_of("administrator")
READERS = holders_of("administrator", "hub")
NUMBER = "<int(max=2147483647):number>"


@blueprint.get("/outbox")
@open_to(READERS)
def mails() -> str:
    words, state, page = request.args.get("q", "").strip()[:200], request.args.get("state", ""), web.page()
    found, more = mailbox.found(web.session(), words, state, page)
    return render_template(
        "reminders/outbox.html",
        mails=found,
        more=more,
        page=page,
        q=words,
        state=state,
        counted=mailbox.counted(web.session()),
        failed=failures.latest(web.session()),
        may_change="administrator" in current_user.roles,
    )


@blueprint.post(f"/outbox/{NUMBER}/<any(again,drop):deed>")
@open_to(ADMINISTRATORS)
def change_mail(number: int, deed: str) -> Answer:
    {"again": mailbox.try_again, "drop": mailbox.drop}[deed](web.session(), number, by_id=current_user.id)
    return web.back_or(url_for("outbox.mails"))


@blueprint.post("/outbox/again")
@open_to(ADMINISTRATORS)
def try_all_again() -> Answer:
    mailbox.try_all_again(web.session(), by_id=current_user.id)
    return redirect(url_for("outbox.mails"), 303)


@blueprint.get("/outbox/tomorrow")
@open_to(READERS)
def next_night() -> str:
    email = request.args.get("q", "").strip()[:200]
    session = web.session()
    return render_template(
        "reminders/tomorrow.html",
        at=tomorrow.next_night(),
        tomorrow=None if email else tomorrow.preview(session),
        q=email,
        answer=tomorrow.answer(session, email) if email else None,
    )


@blueprint.get("/chat")
@open_to(ADMINISTRATORS)
def chat() -> str:
    return _chat()


@blueprint.post("/chat")
@open_to(ADMINISTRATORS)
def add_room() -> Answer:
    form = RoomForm()
    if not form.validate():
        return make_response(_chat(form), 422)
    typed = {name: value or "" for name, value in form.data.items() if name != "csrf_token"}
    try:
        rooms.add(web.session(), **typed, by_id=current_user.id)
    except Invalid as refusal:
        form.form_errors.append(refusal.message)
        return make_response(_chat(form), 422)
    return redirect(url_for("outbox.chat"), 303)


@blueprint.post(f"/chat/{NUMBER}/end")
@open_to(ADMINISTRATORS)
def end_room(number: int) -> Answer:
    rooms.end(web.session(), number, by_id=current_user.id)
    return redirect(url_for("outbox.chat"), 303)


@blueprint.post(f"/chat/{NUMBER}/test")
@open_to(ADMINISTRATORS)
@limiter.limit("30/hour")
def test_room(number: int) -> Answer:
    rooms.test(web.session(), number)
    return redirect(url_for("outbox.chat", _anchor="told"), 303)


@blueprint.post(f"/chat/messages/{NUMBER}/again")
@open_to(ADMINISTRATORS)
def tell_again(number: int) -> Answer:
    rooms.try_again(web.session(), number)
    return redirect(url_for("outbox.chat", _anchor="told"), 303)


def _chat(form: RoomForm | None = None) -> str:
    session = web.session()
    found = rooms.rooms(session)
    return render_template(
        "reminders/chat.html",
        rooms=found,
        names={room.id: room.name for room, _ in found},
        messages=rooms.newest(session),
        form=form or RoomForm(formdata=None),
    )
