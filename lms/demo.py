"""A believable company to look at and to try things with: its people, and how far they have come."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates.models import Handle
from courses import catalog, enrollment, progress
from courses.catalog import CourseView
from courses.review import reviewers, topics
from lms import demo_rules, demo_speakers
from lms.base import clock
from lms.base.errors import Conflict
from lms.guidelines import attestations
from lms.guidelines import catalog as guidelines
from lms.people import accounts, directory, passwords
from lms.people.models import Absence, Person, PersonRole
from lms.reports.counters import rebuilding
from quizzes import attempts, closing, papers

DOMAIN = "acme.example"
AWAY_SINCE = 3
"""Days ago since when those on leave are away."""


HANDLES = {
    "ana": ("linkedin", "ana.moreau"),
    "luc": ("facebook", "luc.bogaert"),
    "ahmed": ("linkedin", "ahmed.elamrani"),
    "nadia": ("mastodon", "nadia"),
}


@dataclass(frozen=True)
class Member:
    """Somebody of the demo company. `done` is how many lessons of the first course, or all and the quiz as "passed"."""

    key: str
    name: str
    job: str
    unit: str
    manager: str = ""
    tier: str = "staff"
    language: str = "en"
    roles: tuple[str, ...] = ()
    done: int | str = 0
    started_days_ago: int = 0
    due_in_days: int | None = None
    signs_in: bool = False
    status: str = "active"

    @property
    def country(self) -> str:
        """By unit and town: the parts of the company that stand for no country are at its seat, in Belgium."""
        if self.unit.startswith("UK"):
            return "GB"
        return "NL" if self.unit.endswith("Eindhoven") else "BE"


MEMBERS = (
    Member(
        "alice",
        "Alice Peeters",
        "Customer care",
        "Benelux/Customer care/Ghent",
        "bob",
        done=3,
        started_days_ago=9,
        due_in_days=12,
        signs_in=True,
    ),
    Member(
        "bob",
        "Bob Claes",
        "Manager of customer care",
        "Benelux/Customer care",
        "marc",
        "manager",
        done="passed",
        started_days_ago=200,
        signs_in=True,
    ),
    Member(
        "charlie",
        "Charlie Hughes",
        "Field engineer, elsewhere",
        "UK/Field service",
        "helen",
        done=5,
        started_days_ago=20,
        due_in_days=30,
        signs_in=True,
    ),
    Member("eva", "Eva Lindqvist", "Chief executive", "Board", tier="executive", roles=("board",), signs_in=True),
    Member(
        "dana",
        "Dana Okafor",
        "Author and administrator",
        "Social media hub",
        "hugo",
        roles=("author", "administrator"),
        done="passed",
        started_days_ago=300,
        signs_in=True,
    ),
    Member(
        "hugo",
        "Hugo Martens",
        "Social media hub",
        "Social media hub",
        "eva",
        "manager",
        roles=("hub",),
        done="passed",
        started_days_ago=320,
        signs_in=True,
    ),
    Member(
        "lena",
        "Lena Vogel",
        "Legal reviewer",
        "Legal",
        "eva",
        roles=("legal",),
        done=7,
        started_days_ago=40,
        signs_in=True,
    ),
    Member(
        "ana",
        "Ana Moreau",
        "Certified speaker since last year",
        "Benelux/Customer care/Ghent",
        "bob",
        done="passed",
        started_days_ago=676,
        signs_in=True,
    ),
    Member(
        "marc",
        "Marc Dubois",
        "Director Benelux",
        "Benelux",
        "eva",
        "manager",
        "fr",
        done="passed",
        started_days_ago=150,
    ),
    Member(
        "helen",
        "Helen Carter",
        "Manager of field service",
        "UK/Field service",
        "eva",
        "manager",
        done=2,
        started_days_ago=15,
        due_in_days=20,
    ),
    Member(
        "pieter",
        "Pieter Maes",
        "Phone and chat",
        "Benelux/Customer care/Ghent",
        "bob",
        language="nl",
        done=5,
        started_days_ago=60,
        due_in_days=-12,
    ),
    Member(
        "sofie",
        "Sofie Janssens",
        "Phone and chat",
        "Benelux/Customer care/Ghent",
        "bob",
        language="nl",
        done=10,
        started_days_ago=55,
        due_in_days=-5,
    ),
    Member(
        "greet",
        "Greet Hermans",
        "Back office, 31 years",
        "Benelux/Customer care/Ghent",
        "bob",
        language="nl",
        done=8,
        started_days_ago=35,
        due_in_days=9,
    ),
    Member(
        "luc",
        "Luc Bogaert",
        "Reviews",
        "Benelux/Customer care/Ghent",
        "bob",
        language="nl",
        done="passed",
        started_days_ago=120,
    ),
    Member(
        "chloe",
        "Chloé Lambert",
        "Team lead Liège",
        "Benelux/Customer care/Liège",
        "bob",
        "manager",
        "fr",
        roles=("coach",),
        done="passed",
        started_days_ago=180,
    ),
    Member(
        "daan",
        "Daan Visser",
        "Team lead Eindhoven",
        "Benelux/Customer care/Eindhoven",
        "bob",
        "manager",
        "nl",
        roles=("care",),
        done="passed",
        started_days_ago=210,
    ),
    Member(
        "yusuf",
        "Yusuf Kaya",
        "Phone and chat",
        "Benelux/Customer care/Liège",
        "chloe",
        language="fr",
        done=0,
        due_in_days=-2,
    ),
    Member(
        "amelie",
        "Amélie Dupont",
        "Phone and chat",
        "Benelux/Customer care/Liège",
        "chloe",
        language="fr",
        done="passed",
        started_days_ago=90,
    ),
    Member(
        "noah",
        "Noah Petit",
        "Phone and chat",
        "Benelux/Customer care/Liège",
        "chloe",
        language="fr",
        done=4,
        started_days_ago=12,
        due_in_days=8,
    ),
    Member(
        "rosa",
        "Rosa Ferrari",
        "Back office",
        "Benelux/Customer care/Liège",
        "chloe",
        language="fr",
        done=9,
        started_days_ago=30,
        due_in_days=8,
    ),
    Member(
        "jean",
        "Jean-Luc Simon",
        "Back office, 29 years",
        "Benelux/Customer care/Liège",
        "chloe",
        language="fr",
        done="passed",
        started_days_ago=690,
    ),
    Member(
        "lotte",
        "Lotte de Vries",
        "Phone and chat",
        "Benelux/Customer care/Eindhoven",
        "daan",
        language="nl",
        done="passed",
        started_days_ago=75,
    ),
    Member(
        "ahmed",
        "Ahmed El Amrani",
        "Community forum",
        "Benelux/Customer care/Eindhoven",
        "daan",
        language="nl",
        done="passed",
        started_days_ago=140,
    ),
    Member(
        "fleur",
        "Fleur Jansen",
        "Phone and chat",
        "Benelux/Customer care/Eindhoven",
        "daan",
        language="nl",
        done=11,
        started_days_ago=25,
        due_in_days=13,
    ),
    Member(
        "kees",
        "Kees Mulder",
        "Spare parts",
        "Benelux/Customer care/Eindhoven",
        "daan",
        language="nl",
        done=1,
        started_days_ago=10,
        due_in_days=25,
        status="leave",
    ),
    Member(
        "tom",
        "Tom Wouters",
        "Warehouse",
        "Benelux/Logistics",
        "marc",
        language="nl",
        done="passed",
        started_days_ago=100,
    ),
    Member(
        "ingrid",
        "Ingrid Smets",
        "Human resources",
        "Benelux/People",
        "marc",
        language="nl",
        done=6,
        started_days_ago=22,
        due_in_days=40,
    ),
    Member(
        "nora",
        "Nora Lind",
        "Social media hub",
        "Social media hub",
        "hugo",
        roles=("hub",),
        done="passed",
        started_days_ago=250,
    ),
    Member("omar", "Omar Haddad", "Finance", "Benelux/Finance", "marc", language="fr", done=0, due_in_days=21),
    Member("grace", "Grace Walker", "Field engineer", "UK/Field service", "helen", done="passed", started_days_ago=80),
    Member("liam", "Liam Murphy", "Field engineer", "UK/Field service", "helen", done=0, due_in_days=-20),
    Member("priya", "Priya Shah", "Planner", "UK/Field service", "helen", done=9, started_days_ago=28, due_in_days=5),
    Member(
        "nadia", "Nadia Benali", "Community manager", "Social media hub", "hugo", done="passed", started_days_ago=260
    ),
)


def load(session: Session, password: str, *, only_if_empty: bool) -> str:
    """Add the demo company; returns what happened. Raises `Conflict` when other people are there already."""
    if directory.find_by_email(session, f"alice@{DOMAIN}"):
        return "is there already"
    if session.scalar(select(func.count()).select_from(Person)):
        if only_if_empty:
            return "left out, there are people already"
        raise Conflict("There are people in this database already; the demo company needs an empty one.")
    course = catalog.get(session, "principles")
    secret = passwords.hashed(password)
    made = {member.key: _add(session, member, secret) for member in MEMBERS}
    for member in MEMBERS:
        made[member.key].manager_id = made[member.manager].id if member.manager else None
    session.flush()
    for member in sorted(MEMBERS, key=lambda member: -member.started_days_ago):
        _learn(session, member, made[member.key], course)
    for topic in topics.all(session):
        if topic.regulated:
            reviewers.add(session, made["lena"], made["dana"].id, topic=topic.key)
    since = {member.key: clock.now() - timedelta(days=member.started_days_ago) for member in MEMBERS}
    for key, (channel, name) in HANDLES.items():
        session.add(Handle(person_id=made[key].id, channel=channel, name=name, confirmed_at=since[key]))
    demo_speakers.load(session, made)
    demo_rules.load(session, made, course.id)
    rebuilding.rebuild(session)
    return f"added, {len(made)} people"


def people(session: Session) -> list[tuple[str, str, str]]:
    """Address, name and job of those who can sign in."""
    return directory.demo_people(session)


def _add(session: Session, member: Member, secret: str) -> Person:
    given_name, _, family_name = member.name.partition(" ")
    person = Person(
        employee_id=f"A{1001 + MEMBERS.index(member)}",
        email=f"{member.key}@{DOMAIN}",
        given_name=given_name,
        family_name=family_name,
        unit_id=accounts.unit(session, member.unit).id,
        tier=member.tier,
        job=member.job,
        country=member.country,
        language=member.language,
        time_zone="Europe/London" if member.unit.startswith("UK") else "Europe/Brussels",
        hire_date=date(2015, 3, 2) + timedelta(days=97 * MEMBERS.index(member)),
        status=member.status,
        password_hash=secret if member.signs_in else None,
    )
    session.add(person)
    session.flush()
    if member.status == "leave":
        began = _day_from_now(-AWAY_SINCE)
        session.add(Absence(person_id=person.id, from_on=began, source="import", noted_at=clock.now()))
    session.add_all(PersonRole(person_id=person.id, role=role) for role in member.roles)
    return person


def _learn(session: Session, member: Member, person: Person, course: CourseView) -> None:
    """Let somebody come as far as she is said to be, on the days on which she did it."""
    start = _morning(member.started_days_ago)
    if member.due_in_days is not None:
        with clock.frozen(min(start, _morning(30))):
            due_on = _day_from_now(member.due_in_days)
            enrollment.enroll(session, person.id, course.id, assigned_by=person.manager_id, due_on=due_on)
    if member.done == 0:
        return
    lessons = course.lessons if member.done == "passed" else course.lessons[: int(member.done)]
    for number, lesson in enumerate(lessons):
        with clock.frozen(start + timedelta(days=number // 2, minutes=11 * (number % 2))):
            progress.complete_lesson(session, person.id, course, lesson.slug)
    if member.done == "passed":
        with clock.frozen(start + timedelta(days=7)):
            guideline = guidelines.live(session)
            language = person.language if person.language in guideline.titles else "en"
            attestations.accept(session, person.id, guideline.version_id, language)
            _pass_quiz(session, person.id)


def _pass_quiz(session: Session, person_id: int) -> None:
    """Answer every question of the quiz rightly, as somebody at the page would."""
    attempt = attempts.start(session, person_id, "principles")
    for item in papers.items(session, attempt):
        attempts.save(session, attempt, item.position, item.kind.best(item.question), attempt.revision)
    closing.submit(session, attempt)


def _morning(days_ago: int) -> datetime:
    return datetime.combine(datetime.now(UTC).date() - timedelta(days=days_ago), time(8, 30), UTC)


def _day_from_now(days: int) -> date:
    return datetime.now(UTC).date() + timedelta(days=days)
