"""The evidence pack: checked by its own script, offline, and what the script says when anything was touched."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import days
from courses.enrollment_models import Enrollment, EnrollmentChange
from lms.base import clock
from lms.guidelines.models import GuidelineVersion
from lms.people.models import Person
from lms.reports.evidence import packing, verify
from quizzes import closing
from tests.make import Make
from tests.support.client import Client


@pytest.fixture
def ana(session: Session, make: Make) -> Person:
    """Ana did the lessons, passed the quiz, accepted the guideline, and Otto paused what she was given."""
    ana = make.person("Ana", "Peeters", email="ana@acme.example", employee_id="E77")
    closing.submit(session, make.answer(make.attempt(ana, make.quiz())))
    version = session.scalars(select(GuidelineVersion)).one()
    make.attestation(ana, version)
    make.status(make.certificate(ana), "suspended")
    session.flush()
    return ana


@pytest.fixture
def pack(app: Flask, session: Session, ana: Person) -> bytes:
    with app.app_context():
        return packing.pack(session, ana, days.today(), by_id=ana.id, own=True)


def checked(tmp_path: Path, data: bytes, *more: str) -> tuple[int, str]:
    """What the script of the pack itself says, run apart from everything else."""
    script, pack = tmp_path / "verify.py", tmp_path / "evidence.zip"
    if not script.exists():
        script.write_bytes(zipfile.ZipFile(io.BytesIO(data)).read("verify.py"))
    pack.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(pack), *more], capture_output=True, text=True, check=False
    )
    assert not done.stderr
    return done.returncode, done.stdout


@pytest.mark.sqlite_only
def test_the_pack_proves_itself_offline(pack: bytes, tmp_path: Path) -> None:
    code, said = checked(tmp_path, pack)
    assert (code, said.splitlines()[0].startswith("Whole and signed:")) == (0, True)
    files = zipfile.ZipFile(io.BytesIO(pack))
    key = next(one for one in json.loads(files.read("keys.json"))["keys"] if one["kty"] == "RSA")
    assert checked(tmp_path, pack, "--key", verify.thumbprint(key))[0] == 0
    code, said = checked(tmp_path, pack, "--key", "somebody-elses")
    assert (code, "another key" in said) == (1, True)


def test_all_that_was_learned_and_decided_is_in_it(pack: bytes) -> None:
    files = {
        name: zipfile.ZipFile(io.BytesIO(pack)).read(name) for name in zipfile.ZipFile(io.BytesIO(pack)).namelist()
    }
    assert len([name for name in files if name.startswith("lessons/")]) == 3
    [attempt] = [json.loads(data) for name, data in files.items() if name.startswith("attempts/")]
    assert len(attempt["questions"]) == 10
    assert attempt["responses"][0]["answered_at"]
    [accepted] = json.loads(files["acceptances.json"])
    assert verify.sha256(files[accepted["file"]]) == accepted["text_sha256"]
    happened = [json.loads(line)["what"] for line in files["history.jsonl"].splitlines()]
    assert {"enrolled", "completed a lesson", "completed a course", "accepted a guideline"} <= set(happened)
    assert {"permission: active", "permission: suspended", "certificate issued"} <= set(happened)
    assert json.loads(files["standing.json"])["permissions"][0]["standing"] == "paused"


@pytest.mark.sqlite_only
def test_others_are_named_only_where_they_decided(app: Flask, session: Session, make: Make, ana: Person) -> None:
    boss = make.person("Zoltan", "Quassebarth", email="zoltan@acme.example")
    decider = make.person("Dana", "Vermeulen", email="dana@acme.example")
    ana.manager_id = boss.id
    taken = session.scalars(select(Enrollment).where(Enrollment.person_id == ana.id)).one()
    session.add(EnrollmentChange(enrollment_id=taken.id, at=clock.now(), kind="extended", by_id=decider.id))
    session.flush()
    with app.app_context():
        pack = packing.pack(session, ana, days.today(), by_id=boss.id, own=False)
    assert (b"Quassebarth" in pack, b"Vermeulen" in pack, list(verify.problems(pack))) == (False, True, [])


@pytest.mark.sqlite_only
def test_any_byte_that_was_touched_is_noticed(pack: bytes) -> None:
    places = range(0, len(pack), max(1, len(pack) // 150))
    unseen = [place for place in places if not list(verify.problems(_touched(pack, place)))]
    assert unseen == []
    assert list(verify.problems(pack[:-1]))
    assert list(verify.problems(b"nothing"))


def _touched(pack: bytes, place: int) -> bytes:
    return pack[:place] + bytes([pack[place] ^ 1]) + pack[place + 1 :]


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("standing.json", b"paused", b"active", "standing.json was changed."),
        ("history.jsonl", b"suspended", b"activated", "entry"),
        ("manifest.json", b"Ana", b"Eva", "The signature is for another manifest."),
        ("attempts.json", None, None, "attempts.json is missing."),
        ("more.txt", b"", b"x", "more.txt was added"),
    ],
)
def test_it_says_what_is_wrong(
    pack: bytes, tmp_path: Path, name: str, old: bytes | None, new: bytes | None, said: str
) -> None:
    archive = zipfile.ZipFile(io.BytesIO(pack))
    files = {one: archive.read(one) for one in archive.namelist()}
    if old is None or new is None:
        del files[name]
    else:
        files[name] = files.get(name, b"").replace(old, new, 1) if name in files else new
    code, words = checked(tmp_path, verify.packed(files))
    assert (code, said in words) == (1, True), words


@pytest.mark.sqlite_only
def test_one_forged_with_another_key_is_not_of_this_house(pack: bytes, tmp_path: Path) -> None:
    """Whoever signs anew with a key of her own can be told by the thumbprint."""
    archive = zipfile.ZipFile(io.BytesIO(pack))
    files = {one: archive.read(one) for one in archive.namelist()}
    files["manifest.jws"] = files["manifest.jws"][:-8] + b"AAAAAAAA"
    code, words = checked(tmp_path, verify.packed(files))
    assert (code, "The signature does not hold." in words) == (1, True)


@pytest.mark.sqlite_only
def test_who_may_take_it(ana: Person, make: Make, client_for: Callable[[Person], Client]) -> None:
    address = f"/evidence/{ana.uid}.zip"
    own = client_for(ana).get(address)
    assert (own.status_code, own.mimetype) == (200, "application/zip")
    assert list(verify.problems(own.data)) == []
    for role, status in (("auditor", 200), ("hub", 200), ("administrator", 200), ("board", 404), ("coach", 404)):
        person = make.person(role, email=f"{role}@acme.example", roles=[role])
        assert client_for(person).get(address).status_code == status
    assert client_for(ana).get(f"{address}?on=2026-13-01").status_code == 422


def test_a_pack_of_a_past_day_knows_nothing_of_later(app: Flask, session: Session, ana: Person) -> None:
    with app.app_context():
        data = packing.pack(session, ana, days.today() - timedelta(days=2), by_id=ana.id, own=False)
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert json.loads(archive.read("lessons.json")) == json.loads(archive.read("attempts.json")) == []
    assert archive.read("history.jsonl") == b""
    assert list(verify.problems(data)) == []
