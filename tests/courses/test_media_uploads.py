"""Uploads over HTTP: in pieces and at once, cut off and gone on with, refused in time, with both storages."""

import io
import os
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from courses.media import holdings, uploads
from courses.media.models import Media, MediaItem, MediaUpload
from lms import worker
from lms.base import clock
from lms.people import signin
from lms.people.models import Person
from tests.conftest import client_of
from tests.make import Make
from tests.support import bucket, samples
from tests.support.client import Client

ClientFor = Callable[[Person], Client]
START = "/studio/media/uploads"


@pytest.fixture
def dana(make: Make) -> Person:
    return make.person("Dana", "Smit", roles=("author",))


@pytest.fixture
def author(client_for: ClientFor, dana: Person) -> Client:
    return client_for(dana)


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with bucket.running() as server:
        yield server


def headers(client: Client, **more: str) -> dict[str, str]:
    return {"X-CSRFToken": client.token(), "Accept": "application/json", **more}


def begin(client: Client, name: object = "film.mp4", size: object = 10) -> TestResponse:
    return client.post(START, json={"name": name, "size": size}, headers=headers(client))


def send(client: Client, uid: str, content: bytes, offset: object = 0, **more: object) -> TestResponse:
    told = headers(client, **{"Upload-Offset": str(offset), "Content-Type": "application/octet-stream"})
    return client.patch(f"{START}/{uid}", data=content, headers=told, **more)


def finish(client: Client, uid: str, **told: str) -> TestResponse:
    return client.post(f"{START}/{uid}/finish", json=told, headers=headers(client))


def whole(client: Client, content: bytes, name: str = "film.mp4", piece: int = 50_000, **told: str) -> TestResponse:
    uid = begin(client, name, len(content)).get_json()["uid"]
    for start in range(0, len(content), piece):
        assert send(client, uid, content[start : start + piece], start).status_code == 204
    return finish(client, uid, **told)


def lying(app: Flask) -> list[Path]:
    return sorted((app.extensions["settings"].instance / "uploads").glob("*"))


def test_a_file_comes_in_pieces_and_stands_in_the_library(app, author, session) -> None:
    content = samples.film(seconds=75, padding=180_000)
    answer = whole(author, content, "C:\\films\\A walk in Ghent.MP4")
    told = answer.get_json()
    assert answer.status_code == 201
    assert {name: told[name] for name in ("kind", "title", "name", "seconds", "alt")} == {
        "kind": "film",
        "title": "A walk in Ghent",
        "name": "a-walk-in-ghent.mp4",
        "seconds": 75,
        "alt": {},
    }
    assert author.get(told["address"]).data == content
    assert lying(app) == []
    assert session.scalar(select(func.count()).select_from(MediaUpload)) == 0
    assert author.get(told["page"]).status_code == 200


@pytest.mark.sqlite_only
def test_three_gigabytes_are_refused_before_anything_is_sent(app, author, session) -> None:
    for name, words in [
        ("film.mp4", "A film may have up to 500 MB."),
        ("x", "The largest that can be kept has 500 MB."),
    ]:
        refused = begin(author, name, 3_000_000_000)
        assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
        assert refused.get_json()["detail"] == f"This file has 3 GB. {words}"
    assert lying(app) == []
    assert session.scalar(select(func.count()).select_from(MediaUpload)) == 0


@pytest.mark.sqlite_only
def test_three_gigabytes_at_once_are_refused_without_being_read(author) -> None:
    class Endless(io.RawIOBase):
        def readinto(self, buffer: object) -> int:
            raise AssertionError("it was read")

    for address, length in [("/studio/media", 3_000_000_000), ("/studio/media", uploads.AT_ONCE + 200_000)]:
        refused = author.post(
            address,
            headers=headers(author),
            environ_overrides={
                "wsgi.input": Endless(),
                "CONTENT_LENGTH": str(length),
                "CONTENT_TYPE": "multipart/form-data; boundary=x",
            },
        )
        assert refused.status_code == 413
        assert "Up to 30.1 MB are taken at once." in refused.get_json()["detail"]
    uid = begin(author, size=3000).get_json()["uid"]
    refused = author.patch(
        f"{START}/{uid}",
        headers=headers(author, **{"Upload-Offset": "0"}),
        environ_overrides={"CONTENT_LENGTH": "3000000000", "wsgi.input": Endless()},
    )
    assert refused.status_code == 413


