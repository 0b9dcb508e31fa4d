"""What lies on people's desks in the demo company: accounts to look at, a workshop, an appeal, a draft in review."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import days
from certificates.handles import branded, claims
from certificates.handles.models import HandleClaim
from certificates.way import contributions
from courses.authoring import drafts, editions
from courses.catalog import CourseView
from courses.review import asking, comments
from courses.sessions import planning, seats
from lms.base import clock
from lms.demo.diary import Diary
from lms.demo_company import HANDLES
from lms.people.absences import begin as begin_absence
from lms.people.models import Person
from lms.reports import acting
from quizzes.attempt_models import Attempt
from quizzes.marking import appeals

WORKSHOP = "workshop"
BOOKED = ("greet", "rosa", "fleur", "noah", "priya", "ingrid", "sofie")
CAME = ("ahmed", "lotte", "jean", "luc")
MISSED = "amelie"
LINE, BETTER = "A rule of thumb", "Ask the hub before you repeat a figure"


@dataclass(frozen=True)
class Desks:
    """Notes of what waits for people, and of what they did about other things; `courses` by code."""

    session: Session
    diary: Diary
    people: Mapping[str, Person]
    courses: Mapping[str, CourseView]

    def note(self) -> None:
        """Note all of it."""
        for key, days_ago in (("ana", 300), ("nadia", 180), ("ahmed", 120), ("luc", 105)):
            self.diary.note(self.diary.morning(days_ago), partial(self._claim, key, *HANDLES[key]))
            self.diary.note(self.diary.morning(days_ago - 1), partial(self._confirm, key))
        self.diary.note(self.diary.morning(1), partial(self._claim, "lotte", "bluesky", "lotte.bsky.social"))
        self.diary.note(self.diary.morning(200), self._register_accounts)
        self.diary.note(self.diary.morning(60), self._hold_a_workshop)
        self.diary.note(self.diary.morning(8), self._plan_a_workshop)
        self.diary.note(self.diary.morning(9), self._nudge)
        self.diary.note(self.diary.morning(5), self._draft)
        self.diary.note(self.diary.morning(3), self._appeal)
        self.diary.note(self.diary.morning(3), self._go_on_leave)
        self.diary.note(self.diary.morning(1), self._show_a_post)

    def _claim(self, key: str, channel: str, name: str) -> None:
        claims.claim(self.session, self.people[key].id, channel, name, "code")

    def _confirm(self, key: str) -> None:
        mine = HandleClaim.person_id == self.people[key].id
        found = self.session.scalars(select(HandleClaim.id).where(mine)).one()
        claims.confirm(self.session, found, by_id=self.people["hugo"].id, remark="The code stood in the profile.")

    def _register_accounts(self) -> None:
        """Accounts that carry the company's name."""
        for channel, name, purpose, owner, deputy in (
            ("x", "acmecare", "Questions of customers, every day from 8 to 20", "bob", "ana"),
            ("linkedin", "acme", "News of the company", "hugo", "nora"),
        ):
            wanted = branded.Wanted(
                channel=channel,
                name=name,
                purpose=purpose,
                owner=self.people[owner].email,
                deputy=self.people[deputy].email,
                recovery="The hub keeps the key of recovery in its safe.",
                sunset_on=self.diary.day(-400),
            )
            branded.register(self.session, wanted, by_id=self.people["hugo"].id)

    def _hold_a_workshop(self) -> None:
        """A workshop that people came to, but for one."""
        held = self._workshop("S2", 7, "Room Leie, Ghent", "nl")
        for key in (*CAME, MISSED):
            seats.book(self.session, held, self.people[key].id)
        present = {self.people[key].id for key in CAME}
        after = partial(seats.mark, self.session, held, present, self.people["nadia"].id)
        self.diary.note(self.diary.morning(52), after)

    def _plan_a_workshop(self) -> None:
        coming = self._workshop("S1", 14, "Room Schelde, Ghent", "en")
        for place, key in enumerate(BOOKED):
            booked = partial(seats.book, self.session, coming, self.people[key].id)
            self.diary.note(clock.now() + timedelta(hours=20 * (place + 1)), booked)

    def _workshop(self, code: str, in_days: int, place: str, language: str) -> str:
        """The public number of a workshop so many days from now, in the afternoon."""
        zone = ZoneInfo(clock.ZONE)
        starts_at = datetime.combine(days.today() + timedelta(days=in_days), time(14, 0), zone)
        plan = planning.Plan(
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=45),
            time_zone=clock.ZONE,
            place=place,
            link="https://meet.acme.example/workshop",
            seats=12,
            language=language,
            host_email=self.people["nadia"].email,
        )
        course = self.courses[code]
        return planning.plan(self.session, course.id, WORKSHOP, plan, self.people["dana"].id).uid

    def _nudge(self) -> None:
        bob, late = self.people["bob"], self.people["pieter"]
        actor = acting.Actor(bob.id, bob.name, bob.email)
        words = "Is there anything in the way, Pieter? Take Thursday morning for it, I keep the phones free."
        acting.nudge(self.session, actor, [f"{late.uid}.principles"], words, days.today())

    def _draft(self) -> None:
        """An author changes a lesson on a regulated topic, and asks for a review; another author remarks on it."""
        course, dana = self.courses["S4"], self.people["dana"].id
        opened = drafts.open_draft(self.session, course.id, dana)
        slug = "words-about-tomorrow"
        text = editions.text(self.session, opened.id, slug, "en")
        html = f"{text.html}<p><strong>{LINE}:</strong> {BETTER}, also one that stood in a newspaper.</p>"
        lesson = editions.lesson_id(self.session, opened.id, slug)
        drafts.save_lesson(self.session, lesson, "en", text.title, html, text.revision, dana)
        asking.ask(self.session, course.id, dana)
        words = "Is that also so for figures that we have published ourselves? Those are free to share."
        remark = {"lesson": slug, "language": "en", "words": words, "quote": BETTER}
        by_id = self.people["lena"].id
        self.diary.note(self.diary.morning(3), partial(comments.add, self.session, course.id, by_id, **remark))

    def _appeal(self) -> None:
        sofie = self.people["sofie"].id
        attempt = self.session.scalars(select(Attempt.id).where(Attempt.person_id == sofie)).one()
        words = "The page stood still after the fifth question and I could not go on. Please let me do the others."
        appeals.make(self.session, sofie, attempt, words)

    def _go_on_leave(self) -> None:
        begin_absence(self.session, self.people["kees"].id, days.today(), None, source="import")

    def _show_a_post(self) -> None:
        """A post that a coach has yet to look at."""
        contributions.tell(
            self.session,
            self.people["amelie"].id,
            url="https://www.example.com/post",
            words="Told a neighbor in our town group how to send a pump in for repair.",
            channel="facebook",
            posted_on=days.today(),
            sample=True,
        )
