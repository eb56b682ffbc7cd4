"""The body of a Chat Completions request, read and checked."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from tui.domain.messages import Json, ToolSpec
from tui.domain.text import clean
from tui.serve.multimodal.messages import InvalidRequestError

PASSED_ON = frozenset(
    {
        "frequency_penalty",
        "logit_bias",
        "min_p",
        "parallel_tool_calls",
        "prediction",
        "presence_penalty",
        "reasoning",
        "reasoning_effort",
        "repetition_penalty",
        "response_format",
        "seed",
        "stop",
        "top_k",
        "top_p",
        "user",
        "verbosity",
    }
)
"""Fields that go to the provider as they are; what it thinks of them is its own affair."""
_READ = frozenset(
    {
        "model",
        "messages",
        "tools",
        "tool_choice",
        "temperature",
        "max_tokens",
        "max_completion_tokens",
        "stream",
        "stream_options",
        "n",
        "modalities",
        "logprobs",
    }
)
_NOT_CARRIED = ("functions", "function_call", "top_logprobs", "audio", "web_search_options")
"""Fields whose answers would be lost on the way: better refused than half kept."""
_TOOL_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MAX_TOOLS = 256
_MAX_TOKENS = 10_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller wants; `messages` are checked when they are decoded."""

    model: str | None
    messages: Json
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: str = "auto"
    max_output_tokens: int | None = None
    temperature: float | None = None
    options: Mapping[str, Json] = field(default_factory=dict)
    stream: bool = False
    include_usage: bool = False
    ignored: tuple[str, ...] = ()
    """Fields that mean nothing here."""


def read(body: bytes) -> Asked:
    """Returns what is asked for. Raises InvalidRequestError that names the field."""
    fields = _document(body)
    for name in _NOT_CARRIED:
        if fields.get(name) is not None:
            raise InvalidRequestError(name, "is not supported here.", "Leave it out; for functions, use tools.")
    _check_single_text(fields)
    tools = _tools(fields.get("tools"))
    return Asked(
        model=_model(fields.get("model")),
        messages=fields.get("messages"),
        tools=tools,
        tool_choice=_tool_choice(fields.get("tool_choice"), tools),
        max_output_tokens=_limit(fields),
        temperature=_temperature(fields.get("temperature")),
        options={name: value for name, value in fields.items() if name in PASSED_ON and value is not None},
        stream=_flag(fields.get("stream"), "stream"),
        include_usage=_include_usage(fields.get("stream_options")),
        ignored=tuple(sorted(name for name in fields.keys() - _READ - PASSED_ON if fields[name] is not None)),
    )


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise InvalidRequestError("body", "is not JSON.", "Send one JSON object.") from None
    if not isinstance(document, dict):
        raise InvalidRequestError("body", "is no JSON object.", "Send one JSON object.")
    return document


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _check_single_text(fields: Mapping[str, Any]) -> None:
    if fields.get("n") not in (None, 1):
        raise InvalidRequestError("n", "only one answer is given.", "Leave it out, or send several requests.")
    if fields.get("logprobs"):
        raise InvalidRequestError("logprobs", "is not supported here.", "Leave it out.")
    if fields.get("modalities") not in (None, ["text"]):
        raise InvalidRequestError("modalities", "only text is answered.", "Leave it out.")


def _model(raw: Json) -> str | None:
    if raw is None or raw == "":
        return None
    if not isinstance(raw, str) or len(raw) > 300:
        raise InvalidRequestError("model", "must be a text.")
    return raw


def _limit(fields: Mapping[str, Any]) -> int | None:
    name = "max_tokens" if fields.get("max_completion_tokens") is None else "max_completion_tokens"
    value = fields.get(name)
    if value is not None and (type(value) is not int or not 1 <= value <= _MAX_TOKENS):
        raise InvalidRequestError(name, "must be a whole number of 1 or more.")
    return value


def _temperature(value: Json) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 2:
        raise InvalidRequestError("temperature", "must be a number from 0 to 2.")
    return float(value)


def _flag(value: Json, name: str) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    raise InvalidRequestError(name, "must be true or false.")


def _include_usage(raw: Json) -> bool:
    if raw is None:
        return False
    if not isinstance(raw, dict):
        raise InvalidRequestError("stream_options", "must be an object.")
    return _flag(raw.get("include_usage"), "stream_options.include_usage")


# --- tools


def _tools(raw: Json) -> tuple[ToolSpec, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, list) or len(raw) > _MAX_TOOLS:
        raise InvalidRequestError("tools", f"must be a list of at most {_MAX_TOOLS}.")
    return tuple(_tool(one, f"tools[{number}]") for number, one in enumerate(raw))


def _tool(raw: Json, place: str) -> ToolSpec:
    function = raw.get("function") if isinstance(raw, dict) and raw.get("type") == "function" else None
    if not isinstance(function, dict):
        raise InvalidRequestError(place, "must be a tool of the type function.")
    name, parameters, strict = function.get("name"), function.get("parameters"), function.get("strict")
    if not isinstance(name, str) or not _TOOL_NAME.fullmatch(name):
        raise InvalidRequestError(f"{place}.function.name", "must be 1 to 64 letters, digits, - or _.")
    if parameters is not None and not isinstance(parameters, dict):
        raise InvalidRequestError(f"{place}.function.parameters", "must be a JSON Schema object.")
    description = clean(function.get("description") or "")
    return ToolSpec(
        name,
        description,
        parameters or {"type": "object", "properties": {}},
        None if strict is None else _flag(strict, f"{place}.function.strict"),
    )


def _tool_choice(raw: Json, tools: tuple[ToolSpec, ...]) -> str:
    if raw is None or raw in ("auto", "none", "required"):
        return raw or "auto"
    function = raw.get("function") if isinstance(raw, dict) else None
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(name, str) or name not in {tool.name for tool in tools}:
        raise InvalidRequestError("tool_choice", "must be auto, none, required, or name one of the tools.")
    return name