@pytest.mark.sqlite_only
def test_who_is_not_signed_in_cannot_send_more_than_a_form(anonymous) -> None:
    answer = anonymous.submit("/studio/media", {"file": (io.BytesIO(bytes(3_000_000)), "x.png")})
    assert answer.status_code == 413


@pytest.mark.sqlite_only
def test_a_disk_without_room_refuses_at_once_and_counts_what_is_still_coming(author, monkeypatch) -> None:
    class Disk:
        free = uploads.KEPT_FREE + 1_000_000

    monkeypatch.setattr(uploads.shutil, "disk_usage", lambda _: Disk)
    assert begin(author, size=600_000).status_code == 201
    refused = begin(author, size=600_000)
    assert "no room for this file" in refused.get_json()["detail"]
    assert begin(author, size=300_000).status_code == 201


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "told",
    [(None, 5), ("x.png", "5"), ("x.png", None), ("x.png", 0), ("x.png", -1), ("", 5), (" \u202e", 5), ("x", True)],
)
def test_an_announcement_that_makes_no_sense_is_refused(author, told) -> None:
    assert begin(author, *told).status_code == 422


def test_an_upload_cut_off_in_the_middle_goes_on_where_it_stopped(app, author, session) -> None:
    content = samples.film(padding=200_000)
    uid = begin(author, size=len(content)).get_json()["uid"]
    assert send(author, uid, content[:80_000]).headers["Upload-Offset"] == "80000"
    lost = send(author, uid, content[80_000:90_000], 80_000, environ_overrides={"CONTENT_LENGTH": "50000"})
    assert lost.status_code >= 400
    asked = author.head(f"{START}/{uid}")
    assert (asked.status_code, asked.headers["Upload-Offset"]) == (204, "80000")
    wrong = send(author, uid, content[90_000:], 90_000)
    assert (wrong.status_code, wrong.headers["Upload-Offset"]) == (409, "80000")
    assert finish(author, uid).status_code == 409
    assert send(author, uid, content[80_000:], 80_000).status_code == 204
    assert author.get(finish(author, uid).get_json()["address"]).data == content


@pytest.mark.sqlite_only
def test_bytes_that_the_disk_lost_are_asked_for_again(app, author) -> None:
    content = samples.film(padding=1000)
    uid = begin(author, size=len(content)).get_json()["uid"]
    send(author, uid, content[:900])
    os.truncate(uploads_folder(app) / uid, 300)
    assert author.head(f"{START}/{uid}").headers["Upload-Offset"] == "300"
    assert send(author, uid, content[300:], 300).status_code == 204
    assert author.get(finish(author, uid).get_json()["address"]).data == content


def uploads_folder(app: Flask) -> Path:
    return Path(app.extensions["settings"].instance / "uploads")


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("content", "offset", "status"),
    [(b"x" * 11, 0, 422), (b"", 0, 422), (b"x", "one", 422), (b"x", "-1", 422), (b"x", "", 422), (b"x", 5, 409)],
)
def test_a_piece_that_does_not_fit_is_refused(author, content, offset, status) -> None:
    uid = begin(author, size=10).get_json()["uid"]
    assert send(author, uid, content, offset).status_code == status
    assert author.head(f"{START}/{uid}").headers["Upload-Offset"] == "0"


@pytest.mark.sqlite_only
def test_what_is_not_taken_stops_after_the_first_piece(author) -> None:
    uid = begin(author, "film.mp4", 400_000_000).get_json()["uid"]
    refused = send(author, uid, b"PK\x03\x04" + bytes(1000))
    assert refused.status_code == 422
    assert refused.get_json()["detail"].startswith("This is a ZIP or Office file.")


def test_a_second_piece_at_the_same_moment_is_refused(app, author, session) -> None:
    uid = begin(author, size=10).get_json()["uid"]
    with app.app_context(), uploads.alone(uid):
        for answer in (
            send(author, uid, b"x"),
            finish(author, uid),
            author.delete(f"{START}/{uid}", headers=headers(author)),
        ):
            assert answer.status_code == 409
            assert "Wait for it" in answer.get_json()["detail"]


