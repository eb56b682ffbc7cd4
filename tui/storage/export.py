"""A chat as text to keep: Markdown for people, JSON for programs; everything in it is cleaned."""

import json
from collections.abc import Sequence

from tui.domain.messages import AudioPart, FilePart, ImagePart, Json, Message, Part, TextPart
from tui.domain.text import CleanText, clean, clean_line, escape_line

_HEADINGS = {"user": "You", "assistant": "Model", "system": "System"}


def chat_as_markdown(title: str, messages: Sequence[Message]) -> CleanText:
    """Returns the chat with one heading a message; calls and results are fenced."""
    blocks = [f"# {clean_line(title) or 'Untitled chat'}"]
    for message in messages:
        if message.role == "tool":
            blocks.append(f"**Result**\n\n{_fenced(clean(message.text))}")
            continue
        blocks.append(f"## {_HEADINGS[message.role]}")
        blocks.extend(_part_as_markdown(part) for part in message.parts)
        for call in message.tool_calls:
            blocks.append(f"**Call** `{clean_line(call.name)}`\n\n{_fenced(escape_line(call.arguments_json), 'json')}")
    return CleanText("\n\n".join(blocks) + "\n")


def chat_as_json(title: str, messages: Sequence[Message]) -> CleanText:
    """Returns the chat as an object `{title, messages}` in the Chat Completions shape."""
    document = {"title": clean_line(title), "messages": [_message_as_json(message) for message in messages]}
    return clean(json.dumps(document, ensure_ascii=False, indent=2))


def _part_as_markdown(part: Part) -> str:
    match part:
        case TextPart():
            return clean(part.text)
        case ImagePart():
            return f"*[picture, {clean_line(part.mime_type)}]*"
        case AudioPart():
            return f"*[recording, {part.format}]*"
        case FilePart():
            return f"*[file {clean_line(part.name)}]*\n\n{_fenced(clean(part.text))}"


def _fenced(text: str, language: str = "") -> str:
    """Fences `text` with more backticks than it contains in a row (CommonMark 4.5)."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def _message_as_json(message: Message) -> dict[str, Json]:
    fields: dict[str, Json] = {"role": message.role, "content": [_part_as_json(part) for part in message.parts]}
    if message.tool_calls:
        fields["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": clean_line(call.name), "arguments": clean(call.arguments_json)},
            }
            for call in message.tool_calls
        ]
    if message.tool_call_id is not None:
        fields["tool_call_id"] = message.tool_call_id
    return fields


def _part_as_json(part: Part) -> dict[str, Json]:
    match part:
        case TextPart():
            return {"type": "text", "text": clean(part.text)}
        case ImagePart():
            url = f"data:{clean_line(part.mime_type)};base64,{clean(part.data_base64)}"
            return {"type": "image_url", "image_url": {"url": url}}
        case AudioPart():
            return {"type": "input_audio", "input_audio": {"data": clean(part.data_base64), "format": part.format}}
        case FilePart():
            return {"type": "file", "file": {"filename": clean_line(part.name), "text": clean(part.text)}}
