"""Messages and tool results as JSON text and back; what is read back is cleaned again, for a file can be edited."""

import json
from collections.abc import Mapping
from typing import cast

from tui.domain.completion import Usage
from tui.domain.ids import CallId
from tui.domain.messages import AudioPart, FilePart, ImagePart, Json, Message, Part, Role, TextPart, ToolCall
from tui.domain.money import Cost, CostSource, MicroUsd
from tui.domain.servers import (
    AudioBlock,
    CallOutcome,
    ImageBlock,
    ResourceBlock,
    ResourceLinkBlock,
    ResultBlock,
    TextBlock,
    ToolResult,
)
from tui.domain.text import clean, clean_line


def utf8(text: str) -> str:
    """Returns `text` with half surrogates replaced, since SQLite takes only UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def dumps(value: Json) -> str:
    """Returns compact JSON that SQLite takes."""
    return utf8(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str))


# --- messages


def encode_message(message: Message) -> str:
    """Returns everything of a message but its role."""
    body: dict[str, Json] = {"parts": [_encode_part(part) for part in message.parts]}
    if message.tool_calls:
        body["tool_calls"] = [[call.id, call.name, call.arguments_json] for call in message.tool_calls]
    if message.tool_call_id is not None:
        body["tool_call_id"] = message.tool_call_id
    if message.extras:
        body["extras"] = dict(message.extras)
    return dumps(body)


def decode_message(role: str, body: str) -> Message:
    """Returns the message `encode_message` was given. Raises ValueError, KeyError or TypeError on anything else."""
    fields = json.loads(body)
    return Message(
        cast("Role", role),
        tuple(_decode_part(part) for part in fields["parts"]),
        tuple(ToolCall(CallId(id_), name, arguments) for id_, name, arguments in fields.get("tool_calls", ())),
        fields.get("tool_call_id"),
        fields.get("extras"),
    )


def _encode_part(part: Part) -> list[str]:
    match part:
        case TextPart():
            return ["text", part.text]
        case ImagePart():
            return ["image", part.mime_type, part.data_base64]
        case AudioPart():
            return ["audio", part.format, part.data_base64]
        case FilePart():
            return ["file", part.name, part.text]


def _decode_part(fields: list[str]) -> Part:
    match fields:
        case ["text", text]:
            return TextPart(clean(text))
        case ["image", mime_type, data]:
            return ImagePart(str(clean_line(mime_type)), data)
        case ["audio", "wav" | "mp3" as form, data]:
            return AudioPart(form, data)
        case ["file", name, text]:
            return FilePart(clean_line(name), clean(text))
        case _:
            raise ValueError(f"no such part: {str(fields)[:80]}")


# --- usage and cost


def encode_usage(usage: Usage | None) -> str | None:
    """Returns the five fields in order."""
    if usage is None:
        return None
    return dumps(
        [usage.input_tokens, usage.output_tokens, usage.cached_tokens, usage.reasoning_tokens, usage.estimated]
    )


def decode_usage(text: str | None) -> Usage:
    """Returns the usage; all unknown when none was stored."""
    return Usage(*json.loads(text)) if text else Usage()


def decode_cost(microusd: int | None, source: str | None) -> Cost:
    """Returns the cost; unknown when none was stored."""
    return Cost.unknown() if microusd is None else Cost(MicroUsd(microusd), cast("CostSource", source))


# --- results


def encode_result(result: ToolResult) -> str:
    """Returns a tool's result with all its blocks."""
    return dumps(
        {
            "outcome": result.outcome,
            "blocks": [_encode_block(block) for block in result.blocks],
            "structured": result.structured,
            "duration_ms": result.duration_ms,
            "size": result.size,
            "spill_path": result.spill_path,
        }
    )


def decode_result(text: str) -> ToolResult:
    """Returns the result `encode_result` was given. Raises ValueError, KeyError or TypeError on anything else."""
    fields = json.loads(text)
    return ToolResult(
        cast("CallOutcome", fields["outcome"]),
        tuple(_decode_block(block) for block in fields["blocks"]),
        fields["structured"],
        fields["duration_ms"],
        fields["size"],
        fields["spill_path"],
    )


def _encode_block(block: ResultBlock) -> dict[str, Json]:
    match block:
        case TextBlock():
            return {"text": block.text}
        case ImageBlock():
            return {"image": block.mime_type, "data": block.data_base64, "size": block.size}
        case AudioBlock():
            return {"audio": block.mime_type, "data": block.data_base64, "size": block.size}
        case ResourceLinkBlock():
            link = {"link": block.uri, "name": block.name}
            return link | {"description": block.description, "mime_type": block.mime_type}
        case ResourceBlock():
            resource = {"resource": block.uri, "mime_type": block.mime_type, "contents": block.text}
            return resource | {"data": block.data_base64, "size": block.size}


def _decode_block(fields: Mapping[str, Json]) -> ResultBlock:
    match fields:
        case {"text": text}:
            return TextBlock(clean(text))
        case {"image": mime_type, "data": data, "size": size}:
            return ImageBlock(clean_line(mime_type), data, size)
        case {"audio": mime_type, "data": data, "size": size}:
            return AudioBlock(clean_line(mime_type), data, size)
        case {"link": uri, "name": name, "description": description, "mime_type": mime_type}:
            return ResourceLinkBlock(clean_line(uri, None), clean_line(name), clean(description), clean_line(mime_type))
        case {"resource": uri, "mime_type": mime_type, "contents": contents, "data": data, "size": size}:
            text = None if contents is None else clean(contents)
            return ResourceBlock(clean_line(uri, None), clean_line(mime_type), text, data, size)
        case _:
            raise ValueError(f"no such block: {str(fields)[:80]}")
