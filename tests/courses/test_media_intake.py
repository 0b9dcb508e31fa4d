"""What the media library takes and what it makes of it: told from the content of files, never from their names."""

import gzip
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from courses.files import loading
from courses.media import captions, documents, drawings, durations, intake, kinds, names, pictures
from lms.base.errors import Invalid
from lms.base.files import FileStore
from tests.support import samples


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def take(files, tmp_path):
    def take_in(content: bytes, name: str = "file"):
        path = tmp_path / "incoming"
        path.write_bytes(content)
        return intake.take_in(files, path, name)

    return take_in


GOOD = [
    (samples.picture(), "picture", "image/png"),
    (samples.picture(form="JPEG"), "picture", "image/jpeg"),
    (samples.picture(form="WEBP"), "picture", "image/webp"),
    (samples.picture(form="GIF"), "picture", "image/png"),
    (samples.picture(100, 80, form="AVIF"), "picture", "image/webp"),
    (samples.SVG, "picture", "image/svg+xml"),
    (samples.film(), "film", "video/mp4"),
    (samples.webm(), "film", "video/webm"),
    (samples.film(handler=b"soun"), "sound", "audio/mp4"),
    (samples.film(brand=b"M4A ", handler=b"soun"), "sound", "audio/mp4"),
    (samples.mp3(), "sound", "audio/mpeg"),
    (samples.mp3(tags=b"x" * 300), "sound", "audio/mpeg"),
    (samples.ogg(), "sound", "audio/ogg"),
    (samples.wav(), "sound", "audio/wav"),
    (samples.pdf(), "document", "application/pdf"),
    (samples.VTT, "captions", "text/vtt"),
    (samples.SRT.encode(), "captions", "text/vtt"),
]


@pytest.mark.parametrize(("content", "kind", "content_type"), GOOD)
def test_a_file_is_what_is_in_it_whatever_it_is_called(take, files, content, kind, content_type):
    taken = take(content, "../../My holiday.exe")
    assert (taken.kind, taken.content_type) == (kind, content_type)
    assert taken.name.startswith("my-holiday.")
    assert taken.title == "My holiday"
    assert files.size(taken.sha256) == taken.size


def zeros(packed: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(50_000_000))
    return gzip.compress(bytes(50_000_000)) if packed else out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (zeros(), "ZIP or Office"),
        (zeros(packed=True), "packed file"),
        (b"<html><script>alert(1)</script>", "not a file that lessons can show"),
        (b"MZ\x90\0", "not a file that lessons can show"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"\0\0\0\x14ftypqt  ", "MP4 or WebM"),
        (b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska", "MP4 or WebM"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 100, "cannot be read"),
        (samples.picture()[:3000], "damaged"),
        (samples.moving_gif(), "moves"),
    ],
)
def test_what_is_not_taken_is_told_with_what_would_be(take, files, content, words):
    with pytest.raises(Invalid, match=words):
        take(content, "picture.png")
    assert not (files.place.folder).exists()


