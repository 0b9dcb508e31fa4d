"""Tokens and webhooks, for administrators."""

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.base import web, webhook_sending
from lms.base.access import holders_of, open_to
from lms.base.errors import Invalid
from lms.exchange.api import tokens
from lms.exchange.api.forms import EndpointForm, TokenForm

blueprint = Blueprint("exchange", __name__, url_prefix="/admin/exchange")
ADMINISTRATORS = holders_of("administrator")
NUMBER = "<int(max=2147483647):number>"


@blueprint.get("")
@open_to(ADMINISTRATORS)
def overview() -> str:
    return _page()


@blueprint.post("/tokens")
@open_to(ADMINISTRATORS)
def make_token() -> Response:
    """Make a token. It is on this answer and on no page after it."""
    form = TokenForm()
    if not form.validate():
        return make_response(_page(token_form=form), 422)
    made = tokens.make(web.session(), form.name.data or "", by_id=current_user.id, days=form.days.data)
    return make_response(_page(token=made))


@blueprint.post(f"/tokens/{NUMBER}/end")
@open_to(ADMINISTRATORS)
def end_token(number: int) -> Response:
    tokens.end(web.session(), number, by_id=current_user.id)
    return redirect(url_for("exchange.overview"), 303)


@blueprint.post("/webhooks")
@open_to(ADMINISTRATORS)
def add_endpoint() -> Response:
    form = EndpointForm()
    if not form.validate():
        return make_response(_page(endpoint_form=form), 422)
    try:
        made = webhook_sending.listen(web.session(), form.name.data or "", form.url.data or "", by_id=current_user.id)
    except Invalid as refusal:
        form.url.errors = [*form.url.errors, refusal.message]
        return make_response(_page(endpoint_form=form), 422)
    return make_response(_page(secret=made.secret))


@blueprint.post(f"/webhooks/{NUMBER}/end")
@open_to(ADMINISTRATORS)
def end_endpoint(number: int) -> Response:
    webhook_sending.end(web.session(), number, by_id=current_user.id)
    return redirect(url_for("exchange.overview", _anchor="webhooks"), 303)


@blueprint.post(f"/messages/{NUMBER}/again")
@open_to(ADMINISTRATORS)
def send_again(number: int) -> Response:
    webhook_sending.try_again(web.session(), number)
    return redirect(url_for("exchange.overview", _anchor="messages"), 303)


def _page(
    token_form: TokenForm | None = None, endpoint_form: EndpointForm | None = None, token: str = "", secret: str = ""
) -> str:
    session = web.session()
    endpoints = webhook_sending.endpoints(session)
    return render_template(
        "exchange/overview.html",
        tokens=tokens.all_of_them(session),
        endpoints=endpoints,
        names={endpoint.id: endpoint.name for endpoint in endpoints},
        messages=webhook_sending.newest(session),
        token_form=token_form or TokenForm(formdata=None),
        endpoint_form=endpoint_form or EndpointForm(formdata=None),
        token=token,
        secret=secret,
    )
