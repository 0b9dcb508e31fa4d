"""Small files of every kind that the media library meets, good and bad, made by hand where no program makes them."""

import io
import struct
import zlib

from PIL import Image


def picture(width: int = 640, height: int = 400, form: str = "PNG", **more: object) -> bytes:
    """A picture with something in it."""
    image = Image.radial_gradient("L").resize((width, height)).convert("RGB")
    out = io.BytesIO()
    image.save(out, form, **more)
    return out.getvalue()


def photo_with_place(width: int = 1200, height: int = 800, orientation: int = 6) -> bytes:
    """A JPEG as a phone makes it: where it was taken, with what, by whom, and lying on its side."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SECRETPHONE"
    exif[0x013B] = "SECRETNAME"
    gps = exif.get_ifd(0x8825)
    gps.update({1: "N", 2: (50.0, 51.0, 4.125), 3: "E", 4: (4.0, 21.0, 8.0), 29: "2026:11:22", 27: b"SECRETPLACE"})
    return picture(width, height, "JPEG", exif=exif, comment=b"SECRETCOMMENT", quality=80)


def vast_png(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of a few kilobytes that would unpack to gigabytes."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + width * 3)
    packed = packer.compress(row * 4) + packer.flush()

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def moving_gif() -> bytes:
    """A GIF that moves."""
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


def box(name: bytes, content: bytes) -> bytes:
    """A box of MP4."""
    return struct.pack(">I4s", len(content) + 8, name) + content


def film(seconds: int = 75, handler: bytes = b"vide", brand: bytes = b"isom", padding: int = 0) -> bytes:
    """An MP4 with a header that says how long it plays, and no pictures in it."""
    header = box(b"mvhd", struct.pack(">B3xIIII", 0, 0, 0, 1000, seconds * 1000) + bytes(80))
    track = box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + handler + bytes(12))))
    return box(b"ftyp", brand + bytes(4)) + box(b"moov", header + track) + box(b"mdat", bytes(padding))


def webm(seconds: float = 12.5) -> bytes:
    """A WebM that says how long it plays."""

    def element(name: bytes, content: bytes) -> bytes:
        return name + bytes([0x80 | len(content)]) + content

    duration = element(b"\x44\x89", struct.pack(">d", seconds * 1000))
    info = element(b"\x15\x49\xa9\x66", element(b"\x2a\xd7\xb1", (1_000_000).to_bytes(3, "big")) + duration)
    return element(b"\x1a\x45\xdf\xa3", element(b"\x42\x82", b"webm")) + element(b"\x18\x53\x80\x67", info)


def wav(seconds: int = 3) -> bytes:
    """A sound of silence."""
    data = bytes(8000 * seconds)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    return b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVE" + form + struct.pack("<4sI", b"data", len(data)) + data


def mp3(seconds: int = 4, tags: bytes = b"") -> bytes:
    """MPEG layer III at 128 kbit/s, as far as a header goes."""
    marked = b"ID3\x04\0\0" + bytes([0, 0, len(tags) >> 7, len(tags) & 127]) + tags if tags else b""
    return marked + b"\xff\xfb\x90\x00" + bytes(128_000 // 8 * seconds - 4)


def ogg(seconds: int = 5) -> bytes:
    """Vorbis at 44,100 Hz, as far as headers go."""

    def page(samples: int, content: bytes) -> bytes:
        return b"OggS\0\0" + struct.pack("<q", samples) + bytes(12) + bytes([1, len(content)]) + content

    return page(0, b"\x01vorbis" + bytes(4) + b"\x02" + struct.pack("<I", 44100) + bytes(14)) + page(
        44100 * seconds, b"\0" * 40
    )


def pdf(extra: bytes = b"", packed: bytes = b"", wrapping: bytes = b"/Type /ObjStm /Filter /FlateDecode") -> bytes:
    """A PDF with one page; `extra` stands openly in it, `packed` in a packed list of objects."""
    objects = b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R " + extra + b" >>\nendobj\n"
    if packed:
        stream = zlib.compress(packed, 9)
        objects += b"4 0 obj\n<< %s /N 1 /First 4 /Length %d >>\nstream\n" % (wrapping, len(stream))
        objects += stream + b"\nendstream\nendobj\n"
    return b"%PDF-1.7\n" + objects + b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\ntrailer\n<<>>\n%%EOF\n"


VTT = b"WEBVTT\n\n1\n00:01.000 --> 00:04.000 align:start\nHello.\n\nNOTE a note\n\n00:05.000 --> 00:06.000\nBye.\n"
SRT = (
    "\ufeff1\r\n00:00:01,000 --> 00:00:04,000\r\n<font color=red>Héllo.</font>\r\n\r\n"
    "2\r\n00:00:05,500 --> 00:00:06,000\r\nBye.\r\n"
)
SVG = (
    b'<?xml version="1.0"?><!-- by Ana --><svg xmlns="http://www.w3.org/2000/svg"'
    b' xmlns:ink="http://ink.example" viewBox="0 0 320 180" ink:file="/home/ana/x.svg">'
    b"<metadata>Ana</metadata><ink:view/>words<circle r='9' fill='url(#a)'/></svg>"
)
