"""The demo company's permissions to speak: given, asked for, paused, taken away; and days on which less is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import days, ladder
from certificates.models import Authorization
from certificates.periods import planning
from certificates.permissions import pairs, requests, taking
from certificates.permissions.rights import Viewer
from certificates.standing import Scope
from certificates.way import contributions, waivers
from lms.base import clock
from lms.demo.asked import REQUESTS, SESSION_OF_THE_BOARD, Asked
from lms.demo.diary import Diary
from lms.guidelines import attestations
from lms.guidelines import catalog as guidelines
from lms.people.models import Person

TAKEN = 2
"""So many days ago a permission was paused, and another taken away."""
ROLES = {"hugo": {"hub"}, "nora": {"hub"}, "victor": {"board"}}
POSTS = (
    (158, "nadia", "Told on Mastodon how a pump is taken back and made new."),
    (96, "nadia", "Answered three questions about our vacancies on LinkedIn."),
    (80, "lotte", "Answered on the forum how to order spare parts."),
    (47, "eva", "Wrote on LinkedIn what a day at the service desk taught her."),
    (44, "amelie", "Shared the news of the longer warranty, in her own words."),
    (20, "ana", "Explained on LinkedIn how our repair service works."),
    (15, "jean", "Showed on his own page how a seal is replaced."),
    (9, "nadia", "Wrote about the open day of the workshop in Ghent."),
)


@dataclass(frozen=True)
class Speakers:
    """Notes of the demo company's permissions."""

    session: Session
    diary: Diary
    people: Mapping[str, Person]

    def note(self) -> None:
        """Note all of them."""
        for asked in REQUESTS:
            at = self.diary.morning(asked.days_ago)
            if asked.level == "L2":
                self.diary.note(at, partial(self._ready, asked))
            self.diary.note(at, partial(self._ask, asked))
        for days_ago, key, words in POSTS:
            self.diary.note(self.diary.morning(days_ago), partial(self._tell, key, words))
        self.diary.note(self.diary.morning(335), partial(self._accept_again, "jean"))
        self.diary.note(self.diary.morning(330), partial(self._accept_again, "ana"))
        self.diary.note(self.diary.morning(50), self._pair)
        self.diary.note(self.diary.morning(TAKEN), self._take)

    def _ready(self, asked: Asked) -> None:
        """Somebody has all that the second level asks for: what she learned elsewhere, and two posts."""
        person, level = self.people[asked.key], ladder.level(self.session, asked.level)
        by_id = self.people["hugo"].id
        for need in level.needs_of(person.tier) if asked.recognized else ():
            if self._recognizes(asked, need.slug):
                named = (level.code, need.kind, need.slug)
                waivers.grant_waiver(self.session, person.id, *named, reason=asked.recognized, by_id=by_id)
        if person.tier == "executive":
            self._accept_again(asked.key)
        for words in (
            "Answered a customer whose pump stopped, and closed the loop.",
            "Wrote about a day in our workshop.",
        ):
            told = contributions.tell(self.session, person.id, **_post(words, sample=True))
            remark = "Clear, kind and to the point."
            contributions.judge(self.session, told.id, "good", by_id=self.people["chloe"].id, remark=remark)

    def _recognizes(self, asked: Asked, slug: str) -> bool:
        """The board learned in its session what staff learn in two courses; the agency taught all but the first."""
        taken = ("principles", "confidential-and-compliant")
        return slug in taken if asked.recognized == SESSION_OF_THE_BOARD else slug != "principles"

    def _ask(self, asked: Asked) -> None:
        mine = self.people[asked.key].id
        reason, scope = asked.reason, asked.scope
        number = requests.open_request(self.session, mine, asked.level, scope=scope, reason=reason, by_id=mine).id
        for days_ago, key in asked.yes:
            self.diary.note(self.diary.morning(days_ago), partial(self._decide, number, key))

    def _decide(self, number: int, key: str) -> None:
        """Somebody says yes in the role in which she is asked."""
        by_id = self.people[key].id
        viewer = Viewer(by_id, frozenset(ROLES.get(key, ())))
        for waiting in requests.waiting_for(self.session, viewer.id, viewer.roles):
            if waiting.authorization_id == number:
                requests.decide(self.session, number, waiting.roles[0], "approved", by_id=by_id, remark="Gladly.")

    def _tell(self, key: str, words: str) -> None:
        contributions.tell(self.session, self.people[key].id, **_post(words))

    def _accept_again(self, key: str) -> None:
        """The guideline is accepted each year."""
        person, guideline = self.people[key], guidelines.live(self.session)
        language = person.language if person.language in guideline.titles else "en"
        attestations.accept(self.session, person.id, guideline.version_id, language)

    def _pair(self) -> None:
        reason = "Nadia drafts what Eva says on LinkedIn; Eva reads every word before it goes out."
        eva, nadia, hugo = (self.people[key].id for key in ("eva", "nadia", "hugo"))
        pairs.make(self.session, eva, nadia, reason, by_id=hugo)

    def _take(self) -> None:
        """One permission is paused, and one taken away by two people."""
        hugo, nora = self.people["hugo"].id, self.people["nora"].id
        luc, tom = (_permission(self.session, self.people[key]) for key in ("luc", "tom"))
        reason = "Looking into an answer to a review that named a customer."
        taking.suspend(self.session, luc, by_id=hugo, cause="investigation", reason=reason)
        reason = "Posted delivery addresses of customers, a second time."
        proposal = taking.propose_revocation(self.session, tom, by_id=hugo, reason=reason)
        taking.decide_revocation(self.session, proposal.id, by_id=nora, confirmed=True)


def plan_periods(session: Session, people: Mapping[str, Person]) -> None:
    """Quiet days around the results of the year, and an embargo on a product to come."""
    today, hub = days.today(), people["hugo"].id
    results = Scope.of([("topic", "results"), ("topic", "published")])
    plans: Sequence[planning.Plan] = (
        planning.Plan("Before the results of the year", today + timedelta(30), today + timedelta(51), scope=results),
        planning.Plan(
            "New pump: nothing before the fair",
            today + timedelta(10),
            today + timedelta(16),
            note="The hub posts first, on the opening day.",
            scope=Scope.of([("topic", "products")]),
        ),
    )
    for plan in plans:
        planning.make_period(session, plan, by_id=hub)


def _permission(session: Session, person: Person) -> int:
    return session.scalars(select(Authorization.id).where(Authorization.person_id == person.id)).one()


def _post(words: str, *, sample: bool = False) -> dict[str, Any]:
    return {
        "url": "https://www.example.com/post",
        "words": words,
        "channel": "linkedin",
        "posted_on": days.day_of(clock.now()),
        "sample": sample,
    }
