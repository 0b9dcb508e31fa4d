"""The demo company's permissions to speak: given, asked for, paused, taken away; and days on which less is said."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import days, ladder
from certificates.handles.models import BrandedHandle
from certificates.models import Authorization
from certificates.periods import planning
from certificates.permissions import requests, taking
from certificates.permissions.rights import Viewer
from certificates.standing import Scope
from certificates.way import contributions, waivers
from lms.base import clock
from lms.people.models import Person

People = Mapping[str, Person]
COURSE_BEFORE = "Trained and examined by the agency that ran our pilot, before the university began."
CARE = Scope.of(
    [
        *(("channel", name) for name in ("own", "linkedin", "blog", "community")),
        *(("topic", name) for name in ("published", "products", "service")),
        *(("language", name) for name in ("nl", "en", "fr")),
        *(("country", name) for name in ("be", "nl")),
    ]
)
FORUM = Scope.of([("channel", "community"), ("topic", "service"), ("language", "nl"), ("country", "nl")])


def load(session: Session, people: People) -> None:
    """Give the people of the demo company their permissions, on the days on which it happened."""
    with _ago(310):
        _ready(session, people, "ana")
        ana = _ask(session, people, "ana", CARE, "Ana answers the questions about repairs that nobody else can.")
        _decide(session, people, ana)
    with _ago(120):
        _ready(session, people, "lotte")
        lotte = _ask(session, people, "lotte", FORUM, "Lotte moderates the forum in the evening.")
        _decide(session, people, lotte)
    with _ago(80):
        contributions.tell(session, people["lotte"].id, **_post("Answered on the forum how to order spare parts."))
    with _ago(20):
        contributions.tell(session, people["ana"].id, **_post("Explained on LinkedIn how our repair service works."))
    with _ago(3):
        _ready(session, people, "ahmed")
        _ask(session, people, "ahmed", FORUM, "Ahmed runs the community forum and wants to answer there.")
    with _ago(2):
        luc = _permission(session, people["luc"])
        reason = "Looking into an answer to a review that named a customer."
        taking.suspend(session, luc, by_id=people["hugo"].id, cause="investigation", reason=reason)
        tom = _permission(session, people["tom"])
        proposal = taking.propose_revocation(
            session, tom, by_id=people["hugo"].id, reason="Posted delivery addresses of customers, a second time."
        )
        taking.decide_revocation(session, proposal.id, by_id=people["nora"].id, confirmed=True)
    _calendar(session, people)
    _accounts(session, people)


def _ready(session: Session, people: People, key: str) -> None:
    """Somebody has all that the second level asks for: what she learned before it was taught here, and two posts."""
    person, level = people[key], ladder.level(session, "L2")
    for need in level.needs_of(person.tier):
        if need.slug != "principles":
            named = (level.code, need.kind, need.slug)
            waivers.grant_waiver(session, person.id, *named, reason=COURSE_BEFORE, by_id=people["hugo"].id)
    for words in ("Answered a customer whose pump stopped, and closed the loop.", "Wrote about a day in our workshop."):
        told = contributions.tell(session, person.id, **_post(words, sample=True))
        contributions.judge(session, told.id, "good", by_id=people["chloe"].id, remark="Clear, kind and to the point.")


def _ask(session: Session, people: People, key: str, scope: Scope, reason: str) -> int:
    person = people[key]
    return requests.open_request(session, person.id, "L2", scope=scope, reason=reason, by_id=person.id).id


def _decide(session: Session, people: People, number: int) -> None:
    """Everybody whose yes is needed says yes."""
    for key in ("bob", "daan", "hugo"):
        person = people[key]
        viewer = Viewer(person.id, frozenset({"hub"} if key == "hugo" else ()))
        for waiting in requests.waiting_for(session, viewer.id, viewer.roles):
            if waiting.authorization_id == number:
                requests.decide(session, number, waiting.roles[0], "approved", by_id=person.id, remark="Gladly.")


def _permission(session: Session, person: Person) -> int:
    return session.scalars(select(Authorization.id).where(Authorization.person_id == person.id)).one()


def _calendar(session: Session, people: People) -> None:
    """Quiet days around the results of the year, and an embargo on a product to come."""
    today, hub = days.today(), people["hugo"].id
    results = Scope.of([("topic", "results"), ("topic", "published")])
    for plan in (
        planning.Plan("Before the results of the year", today + timedelta(30), today + timedelta(51), scope=results),
        planning.Plan(
            "New pump: nothing before the fair",
            today + timedelta(10),
            today + timedelta(16),
            note="The hub posts first, on the opening day.",
            scope=Scope.of([("topic", "products")]),
        ),
    ):
        planning.make_period(session, plan, by_id=hub)


def _accounts(session: Session, people: People) -> None:
    """Accounts that carry the company's name."""
    now, hub = clock.now(), people["hugo"].id
    for channel, name, purpose, owner, deputy in (
        ("x", "acmecare", "Questions of customers, every day from 8 to 20", "bob", "ana"),
        ("linkedin", "acme", "News of the company", "hugo", "nora"),
    ):
        session.add(
            BrandedHandle(
                channel=channel,
                name=name,
                purpose=purpose,
                owner_id=people[owner].id,
                deputy_id=people[deputy].id,
                recovery="The hub keeps the key of recovery in its safe.",
                sunset_on=days.today() + timedelta(days=400),
                registered_at=now,
                registered_by_id=hub,
            )
        )
    session.flush()


def _post(words: str, *, sample: bool = False) -> dict[str, Any]:
    return {
        "url": "https://www.example.com/post",
        "words": words,
        "channel": "linkedin",
        "posted_on": days.today(),
        "sample": sample,
    }


def _ago(count: int) -> AbstractContextManager[None]:
    """As if it were so many days ago."""
    return clock.frozen(clock.now() - timedelta(days=count))
