"""What becomes of pictures before a model sees them, and of what only begins like one."""

import base64
import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from tui.domain.errors import CallError
from tui.domain.messages import ImagePart
from tui.serve.multimodal.pictures import MAX_SIDE, picture

SIZE = (40, 20)


def encoded(form: str, size: tuple[int, int] = SIZE, mode: str = "RGB", color: Any = "red", **options: Any) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, color).save(written, form, **options)
    return written.getvalue()


def decoded(part: ImagePart) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(part.data_base64)))


@pytest.mark.parametrize(
    ("form", "mode", "mime_type"),
    [
        ("PNG", "RGB", "image/png"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "1", "image/png"),
        ("PNG", "I;16", "image/png"),
        ("GIF", "P", "image/png"),
        ("JPEG", "RGB", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("WEBP", "RGB", "image/jpeg"),
        ("WEBP", "RGBA", "image/png"),
    ],
)
def test_every_form_of_picture_reaches_the_model(form: str, mode: str, mime_type: str) -> None:
    part = picture(encoded(form, mode=mode, color=0))
    assert part.mime_type == mime_type
    assert decoded(part).size == SIZE


def test_a_large_picture_is_made_as_small_as_models_see_it() -> None:
    assert decoded(picture(encoded("JPEG", (4_000, 3_000)))).size == (MAX_SIDE, 1_176)
    assert decoded(picture(encoded("PNG", (100, 6_000)))).size == (26, MAX_SIDE)


def test_a_picture_is_turned_upright_and_tells_nothing_of_its_camera() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "a camera"
    part = picture(encoded("JPEG", exif=exif))
    assert decoded(part).size == (20, 40)
    assert not decoded(part).getexif()
    assert b"a camera" not in base64.b64decode(part.data_base64)


def test_texts_and_profiles_in_a_picture_stay_behind() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", "a secret")
    data = encoded("PNG", pnginfo=info, icc_profile=b"a profile")
    written = base64.b64decode(picture(data).data_base64)
    assert b"a secret" in data
    assert b"a secret" not in written
    assert b"iCCP" not in written


def test_a_lossless_picture_too_large_to_send_goes_as_jpeg_on_white_paper() -> None:
    noise = Image.effect_noise((1_500, 1_500), 100).convert("RGB")
    noise.putalpha(Image.new("L", noise.size, 0))
    written = io.BytesIO()
    noise.save(written, "PNG")
    part = picture(written.getvalue())
    assert part.mime_type == "image/jpeg"
    assert decoded(part).getpixel((700, 700)) == (255, 255, 255)


def png(width: int, height: int, pixels: bytes = b"") -> bytes:
    """A PNG whose head claims a size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body


@pytest.mark.parametrize("size", [(10_000, 5_001), (60_000, 60_000), (2_000_000_000, 1), (1, 2_000_000_000)])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bomb_is_known_by_its_size_before_it_is_unpacked(size: tuple[int, int]) -> None:
    with pytest.raises(CallError):
        picture(png(*size))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"BM" + b"\0" * 100,
        b"II*\0" + b"\0" * 100,
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"RIFF\0\0\0\0WAVE",
    ],
)
def test_only_four_forms_are_pictures(data: bytes) -> None:
    with pytest.raises(CallError, match="no PNG, JPEG, GIF or WebP"):
        picture(data)


WHOLE = [encoded(form) for form in ("PNG", "JPEG", "GIF", "WEBP")]


@pytest.mark.parametrize("whole", WHOLE, ids=["png", "jpeg", "gif", "webp"])
def test_a_cut_or_damaged_picture_is_an_answer_or_a_clear_error(whole: bytes) -> None:
    """However the bytes are damaged, nothing but a CallError comes out."""
    refused = 0
    for place in range(12, len(whole), 3):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        for data in (whole[:place], bytes(damaged)):
            try:
                assert picture(data).data_base64
            except CallError:
                refused += 1
    assert refused


def test_a_cut_picture_is_said_to_be_damaged() -> None:
    with pytest.raises(CallError, match="damaged or incomplete"):
        picture(encoded("JPEG", (400, 400))[:600])


def test_more_bytes_than_any_picture_needs_are_not_looked_at() -> None:
    with pytest.raises(CallError, match="more than 20,971,520 bytes"):
        picture(b"\x89PNG\r\n\x1a\n" + b"\0" * 20_971_520)
