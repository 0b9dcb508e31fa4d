"""Files kept by the system, named by the SHA-256 of what is in them."""

import hashlib
import os
import tempfile
from pathlib import Path


class FileStore:
    """A folder of files that are written once and never changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Keep the content and return its SHA-256, in hexadecimal. The same content is kept once."""
        digest = hashlib.sha256(content).hexdigest()
        path = self.path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        return digest

    def path(self, digest: str) -> Path:
        """Where the file with this SHA-256 lies, or would lie."""
        return self.folder / digest[:2] / digest
