"""How large a request is before it is sent, in estimated tokens: the basis of reservations and of unreported usage."""

import json
from collections.abc import Iterable

from tui.domain.completion import ChatRequest
from tui.domain.gateway import ModelSpec
from tui.domain.messages import AudioPart, FilePart, ImagePart, Message, Part, TextPart, ToolCall, ToolSpec
from tui.domain.tokens import estimate_audio_tokens, estimate_tokens

MESSAGE_TOKENS = 4
"""Role and separators around each message."""
IMAGE_TOKENS = 1_100
"""A picture of about 1024×1024 as the large providers count it."""
ASSUMED_OUTPUT_TOKENS = 4_096
"""Set aside when neither the request nor the model limits the answer more tightly."""


def input_tokens(request: ChatRequest) -> int:
    """Returns the estimated input tokens of a request: messages, calls, pictures and tool descriptions."""
    return sum(map(_message_tokens, request.messages)) + sum(map(_tool_tokens, request.tools))


def output_ceiling(request: ChatRequest, model: ModelSpec | None) -> int:
    """Returns how many tokens the answer may be reserved for."""
    if request.max_output_tokens is not None:
        return request.max_output_tokens
    limit = model.max_output_tokens if model else None
    return min(limit, ASSUMED_OUTPUT_TOKENS) if limit else ASSUMED_OUTPUT_TOKENS


def output_tokens(pieces: Iterable[str], calls: Iterable[ToolCall]) -> int:
    """Returns the estimated tokens of an answer: its text and reasoning pieces, and its calls."""
    return estimate_tokens("".join(pieces)) + sum(map(_call_tokens, calls))


def _message_tokens(message: Message) -> int:
    parts = sum(map(_part_tokens, message.parts))
    return MESSAGE_TOKENS + parts + sum(map(_call_tokens, message.tool_calls))


def _part_tokens(part: Part) -> int:
    match part:
        case TextPart():
            return estimate_tokens(part.text)
        case FilePart():
            return estimate_tokens(part.name) + estimate_tokens(part.text)
        case ImagePart():
            return IMAGE_TOKENS
        case AudioPart():
            return estimate_audio_tokens(len(part.data_base64) * 3 // 4)


def _call_tokens(call: ToolCall) -> int:
    return MESSAGE_TOKENS + estimate_tokens(call.name) + estimate_tokens(call.arguments_json)


def _tool_tokens(tool: ToolSpec) -> int:
    schema = json.dumps(dict(tool.parameters), ensure_ascii=False, default=str)
    return MESSAGE_TOKENS + estimate_tokens(tool.name) + estimate_tokens(tool.description) + estimate_tokens(schema)
