"""Pictures made of dots: looked at before they are unpacked, turned upright, rid of all metadata, made smaller."""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from lms.base.errors import Invalid
from lms.base.i18n import gettext
from lms.base.richtext import WIDTHS

PIXELS = 50_000_000
"""Dots that a picture may have. A camera of 2026 makes 12 to 48 million."""
SIDE = 16_000
"""Dots that it may be wide or high: what WebP can hold."""
READ = ("PNG", "JPEG", "WEBP", "GIF", "AVIF")
KEPT = {"PNG": ("png", "PNG"), "JPEG": ("jpg", "JPEG"), "WEBP": ("webp", "WEBP"), "GIF": ("png", "PNG")}
"""What a picture becomes: GIF has few colors and is PNG again, AVIF takes long to write and becomes WebP."""
OPTIONS: dict[str, dict[str, int | bool]] = {
    "PNG": {"compress_level": 6},
    "JPEG": {"quality": 86, "progressive": True},
    "WEBP": {"quality": 82, "method": 4},
}

Image.MAX_IMAGE_PIXELS = None  # the limit is ours, with a sentence, and comes before anything is unpacked


@dataclass(frozen=True)
class Picture:
    """A picture that is fit to be kept: its bytes, the ending for its name, and its size in dots."""

    content: bytes
    ending: str
    width: int
    height: int


def made_safe(path: Path) -> Picture:
    """The picture in a file, written anew: upright, in the colors of the web, with nothing in it but the picture.

    Raises `Invalid` for one that is too large, moves, or cannot be read to its end. The size is read from the first
    bytes, so that a picture that would fill the memory is never unpacked.
    """
    with _opened(path) as picture:
        _check_size(*picture.size)
        if getattr(picture, "is_animated", False):
            raise Invalid(gettext("This picture moves. Upload it as a film (MP4 or WebM), so that people can stop it."))
        ending, form = KEPT.get(picture.format or "", ("webp", "WEBP"))
        upright = _plain(_loaded(picture), form)
    return Picture(_written(upright, form), ending, *upright.size)


def smaller(content: bytes) -> list[tuple[int, bytes]]:
    """A safe picture in each of the smaller widths, as WebP; without those that would not be smaller in bytes."""
    with Image.open(io.BytesIO(content), formats=READ) as picture:
        picture.load()
        original = picture if picture.mode in {"RGB", "RGBA"} else picture.convert(_with_colors(picture))
    made = []
    for width in sorted((width for width in WIDTHS if width < original.width), reverse=True):
        height = max(1, round(original.height * width / original.width))
        original_or_last = original.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
        written = _written(original_or_last, "WEBP")
        if len(written) < len(content):
            made.append((width, written))
    return made[::-1]


def size(content: bytes) -> tuple[int, int] | None:
    """Width and height from the first bytes of a picture, or nothing when they cannot be read."""
    try:
        with Image.open(io.BytesIO(content), formats=READ) as picture:
            return picture.size
    except (OSError, ValueError, SyntaxError):
        return None


def _opened(path: Path) -> Image.Image:
    try:
        return Image.open(path, formats=READ)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Invalid(gettext("This picture cannot be read. Open it in another program and save it again.")) from error


def _loaded(picture: Image.Image) -> Image.Image:
    try:
        picture.load()
        return ImageOps.exif_transpose(picture)
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise Invalid(
            gettext("This picture ends too early or is damaged. Open it in another program and save it again.")
        ) from error


def _check_size(width: int, height: int) -> None:
    if width * height > PIXELS or max(width, height) > SIDE:
        raise Invalid(
            gettext(
                "This picture is %(width)s × %(height)s dots. Up to %(most)s million dots are taken,"
                " and up to %(side)s on one side. Make it smaller and upload it again.",
                width=width,
                height=height,
                most=PIXELS // 1_000_000,
                side=SIDE,
            )
        )


def _plain(picture: Image.Image, form: str) -> Image.Image:
    """The picture alone, in sRGB: no place, camera, date, comment or profile goes with it."""
    profile = picture.info.get("icc_profile")
    transparent = "transparency" in picture.info or picture.mode in {"LA", "PA", "RGBA", "RGBa"}
    if profile and picture.mode in {"RGB", "RGBA", "CMYK", "L"}:
        picture = _in_web_colors(picture, profile)
    if form == "JPEG":
        picture = picture.convert("L" if picture.mode in {"1", "L"} else "RGB")
    elif transparent:
        picture = picture.convert("RGBA")
    elif picture.mode not in ({"1", "L", "P", "RGB"} if form == "PNG" else {"RGB"}):
        picture = picture.convert("RGB")
    else:
        picture = picture.copy()
    picture.info = {}
    return picture


def _in_web_colors(picture: Image.Image, profile: bytes) -> Image.Image:
    """The picture with its colors turned into those of the web; as it is when its profile makes no sense."""
    mode = "RGBA" if picture.mode == "RGBA" else "L" if picture.mode == "L" else "RGB"
    if mode == "L":
        return picture
    try:
        source, target = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, source, target, outputMode=mode) or picture
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture


def _with_colors(picture: Image.Image) -> str:
    return "RGBA" if "transparency" in picture.info or picture.mode in {"LA", "PA"} else "RGB"


def _written(picture: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **OPTIONS[form])
    return out.getvalue()