def test_a_picture_of_30000_by_30000_is_refused_before_it_is_unpacked(tmp_path):
    (tmp_path / "vast.png").write_bytes(samples.vast_png())
    program = (
        "import resource, pathlib, sys\n"
        "from courses.media import pictures\n"
        "from lms.base.errors import Invalid\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n    pictures.made_safe(pathlib.Path(sys.argv[1]))\n"
        "except Invalid as refused:\n    print(refused)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    root = Path(pictures.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "vast.png")],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    sentence, kilobytes = done.stdout.splitlines()
    assert "30000 × 30000" in sentence
    assert "50 million" in sentence
    assert int(kilobytes) < 20_000


@pytest.mark.parametrize(("width", "height"), [(16_001, 10), (10, 16_001), (7_100, 7_100)])
def test_too_wide_too_high_and_too_many_dots_are_refused(take, width, height):
    with pytest.raises(Invalid, match="Make it smaller"):
        take(samples.vast_png(width, height))


def test_no_place_name_or_camera_stays_in_a_photo_or_its_smaller_forms(take, files):
    photo = samples.photo_with_place()
    assert b"SECRETPLACE" in photo
    assert b"SECRETCOMMENT" in photo
    taken = take(photo, "IMG_2041.JPG")
    assert [one.width for one in taken.renditions] == [480]
    for digest in (taken.sha256, *(one.sha256 for one in taken.renditions)):
        kept = files.read(digest)
        assert b"SECRET" not in kept
        assert b"Exif" not in kept
        with Image.open(io.BytesIO(kept)) as image:
            assert not dict(image.getexif())
            assert not {"exif", "icc_profile", "comment", "xmp"} & set(image.info)


def test_a_photo_on_its_side_is_turned_upright(take):
    taken = take(samples.photo_with_place(1200, 800, orientation=6))
    assert (taken.width, taken.height) == (800, 1200)


def test_a_wide_picture_is_kept_in_three_smaller_widths(take, files):
    taken = take(samples.picture(2400, 1350, "JPEG", quality=95))
    assert [one.width for one in taken.renditions] == [480, 960, 1600]
    for one in taken.renditions:
        with Image.open(io.BytesIO(files.read(one.sha256))) as image:
            assert (image.format, image.width, image.height) == ("WEBP", one.width, round(1350 * one.width / 2400))
        assert one.size < taken.size


def test_what_can_be_seen_through_stays_so(take, files):
    out = io.BytesIO()
    Image.new("RGBA", (700, 40), (200, 10, 10, 128)).save(out, "PNG")
    taken = take(out.getvalue())
    for digest in (taken.sha256, *(one.sha256 for one in taken.renditions)):
        with Image.open(io.BytesIO(files.read(digest))) as image:
            assert image.convert("RGBA").getpixel((5, 5))[3] == 128


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "CMYK", "I;16", "F", "RGB", "RGBA", "YCbCr"])
def test_pictures_in_every_way_to_write_colors_are_taken(mode, tmp_path):
    form = {"CMYK": "JPEG", "YCbCr": "JPEG"}.get(mode, "PNG")
    image = Image.new("RGB", (500, 5), (20, 200, 90))
    image = image.convert("L").convert(mode) if mode in {"I;16", "F", "LA", "PA"} else image.convert(mode)
    if mode == "F":
        image = image.convert("I;16")
    image = image if mode != "PA" else image.convert("LA")
    image.save(tmp_path / "x", form)
    safe = pictures.made_safe(tmp_path / "x")
    assert (safe.width, safe.height) == (500, 5)
    assert pictures.size(safe.content) == (500, 5)
    pictures.smaller(safe.content)


def test_colors_of_another_kind_are_turned_into_those_of_the_web(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    (tmp_path / "x.png").write_bytes(samples.picture(icc_profile=profile))
    with Image.open(io.BytesIO(pictures.made_safe(tmp_path / "x.png").content)) as image:
        assert "icc_profile" not in image.info


def test_the_size_of_a_file_is_limited_by_its_kind(take, monkeypatch):
    monkeypatch.setitem(kinds.LARGEST, "picture", 1000)
    with pytest.raises(Invalid, match=r"A picture may have up to 1 kB"):
        take(samples.picture())
    kinds.check_size(999, "picture")
    with pytest.raises(Invalid, match="The largest that can be kept has 500 MB"):
        kinds.check_size(3_000_000_000, None)


# drawings
@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<script xmlns='http://www.w3.org/1999/xhtml'>alert(1)</script>",
        "<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>x</p></foreignObject>",
        "<image href='data:image/png;base64,AAAA'/>",
        "<image href='https://elsewhere.example/x.png'/>",
        "<feImage href='#a'/>",
        "<style>@import url(https://elsewhere.example)</style>",
        "<animate attributeName='href' to='javascript:alert(1)'/>",
        "<set attributeName='onload' to='alert(1)'/>",
        "<circle onclick='alert(1)'/>",
        "<circle OnClick='alert(1)'/>",
        "<circle style='fill:red'/>",
        "<circle fill='url(https://elsewhere.example/#x)'/>",
        "<circle fill='url( \"//elsewhere.example/#x\")'/>",
        "<circle filter='u\\72l(//elsewhere.example)'/>",
        "<a href='javascript:alert(1)'><circle/></a>",
        "<a href='https://elsewhere.example'><circle/></a>",
        "<use href='https://elsewhere.example/x.svg#a'/>",
        "<g xml:base='https://elsewhere.example/'><use href='#a'/></g>",
        "<iframe xmlns='http://www.w3.org/1999/xhtml' src='//elsewhere.example'/>",
    ],
)
def test_a_drawing_that_does_something_is_refused(inside):
    drawing = f"<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>{inside}</svg>"
    with pytest.raises(drawings.ActivePicture):
        drawings.refuse_active(drawing.encode())
    with pytest.raises(Invalid, match="not taken"):
        drawings.plain(drawing.encode())


BOMB = (
    "<!DOCTYPE svg ["
    + "<!ENTITY a 'x'>"
    + "".join(f"<!ENTITY {chr(b)} '{f'&{chr(b - 1)};' * 10}'>" for b in range(98, 108))
    + "]><svg xmlns='http://www.w3.org/2000/svg'>&k;</svg>"
)


