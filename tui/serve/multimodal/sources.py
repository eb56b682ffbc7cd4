"""Where a caller's pictures and recordings come from: files, addresses of the web, and data URLs."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from tui.domain.errors import CallError, UsageError
from tui.serve.multimodal.files import read_within

Fetch = Callable[[str, int], Awaitable[bytes]]
"""Takes an address and the most bytes it may have; raises McpTuiError."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Reads what a caller names, within what whoever runs the server allowed."""

    fetch: Fetch
    roots: Sequence[Path] = ()
    """Directories whose files may be read; none unless somebody named them."""

    async def read(self, source: str, limit_bytes: int) -> bytes:
        """Returns the bytes a data URL holds or an address or an absolute path leads to; raises McpTuiError."""
        kind = source[:8].lower()
        if kind.startswith("data:"):
            return await asyncio.to_thread(data_url_bytes, source, limit_bytes)
        if kind.startswith(("http://", "https://")):
            return await self.fetch(source, limit_bytes)
        path = Path(source)
        if not path.is_absolute() or "\0" in source:
            raise UsageError(
                "This is neither an absolute path nor an http, https or data URL.", "Give the whole path or address."
            )
        return await asyncio.to_thread(read_within, path, self.roots, limit_bytes)


def data_url_bytes(url: str, limit_bytes: int) -> bytes:
    """Returns what a data URL holds (RFC 2397). Raises UsageError when it is none, CallError when it is too large."""
    head, comma, payload = url.partition(",")
    if not comma:
        raise UsageError("This data URL has no data.", "A data URL is data:image/png;base64,….")
    if head.lower().endswith(";base64"):
        return base64_bytes(payload, limit_bytes)
    if len(payload) > 3 * limit_bytes:
        raise _too_large(limit_bytes)
    return _bounded(unquote_to_bytes(payload), limit_bytes)


def base64_bytes(text: str, limit_bytes: int) -> bytes:
    """Returns decoded base64. Raises UsageError when it is none, CallError when it is too large."""
    if len(text) > 4 * limit_bytes:
        raise _too_large(limit_bytes)
    try:
        plain = unquote_to_bytes(text) if "%" in text else text.encode("ascii")
        return _bounded(base64.b64decode(plain.strip(), validate=True), limit_bytes)
    except (binascii.Error, ValueError):
        raise UsageError("The data is not base64.", "Encode it anew.") from None


def _bounded(data: bytes, limit_bytes: int) -> bytes:
    if len(data) > limit_bytes:
        raise _too_large(limit_bytes)
    return data


def _too_large(limit_bytes: int) -> CallError:
    return CallError(f"The data has more than {limit_bytes:,} bytes.", "Choose a smaller file.")
