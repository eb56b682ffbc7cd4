"""A conversation as Chat Completions providers understand it, in our own frozen types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tui.domain.ids import CallId
from tui.domain.text import CleanText

Role = Literal["system", "user", "assistant", "tool"]
Json = Any
"""A JSON value: dict, list, str, int, float, bool or None."""
INTERRUPTED = CleanText("The call was interrupted; whether it took effect is not known.")
"""Stands for the result of a call whose end nobody saw."""


@dataclass(frozen=True, slots=True)
class TextPart:
    """Plain text."""

    text: CleanText


@dataclass(frozen=True, slots=True)
class ImagePart:
    """A picture, base64 encoded."""

    mime_type: str
    data_base64: str


@dataclass(frozen=True, slots=True)
class AudioPart:
    """A recording, base64 encoded."""

    format: Literal["wav", "mp3"]
    data_base64: str


@dataclass(frozen=True, slots=True)
class FilePart:
    """A text file a person attached; sent to the model as text under its name."""

    name: CleanText
    text: CleanText


Part = TextPart | ImagePart | AudioPart | FilePart


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call a model asks for. `arguments_json` is the model's own text: untrusted, unparsed, never shown raw."""

    id: CallId
    name: str
    """The provider-legal name; `chat.ports.Toolbox` maps it to a server and a tool."""
    arguments_json: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `tool_calls` only on assistant messages, `tool_call_id` only on tool messages."""

    role: Role
    parts: tuple[Part, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: CallId | None = None
    extras: Mapping[str, Json] | None = None
    """Provider fields that must be echoed verbatim (reasoning details), by provider name."""

    @property
    def text(self) -> str:
        """The text parts joined."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))


def user_text(text: CleanText) -> Message:
    """Returns a user message of one text part."""
    return Message("user", (TextPart(text),))


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as a model is told of it: Chat Completions `function` fields."""

    name: str
    """Provider-legal: `[A-Za-z0-9_-]{1,64}`."""
    description: CleanText
    parameters: Mapping[str, Json]
    """JSON Schema with an object at its root."""
    strict: bool | None = None
    """Whether the provider is to hold the model to the schema; None leaves it to the provider."""