@pytest.mark.parametrize(
    "drawing",
    [
        BOMB.encode(),
        BOMB.encode("utf-16"),
        b"<?xml-stylesheet href='https://elsewhere.example/x.css'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html xmlns='http://www.w3.org/1999/xhtml'/>",
        b"<svg",
    ],
)
def test_a_drawing_with_entities_or_instructions_is_refused(drawing):
    with pytest.raises(drawings.ActivePicture):
        drawings.refuse_active(drawing)


def test_what_a_drawing_program_says_of_its_maker_is_left_out(take, files):
    taken = take(samples.SVG, "x.svg")
    kept = files.read(taken.sha256)
    assert (taken.width, taken.height) == (320, 180)
    assert b"Ana" not in kept
    assert b"ana" not in kept
    assert b"ink" not in kept
    assert b"words<circle" in kept


def test_shipped_drawings_are_taken_and_stay_what_they_are():
    for path in loading.CONTENT.rglob("*.svg"):
        drawings.refuse_active(path.read_bytes())
        assert drawings.size(path.read_bytes())


def test_a_drawing_that_is_a_photo_in_disguise_is_refused():
    with pytest.raises(Invalid, match="as PNG"):
        drawings.plain(b"<svg xmlns='http://www.w3.org/2000/svg'>" + b" " * drawings.LARGEST + b"</svg>")


# documents
@pytest.mark.parametrize(
    "deed",
    [
        b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
        b"/OpenAction << /S /Java#53cript /JS (app.alert(1)) >>",
        b"/AA << /O << /S /Launch /F (calc.exe) >> >>",
        b"/Names << /EmbeddedFiles 5 0 R >>",
        b"/A<</S/SubmitForm>>",
        b"/RichMedia 5 0 R",
        b"/AcroForm << /XFA 5 0 R >>",
    ],
)
def test_a_document_that_does_something_is_refused_wherever_it_says_so(deed):
    with pytest.raises(Invalid, match="more than be read"):
        documents.refuse_active(samples.pdf(deed))
    with pytest.raises(Invalid, match="more than be read"):
        documents.refuse_active(samples.pdf(packed=b"5 0 << " + deed + b" >>"))


def test_a_document_that_cannot_be_looked_into_is_refused():
    with pytest.raises(Invalid, match="password"):
        documents.refuse_active(samples.pdf(b"/Encrypt 5 0 R"))
    with pytest.raises(Invalid, match="too tightly"):
        documents.refuse_active(samples.pdf(packed=bytes(documents.MOST_UNPACKED + 1)))
    with pytest.raises(Invalid, match="cannot be looked into"):
        documents.refuse_active(samples.pdf(packed=b"x", wrapping=b"/Type /Obj#53tm /Filter /FlateDecode"))
    odd = samples.pdf(packed=b"x").replace(b"stream\n\x78", b"stream\n\x00")
    with pytest.raises(Invalid, match="cannot be looked into"):
        documents.refuse_active(odd)


def test_a_document_with_packed_objects_and_a_script_from_a_real_program_is_refused(tmp_path):
    document = pikepdf.new()
    document.add_blank_page()
    document.save(tmp_path / "plain.pdf", object_stream_mode=pikepdf.ObjectStreamMode.generate)
    documents.refuse_active((tmp_path / "plain.pdf").read_bytes())
    document.Root.OpenAction = document.make_indirect(
        pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('1')")
    )
    document.save(tmp_path / "active.pdf", object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"JavaScript" not in (tmp_path / "active.pdf").read_bytes()
    with pytest.raises(Invalid, match="JavaScript"):
        documents.refuse_active((tmp_path / "active.pdf").read_bytes())


# films, sounds and captions
@pytest.mark.parametrize(
    ("content", "ending", "seconds"),
    [
        (samples.film(75), "mp4", 75),
        (samples.film(75, handler=b"soun"), "m4a", 75),
        (samples.webm(12.5), "webm", 12),
        (samples.wav(3), "wav", 3),
        (samples.mp3(4), "mp3", 4),
        (samples.mp3(4, b"x" * 300), "mp3", 4),
        (samples.ogg(5), "ogg", 5),
        (samples.film(0), "mp4", None),
        (b"", "mp4", None),
        (b"\0" * 40, "webm", None),
        (b"\xff" * 40, "webm", None),
    ],
)
def test_films_and_sounds_say_how_long_they_play(tmp_path, content, ending, seconds):
    (tmp_path / "x").write_bytes(content)
    assert durations.seconds(tmp_path / "x", kinds.FORMATS[ending]) == seconds


def test_a_shipped_film_says_how_long_it_plays():
    found = {
        ending: durations.seconds(path, kinds.FORMATS[ending])
        for ending in ("mp4", "webm")
        for path in loading.CONTENT.rglob(f"*.{ending}")
    }
    assert len(found) == 2
    assert all(seconds and 10 < seconds < 600 for seconds in found.values())


@given(st.binary(max_size=400), st.sampled_from(["mp4", "m4a", "webm", "wav", "ogg", "mp3"]))
def test_no_nonsense_stops_the_reading_of_durations(tmp_path_factory, content, ending):
    path = tmp_path_factory.getbasetemp() / "nonsense"
    for head in (b"", samples.film()[:60], samples.webm()[:30], samples.wav()[:30], samples.mp3()[:4]):
        path.write_bytes(head + content)
        found = durations.seconds(path, kinds.FORMATS[ending])
        assert found is None or found > 0


def test_captions_are_written_anew_with_nothing_but_cues():
    assert captions.tidy(samples.VTT) == (
        b"WEBVTT\n\n00:00:01.000 --> 00:00:04.000 align:start\nHello.\n\n00:00:05.000 --> 00:00:06.000\nBye.\n"
    )
    assert captions.tidy(samples.SRT.encode()).decode() == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\nHéllo.\n\n00:00:05.500 --> 00:00:06.000\nBye.\n"
    )
    assert captions.tidy(captions.tidy(samples.VTT)) == captions.tidy(samples.VTT)


