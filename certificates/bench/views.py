"""The bench for the hub, and for all colleagues who can speak about something right now."""

from collections.abc import Iterator
from datetime import timedelta

from flask import Blueprint, Flask, current_app, render_template, request
from werkzeug.wrappers import Response

from certificates import checking, days, vocabulary
from certificates.authority import Question
from certificates.bench import counting
from certificates.coverage import Wanted
from certificates.level_models import DIMENSIONS
from certificates.periods import calendar
from lms.base import web
from lms.base.access import SIGNED_IN, holders_of, open_to
from lms.base.i18n import force_locale, language

blueprint = Blueprint("bench", __name__)
HUB = holders_of("hub", "administrator")


@blueprint.get("/bench")
@open_to(HUB)
def bench() -> str:
    before, wanted = _before(), _wanted()
    markets = [wanted.country] if wanted.country else []
    found = counting.read(web.session(), days.today(), before, markets)
    return render_template(
        "bench/bench.html",
        bench=found,
        before=before,
        last=days.today() + timedelta(days=before),
        wanted=wanted,
        countries=vocabulary.choices("country"),
        word=vocabulary.word,
    )


@blueprint.get("/bench.csv")
@open_to(HUB)
def table() -> Response:
    """Sent while it is read, in a session of its own: that of the request is over by then."""
    wanted, today = _wanted(), days.today()
    last = today + timedelta(days=_before()) if "before" in request.args else None

    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    database, spoken = web.database(), language()

    def pieces() -> Iterator[bytes]:
        with database.reading() as session:
            found: Iterator[bytes] = counting.table(session, today, wanted, last)
            piece: bytes | None = b""
            while piece is not None:
                yield piece
                with app.app_context(), force_locale(spoken):  # for each piece: who stops reading leaves none behind
                    piece = next(found, None)

    response = Response(pieces(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="bench-{days.today().isoformat()}.csv"'
    return response


@blueprint.get("/colleagues/speakers")
@open_to(SIGNED_IN)
def colleagues() -> str:
    wanted, today = _wanted(), days.today()
    held = counting.colleagues(web.session(), today, wanted) if wanted.enough else []
    question = Question(today, **{name: getattr(wanted, name) for name in DIMENSIONS})
    return render_template(
        "bench/colleagues.html",
        wanted=wanted,
        held=held[: counting.SHOWN],
        more=len(held) > counting.SHOWN,
        silence=counting.silence(question, calendar.circumstances(web.session(), today)),
        choices={name: vocabulary.choices(name) for name in DIMENSIONS},
        word=vocabulary.word,
    )


def _wanted() -> Wanted:
    asked = {name: request.args.get(name, "").strip()[:100] for name in DIMENSIONS}
    return Wanted(**{name: vocabulary.code_of(name, value) for name, value in asked.items()})


def _before() -> int:
    """How many days ahead: `?before=90`, at most two years; also a day, `?before=2026-12-31`."""
    typed = request.args.get("before", "").strip()
    if typed.isascii() and typed.isdigit() and len(typed) < 4:
        return min(int(typed), 730)
    if typed:
        return min(max((checking.parse_day(typed) - days.today()).days, 0), 730)
    return counting.BEFORE
