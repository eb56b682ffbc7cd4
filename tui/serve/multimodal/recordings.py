"""Recordings made fit for a model: recognised by their first bytes, within bounds, passed on as they are."""

import base64
from typing import Literal

from tui.domain.errors import CallError
from tui.domain.messages import AudioPart

MAX_BYTES = 12 * 1024 * 1024
"""Ten minutes of MP3 at 160 kbit/s; as base64 it still fits what providers take in one request."""

_LAYER_3 = 0b01


def recording(data: bytes) -> AudioPart:
    """Returns a recording as it goes to a model. Raises CallError for what is neither WAV nor MP3."""
    if len(data) > MAX_BYTES:
        raise CallError(f"The recording has more than {MAX_BYTES:,} bytes.", "Shorten it, or send it as MP3.")
    form = _format_of(data)
    if form is None:
        raise CallError("This is neither a WAV nor an MP3 recording.", "Convert it to one of the two.")
    return AudioPart(form, base64.b64encode(data).decode("ascii"))


def _format_of(data: bytes) -> Literal["wav", "mp3"] | None:
    """Source: Microsoft RIFF/WAVE; ID3v2, 3.1; ISO 11172-3, 2.4.1.3 (frame header)."""
    if data[:4] in (b"RIFF", b"RF64") and data[8:12] == b"WAVE":
        return "wav"
    if data[:3] == b"ID3" and len(data) > 10:
        return "mp3"
    return "mp3" if _is_frame(data[:4]) else None


def _is_frame(head: bytes) -> bool:
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 0b11, head[1] >> 1 & 0b11
    bit_rate, sampling_rate = head[2] >> 4, head[2] >> 2 & 0b11
    return version != 0b01 and layer == _LAYER_3 and bit_rate not in (0, 0b1111) and sampling_rate != 0b11