def test_shipped_captions_are_taken():
    for path in loading.CONTENT.rglob("*.vtt"):
        assert captions.tidy(path.read_bytes()).count(b"-->") == path.read_bytes().count(b"-->")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("WEBVTT\n\n00:05.000 --> 00:04.000\nx\n", "Line 3: the caption ends before"),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\nx\n\n00:01.000 --> 00:02.000\ny", "Line 6: the caption begins before"),
        ("WEBVTT\n\nhello\nthere\n", "Line 4 has no times"),
        ("WEBVTT\n\nhello\n", "Line 3 has no times"),
        ("WEBVTT\n", "no captions"),
    ],
)
def test_wrong_captions_are_told_with_the_line(content, words):
    with pytest.raises(Invalid, match=words):
        captions.tidy(content.encode())


def test_captions_of_another_alphabet_table_are_refused():
    with pytest.raises(Invalid, match="UTF-8"):
        captions.tidy("1\n00:00:01,000 --> 00:00:04,000\nHéllo".encode("latin-1"))


# names
@pytest.mark.parametrize(
    ("name", "shown", "address"),
    [
        ("photo.PNG", "photo.PNG", "photo.png"),
        ("../../etc/passwd", "passwd", "passwd.png"),
        ("C:\\Users\\ana\\My photo.jpg", "My photo.jpg", "my-photo.png"),
        ("annual\u202egnp.exe", "annualgnp.exe", "annualgnp.png"),
        ("a\x00b\x1b[31mc\n.png", "ab[31mc .png", "ab-31mc.png"),
        ("Équipe — été.png", "Équipe — été.png", "equipe-ete.png"),
        ("漢字.png", "漢字.png", "file.png"),
        ("...", "", "file.png"),
        (".htaccess", "htaccess", "htaccess.png"),
        ("x" * 500 + ".png", "x" * 116 + ".png", "x" * 60 + ".png"),
        ("/", "", "file.png"),
        ("", "", "file.png"),
    ],
)
def test_names_lose_folders_and_marks(name, shown, address):
    assert names.base(name) == shown
    assert names.for_address(name, "png") == address


@given(st.text(max_size=300))
def test_every_name_is_fit_for_a_line_and_an_address(name):
    shown, address = names.base(name), names.for_address(name, "png")
    assert len(shown) <= names.LONGEST
    assert not set("/\\\x00\n\r\u202e\u200f") & set(shown)
    assert names.base(shown) == shown
    assert re.fullmatch(r"[a-z0-9-]+\.png", address)
    assert 1 <= len(names.title(name)) <= names.LONGEST


def test_a_drawing_that_repeats_what_repeats_is_refused():
    steps = "".join(f"<g id='s{n}'><use href='#s{n - 1}'/><use href='#s{n - 1}'/></g>" for n in range(1, 40))
    bomb = f"<svg xmlns='http://www.w3.org/2000/svg'><g id='s0'><path d='M0 0'/></g>{steps}<use href='#s39'/></svg>"
    with pytest.raises(drawings.ActivePicture, match="repeats"):
        drawings.refuse_active(bomb.encode())
    fine = (
        "<svg xmlns='http://www.w3.org/2000/svg'><g id='a'><path d='M0 0'/></g><use href='#a'/><use href='#a'/></svg>"
    )
    drawings.refuse_active(fine.encode())
