"""Changing the ladder: what is typed, what would change, what is kept, and who may do it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import ladder, vocabulary
from certificates.ladder import LevelView, Need
from certificates.level_models import DIMENSIONS
from certificates.levels import differences, editing, loading, prospects, revisions, typed, wording
from certificates.models import Certificate
from certificates.standing import Scope
from courses.authoring import shelf
from lms.base.audit import AuditEntry
from lms.base.db import Database
from lms.base.errors import Conflict
from lms.guidelines.models import GuidelineVersion
from lms.people.models import Person
from tests.make import Make
from tests.support.client import Client

CODES = {name: [code for code, _ in vocabulary.choices(name)] for name in DIMENSIONS}
Enter = Callable[[Person], Client]


@pytest.fixture
def admin(make: Make) -> Person:
    return make.person("Dana", "Maes", roles=["administrator"])


@pytest.fixture
def levels(make: Make) -> tuple[LevelView, ...]:
    found: tuple[LevelView, ...] = make.levels()
    return found


def level(session: Session, code: str = "L1") -> LevelView:
    return ladder.level(session, code)


def fields(entered: typed.TypedLevel) -> dict[str, list[str]]:
    """A typed level as the browser sends it."""
    sent = {name: [value] for name, value in entered.numbers.items()}
    sent |= {name: ["y"] for name in entered.flags}
    sent |= {"approver": list(entered.approvers), "scope": list(entered.scope)}
    for at, line in enumerate(entered.needs, 1):
        sent |= {f"need-{at}-what": [line.what], f"need-{at}-when": ["renewal" if line.renewal else "first"]}
        sent |= {f"need-{at}-tier": [line.tier], f"need-{at}-percent": [line.percent]}
        sent |= {f"need-{at}-months": [line.months]}
    for language, words in entered.texts.items():
        sent |= {f"{name}_{language}": [value] for name, value in words.items()}
    return sent


def test_the_form_gives_back_every_level_as_it_is(session: Session, levels: tuple[LevelView, ...]) -> None:
    named = wording.titles(session)
    for one in levels:
        entered = typed.of_fields(fields(typed.of_level(one)))
        assert typed.faults(entered, one.code, named, CODES) == []
        before, after = revisions.written(one), revisions.written(typed.level(one, entered))
        assert differences.between(before, after, named) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"valid_months": ["0"]}, "a whole number from 1 to 120"),
        ({"valid_months": ["two"]}, "a whole number from 1 to 120"),
        ({"name_en": [""]}, "is empty in English"),
        ({"may_nl": [" "]}, "or empty all of that language"),
        ({"name_en": ["x" * 61]}, "longer than 60 characters"),
        ({"scope": ["channel:fax"]}, "“channel:fax” cannot be given"),
        ({"scope": ["channel:own", "topic:results"]}, "cannot give topics that need approval"),
        ({"by_appointment": ["y"]}, "needs somebody who approves"),
        ({"need-1-what": [""]}, "Line 1: Choose what is asked for"),
        ({"need-1-percent": ["80"]}, "Line 1: Percent belong to a quiz"),
        ({"need-1-what": ["quiz:principles"], "need-1-percent": ["101"]}, "from 1 to 100"),
        ({"need-1-what": ["level:L1"]}, "a level cannot ask for itself"),
        ({"need-1-months": ["-1"]}, "from 1 to 120"),
        ({"need-2-what": ["course:principles"], "need-2-when": ["first"]}, "asked for twice"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_is_kept(
    session: Session, levels: tuple[LevelView, ...], change: Mapping[str, list[str]], said: str
) -> None:
    sent = fields(typed.of_level(level(session))) | dict(change)
    entered = typed.of_fields(sent)
    found = typed.faults(entered, "L1", wording.titles(session), CODES)
    assert said in " ".join(fault.sentence for fault in found)
    again = fields(entered)
    assert all(again[name] == [value[0].strip()] for name, value in change.items() if name in entered.numbers)


def test_lines_are_added_moved_and_taken_away(session: Session, levels: tuple[LevelView, ...]) -> None:
    entered = typed.of_level(level(session))
    assert [line.what for line in entered.needs] == ["course:principles", "course:refresher"]
    assert [line.what for line in typed.rearranged(entered, "up-2").needs] == ["course:refresher", "course:principles"]
    assert [line.what for line in typed.rearranged(entered, "remove-1").needs] == ["course:refresher"]
    assert len(typed.rearranged(entered, "add").needs) == 3
    assert typed.rearranged(entered, "remove-9") == entered


def test_a_saved_level_holds_at_once_with_its_history(
    session: Session, make: Make, levels: tuple[LevelView, ...], admin: Person
) -> None:
    before = level(session)
    wanted = replace(before, valid_months=18, needs=(*before.needs, Need("level", "L0")))
    saved = editing.save(session, wanted, before.revision, admin.id)
    assert (level(session).valid_months, saved.revision) == (18, before.revision + 1)
    newest, first = revisions.history(session, before.id)
    changes = differences.between(first.rules, newest.rules, wording.titles(session))
    assert [(one.name, one.before, one.after) for one in changes] == [
        ("valid_months", "24", "18"),
        ("needs", "", "Level “Attested”"),
    ]
    assert (newest.by, first.by) == ("Dana Maes", "")
    deed = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert deed is not None
    assert (deed.deed, deed.actor_id, deed.details["code"]) == ("changed a level", admin.id, "L1")
    loading.load(session)
    assert level(session).valid_months == 18


def test_who_comes_second_is_told_who_was_first(
    session: Session, levels: tuple[LevelView, ...], admin: Person, make: Make
) -> None:
    before, other = level(session), make.person("Erik", "Maes", roles=["administrator"])
    editing.save(session, replace(before, valid_months=18), before.revision, admin.id)
    with pytest.raises(Conflict, match="Dana Maes changed this level on"):
        editing.save(session, replace(before, valid_months=12), before.revision, other.id)
    assert level(session).valid_months == 18


def test_levels_cannot_ask_for_one_another_in_a_circle(
    session: Session, levels: tuple[LevelView, ...], admin: Person
) -> None:
    speaker = level(session, "L2")
    with pytest.raises(Conflict, match="in a circle"):
        editing.save(session, replace(speaker, needs=(Need("level", "L4"),)), speaker.revision, admin.id)


def test_an_endorsement_waits_until_it_is_put_to_use(
    session: Session, levels: tuple[LevelView, ...], admin: Person
) -> None:
    made = editing.create(session, {"en": "Regional press", "nl": "", "fr": ""}, admin.id)
    assert (made.code, made.kind, made.retired, made.rank) == ("regional-press", "endorsement", True, 16)
    with pytest.raises(Conflict, match="words"):
        editing.bring_back(session, made.code, admin.id)
    words = replace(made.texts["en"], allows="may", criteria="did", disclosure="says", may=("a",), never=("b",))
    wanted = replace(made, texts={"en": words}, scope=Scope.of([("channel", "press")]))
    editing.save(session, wanted, made.revision, admin.id)
    editing.bring_back(session, made.code, admin.id)
    assert not level(session, "regional-press").retired
    with pytest.raises(Conflict, match="already"):
        editing.create(session, {"en": "Regional  Press"}, admin.id)


def test_a_level_is_retired_when_nobody_has_it_and_nothing_asks_for_it(
    session: Session, make: Make, levels: tuple[LevelView, ...], admin: Person
) -> None:
    alice = make.person()
    make.certificate(alice)
    with pytest.raises(Conflict, match="1 person has this level"):
        editing.retire(session, "L1", admin.id)
    with pytest.raises(Conflict, match="asks for this level"):
        editing.retire(session, "L2", admin.id)
    editing.retire(session, "coach", admin.id)
    assert level(session, "coach").retired
    with pytest.raises(Conflict, match="retired already"):
        editing.retire(session, "coach", admin.id)


def test_a_course_that_a_level_asks_for_cannot_be_retired(
    session: Session, make: Make, levels: tuple[LevelView, ...], admin: Person
) -> None:
    needed, free = make.course(slug="crisis-volunteer"), make.course(slug="poetry")
    with pytest.raises(Conflict, match="Crisis volunteer"):
        shelf.retire(session, needed.id, admin.id)
    shelf.retire(session, free.id, admin.id)
    assert free.retired_at is not None


def test_what_would_change_is_counted_in_one_statement_for_any_number_of_people(
    session: Session, make: Make, levels: tuple[LevelView, ...], statements: list[str]
) -> None:
    before = level(session)
    course = make.course(slug="helping-customers")
    wanted = replace(before, needs=(Need("course", "helping-customers", course_id=course.id),), renew_days=30)
    holder = make.person()
    make.certificate(holder)
    version = session.scalars(select(GuidelineVersion)).one()

    def count() -> tuple[prospects.Prospect, int]:
        session.flush()
        statements.clear()
        return prospects.prospect(session, before, wanted), len(statements)

    _, with_few = count()
    for place in range(12):
        person = make.person(status="left" if place == 0 else "active")
        make.enrollment(person, course, completed=True)
        if place < 8:
            make.attestation(person, version)
    found, with_many = count()
    assert (found.holders, found.newly, found.no_longer, found.renewing) == (1, 7, 0, 1)
    assert with_few == with_many


def test_a_certificate_keeps_the_rules_it_was_awarded_with(
    session: Session, make: Make, levels: tuple[LevelView, ...], admin: Person
) -> None:
    made = make.certificate(make.person())
    kept = (made.content_sha256, made.valid_until, made.content["level"]["texts"]["en"]["name"])
    before = level(session)
    words = {"en": replace(before.texts["en"], name="Friend")}
    editing.save(session, replace(before, texts=words, valid_months=1), before.revision, admin.id)
    session.expire_all()
    again = session.get_one(Certificate, made.id)
    assert (again.content_sha256, again.valid_until, again.content["level"]["texts"]["en"]["name"]) == kept


def test_what_runs_uses_the_rules_as_it_read_them(database: Database) -> None:
    """An administrator saves while somebody is being awarded: on SQLite one waits, on PostgreSQL both go on."""
    with database.transaction() as setting_up:
        Make(setting_up).levels()
        admin_id = Make(setting_up).person(roles=["administrator"]).id
        alice_id = Make(setting_up).person().id
    with database.session(writes=False) as running:
        read = level(running)
        with database.transaction() as editing_now:
            before = level(editing_now)
            words = {"en": replace(before.texts["en"], name="Friend")}
            editing.save(editing_now, replace(before, texts=words, valid_months=1), before.revision, admin_id)
        assert (read.valid_months, read.texts["en"].name) == (24, "Ambassador")
    with database.transaction() as awarding:
        made = Make(awarding).certificate(awarding.get_one(Person, alice_id))
        assert made.content["level"]["texts"]["en"]["name"] == "Friend"


def test_a_change_is_looked_at_and_then_saved(
    session: Session, make: Make, levels: tuple[LevelView, ...], admin: Person, client_for: Enter
) -> None:
    client, address = client_for(admin), "/admin/levels/L1/edit"
    entered = typed.of_fields(fields(typed.of_level(level(session))) | {"valid_months": ["18"]})
    sent = fields(entered) | {"revision": [str(level(session).revision)]}
    looked = client.submit(address, sent | {"do": ["look"]})
    assert looked.status_code == 200
    assert "What would change" in looked.text
    unseen = client.submit(address, sent | {"do": ["save"], "looked": ["another"]})
    assert "Save these changes" in unseen.text
    saved = client.submit(address, sent | {"do": ["save"], "looked": [entered.mark]})
    assert saved.status_code == 303
    assert client.get("/admin/levels/L1/history").status_code == 200
    late = client.submit(address, sent | {"valid_months": ["19"], "do": ["look"]})
    mark = typed.of_fields(sent | {"valid_months": ["19"]}).mark
    assert late.status_code == 200
    late = client.submit(address, sent | {"valid_months": ["19"], "do": ["save"], "looked": [mark]})
    assert late.status_code == 409
    assert "changed this level on" in late.text
    assert 'value="19"' in late.text
    wrong = client.submit(address, sent | {"valid_months": ["x"], "do": ["look"]})
    assert wrong.status_code == 422
    assert 'value="x"' in wrong.text


def test_the_hub_reads_and_others_do_not(
    session: Session, make: Make, levels: tuple[LevelView, ...], client_for: Enter
) -> None:
    hub, alice = make.person(roles=["hub"]), make.person()
    assert [client_for(hub).get(f"/admin/levels{tail}").status_code for tail in ("", "/L2", "/L2/edit", "/new")] == [
        *(200, 200, 403, 403)
    ]
    assert client_for(alice).get("/admin/levels").status_code == 403
    page = client_for(hub).get("/admin/levels").text
    assert "Not open yet: course “helping-customers” is being written" in page.replace("; ", " ").replace(
        "course “confidential-and-compliant” is being written ", ""
    )
