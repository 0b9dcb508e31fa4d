"""Where files are kept: the same tests for a folder and for a bucket on a real local server."""

import hashlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lms.base.files import Bucket, FileStore, StorageUnavailable, store_of
from lms.base.settings import BadSetting, load
from tests.support import bucket

LONG = bytes(range(256)) * 60_000  # 15 MB: a bucket takes it in several parts


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with bucket.running() as server:
        yield server


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "folder":
        return FileStore(tmp_path / "files")
    return FileStore(Bucket(bucket.new(request.getfixturevalue("s3")), "a key", "a secret"))


def test_content_is_kept_once_under_its_hash(store, monkeypatch):
    written: list[str] = []
    write = store.place.write
    monkeypatch.setattr(store.place, "write", lambda key, path: (written.append(key), write(key, path)))
    digests = {store.put(b"the same") for _ in range(2)}
    assert digests == {hashlib.sha256(b"the same").hexdigest()}
    assert len(written) == 1
    assert store.read(digests.pop()) == b"the same"


def test_a_long_file_is_kept_from_the_disk_and_read_in_pieces(store, tmp_path):
    path = tmp_path / "film"
    path.write_bytes(LONG)
    digest = store.put_file(path)
    assert path.exists()
    assert (store.size(digest), store.exists(digest)) == (len(LONG), True)
    pieces = list(store.pieces(digest, 0, len(LONG)))
    assert b"".join(pieces) == LONG
    assert max(len(piece) for piece in pieces) < 4_000_000


@pytest.mark.parametrize(("start", "end"), [(0, 1), (5, 300_000), (len(LONG) - 1, len(LONG)), (7, 7)])
def test_a_part_is_read_from_any_place_on(store, start, end):
    assert b"".join(store.pieces(store.put(LONG), start, end)) == LONG[start:end]


def test_reading_may_stop_in_the_middle(store):
    pieces = store.pieces(store.put(LONG), 0, len(LONG))
    first = next(pieces)
    pieces.close()
    assert LONG.startswith(first)


def test_an_empty_file_is_a_file(store):
    digest = store.put(b"")
    assert (store.size(digest), store.read(digest), store.exists(digest)) == (0, b"", True)


def test_what_is_not_there_is_missing(store):
    assert not store.exists("0" * 64)
    for ask in (store.size, store.read):
        with pytest.raises(FileNotFoundError):
            ask("0" * 64)


def test_the_same_file_may_be_put_by_many_at_once(store):
    content = b"x" * 1_000_000
    threads = [threading.Thread(target=store.put, args=(content,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.read(hashlib.sha256(content).hexdigest()) == content


def test_a_file_that_could_not_be_written_is_not_there(store, tmp_path):
    with pytest.raises(FileNotFoundError):
        store.put_file(tmp_path / "nothing")
    assert not list(tmp_path.rglob("*"))


def test_checking_writes_and_says_where(store):
    assert store.probe().endswith("can be written")


def test_a_bucket_that_does_not_answer_is_told_in_a_sentence():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        store = FileStore(Bucket(f"s3://b/f?endpoint=http://127.0.0.1:{closed.getsockname()[1]}", "k", "s"))
        with pytest.raises(StorageUnavailable):
            store.probe()


def test_a_bucket_that_does_not_exist_is_told(s3):
    with pytest.raises(OSError):
        FileStore(Bucket(f"s3://nowhere?endpoint={s3}", "k", "s")).probe()


def settings_in(folder: Path, **given: str):
    return load({"LMS_INSTANCE": str(folder), **given})


def test_the_settings_decide_where(tmp_path, s3):
    assert store_of(settings_in(tmp_path)).put(b"one")
    assert list((tmp_path / "files").rglob("*"))
    given = {"LMS_STORAGE_URL": bucket.new(s3), "LMS_STORAGE_KEY": "k", "LMS_STORAGE_SECRET": "s"}
    other = store_of(settings_in(tmp_path, **given))
    assert other.read(other.put(b"two")) == b"two"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"LMS_STORAGE_URL": "ftp://x"}, "must begin with s3://"),
        ({"LMS_STORAGE_URL": "s3://"}, "must be such as"),
        ({"LMS_STORAGE_URL": "s3://b?place=x"}, "must be such as"),
        ({"LMS_STORAGE_URL": "s3://b?endpoint=minio:9000"}, "must begin with https://"),
        ({"LMS_STORAGE_URL": "s3://b", "LMS_STORAGE_KEY": "k"}, "belong together"),
    ],
)
def test_a_wrong_storage_setting_is_told(tmp_path, given, words):
    with pytest.raises(BadSetting, match=words):
        settings_in(tmp_path, **given)


def test_the_secret_may_come_from_a_file(tmp_path, s3):
    (tmp_path / "secret").write_text("s\n")
    settings = settings_in(
        tmp_path,
        LMS_STORAGE_URL=bucket.new(s3),
        LMS_STORAGE_KEY="k",
        LMS_STORAGE_SECRET_FILE=str(tmp_path / "secret"),
    )
    assert settings.storage_secret == "s"
