"""Style sheets, scripts and fonts: served beside the application, compressed once, kept by browsers for a year."""

import gzip
import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

import brotli
from whitenoise import WhiteNoise

from lms.base.web import HEADERS

SOURCE = Path(__file__).resolve().parent.parent / "static"
COMPRESSED = {".css", ".js", ".svg", ".txt", ".html"}


def prepare(instance: Path) -> tuple[Path, str]:
    """A folder with the static files and their compressed forms, and the name of this edition.

    The name changes when a byte of any file does; it stands in every address, so that browsers may keep the rest.
    """
    files = sorted(path for path in SOURCE.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(SOURCE).as_posix().encode() + b"\0" + path.read_bytes())
    edition = digest.hexdigest()[:12]
    target = instance / "static" / edition
    if not target.exists():
        _build(files, target)
    return target, edition


def _build(files: list[Path], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=target.parent))
    for path in files:
        copy = folder / path.relative_to(SOURCE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        if path.suffix in COMPRESSED:
            content = path.read_bytes()
            copy.with_name(copy.name + ".br").write_bytes(brotli.compress(content, quality=11))
            copy.with_name(copy.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))
    folder.chmod(0o755)
    try:
        os.rename(folder, target)
    except OSError:
        shutil.rmtree(folder)
        if not target.exists():
            raise


def install(wsgi_app: Any, folder: Path, edition: str) -> WhiteNoise:
    """The application with the static files in front of it, at `/static/<edition>/…`."""
    return WhiteNoise(
        wsgi_app,
        root=folder,
        prefix=f"static/{edition}/",
        immutable_file_test=lambda path, url: True,
        max_age=31536000,
        add_headers_function=_add_headers,
    )


def _add_headers(headers: Headers, path: str, url: str) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
