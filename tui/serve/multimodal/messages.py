"""Messages as Chat Completions callers write them, decoded and checked; what is wrong is named by its place."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tui.domain.errors import McpTuiError, UsageError
from tui.domain.ids import CallId
from tui.domain.messages import AudioPart, ImagePart, Json, Message, Part, TextPart, ToolCall
from tui.domain.text import clean
from tui.serve.multimodal.pictures import MAX_BYTES as MAX_PICTURE_BYTES
from tui.serve.multimodal.pictures import PictureReader
from tui.serve.multimodal.recordings import MAX_BYTES as MAX_RECORDING_BYTES
from tui.serve.multimodal.recordings import recording
from tui.serve.multimodal.sources import Sources, base64_bytes

MAX_PICTURES = 20
"""Of one request; most providers take no more."""


class InvalidRequestError(UsageError):
    """A request that cannot be understood; `place` names the part, as `messages[2].content`."""

    def __init__(self, place: str, reason: str, hint: str = "") -> None:
        super().__init__(f"{place}: {reason}", hint)
        self.place = place


ReadPicture = Callable[[str], Awaitable[ImagePart]]
"""Takes what an `image_url` holds; raises McpTuiError."""


@dataclass(frozen=True, slots=True)
class PictureSource:
    """Reads pictures by address."""

    sources: Sources
    reader: PictureReader

    async def __call__(self, url: str) -> ImagePart:
        """Returns the picture a file, an address or a data URL leads to. Raises McpTuiError."""
        return await self.reader.read(await self.sources.read(url, MAX_PICTURE_BYTES))


async def unread(_: str) -> ImagePart:
    """Stands in for pictures where only their number counts."""
    return ImagePart("image/png", "")


async def decode_messages(raw: Json, read: ReadPicture) -> tuple[Message, ...]:
    """Returns the messages. Raises InvalidRequestError, and what `read` raises with the place in front."""
    if not isinstance(raw, list) or not raw:
        raise InvalidRequestError("messages", "at least one message is needed.", "Give a list of {role, content}.")
    decoder = _Decoder(read)
    return tuple([await decoder.message(one, f"messages[{number}]") for number, one in enumerate(raw)])


class _Decoder:
    """Decodes the messages of one request."""

    def __init__(self, read: ReadPicture) -> None:
        self._read = read
        self._pictures = 0

    async def message(self, raw: Json, place: str) -> Message:
        fields = _object(raw, place)
        content = fields.get("content")
        match fields.get("role"):
            case "system" | "developer":
                return Message("system", await self._parts(content, place))
            case "user":
                return Message("user", await self._parts(content, place))
            case "assistant":
                calls = _calls(fields.get("tool_calls"), f"{place}.tool_calls")
                parts = await self._parts(content, place) if content or not calls else ()
                return Message("assistant", parts, calls, extras=_extras(fields.get("provider_specific_fields")))
            case "tool":
                call_id = _text(fields.get("tool_call_id"), f"{place}.tool_call_id")
                return Message("tool", await self._parts(content, place), tool_call_id=CallId(call_id))
            case _:
                raise InvalidRequestError(f"{place}.role", "must be system, user, assistant or tool.")

    async def _parts(self, content: Json, place: str) -> tuple[Part, ...]:
        place = f"{place}.content"
        if isinstance(content, str):
            return (TextPart(clean(content)),)
        if not isinstance(content, list) or not content:
            raise InvalidRequestError(place, "must be a text or a list of parts.")
        return tuple([await self._part(part, f"{place}[{number}]") for number, part in enumerate(content)])

    async def _part(self, raw: Json, place: str) -> Part:
        fields = _object(raw, place)
        match fields.get("type"):
            case "text":
                return TextPart(clean(_text(fields.get("text"), f"{place}.text")))
            case "refusal":
                return TextPart(clean(_text(fields.get("refusal"), f"{place}.refusal")))
            case "image_url":
                return await self._picture(fields.get("image_url"), f"{place}.image_url")
            case "input_audio":
                return await _recording(fields.get("input_audio"), f"{place}.input_audio")
            case _:
                raise InvalidRequestError(f"{place}.type", "must be text, image_url or input_audio.")

    async def _picture(self, raw: Json, place: str) -> ImagePart:
        self._pictures += 1
        if self._pictures > MAX_PICTURES:
            raise InvalidRequestError(place, f"more than {MAX_PICTURES} pictures.")
        url = _text(raw.get("url") if isinstance(raw, dict) else raw, f"{place}.url")
        try:
            return await self._read(url)
        except McpTuiError as error:
            raise InvalidRequestError(place, error.message, error.hint) from error


async def _recording(raw: Json, place: str) -> AudioPart:
    data = _text(_object(raw, place).get("data"), f"{place}.data")
    try:
        return recording(await asyncio.to_thread(base64_bytes, data, MAX_RECORDING_BYTES))
    except McpTuiError as error:
        raise InvalidRequestError(place, error.message, error.hint) from error


def _calls(raw: Json, place: str) -> tuple[ToolCall, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise InvalidRequestError(place, "must be a list.")
    return tuple(_call(one, f"{place}[{number}]") for number, one in enumerate(raw))


def _call(raw: Json, place: str) -> ToolCall:
    fields = _object(raw, place)
    function = _object(fields.get("function"), f"{place}.function")
    return ToolCall(
        CallId(_text(fields.get("id"), f"{place}.id")),
        _text(function.get("name"), f"{place}.function.name"),
        _text(function.get("arguments"), f"{place}.function.arguments") or "{}",
    )


_EXTRAS: Mapping[str, type] = {
    "reasoning_details": list,
    "reasoning_content": str,
    "call_ids": dict,
    "call_extra_content": dict,
}


def _extras(raw: Json) -> Mapping[str, Json] | None:
    """Returns what a provider wants back with its own answer, as the answer carried it; nonsense is left out."""
    if not isinstance(raw, dict):
        return None
    return {
        provider: {name: fields[name] for name, kind in _EXTRAS.items() if isinstance(fields.get(name), kind)}
        for provider, fields in raw.items()
        if isinstance(fields, dict)
    }


def _object(raw: Json, place: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise InvalidRequestError(place, "must be an object.")
    return raw


def _text(raw: Json, place: str) -> str:
    if not isinstance(raw, str):
        raise InvalidRequestError(place, "must be a text.")
    return raw
