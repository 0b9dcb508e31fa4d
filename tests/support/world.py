"""The shipped curriculum and the demo company, for tests that walk over all pages."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.models import Authorization, Certificate
from certificates.papers import asking
from certificates.papers.asking import Choice
from certificates.papers.models import PaperBatch
from courses import catalog
from courses.enrollment_models import Enrollment
from courses.media.models import Media, MediaItem
from courses.models import Course
from lms import content, demo
from lms.assignments.models import AssignmentRule
from lms.base import clock
from lms.base.files import FileStore
from lms.guidelines import drafting
from lms.people.imports import running
from lms.people.imports.columns import USUAL
from lms.people.imports.models import PeopleImport
from lms.people.models import Person, PersonRole
from lms.staff import uploads
from quizzes import attempts, closing, definitions
from quizzes.attempt_models import Attempt, PaperItem
from quizzes.marking import appeals
from quizzes.marking.models import Appeal, MarkingTask
from quizzes.practice.models import PracticeCard
from quizzes.question_models import Question
from quizzes.regrading import runs as regrading
from quizzes.regrading.models import Regrade
from tests.make import PASSWORD, Make
from tests.support.client import Client


@dataclass(frozen=True)
class Visitor:
    """A kind of person at the door: by key, nobody for `anonymous`."""

    kind: str
    person_id: int | None
    roles: frozenset[str]
    is_manager: bool


@dataclass(frozen=True)
class Address:
    """An example of a route, and who may see it beside what its audience says: `owner` is the only one, if named."""

    endpoint: str
    values: dict[str, str | int]
    owners: frozenset[str] | None = None
    status: int = 200


RECORDS = ("records.record", "records.file")
KEEPERS_OF_EVIDENCE = frozenset({"auditor", "administrator", "hub", "holder"})
KINDS = {
    "learner": "",
    "alice": "alice@acme.example",
    "bob": "bob@acme.example",
    "author": "",
    "administrator": "dana@acme.example",
    "hub": "hugo@acme.example",
    "legal": "lena@acme.example",
    "auditor": "",
    "executive": "eva@acme.example",
    "holder": "ana@acme.example",
    "coach": "chloe@acme.example",
}
"""Kinds of people, with who of the demo company is one; the others are made."""


def fill(app: Flask) -> None:
    """Load what is shipped and the demo company, and a learner with an open attempt."""
    database = app.extensions["database"]
    with app.app_context():
        with database.transaction() as session:
            list(content.load_shipped(session, app.extensions["files"]))
        with database.transaction() as session:
            demo.load(session, PASSWORD, only_if_empty=False)
        with database.transaction() as session:
            _add_missing_kinds(session)
            _add_marking(session)
            _add_practice(session)
            _add_guideline_draft(session)
            _add_papers(session)
            _add_files_of_people(session, app.extensions["files"])


def _add_missing_kinds(session: Session) -> None:
    make = Make(session)
    for kind in ("author", "auditor"):
        make.person(kind.capitalize(), email=f"{kind}@acme.example", employee_id=kind, roles=[kind])
    learner = make.person("Learner", email="learner@acme.example", employee_id="learner")
    course = catalog.get(session, "principles")
    enrollment = make.enrollment(learner, session.get_one(Course, course.id), done=len(course.lessons))
    assert enrollment.id
    attempts.start(session, learner.id, "principles")
    author = session.scalars(select(Person).where(Person.email == "dana@acme.example")).one()
    regrading.ask(session, "principles", _question_key(session), "void", "Two answers can be defended.", author.id)


def _add_marking(session: Session) -> None:
    """An answer that two markers see differently, taken by the hub; a result that may be appealed, and an appeal."""
    make = Make(session)
    course = session.get_one(Course, catalog.get(session, "principles").id)

    def begin(person: Person) -> Attempt:
        make.enrollment(person, course, done=99)
        return attempts.start(session, person.id, "principles")

    waiting = begin(make.person("Waiting", email="waiting@acme.example", employee_id="waiting"))
    waiting.state, waiting.submitted_at = "submitted", clock.now()
    item_id = session.scalars(select(PaperItem.id).where(PaperItem.attempt_id == waiting.id).limit(1)).one()
    for slot, credit in ((1, 0), (2, 100)):
        name = f"coach{slot}"
        coach = make.person("Coach", email=f"{name}@acme.example", employee_id=name, roles=["coach"])
        done = {"marker_id": coach.id, "done_at": clock.now(), "credit": credit, "comment": "Why."}
        session.add(MarkingTask(item_id=item_id, slot=slot, made_at=clock.now(), due_at=clock.now(), **done))
    hub = session.scalars(select(Person.id).where(Person.email == "hugo@acme.example")).one()
    taken = {"marker_id": hub, "claimed_at": clock.now()}
    session.add(MarkingTask(item_id=item_id, slot=3, made_at=clock.now(), due_at=clock.now(), **taken))
    author = session.scalars(select(Person).where(Person.email == "author@acme.example")).one()
    closing.submit(session, begin(author))
    appellant = make.person("Appellant", email="appellant@acme.example", employee_id="appellant")
    failed = closing.submit(session, begin(appellant))
    appeals.make(session, appellant.id, failed.id, "My machine broke down in the middle.", 1)


def _add_practice(session: Session) -> None:
    """A question that the holder of a certificate once missed, due today."""
    holder = session.scalars(select(Person.id).where(Person.email == KINDS["holder"])).one()
    due_on = clock.today("Europe/Brussels")
    session.add(PracticeCard(person_id=holder, question_id=_question_number(session), due_on=due_on))


def _add_papers(session: Session) -> None:
    """A file of certificates that the hub asked for and nobody has drawn yet."""
    hub = session.scalars(select(Person.id).where(Person.email == KINDS["hub"])).one()
    asking.ask(session, Choice(level="L1"), by_id=hub, language="en")


def _add_files_of_people(session: Session, files: FileStore) -> None:
    """A file of people at each step: to be matched, to be checked, refused and applied. None changes anybody."""
    header = ",".join(USUAL)
    alice = session.scalars(select(Person).where(Person.email == "alice@acme.example")).one()
    good, wrong = (f"{header}\nW1,w1@acme.example,Wim,,Benelux,{boss},staff,,en,,active\n" for boss in ("", "nobody"))
    by_id = session.scalars(select(Person.id).where(Person.email == KINDS["administrator"])).one()
    for rows in (good, wrong):
        running.bring(session, files, rows.encode(), "people.csv", source="upload", by_id=by_id)
    nothing = f"{header}\nW2,w2@acme.example,Wies,,Benelux,{alice.employee_id},staff,,en,,left\n"
    running.bring_and_apply(session, files, nothing.encode(), "people.csv", source="upload", by_id=by_id)
    with NamedTemporaryFile() as file:
        file.write(good.encode())
        file.flush()
        uploads.receive(session, files, Path(file.name), "people.csv", "keep", by_id=by_id)


def _file_of_people(session: Session, state: str) -> str:
    return session.scalars(select(PeopleImport.uid).where(PeopleImport.state == state)).first() or ""


def _paper_batch(session: Session) -> str:
    return session.scalars(select(PaperBatch.uid)).first() or ""


def _add_guideline_draft(session: Session) -> None:
    """A draft of the guideline in which a clause was left out."""
    author = session.scalars(select(Person.id).where(Person.email == "author@acme.example")).one()
    drafting.open_draft(session, "how-we-speak", author)
    drafting.remove_clause(session, "how-we-speak", author, "D12")


def visitors(session: Session) -> dict[str, Visitor]:
    """One of every kind, and nobody."""
    found = {"anonymous": Visitor("anonymous", None, frozenset(), False)}
    for kind, email in KINDS.items():
        person = session.scalars(select(Person).where(Person.email == (email or f"{kind}@acme.example"))).one()
        leads = session.scalar(
            select(Person.id).where(Person.manager_id == person.id, Person.status != "left").limit(1)
        )
        roles = frozenset(session.scalars(select(PersonRole.role).where(PersonRole.person_id == person.id)))
        found[kind] = Visitor(kind, person.id, roles, leads is not None)
    return found


def addresses(session: Session) -> list[Address]:
    """An example, or several, of every route that can be read."""
    course, lesson = "principles", catalog.get(session, "principles").lessons[0].slug
    people = {
        email: (number, uid) for email, number, uid in session.execute(select(Person.email, Person.id, Person.uid))
    }
    media = session.scalars(select(Media).order_by(Media.id)).first()
    assert media
    certificate = session.scalars(
        select(Certificate.uid).where(Certificate.person_id == people["ana@acme.example"][0])
    ).first()
    assert certificate
    one_course: dict[str, str | int] = {"slug": course}
    one_lesson = one_course | {"lesson": lesson}
    open_attempt = _attempt(session, people["learner@acme.example"][0])
    marked_attempt = _attempt(session, people["ana@acme.example"][0])
    alice: dict[str, str | int] = {"branch": people["alice@acme.example"][1]}
    own_course: dict[str, str | int] = {"uid": _enrollment(session, people["alice@acme.example"][0])}
    keepers = frozenset({"auditor", "administrator", "hub", "legal", "holder"})
    markers = frozenset({"hub", "administrator", "coach"})
    above_alice = frozenset({"bob", "executive"})
    above_ana = above_alice | {"hub", "legal", "administrator", "auditor"}
    return [
        Address("home.start", {}, status=302),
        Address("home.learning", {}),
        Address("people.login", {}),
        Address("people.confirm_logout", {}),
        Address("guidelines.guideline", {"slug": "how-we-speak"}),
        Address("guidelines.guideline", {"slug": "how-we-speak", "version": 2}),
        Address("guidelines.print", {"slug": "how-we-speak"}),
        Address("guidelines.one_page", {"slug": "how-we-speak"}),
        Address("guidelines.accepted", {"slug": "how-we-speak", "attestation_id": 2147483647}, frozenset()),
        Address("guideline_studio.guidelines", {}),
        Address("guideline_studio.guideline", {"slug": "how-we-speak"}),
        Address("guideline_studio.preview", {"slug": "how-we-speak", "tier": "manager"}),
        Address("guideline_studio.compare", {"slug": "how-we-speak", "old": 2, "new": 3}),
        *(Address(f"guideline_studio.{name}", {"slug": "how-we-speak"}) for name in ("head", "publishing")),
        Address("guideline_studio.clause", {"slug": "how-we-speak", "code": "D2"}),
        Address("guideline_studio.new_clause", {"slug": "how-we-speak", "kind": "duty"}),
        Address("clause_map.page", {}),
        Address("courses.catalog", {}),
        Address("courses.course", one_course),
        Address("courses.lesson", one_lesson),
        Address("courses.catalog", {"q": "post"}),
        Address("courses.path", {"slug": "staff"}),
        Address("courses.path", {"slug": "nothing"}, frozenset()),
        Address("courses.course", {"slug": "nothing"}, frozenset()),
        Address("sources.page", {}),
        Address("media.file", {"digest": media.sha256, "name": media.name}),
        Address("quizzes.quiz", {"slug": "principles"}),
        Address("quizzes.attempt", {"attempt_id": open_attempt}, frozenset({"learner"})),
        Address("quizzes.overview", {"attempt_id": open_attempt}, frozenset({"learner"})),
        Address("quizzes.attempt", {"attempt_id": marked_attempt}, frozenset({"holder"})),
        Address("quizzes.attempt", {"attempt_id": 2147483647}, frozenset()),
        Address("practice.start", one_course),
        Address("practice.question", one_course | {"number": _card(session)}, frozenset({"holder"})),
        Address("practice.question", one_course | {"number": 2147483647}, frozenset()),
        Address("certificates.mine", {}),
        Address("handles.mine", {}),
        Address("handles.desk", {}),
        Address("handles.new_branded", {}),
        Address("handles.one_branded", {"number": 2147483647}, frozenset()),
        Address("bench.bench", {}),
        Address("bench.table", {}),
        Address("bench.colleagues", {"topic": "published"}),
        Address("register_list.listed", {}),
        Address("register_list.signed", {}),
        Address("way.level", {"code": "L1"}),
        Address("way.level", {"code": "nothing"}, frozenset()),
        Address("way.portfolio", {}),
        Address("way.waiting", {}),
        Address("certificates.pdf", {"uid": certificate}, frozenset({"holder"})),
        Address("certificates.verify", {"uid": certificate}),
        Address("certificates.verify", {"uid": "0" * 32}, frozenset()),
        Address("certificates.verify_number", {}),
        Address("credentials.key_set", {}),
        Address("credentials.profile", {}),
        Address("credentials.one_key", {"thumbprint": "none"}, frozenset()),
        Address("credentials.revocation_list", {}),
        Address("credentials.status_list", {"number": 1}),
        Address("credentials.status_list", {"number": 1, "purpose": "suspension"}),
        Address("credentials.credential", {"uid": certificate}),
        Address("credentials.credential", {"uid": "0" * 32}, frozenset()),
        Address("credentials.token", {"uid": certificate}),
        Address("credentials.picture", {"uid": certificate, "kind": "png"}),
        Address("credentials.ask_check", {}),
        Address("credentials.linkedin", {"uid": certificate}, frozenset({"holder"})),
        Address("certificates.badge", {"uid": certificate}),
        Address("corrections.correct", {"uid": certificate}),
        Address("papers.choose", {}),
        Address("papers.choose", {"level": "L1", "first": "2020-01-01"}),
        Address("papers.batch", {"uid": _paper_batch(session)}),
        Address("papers.file", {"uid": _paper_batch(session)}, frozenset()),
        Address("certificates.speakers", {}),
        Address("certificates.check", {"handle": "@nobody", "channel": "linkedin", "topic": "published"}),
        Address("certificates.check", {"handle": "ana.peeters", "topic": "results", "country": "be", "deed": "reply"}),
        Address("periods.may_i_post", {}),
        Address("periods.may_i_post", {"topic": "results", "channel": "linkedin", "on": "2026-11-20"}),
        Address("periods.may_i_post", {"who": "a", "on": "", "deed": "reply"}),
        Address("periods.may_i_post", {"voice": "eva", "topic": "products", "on": ""}),
        Address("periods.periods", {}),
        Address("periods.crisis", {}),
        *(Address(f"staff.{page}", {}) for page in ("everyone", "role_holders", "absent", "without_manager", "new")),
        Address("staff.everyone", {"words": "ali", "tier": "staff", "status": "all", "unit": "Benelux"}),
        Address("staff.everyone", {"after": people["bob@acme.example"][0], "role": "hub"}),
        Address("staff.find", {"words": "bo"}),
        Address("staff.person", {"uid": people["bob@acme.example"][1]}),
        Address("staff.person", {"uid": "0" * 32}, frozenset()),
        Address("staff.edit", {"uid": people["bob@acme.example"][1]}),
        Address("staff_imports.overview", {}),
        Address("staff_imports.match", {"uid": _file_of_people(session, "uploaded")}),
        Address("staff_imports.one", {"uid": _file_of_people(session, "checked")}),
        Address("staff_imports.one", {"uid": _file_of_people(session, "refused")}),
        Address("staff_imports.problems", {"uid": _file_of_people(session, "refused")}),
        Address("staff_imports.one", {"uid": _file_of_people(session, "applied")}),
        Address("staff_imports.confirm_undo", {"uid": _file_of_people(session, "applied")}),
        Address("reports.team", {}),
        Address("reports.team_csv", {}),
        *(Address(f"privacy.{name}", {}) for name in ("policy", "mine", "export", "rules", "all_looks")),
        Address("asof.start", {}),
        Address("asof.start", {"q": "ana", "on": "2026-01-05"}),
        Address("asof.person", {"uid": people["ana@acme.example"][1]}),
        Address("asof.person", {"uid": "0" * 32}, frozenset()),
        Address("asof.unit", {"path": "Benelux"}),
        Address("asof.unit", {"path": "Nowhere"}, frozenset()),
        Address("asof.pack", {"uid": people["ana@acme.example"][1]}, KEEPERS_OF_EVIDENCE),
        Address("compliance.figures", {}),
        Address("compliance.figures", {"unit": "Benelux", "by": "level", "country": "none"}),
        Address("compliance.people", {"population": "completed", "q": "a"}),
        Address("compliance.people", {"population": "nothing"}, frozenset()),
        Address("compliance.left", {}),
        Address("compliance.person", {"uid": people["ana@acme.example"][1]}),
        Address("compliance.all_months", {}),
        Address("compliance.month", {"month": "2020-01"}, frozenset()),
        Address("compliance.all_saved", {}),
        Address("compliance.all_exports", {}),
        Address("compliance.export", {"uid": "0" * 32}, frozenset()),
        Address("compliance.export_file", {"uid": "0" * 32}, frozenset()),
        Address("reports.branch", alice, above_alice),
        Address("reports.branch_csv", alice, above_alice),
        Address("reports.team_xlsx", {}),
        Address("reports.branch_xlsx", alice, above_alice),
        Address("acting.nudge", {}),
        Address("acting.nudge", {"who": alice["branch"]}, above_alice),
        Address("acting.assign", {}),
        Address("acting.assign", {"who": alice["branch"]}, above_alice),
        Address("acting.named", {}),
        Address("acting.named", {"q": "a"}),
        Address("authoring.studio", {}),
        Address("authoring.media_library", {}),
        Address("authoring.media_library", {"kind": "picture", "q": "post"}),
        Address("authoring.pick_media", {}),
        Address("authoring.media_item", {"uid": _library_item(session)}),
        Address("authoring.course", one_course),
        Address("authoring.paths", {}),
        Address("authoring.new_path", {}),
        Address("authoring.path", {"path": "staff"}),
        Address("authoring.new_course", {}),
        Address("authoring.settings", one_course),
        Address("authoring.confirm_discard", one_course),
        Address("authoring.module", one_course | {"module": catalog.get(session, course).modules[0].key}),
        Address("authoring.lesson", one_lesson),
        Address("authoring.lesson", one_lesson | {"lang": "nl", "beside": "en"}),
        Address("authoring.variants", one_lesson),
        Address("authoring.preview", one_lesson),
        Address("authoring.lesson_settings", one_lesson),
        Address("authoring.publishing", one_course),
        Address("authoring.version", one_course | {"number": 1}),
        Address("authoring.walk", one_course),
        Address("authoring.walk", one_course | {"who": "alice@acme.example", "width": "390"}),
        Address("authoring.walk_lesson", one_lesson | {"tier": "staff", "framed": "1"}),
        Address("review.waiting", {}, frozenset({"author", "administrator", "legal"})),
        Address("review.course", one_course, frozenset({"author", "administrator", "legal"})),
        Address("review.lesson", one_lesson, frozenset()),
        Address("review.reviewers", {}),
        Address("exercises.waiting", {}),
        Address("sessions.of_lesson", one_lesson, frozenset()),
        Address("sessions.one", {"uid": "0" * 32}, frozenset()),
        Address("sessions.file", {"uid": "0" * 32}, frozenset()),
        Address("sessions.attendance", {"uid": "0" * 32}, frozenset()),
        Address("sessions.attendance_csv", {"uid": "0" * 32}, frozenset()),
        Address("bank.questions", {}),
        Address("bank.questions", {"q": "post", "state": "drawn", "sort": "newest"}),
        Address("bank.question", {"number": _question_number(session)}),
        Address("bank.rules", one_course),
        *(Address(f"assignments.{name}", {}) for name in ("listed", "gaps", "new", "excepted")),
        *(Address(f"assignments.{name}", {"uid": _rule(session)}) for name in ("edit", "confirm_end")),
        Address("assignments.edit", {"uid": "nothing"}, frozenset()),
        Address("why.page", own_course, above_alice | {"alice", "hub", "administrator"}),
        *(Address(f"why.{name}", own_course, above_alice | {"hub", "administrator"}) for name in ("extend", "exempt")),
        Address("bank.review", {}, frozenset({"author", "administrator", "hub", "legal"})),
        Address("bank.proposal", {"number": 2147483647}, frozenset()),
        Address("quiz_authoring.of_course", {"course": "principles"}, status=302),
        Address("quiz_authoring.quiz", one_course),
        Address("quiz_authoring.new_question", one_course | {"kind": "sort"}),
        Address("quiz_authoring.question", one_course | {"key": _question_key(session)}),
        Address("regrading.new", one_course | {"key": _question_key(session)}),
        Address("regrading.of_quiz", one_course),
        Address("regrading.run", {"regrade_id": _regrade(session)}),
        Address("quiz_authoring.question_version", one_course | {"key": _question_key(session), "number": 1}),
        Address("quiz_authoring.exchange_page", one_course),
        Address("quiz_authoring.parcel", one_course),
        Address("quiz_authoring.try_quiz", one_course | {"seed": 7, "lang": "nl"}),
        Address("figures.quizzes", {}),
        Address("figures.quiz", one_course),
        Address("figures.quiz", one_course | {"attempts": "all", "sort": "facility"}),
        Address("figures.table", one_course),
        Address("figures.question", one_course | {"key": _question_key(session)}, status=302),
        Address("marking.waiting", {}),
        Address("marking.task", {"task_id": _newest(session, MarkingTask)}, markers),
        Address("marking.task", {"task_id": 2147483647}, frozenset()),
        Address("marking.appeals", {}),
        Address("marking.appeal", {"appeal_id": _newest(session, Appeal)}),
        Address(
            "appeals.appeal", {"attempt_id": _attempt(session, people["author@acme.example"][0])}, frozenset({"author"})
        ),
        Address("appeals.appeal", {"attempt_id": marked_attempt}, frozenset({"holder"}), 409),
        Address("quiz_coaching.retakes", {}),
        Address("quiz_coaching.everybody", {}),
        Address("quiz_coaching.mine", {}),
        Address("levels.levels", {}),
        Address("levels.new", {}),
        Address("levels.level", {"code": "L2"}),
        Address("levels.edit", {"code": "crisis"}),
        Address("levels.history", {"code": "L1"}),
        Address("entitlements.listed", {"show": "take_back"}),
        Address("entitlements.new", {"code": "L2"}),
        Address("permissions.everyone", {}),
        Address("permissions.everyone", {"words": "ana", "status": "active", "level": "L2"}),
        Address("permissions.one", {"uid": _permission(session)}, above_ana | {"holder"}),
        Address("permissions.ask", {"level": "L2"}),
        Address("speaker.person", {"uid": people["ana@acme.example"][1]}),
        Address("campaigns.everyone", {}),
        Address("campaigns.one", {"campaign_id": 2147483647}, frozenset()),
        Address("campaigns.changes", {"campaign_id": 2147483647}, frozenset()),
        Address("exchange.overview", {}),
        Address("api.openapi", {}),
        Address("api.may_speak", {"handle": "ana.moreau"}, status=401),
        Address("records.search", {}),
        Address("records.search", {"q": "ana"}),
        *(Address(name, {"uid": _attempt_uid(session, marked_attempt)}, keepers) for name in RECORDS),
        Address("reminders.messages", {}),
        Address("reminders.calendar", {}),
        Address("reminders.calendar_file", {"token": "nobodys"}, frozenset()),
        Address("reminders.quiet_file", {"token": "nobodys"}, frozenset()),
        Address("outbox.mails", {}),
        Address("outbox.mails", {"q": "ana", "state": "sent"}),
        Address("outbox.next_night", {}),
        Address("outbox.next_night", {"q": "alice@acme.example"}),
        Address("outbox.chat", {}),
        Address("operations.alive", {}),
        Address("operations.ready", {}),
    ]


def _rule(session: Session) -> str:
    return session.scalars(select(AssignmentRule.uid).order_by(AssignmentRule.id)).first() or ""


def _enrollment(session: Session, person_id: int) -> str:
    return session.scalars(select(Enrollment.uid).where(Enrollment.person_id == person_id)).first() or ""


def _attempt(session: Session, person_id: int) -> int:
    return (
        session.scalars(select(Attempt.id).where(Attempt.person_id == person_id).order_by(Attempt.id.desc())).first()
        or 0
    )


def _attempt_uid(session: Session, attempt_id: int) -> str:
    return session.get_one(Attempt, attempt_id).uid


def _permission(session: Session) -> str:
    """A permission of the holder of a certificate, that was decided about."""
    holder = select(Person.id).where(Person.email == KINDS["holder"])
    return (
        session.scalars(
            select(Authorization.uid)
            .where(Authorization.person_id == holder.scalar_subquery())
            .order_by(Authorization.id.desc())
        ).first()
        or ""
    )


def _newest(session: Session, table: type[MarkingTask] | type[Appeal]) -> int:
    return session.scalars(select(table.id).order_by(table.id.desc()).limit(1)).one()


def _question_key(session: Session) -> str:
    return session.get_one(Question, _question_number(session)).key


def _card(session: Session) -> int:
    return session.scalars(select(PracticeCard.question_id).order_by(PracticeCard.question_id)).first() or 0


def _question_number(session: Session) -> int:
    """A question of the quiz of the first course."""
    quiz = definitions.live(session, "principles")
    return session.scalars(select(Question.id).where(Question.quiz_id == quiz.id).order_by(Question.id)).first() or 0


def _regrade(session: Session) -> int:
    return session.scalars(select(Regrade.id).order_by(Regrade.id)).first() or 0


def _library_item(session: Session) -> str:
    return (
        session.scalars(select(MediaItem.uid).where(MediaItem.kind == "picture").order_by(MediaItem.id)).first() or ""
    )


def client_of(app: Flask, token: str | None) -> Client:
    """A client in which the holder of a sign-in token is signed in."""
    client = app.test_client()
    assert isinstance(client, Client)
    if token:
        client.enter_with(token)
    return client
