"""What counts as a recording."""

import base64
import io
import wave

import pytest

from tui.domain.errors import CallError
from tui.serve.multimodal.recordings import MAX_BYTES, recording

MP3_FRAME = b"\xff\xfb\x90\x64" + b"\0" * 413


def wav() -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(b"\0\0" * 80)
    return written.getvalue()


@pytest.mark.parametrize(
    ("data", "form"),
    [(wav(), "wav"), (MP3_FRAME, "mp3"), (b"ID3\x04\0\0\0\0\0\0" + MP3_FRAME, "mp3"), (b"\xff\xf3\x18\xc4rest", "mp3")],
)
def test_a_recording_goes_on_as_it_is(data: bytes, form: str) -> None:
    part = recording(data)
    assert part.format == form
    assert base64.b64decode(part.data_base64) == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"ID3",
        b"\xff\xd8\xff\xe0 a JPEG",
        b"\xff\xfe\0\0 UTF-32",
        b"\xff\xf1\x50\x80 AAC",
        b"\xff\xff\xff\xff",
        b"RIFF\0\0\0\0WEBP",
        b"OggS",
        b"fLaC",
        b"\0\0\0\x20ftypM4A ",
        b"a text",
    ],
)
def test_what_is_neither_wav_nor_mp3_is_refused(data: bytes) -> None:
    with pytest.raises(CallError, match="neither a WAV nor an MP3"):
        recording(data)


def test_a_recording_has_bounds() -> None:
    with pytest.raises(CallError, match="bytes"):
        recording(b"ID3" + b"\0" * MAX_BYTES)
