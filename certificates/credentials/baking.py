"""Pictures that carry their credential: PNG and SVG, as Open Badges 3.0 bakes them (5.3 of its document format).

Reading them back is written for files that strangers upload: nothing is inflated, and no entity is resolved.
"""

import struct
import zlib
from collections.abc import Iterator

from lxml import etree

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
CREDENTIAL = f"{{{NAMESPACE}}}credential"


class Unreadable(ValueError):
    """The file is no picture of this kind, is broken, or carries more than one credential."""


def png(picture: bytes, jws: str) -> bytes:
    """A PNG with the signed credential in it, in exactly one `iTXt` chunk that is not compressed."""
    kept = [(kind, body) for kind, body in _chunks(picture) if not _carries(kind, body)]
    kept.insert(1, (b"iTXt", KEYWORD + b"\0\0\0\0\0" + jws.encode()))
    return SIGNATURE + b"".join(_chunk(kind, body) for kind, body in kept)


def from_png(picture: bytes) -> str:
    """The credential in a PNG, nothing when it carries none."""
    found = [body for kind, body in _chunks(picture) if _carries(kind, body)]
    if len(found) > 1:
        raise Unreadable("more than one credential")
    if not found:
        return ""
    compressed, rest = found[0][len(KEYWORD) + 1 :][:1], found[0][len(KEYWORD) + 3 :]
    if compressed != b"\0" or rest.count(b"\0") < 2:
        raise Unreadable("the text is compressed")
    return rest.split(b"\0", 2)[2].decode("utf-8", "replace")


def svg(picture: bytes, jws: str) -> bytes:
    """An SVG with the signed credential as its first element."""
    root = _root(picture)
    for old in root.findall(CREDENTIAL):
        root.remove(old)
    baked = etree.Element(root.tag, dict(root.attrib), nsmap=root.nsmap | {"openbadges": NAMESPACE})
    etree.SubElement(baked, CREDENTIAL, verify=jws)
    baked.extend(list(root))
    return bytes(etree.tostring(baked, xml_declaration=True, encoding="UTF-8"))


def from_svg(picture: bytes) -> str:
    """The credential in an SVG, a JWS or JSON; nothing when it carries none."""
    found = list(_root(picture).iter(CREDENTIAL))
    if len(found) > 1:
        raise Unreadable("more than one credential")
    return (found[0].get("verify") or found[0].text or "").strip() if found else ""


def _root(picture: bytes) -> "etree._Element":
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        return etree.fromstring(picture, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable("not an SVG") from error


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not picture.startswith(SIGNATURE):
        raise Unreadable("not a PNG")
    place, kind = len(SIGNATURE), b""
    while kind != b"IEND":
        if place + 12 > len(picture):
            raise Unreadable("the PNG is cut off")
        length, kind = struct.unpack(">I4s", picture[place : place + 8])
        body, check = picture[place + 8 : place + 8 + length], picture[place + 8 + length : place + 12 + length]
        if len(check) < 4 or struct.unpack(">I", check)[0] != zlib.crc32(kind + body):
            raise Unreadable("the PNG is damaged")
        yield kind, body
        place += 12 + length


def _carries(kind: bytes, body: bytes) -> bool:
    return kind in {b"iTXt", b"tEXt", b"zTXt"} and body.startswith(KEYWORD + b"\0")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
