"""Files a person attaches by path: found and read off the loop, small ones only, pictures and text."""

import base64
import shlex
import stat
from dataclasses import dataclass
from pathlib import Path

from tui.domain.errors import UsageError
from tui.domain.messages import FilePart, ImagePart, Part
from tui.domain.text import CleanText, clean, clean_line
from tui.ui import format as figures

IMAGE_BYTES = 5_000_000
TEXT_BYTES = 256_000
LONGEST_PATH = 1_000
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that can be offered: it exists and is a regular one."""

    path: Path
    size: int

    @property
    def label(self) -> CleanText:
        """Name and size in words."""
        return clean(f"{clean_line(self.path.name, 60)}  {figures.byte_size(self.size)}")


@dataclass(frozen=True, slots=True)
class Attachment:
    """What goes with the message."""

    label: CleanText
    part: Part


def find_file(words: str) -> FoundFile | None:
    """Returns the file that `words` name (quoted, escaped or with `~`, as terminals paste a dropped file), or None."""
    if not words or len(words) > LONGEST_PATH or "\n" in words or "\0" in words:
        return None
    for spelling in (words, *_unquoted(words)):
        try:
            path = Path(spelling.removeprefix("file://")).expanduser()
            info = path.stat()
        except (OSError, ValueError, RuntimeError):
            continue
        if stat.S_ISREG(info.st_mode) and info.st_size:
            return FoundFile(path, info.st_size)
    return None


def read_file(path: Path) -> Attachment:
    """Returns the file as an attachment.

    Raises UsageError when it is too large, cannot be read, or is neither a picture nor text.
    """
    name = clean_line(path.name, 120)
    try:
        with path.open("rb") as file:
            data = file.read(IMAGE_BYTES + 1)
    except OSError as error:
        raise UsageError(f"Cannot read {name}: {error.strerror or error}") from error
    size = figures.byte_size(len(data))
    if mime_type := _image_type(data):
        if len(data) > IMAGE_BYTES:
            raise UsageError(f"{name} is larger than {figures.byte_size(IMAGE_BYTES)}.", "Attach a smaller picture.")
        image = ImagePart(mime_type, base64.b64encode(data).decode("ascii"))
        return Attachment(clean(f"[image {name} {size}]"), image)
    if len(data) > TEXT_BYTES:
        raise UsageError(f"{name} is larger than {figures.byte_size(TEXT_BYTES)}.", "Attach the part that matters.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is neither a picture (PNG, JPEG, GIF, WebP) nor UTF-8 text.") from error
    return Attachment(clean(f"[file {name} {size}]"), FilePart(name, clean(text)))


def attachment_of(part: Part) -> Attachment:
    """Returns a part of a message as the attachment it was; a picture has lost its name."""
    if isinstance(part, FilePart):
        return Attachment(clean(f"[file {part.name} {figures.byte_size(len(part.text.encode()))}]"), part)
    size = len(part.data_base64) * 3 // 4 if isinstance(part, ImagePart) else None
    return Attachment(clean(f"[image {figures.byte_size(size)}]"), part)


def _unquoted(words: str) -> list[str]:
    try:
        parts = shlex.split(words)
    except ValueError:
        return []
    return parts if len(parts) == 1 and parts[0] != words else []


def _image_type(data: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((mime_type for signature, mime_type in _SIGNATURES if data.startswith(signature)), None)
