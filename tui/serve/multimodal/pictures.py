"""Pictures made fit for a model: truly pictures, of a bounded size, turned upright, without what a camera noted.

Decoding foreign bytes is fenced in: see docs/decisions/0005-pictures-with-pillow.md.
"""

import asyncio
import base64
import io
import struct
import zlib
from collections.abc import Mapping
from types import MappingProxyType

from PIL import Image, ImageOps

from tui.domain.errors import CallError
from tui.domain.messages import ImagePart

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_SIDE = 1_568
"""Models see no more: larger pictures are made smaller by their providers, and paid for all the same."""
_LARGE_BYTES = 1_500_000
"""A lossless picture beyond this goes as JPEG."""
_FORMATS: Mapping[str, str] = MappingProxyType(
    {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
)
_SMOOTH = frozenset({"L", "RGB", "RGBA"})
"""What can be made smaller as it is; palettes and rarer forms are converted first."""
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    EOFError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""What decoders raise on bytes that are not what they begin like."""


class PictureReader:
    """Decodes one picture at a time, in a thread: a large one takes 400 MB while it is decoded."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def read(self, data: bytes) -> ImagePart:
        """Returns a picture as it goes to a model. Raises CallError for what is none or too large to be decoded."""
        async with self._turn:
            return await asyncio.to_thread(picture, data)


def picture(data: bytes) -> ImagePart:
    """Returns a picture, upright and at most MAX_SIDE wide and high. Raises CallError as `PictureReader.read`."""
    if len(data) > MAX_BYTES:
        raise CallError(f"The picture has more than {MAX_BYTES:,} bytes.", _SMALLER)
    form = _format_of(data)
    if form is None:
        raise CallError("This is no PNG, JPEG, GIF or WebP picture.", "Convert it to one of them.")
    try:
        with Image.open(io.BytesIO(data), formats=(form,)) as opened:
            return _fitted(opened, form)
    except _BROKEN:
        raise CallError("The picture is damaged or incomplete.", "Save it anew.") from None


_SMALLER = "Make it smaller."


def _format_of(data: bytes) -> str | None:
    """Source: the signatures of PNG (ISO 15948), JPEG (T.81), GIF89a and WebP (RFC 9649)."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    return "WEBP" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def _fitted(opened: Image.Image, form: str) -> ImagePart:
    width, height = opened.size
    if width * height > MAX_PIXELS:
        raise CallError(f"The picture has {width:,} × {height:,} pixels, more than {MAX_PIXELS:,}.", _SMALLER)
    # A JPEG can be decoded at a half, a quarter or an eighth of its size.
    opened.draft("RGB", (MAX_SIDE, MAX_SIDE))
    image = opened if opened.mode in _SMOOTH else opened.convert("RGBA" if opened.has_transparency_data else "RGB")
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    ImageOps.exif_transpose(image, in_place=True)
    return _encoded(image, lossless=form in ("PNG", "GIF") or image.mode == "RGBA")


def _encoded(image: Image.Image, *, lossless: bool) -> ImagePart:
    """Only pixels are written: no place, no date, no preview of what was cut away."""
    if lossless:
        data = _saved(image, "PNG")
        if len(data) <= _LARGE_BYTES:
            return _part("PNG", data)
    return _part("JPEG", _saved(_opaque(image), "JPEG", quality=85))


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(paper, image).convert("RGB")


def _saved(image: Image.Image, form: str, **options: int) -> bytes:
    written = io.BytesIO()
    # What a decoder keeps of the file it read (text, profile, EXIF) would be written again.
    image.info.clear()
    image.save(written, form, **options)
    return written.getvalue()


def _part(form: str, data: bytes) -> ImagePart:
    return ImagePart(_FORMATS[form], base64.b64encode(data).decode("ascii"))