def test_two_who_finish_at_once_make_one_thing(app, author, client_for, dana, session) -> None:
    content = samples.picture(2500, 1500, "JPEG", quality=95)
    uid = begin(author, "x.jpg", len(content)).get_json()["uid"]
    send(author, uid, content)
    other = client_for(dana)
    answers: list[int] = []
    session.commit()
    clients = [author, other]
    tokens = [headers(client) for client in clients]
    for client in clients:
        client.database_session = None

    def run(client: Client, told: dict[str, str]) -> None:
        answers.append(client.post(f"{START}/{uid}/finish", json={}, headers=told).status_code)

    threads = [threading.Thread(target=run, args=pair) for pair in zip(clients, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers)[0] == 201
    assert sorted(answers)[1] in {404, 409}
    assert session.scalar(select(func.count()).select_from(MediaItem)) == 1


@pytest.mark.sqlite_only
def test_nobody_reaches_the_upload_of_somebody_else(author, make, client_for) -> None:
    tom, alice = client_for(make.person("Tom", roles=("author",))), client_for(make.person())
    uid = begin(author, size=10).get_json()["uid"]
    assert [send(tom, uid, b"x").status_code, tom.head(f"{START}/{uid}").status_code] == [404, 404]
    assert [finish(tom, uid).status_code, tom.delete(f"{START}/{uid}", headers=headers(tom)).status_code] == [404, 404]
    assert send(alice, uid, b"x").status_code == 403
    for odd in ("0" * 32, "..%2f..%2fsecret_key", "x"):
        assert send(author, odd, b"x").status_code == 404
    assert author.patch(f"{START}/{uid}", data=b"x", headers={"Upload-Offset": "0"}).status_code == 400


@pytest.mark.sqlite_only
def test_an_upload_is_given_up_and_its_bytes_go(app, author) -> None:
    uid = begin(author, size=10).get_json()["uid"]
    assert len(lying(app)) == 1
    assert author.delete(f"{START}/{uid}", headers=headers(author)).status_code == 204
    assert lying(app) == []
    assert author.head(f"{START}/{uid}").status_code == 404


def test_uploads_that_nobody_went_on_with_are_swept_at_night(app, author, session) -> None:
    with clock.frozen(clock.now() - timedelta(days=2)):
        begin(author, size=10)
    fresh = begin(author, size=10).get_json()["uid"]
    left = uploads_folder(app) / "form-left"
    left.write_bytes(b"x")
    os.utime(left, (0, 0))
    assert worker.nightly(app)["unfinished uploads removed"] == 1
    assert [path.name for path in lying(app)] == [fresh]
    assert worker.nightly(app)["unfinished uploads removed"] == 0


def test_a_plain_form_puts_a_file_into_the_library(app, author, session) -> None:
    fields = {"file": (io.BytesIO(samples.photo_with_place()), "../My photo.jpg")}
    done = author.submit("/studio/media", fields)
    assert done.status_code == 303
    assert "My photo" in author.get(done.location).text
    assert lying(app) == []
    (item,) = holdings.items(session)
    kept = author.get(item.address)
    assert b"SECRET" not in kept.data
    assert (item.width, item.height) == (800, 1200)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (samples.vast_png(), "30000 × 30000 dots"),
        (b"PK\x03\x04" + bytes(100), "ZIP or Office"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "contains &lt;script&gt;"),
        (b"", "empty"),
        (None, "Choose a file first."),
    ],
)
def test_a_plain_form_that_is_refused_says_what_would_be_right(app, author, content, words) -> None:
    refused = author.submit("/studio/media", {"file": (io.BytesIO(content), "x.png")} if content is not None else {})
    assert refused.status_code == 422
    assert words in refused.text
    assert lying(app) == []


def test_the_words_of_a_picture_are_typed_and_nothing_is_lost_when_they_are_too_long(author, session) -> None:
    page = whole(author, samples.picture(), "office.png").get_json()["page"]
    assert author.submit(page, {"title": "Our office", "en": "Two colleagues", "nl": "", "fr": ""}).status_code == 303
    shown = author.get(page).text
    assert 'value="Two colleagues"' in shown
    refused = author.submit(page, {"title": "", "en": "y" * 301, "nl": "Typed", "fr": ""})
    assert refused.status_code == 422
    assert 'value="Typed"' in refused.text
    assert "y" * 301 in refused.text
    assert author.get("/studio/media/pick?kind=picture&q=colleagues").get_json()[0]["alt"] == {"en": "Two colleagues"}


