"""A conversation as the JSON body of a Chat Completions request. Pure."""

import hashlib
import json
import string
from typing import Any

from tui.domain.completion import ChatRequest
from tui.domain.ids import CallId
from tui.domain.messages import AudioPart, FilePart, ImagePart, Message, Part, TextPart, ToolCall, ToolSpec
from tui.gateway.upstream.calls import parsed_object
from tui.gateway.upstream.clean_pieces import with_whole_pairs

_ALPHABET = string.ascii_letters + string.digits
_ID_LENGTH = 9
"""Mistral accepts exactly nine letters and digits; every other provider accepts that too."""
_CHOICES = ("auto", "required", "none")


def request_body(request: ChatRequest, model: str, provider: str, base_url: str) -> dict[str, Any]:
    """Returns the body of a streamed request to `model`; `provider` picks which extras are echoed."""
    provider_ids = _stateful_ids(request.messages, provider)
    body: dict[str, Any] = {
        **request.options,
        "model": model,
        "messages": [_message(message, provider, provider_ids) for message in request.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
        body["tool_choice"] = _tool_choice(request.tool_choice)
    if request.max_output_tokens is not None:
        body[_limit_field(base_url)] = request.max_output_tokens
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if "openrouter.ai" in base_url:
        body["usage"] = {"include": True}
    return body


def wire_id(call_id: CallId) -> str:
    """Returns the id of a call as it goes over the wire: always the same for the same call, legal everywhere."""
    number = int.from_bytes(hashlib.sha256(call_id.encode()).digest()[:8], "big")
    digits = []
    for _ in range(_ID_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(digits)


def _limit_field(base_url: str) -> str:
    # OpenAI's newer models refuse `max_tokens`; most others know nothing else.
    return "max_completion_tokens" if "api.openai.com" in base_url else "max_tokens"


def _tool(tool: ToolSpec) -> dict[str, Any]:
    function: dict[str, Any] = {
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
    }
    if tool.strict is not None:
        function["strict"] = tool.strict
    return {"type": "function", "function": function}


def _tool_choice(choice: str) -> Any:
    return choice if choice in _CHOICES else {"type": "function", "function": {"name": choice}}


def _extras(message: Message, provider: str) -> dict[str, Any]:
    extras = (message.extras or {}).get(provider)
    return extras if isinstance(extras, dict) else {}


def _stateful_ids(messages: tuple[Message, ...], provider: str) -> dict[str, str]:
    """Returns ids this provider wants back as it gave them, by our own ids."""
    found: dict[str, str] = {}
    for message in messages:
        found |= _extras(message, provider).get("call_ids") or {}
    return found


def _message(message: Message, provider: str, provider_ids: dict[str, str]) -> dict[str, Any]:
    extras = _extras(message, provider)
    if message.role == "tool":
        call_id = message.tool_call_id or CallId("")
        content = with_whole_pairs(_joined_text(message.parts))
        return {"role": "tool", "tool_call_id": provider_ids.get(call_id) or wire_id(call_id), "content": content}
    body: dict[str, Any] = {"role": message.role, "content": _content(message.parts)}
    if message.tool_calls:
        body["tool_calls"] = [_call(call, extras, provider_ids) for call in message.tool_calls]
        body["content"] = body["content"] or None
    return body | _echoed(message, extras)


def _echoed(message: Message, extras: dict[str, Any]) -> dict[str, Any]:
    """Reasoning goes back to who sent it: details always, plain reasoning only where tools are in play (DeepSeek)."""
    names = ["reasoning_details"] + (["reasoning_content"] if message.tool_calls else [])
    return {name: extras[name] for name in names if name in extras}


def _call(call: ToolCall, extras: dict[str, Any], provider_ids: dict[str, str]) -> dict[str, Any]:
    function = {"name": call.name, "arguments": _arguments(call.arguments_json)}
    body = {"id": provider_ids.get(call.id) or wire_id(call.id), "type": "function", "function": function}
    extra_content = (extras.get("call_extra_content") or {}).get(call.id)
    return body | ({"extra_content": extra_content} if extra_content else {})


def _arguments(arguments_json: str) -> str:
    """Strict providers refuse a history whose arguments do not parse; those calls were answered with an error."""
    if parsed_object(arguments_json) is not None:
        return with_whole_pairs(arguments_json)
    return json.dumps({"invalid_arguments": with_whole_pairs(arguments_json)})


def _content(parts: tuple[Part, ...]) -> Any:
    if any(isinstance(part, ImagePart | AudioPart) for part in parts):
        return [_part(part) for part in parts]
    return with_whole_pairs(_joined_text(parts))


def _joined_text(parts: tuple[Part, ...]) -> str:
    return "\n\n".join(_text(part) for part in parts if isinstance(part, TextPart | FilePart))


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, ImagePart):
        return {"type": "image_url", "image_url": {"url": f"data:{part.mime_type};base64,{part.data_base64}"}}
    if isinstance(part, AudioPart):
        return {"type": "input_audio", "input_audio": {"data": part.data_base64, "format": part.format}}
    return {"type": "text", "text": with_whole_pairs(_text(part))}


def _text(part: TextPart | FilePart) -> str:
    if isinstance(part, TextPart):
        return part.text
    fence = "```"
    while fence in part.text:
        fence += "`"
    return f"File {part.name}:\n{fence}\n{part.text}\n{fence}"
