"""Checks an evidence pack without the system that made it: needs Python 3.9 or later and nothing else.

    python3 verify.py evidence.zip
    python3 verify.py evidence.zip --key THUMBPRINT

What is checked: every file has the SHA-256 that the manifest gives; nothing was added or taken away; in the history
each entry carries the hash of the one before; the manifest is signed (RS256) with a key of the pack; and the digests
that were kept on the day itself (accepted texts, decisions of quizzes, questions, certificates) still agree. The pack
names its own key: whoever wants to know that it is the company's compares the thumbprint with the public key set, or
gives it with --key.
"""

import base64
import binascii
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

Files = dict[str, bytes]
APART = ("manifest.json", "manifest.jws")
FORMAT = "evidence-pack/1"
MOMENT = (1980, 1, 1, 0, 0, 0)
SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
"""What stands before a SHA-256 in a signature. Source: RFC 8017, 9.2, note 1."""


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no blanks, in UTF-8: what digests are made of."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(data: bytes) -> str:
    """The SHA-256 of bytes as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def packed(files: Files) -> bytes:
    """The files as a ZIP archive that is the same byte for byte whoever makes it: stored, in this order, undated."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, MOMENT)
            info.create_system, info.external_attr = 3, 0o600 << 16
            archive.writestr(info, data)
    return out.getvalue()


