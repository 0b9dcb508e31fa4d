"""May I post in the voice of an executive? The page, the API, and past days."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from certificates import checking, days
from certificates.authority import Question
from certificates.permissions import pairs
from lms.base import clock
from lms.base.errors import Invalid
from lms.exchange.api import tokens
from lms.people.models import Person
from tests.make import Make
from tests.support.client import Client

SPEAKS = {"channel": ["linkedin"], "topic": ["products"], "language": ["nl"]}


class Cast(NamedTuple):
    """Ana writes for Eva, licensed by Hugo ten days ago."""

    ana: Person
    eva: Person
    hugo: Person
    pair: int


@pytest.fixture
def cast(session: Session, make: Make) -> Cast:
    ana, eva = make.person("Ana", "Peeters"), make.person("Eva", "Maes", tier="executive")
    hugo, began = make.person("Hugo", "Hub", roles=["hub"]), days.today() - timedelta(days=100)
    make.certificate(ana, from_day=began)
    make.certificate(eva, from_day=began, scope=SPEAKS)
    with clock.frozen(clock.now() - timedelta(days=10)):
        pair = pairs.make(session, eva.id, ana.id, "She writes.", by_id=hugo.id)
    return Cast(ana, eva, hugo, pair.id)


def words(response: TestResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


def test_the_page_answers_for_a_licensed_writer_and_says_what_is_missing(
    session: Session, cast: Cast, make: Make, client_for: Callable[..., Client], statements: list[str]
) -> None:
    client = client_for(cast.ana)
    assert "You are licensed to write as Eva Maes." in words(client.get("/may-i-post"))
    statements.clear()
    yes = words(client.get("/may-i-post?voice=Eva+Maes&topic=products&on="))
    assert "Yes, you may Products" in yes
    assert "In the voice of Eva Maes" in yes
    assert len(statements) <= 11, statements
    assert "No, you may not" in words(client.get("/may-i-post?topic=products&on=")), "in her own voice"
    no = words(client.get(f"/may-i-post?voice={cast.eva.uid}&topic=careers&on="))
    assert "This would be said as Eva Maes. The permission does not cover the topic" in no
    make.person("Eva", "Marsh")
    assert "In whose voice do you mean?" in words(client.get("/may-i-post?voice=eva&on="))
    hub = words(client_for(cast.hugo).get("/may-i-post?who=peeters&voice=maes&on="))
    assert "Yes, Ana Peeters may" in hub
    own = words(client_for(cast.hugo).get("/may-i-post?voice=maes&on="))
    assert "No license to write as Eva Maes covers this person on this day. Ask the social media hub" in own
    assert "Leave it empty for one’s own; or" in own


def test_past_days_answer_whether_they_were_a_pair_then(session: Session, cast: Cast) -> None:
    with clock.frozen(clock.now() - timedelta(days=3)):
        pairs.end(session, cast.pair, by_id=cast.hugo.id)

    def allowed(ago: int) -> bool:
        asked = Question(days.today() - timedelta(days=ago), topic="products")
        return checking.check_in_voice(session, "", cast.ana.uid, cast.eva.uid, asked).allowed

    assert {ago: allowed(ago) for ago in (11, 10, 4, 3, 0)} == {11: False, 10: True, 4: True, 3: False, 0: False}
    assert pairs.executives_of(session, cast.ana.id) == []


def test_a_program_asks_by_public_id_and_an_unlisted_executive_is_not_named(
    session: Session, cast: Cast, anonymous: Client, make: Make
) -> None:
    headers = {"Authorization": f"Bearer {tokens.make(session, 'Scheduling', by_id=cast.hugo.id)}"}

    def ask(**more: str) -> dict[str, object]:
        question = {"person": cast.ana.uid, "voice": cast.eva.uid, "topic": "products"} | more
        found: dict[str, object] = anonymous.get("/api/v1/may-speak", query_string=question, headers=headers).get_json()
        return found

    answer = ask()
    assert (answer["allowed"], answer["person"]) == (True, {"uid": cast.ana.uid, "name": "Ana Peeters"})
    assert answer["scope"]
    assert "Eva Maes" in str(answer["reason"])
    assert not ask(topic="careers")["allowed"]
    assert "license" in str(ask(person=cast.hugo.uid)["reason"])
    assert "no such person" in str(ask(voice="0" * 32)["reason"])
    assert ask(voice="Eva")["status"] == 422
    cast.eva.listed = False
    session.flush()
    hidden = ask()
    assert (hidden["allowed"], hidden["scope"]) == (True, None)
    assert "Eva" not in str(hidden["reason"])


def test_what_is_no_public_id_is_refused(session: Session, cast: Cast) -> None:
    with pytest.raises(Invalid, match="32 signs"):
        checking.check_in_voice(session, "acme", "", "eva", Question(days.today()))