def test_a_file_is_replaced_and_the_old_address_keeps_working(author, session) -> None:
    old = whole(author, samples.picture(), "office.png").get_json()
    new = whole(author, samples.picture(700, 500), "office-2026.png", replaces=old["uid"]).get_json()
    assert (new["uid"], new["width"]) == (old["uid"], 700)
    assert author.get(old["address"]).status_code == 200
    other = author.submit(f"{old['page']}/replace", {"file": (io.BytesIO(samples.picture(90, 90)), "o.png")})
    assert other.status_code == 303
    refused = author.submit(f"{old['page']}/replace", {"file": (io.BytesIO(samples.film()), "o.mp4")})
    assert (refused.status_code, "another kind" in refused.text) == (422, True)
    assert "2 earlier files" in author.get(old["page"]).text
    assert author.submit(f"{old['page']}/follow").status_code == 303
    assert author.submit(f"{old['page']}/away").status_code == 303
    assert "Put away" in author.get(old["page"]).text
    assert author.get("/studio/media/pick").get_json() == []
    assert author.submit(f"{old['page']}/back").status_code == 303
    assert [one["uid"] for one in author.get("/studio/media/pick?kind=nonsense").get_json()] == [old["uid"]]


@pytest.mark.sqlite_only
def test_only_authors_see_the_library(author, client_for, make) -> None:
    alice = client_for(make.person())
    for address in ("/studio/media", "/studio/media/pick", "/studio/media/x"):
        assert alice.get(address).status_code == 403
    assert author.get("/studio/media/" + "0" * 32).status_code == 404


@pytest.mark.sqlite_only
def test_other_people_write_while_a_piece_is_coming(app, author, session, make) -> None:
    """On SQLite one writes at a time: a slow line must not stop everybody."""
    uid = begin(author, size=1000).get_json()["uid"]
    database = app.extensions["database"]
    written: list[str] = []

    class Slow(io.BytesIO):
        def readinto(self, buffer: Any) -> int:
            if not written:
                with database.transaction() as own:
                    own.add(Media(sha256="0" * 64, name="x", content_type="x/x", size=1, created_at=clock.now()))
                written.append("yes")
            return super().readinto(buffer)

    answer = author.patch(
        f"{START}/{uid}",
        headers=headers(author, **{"Upload-Offset": "0"}),
        environ_overrides={"CONTENT_LENGTH": "1000", "wsgi.input": Slow(samples.film()[:100] + bytes(900))},
    )
    assert (answer.status_code, written) == (204, ["yes"])


@pytest.fixture(params=["folder", "bucket"])
def kept(
    request: pytest.FixtureRequest, make_app: Callable[..., Flask], session: Session, dana: Person
) -> tuple[Client, str]:
    """A film of 3,000 bytes in the library, in a folder or in a bucket, and a client that may see it."""
    given = {}
    if request.param == "bucket":
        given = {"storage_url": bucket.new(request.getfixturevalue("s3")), "storage_key": "k", "storage_secret": "s"}
    app = make_app(**given)
    client = client_of(app, session)
    session.flush()
    client.enter_with(signin.start(session, dana.id, "tests").token)
    told = whole(client, samples.film(padding=3000 - len(samples.film())), "film.mp4").get_json()
    return client, told["address"]


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("asked", "status", "span"),
    [
        ("bytes=10-19", 206, (10, 20)),
        ("bytes=2990-", 206, (2990, 3000)),
        ("bytes=-5", 206, (2995, 3000)),
        ("bytes=2990-9999", 206, (2990, 3000)),
        ("bytes=0-0,5-9", 200, (0, 3000)),
        ("pages=1-2", 200, (0, 3000)),
        ("nonsense", 200, (0, 3000)),
        ("bytes=3000-", 416, None),
    ],
)
def test_parts_of_a_file_are_handed_out_from_both_storages(kept, asked, status, span) -> None:
    client, address = kept
    content = client.get(address).data
    answer = client.get(address, headers={"Range": asked})
    assert answer.status_code == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if span is None:
        assert answer.headers["Content-Range"] == "bytes */3000"
        return
    assert answer.data == content[slice(*span)]
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.content_length == span[1] - span[0]
    if status == 206:
        assert answer.headers["Content-Range"] == f"bytes {span[0]}-{span[1] - 1}/3000"


@pytest.mark.sqlite_only
def test_a_part_is_handed_out_only_of_the_file_that_was_meant(kept) -> None:
    client, address = kept
    whole_answer = client.get(address)
    etag = whole_answer.headers["ETag"]
    assert client.get(address, headers={"Range": "bytes=1-2", "If-Range": etag}).status_code == 206
    assert client.get(address, headers={"Range": "bytes=1-2", "If-Range": '"other"'}).status_code == 200
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    head = client.head(address)
    assert (head.status_code, head.content_length, head.data) == (200, 3000, b"")
    assert "immutable" in head.headers["Cache-Control"]