def thumbprint(key: dict[str, Any]) -> str:
    """What a key is recognized by. Source: RFC 7638."""
    digest = hashlib.sha256(canonical({name: key[name] for name in ("e", "kty", "n")})).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def problems(data: bytes, trusted: str = "") -> Iterator[str]:
    """Everything that is wrong with a pack, as sentences. None: it is whole and signed.

    `trusted` is the thumbprint of the key that must have signed it, if that is known.
    """
    try:
        files = _unpacked(data)
        manifest = json.loads(files["manifest.json"])
        yield from _contents(files, manifest)
        yield from _history(files, manifest)
        yield from _signature(files, trusted)
        yield from _kept(files)
        if packed(files) != data:
            yield "The archive itself was changed: it is not byte for byte the one that was handed out."
    except KeyError as error:
        yield f"Something is missing in the pack: {error}."
    except (ValueError, TypeError, AttributeError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        yield f"The pack is damaged and cannot be read to its end: {error}."


def _unpacked(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        if len(set(names)) < len(names):
            raise ValueError("a file is in it twice")
        return {name: _read(archive, name) for name in names}


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise ValueError(f"{name} was changed ({error})") from None


def _contents(files: Files, manifest: dict[str, Any]) -> Iterator[str]:
    if manifest["format"] != FORMAT:
        yield f"This is not a pack of the kind {FORMAT}."
    listed = {one["name"]: one["sha256"] for one in manifest["files"]}
    for name, expected in listed.items():
        if name not in files:
            yield f"{name} is missing."
        elif sha256(files[name]) != expected:
            yield f"{name} was changed."
    for name in files:
        if name not in listed and name not in APART:
            yield f"{name} was added: the manifest does not know it."


def _history(files: Files, manifest: dict[str, Any]) -> Iterator[str]:
    before, number = "", 0
    for number, line in enumerate(files["history.jsonl"].decode().splitlines(), 1):
        entry = json.loads(line)
        own = entry.pop("sha256")
        if entry["previous"] != before:
            yield f"history.jsonl: entry {number} does not follow the one before it."
        if sha256(canonical(entry)) != own:
            yield f"history.jsonl: entry {number} was changed."
        before = own
    if (before, number) != (manifest["history"]["last"], manifest["history"]["entries"]):
        yield "history.jsonl: entries are missing at the end, or were added."


def _signature(files: Files, trusted: str) -> Iterator[str]:
    words = files["manifest.jws"].decode("ascii").split(".")
    if len(words) != 3:
        yield "The signature is damaged."
        return
    header = json.loads(_decoded(words[0]))
    keys = {key["kid"]: key for key in json.loads(files["keys.json"])["keys"] if key["kty"] == "RSA"}
    key = keys.get(header.get("kid", ""))
    if _decoded(words[1]) != files["manifest.json"]:
        yield "The signature is for another manifest."
    if header.get("alg") != "RS256" or key is None:
        yield "The signature names no key of the pack."
    elif not _signed(f"{words[0]}.{words[1]}".encode(), _decoded(words[2]), key):
        yield "The signature does not hold."
    elif trusted and thumbprint(key) != trusted:
        yield f"The pack was signed with another key: {thumbprint(key)}."


def _decoded(words: str) -> bytes:
    """Base64url as RFC 7515 has it: one way to write each value, and no other."""
    found = base64.urlsafe_b64decode(words + "=" * (-len(words) % 4))
    if base64.urlsafe_b64encode(found).rstrip(b"=").decode() != words:
        raise binascii.Error("the signature is not written properly")
    return found


def _signed(message: bytes, signature: bytes, key: dict[str, Any]) -> bool:
    """RSASSA-PKCS1-v1_5 with SHA-256. Source: RFC 8017, 8.2.2."""
    n, e = (int.from_bytes(_decoded(key[name]), "big") for name in ("n", "e"))
    size = (n.bit_length() + 7) // 8
    told = SHA256_INFO + hashlib.sha256(message).digest()
    expected = b"\x00\x01" + b"\xff" * (size - len(told) - 3) + b"\x00" + told
    return len(signature) == size and pow(int.from_bytes(signature, "big"), e, n).to_bytes(size, "big") == expected


def _kept(files: Files) -> Iterator[str]:
    """The digests that were made on the day itself, and printed, shown or audited then."""
    for one in json.loads(files["acceptances.json"]):
        if one.get("file") and sha256(files[one["file"]]) != one["text_sha256"]:
            yield f"{one['file']} is not the text whose SHA-256 was kept when it was accepted."
    for one in json.loads(files["certificates.json"]):
        if not one["erased"] and sha256(canonical(one["content"])) != one["content_sha256"]:
            yield f"Certificate {one['number']} does not read as it was issued."
    for name in sorted(files):
        if name.startswith("attempts/"):
            yield from _attempt(name, json.loads(files[name]))


def _attempt(name: str, found: dict[str, Any]) -> Iterator[str]:
    for one in found["decisions"]:
        if one["record_sha256"] and sha256(canonical(one["decided"])) != one["record_sha256"]:
            yield f"{name}: a decision is not the one that was recorded."
    for own, content in found["questions"].items():
        if sha256(canonical(content)) != own:
            yield f"{name}: a question was changed."


def report(data: bytes, trusted: str = "") -> tuple[str, bool]:
    """What was found, in plain words, and whether all is well."""
    wrong = list(problems(data, trusted))
    lines = [f"WRONG: {one}" for one in wrong]
    if not wrong:
        files = _unpacked(data)
        manifest = json.loads(files["manifest.json"])
        header = json.loads(_decoded(files["manifest.jws"].decode().split(".")[0]))
        key = next(one for one in json.loads(files["keys.json"])["keys"] if one["kid"] == header["kid"])
        lines = [
            f"Whole and signed: {len(manifest['files'])} files, {manifest['history']['entries']} entries of history.",
            f"About {manifest['about']['name']}, as of {manifest['on']}, made {manifest['made_at']}.",
            f"Signed with {header['kid']}",
            f"Thumbprint of the key: {thumbprint(key)}",
        ]
        if not trusted:
            lines.append(f"To know that the key is the company's, compare it with {manifest['keys_at']}")
    return "\n".join(lines) + "\n", not wrong


def main(words: list[str]) -> int:
    """Check the pack that is named first; returns 0 when all is well, 1 when not, 2 for a wrong call."""
    key = words[2] if len(words) == 3 and words[1] == "--key" else ""
    if not words or (len(words) > 1 and not key):
        sys.stderr.write("Call it so: python3 verify.py evidence.zip [--key THUMBPRINT]\n")
        return 2
    try:
        with open(words[0], "rb") as file:
            said, well = report(file.read(), key)
    except OSError as error:
        sys.stderr.write(f"The pack cannot be opened: {error}\n")
        return 2
    sys.stdout.write(said)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
