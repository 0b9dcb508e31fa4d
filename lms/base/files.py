"""Files kept by the system, named by the SHA-256 of what is in them: in a folder, or in a bucket that speaks S3."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from lms.base.settings import Settings

PIECE = 256 * 1024
"""Bytes that are read at once."""


class StorageUnavailable(OSError):
    """The bucket does not answer, or does not let us in."""


class Place(Protocol):
    """Where files lie, each under a key."""

    def has(self, key: str) -> bool:
        """Whether a file lies there."""

    def write(self, key: str, path: Path) -> None:
        """Put a whole file there at once: nobody ever sees half of it."""

    def size(self, key: str) -> int:
        """Its length in bytes. Raises `FileNotFoundError`."""

    def pieces(self, key: str, start: int, end: int) -> Iterator[bytes]:
        """What is in it from byte `start` up to before byte `end`, in pieces."""

    def remove(self, key: str) -> None:
        """Take a file away; one that is not there is no mistake."""

    def probe(self) -> str:
        """Write, and say in words where to. Raises `OSError`."""


class Folder:
    """A folder on this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: str) -> Path:
        """Where the file with this key lies, or would lie."""
        return self.folder / key

    def has(self, key: str) -> bool:
        """Whether a file lies there."""
        return self.path(key).exists()

    def write(self, key: str, path: Path) -> None:
        """Put a whole file there at once, on the disk for good when this returns."""
        target = self.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as copy, path.open("rb") as original:
                shutil.copyfileobj(original, copy, PIECE)
                copy.flush()
                os.fsync(copy.fileno())
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def size(self, key: str) -> int:
        """Its length in bytes. Raises `FileNotFoundError`."""
        return self.path(key).stat().st_size

    def pieces(self, key: str, start: int, end: int) -> Iterator[bytes]:
        """What is in it from byte `start` up to before byte `end`, in pieces."""
        with self.path(key).open("rb") as file:
            file.seek(start)
            while start < end and (piece := file.read(min(PIECE, end - start))):
                start += len(piece)
                yield piece

    def remove(self, key: str) -> None:
        """Take a file away; one that is not there is no mistake."""
        self.path(key).unlink(missing_ok=True)

    def probe(self) -> str:
        """Write, and say in words where to. Raises `OSError`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self.folder) as file:
            file.write(b"lms")
        return "the instance folder can be written"


class Bucket:
    """A bucket, or a part of one, on a server that speaks S3."""

    def __init__(self, url: str, key: str = "", secret: str = "") -> None:
        address = urlsplit(url)
        asked = {name: values[-1] for name, values in parse_qs(address.query).items()}
        self.name = f"{address.netloc}{address.path}"
        endpoint = asked.get("endpoint", "")
        options: dict[str, Any] = {"region": asked.get("region", "us-east-1")}
        if endpoint:
            options |= {"endpoint": endpoint, "virtual_hosted_style_request": False}
        if key:
            options |= {"access_key_id": key, "secret_access_key": secret}
        self.store = S3Store(
            address.netloc,
            prefix=address.path.strip("/") or None,
            client_options={"timeout": "60s", "connect_timeout": "5s", "allow_http": endpoint.startswith("http://")},
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
            **options,
        )

    def has(self, key: str) -> bool:
        """Whether a file lies there."""
        try:
            self.size(key)
        except FileNotFoundError:
            return False
        return True

    def write(self, key: str, path: Path) -> None:
        """Put a whole file there at once; a large one in several parts that become one at the end."""
        with _told():
            obstore.put(self.store, key, path)

    def size(self, key: str) -> int:
        """Its length in bytes. Raises `FileNotFoundError`."""
        with _told():
            return obstore.head(self.store, key)["size"]

    def pieces(self, key: str, start: int, end: int) -> Iterator[bytes]:
        """What is in it from byte `start` up to before byte `end`, in pieces."""
        if end <= start:
            return
        with _told():
            answer = obstore.get(self.store, key, options={"range": (start, end)})
            yield from (bytes(piece) for piece in answer.stream(min_chunk_size=PIECE))

    def remove(self, key: str) -> None:
        """Take a file away; one that is not there is no mistake."""
        with _told(), suppress(FileNotFoundError):
            obstore.delete(self.store, key)

    def probe(self) -> str:
        """Write, and say in words where to. Raises `OSError`."""
        with _told():
            obstore.put(self.store, "check", b"lms")
            obstore.delete(self.store, "check")
        return f"the bucket {self.name} can be written"


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong with a bucket comes out as an `OSError`, as it would with a disk."""
    try:
        yield
    except OSError:
        raise
    except BaseError as error:
        raise StorageUnavailable(str(error).splitlines()[0]) from error


class FileStore:
    """Files that are written once and never changed, each under the SHA-256 of what is in it."""

    def __init__(self, place: Path | Place) -> None:
        self.place: Place = Folder(place) if isinstance(place, Path) else place

    def put(self, content: bytes) -> str:
        """Keep the content and return its SHA-256, in hexadecimal. The same content is kept once."""
        digest = hashlib.sha256(content).hexdigest()
        if not self.exists(digest):
            with tempfile.NamedTemporaryFile(prefix="lms-") as file:
                file.write(content)
                file.flush()
                self.place.write(_key(digest), Path(file.name))
        return digest

    def put_file(self, path: Path) -> str:
        """Keep what is in a file, of any length, and return its SHA-256. The file itself is left where it is."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if not self.exists(digest):
            self.place.write(_key(digest), path)
        return digest

    def exists(self, digest: str) -> bool:
        """Whether this is kept."""
        return self.place.has(_key(digest))

    def size(self, digest: str) -> int:
        """How many bytes it has. Raises `FileNotFoundError`."""
        return self.place.size(_key(digest))

    def read(self, digest: str) -> bytes:
        """All that is in it, at once: for small files. Raises `FileNotFoundError`."""
        return b"".join(self.pieces(digest, 0, self.size(digest)))

    def pieces(self, digest: str, start: int, end: int) -> Iterator[bytes]:
        """What is in it from byte `start` up to before byte `end`, in pieces, never all of it in memory."""
        return self.place.pieces(_key(digest), start, end)

    def remove(self, digest: str) -> None:
        """Forget a file that nothing refers to any more: only for what is made to be fetched for a while."""
        self.place.remove(_key(digest))

    def probe(self) -> str:
        """Write, and say in words where to. Raises `OSError`."""
        return self.place.probe()


def store_of(settings: Settings) -> FileStore:
    """Where this installation keeps its files."""
    if settings.storage_url:
        return FileStore(Bucket(settings.storage_url, settings.storage_key, settings.storage_secret))
    return FileStore(settings.instance / "files")


def _key(digest: str) -> str:
    return f"{digest[:2]}/{digest}"
