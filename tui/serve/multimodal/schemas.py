"""The tools in words: names, what they are for, and the parameters that other agents know them by."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui.domain.messages import Json
from tui.serve.multimodal.messages import MAX_PICTURES


@dataclass(frozen=True, slots=True)
class Words:
    """What is listed of a tool."""

    name: str
    title: str
    description: str
    schema: Mapping[str, Json]
    aliases: tuple[str, ...] = ()


def _object(properties: Mapping[str, Json], *required: str) -> Mapping[str, Json]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def _text(description: str) -> Mapping[str, Json]:
    return {"type": "string", "minLength": 1, "description": description}


def _number(description: str) -> Mapping[str, Json]:
    return {"type": "number", "minimum": 0, "description": description}


_MODEL = _text(
    "A chain, provider/model, or a model's own id. Without it the configured model answers, or the free model with the "
    "largest window."
)
_PLACE = "An absolute path in a directory this server may read, an http or https URL, or a data URL."
_CALL = _object(
    {
        "id": _text("The call's id."),
        "type": {"const": "function"},
        "function": _object({"name": _text("The tool."), "arguments": {"type": "string"}}, "name", "arguments"),
    },
    "id",
    "function",
)
_PART = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "enum": ["text", "image_url", "input_audio"]},
        "text": {"type": "string"},
        "image_url": {"type": "object", "properties": {"url": _text(_PLACE)}, "required": ["url"]},
        "input_audio": {
            "type": "object",
            "properties": {"data": _text("base64"), "format": {"type": "string", "enum": ["wav", "mp3"]}},
            "required": ["data"],
        },
    },
    "required": ["type"],
}
_MESSAGE = {
    "type": "object",
    "properties": {
        "role": {"type": "string", "enum": ["system", "user", "assistant", "tool"]},
        "content": {
            "oneOf": [{"type": "string"}, {"type": "array", "minItems": 1, "items": _PART}, {"type": "null"}],
            "description": "A text, or parts of text, pictures and recordings.",
        },
        "tool_calls": {"type": "array", "items": _CALL},
        "tool_call_id": {"type": "string"},
    },
    "required": ["role", "content"],
}

CHAT_COMPLETION = Words(
    "chat_completion",
    "Chat",
    "Send messages to a model and return its answer, with model, tokens and cost. Costs money unless the model is "
    "free. Messages that do not fit the model's window are left out, oldest first; the system message stays.",
    _object(
        {
            "model": _MODEL,
            "messages": {"type": "array", "minItems": 1, "maxItems": 100, "items": _MESSAGE},
            "temperature": {"type": "number", "minimum": 0, "maximum": 2},
            "max_tokens": {"type": "integer", "minimum": 1, "description": "The longest answer."},
        },
        "messages",
    ),
    ("mcp_openrouter_chat_completion",),
)
ANALYZE_IMAGE = Words(
    "analyze_image",
    "Look at a picture",
    "Ask a model about one picture (PNG, JPEG, GIF, WebP). Costs money unless the model is free.",
    _object(
        {"image_path": _text(_PLACE), "question": _text("What to find out about it."), "model": _MODEL}, "image_path"
    ),
    ("mcp_openrouter_analyze_image",),
)
MULTI_IMAGE_ANALYSIS = Words(
    "multi_image_analysis",
    "Compare pictures",
    "Ask a model about several pictures at once. Costs money unless the model is free.",
    _object(
        {
            "images": {
                "type": "array",
                "minItems": 1,
                "maxItems": MAX_PICTURES,
                "items": _object({"url": _text(_PLACE), "alt": _text("What the picture is called.")}, "url"),
            },
            "prompt": _text("What to find out about them."),
            "markdown_response": {"type": "boolean", "default": True, "description": "false asks for plain text."},
            "model": _MODEL,
        },
        "images",
        "prompt",
    ),
    ("mcp_openrouter_multi_image_analysis",),
)
ANALYZE_AUDIO = Words(
    "analyze_audio",
    "Listen to a recording",
    "Ask a model about a recording (WAV, MP3); without a question it writes down what is said. Costs money unless the "
    "model is free.",
    _object(
        {"audio_url": _text(_PLACE), "question": _text("What to find out about it."), "model": _MODEL}, "audio_url"
    ),
    ("mcp_openrouter_analyze_audio",),
)

_PRICE = "US dollars for 1,000 tokens, so that 0.002 is $2 for a million."
SEARCH_MODELS = Words(
    "search_models",
    "Search models",
    "Find models of all providers by name, window, price and abilities. What nobody knows of a model never matches a "
    "filter; `undecided` says how many models that left out.",
    _object(
        {
            "query": {"type": "string", "description": "Words that the id holds, in any order."},
            "provider": _text("A provider, or who made the model, as the id begins."),
            "minContextLength": _number("The smallest window in tokens."),
            "maxContextLength": _number("The largest window in tokens."),
            "maxPromptPrice": _number(f"The highest price of input: {_PRICE}"),
            "maxCompletionPrice": _number(f"The highest price of output: {_PRICE}"),
            "capabilities": _object(
                {
                    "functions": {"type": "boolean", "description": "The same as tools."},
                    "tools": {"type": "boolean"},
                    "vision": {"type": "boolean"},
                    "audio": {"type": "boolean"},
                    "json_mode": {"type": "boolean"},
                }
            ),
            "limit": {"type": "integer", "minimum": 1, "maximum": 50, "default": 10},
        }
    ),
    ("search_models", "mcp_openrouter_search_models"),
)
GET_MODEL_INFO = Words(
    "get_model_info",
    "Look a model up",
    "What is known of one model: window, prices, abilities, and whether it can be asked now.",
    _object({"model": _text("provider/model, a chain, or a model's own id.")}, "model"),
    ("get_model_info", "mcp_openrouter_get_model_info"),
)
VALIDATE_MODEL = Words(
    "validate_model",
    "Check a model's name",
    "Whether a name leads to a model, and to which.",
    _object({"model": _text("provider/model, a chain, or a model's own id.")}, "model"),
    ("validate_model", "mcp_openrouter_validate_model"),
)
