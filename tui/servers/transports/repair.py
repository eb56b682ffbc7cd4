"""Answers that break the protocol, mended or cut down to what is usable before the SDK validates them.

The SDK drops a whole list for one malformed tool and a whole result for one unknown block; here only the broken
piece goes, and what was done is reported. Results are rebuilt from the fields this program uses. Pure.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Self

from tui.domain.messages import Json
from tui.servers.transports.preview import preview
from tui.servers.trust.pins import canonical

Report = Callable[[str], None]
OUTPUT_SCHEMA_META = "mcp-tui/outputSchema"
"""Where a tool's output schema travels: the SDK would validate results on the loop, and lose those that fail."""
DEFINITION_META = "mcp-tui/definition"
"""Where the canonical text of a whole definition travels, as it was before anything was mended."""
STRUCTURED_META = "mcp-tui/structuredContent"
"""Where a result's structured content travels, in an `Untouched`."""
PIECE_CAP = 2_000
"""Pieces of one result that are kept."""
_NOUNS = {"tools": "tool", "resources": "resource", "resourceTemplates": "resource template", "prompts": "prompt"}


class Untouched(str):
    """Holds a value that the SDK takes for an empty text and hands on; the value itself it would copy item by item."""

    __slots__ = ("value",)

    def __init__(self, value: Json) -> None:
        self.value = value

    def __new__(cls, _: Json) -> Self:
        return super().__new__(cls)


def repair(method: str, result: dict[str, Json], report: Report) -> dict[str, Json]:
    """Returns `result` with everything the SDK would stumble over mended; `report` gets one sentence for each."""
    mend = _MENDERS.get(method)
    if mend is None or result.get("resultType") == "input_required":
        return result
    return mend(result, report)


def _initialized(result: dict[str, Json], report: Report) -> dict[str, Json]:
    info = result.get("serverInfo")
    if not isinstance(info, dict) or not isinstance(info.get("name"), str):
        report("did not say its name")
        info = {}
    fixed = {**_strings(info, "name", "title", "version")}
    mended = result | {"serverInfo": {"name": "", "version": ""} | fixed}
    if not isinstance(result.get("capabilities"), dict):
        report("declared no capabilities")
        mended["capabilities"] = {"tools": {}}
    if not isinstance(result.get("instructions"), str):
        mended.pop("instructions", None)
    return mended


def _listed(
    result: dict[str, Json], key: str, mend: Callable[[dict[str, Json], Report], dict[str, Json] | None], report: Report
) -> dict[str, Json]:
    kept = []
    for item in _list(result.get(key)):
        mended = mend(item, report) if isinstance(item, dict) else None
        if mended is None:
            report(f"{_NOUNS[key]} dropped, it has no name: {preview(item, 80)}")
        else:
            kept.append(mended)
    fixed = result | {key: kept}
    if not isinstance(result.get("nextCursor"), str):
        fixed.pop("nextCursor", None)
    return fixed


def _tool(tool: dict[str, Json], report: Report) -> dict[str, Json] | None:
    name = tool.get("name")
    if not isinstance(name, str) or not name:
        return None
    schema = tool.get("inputSchema")
    if not isinstance(schema, dict):
        report(f"tool {name}: no usable input schema; it is offered without arguments")
        schema = {}
    if schema.get("type") != "object":
        schema = schema | {"type": "object"}
    mended = _strings(tool, "name", "title", "description") | {"inputSchema": schema, "_meta": _whole(tool)}
    if isinstance(tool.get("annotations"), dict):
        hints = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
        flags = {hint: tool["annotations"][hint] for hint in hints if isinstance(tool["annotations"].get(hint), bool)}
        mended["annotations"] = flags | _strings(tool["annotations"], "title")
    if isinstance(tool.get("execution"), dict) and tool["execution"].get("taskSupport") == "required":
        mended["execution"] = {"taskSupport": "required"}
    if isinstance(tool.get("outputSchema"), dict):
        mended["_meta"] |= {OUTPUT_SCHEMA_META: tool["outputSchema"]}
    elif tool.get("outputSchema") is not None:
        report(f"tool {name}: its output schema is no object; results are not checked")
    return mended


def _named(item: dict[str, Json], address: str, *more: str) -> dict[str, Json] | None:
    uri = item.get(address)
    if not isinstance(uri, str) or not uri:
        return None
    size = item.get("size")
    sized = {"size": size} if isinstance(size, int) and not isinstance(size, bool) else {}
    return {"name": uri} | _strings(item, address, "name", "title", "description", *more) | sized


def _prompt(item: dict[str, Json], _: Report) -> dict[str, Json] | None:
    if not isinstance(item.get("name"), str) or not item["name"]:
        return None
    arguments = [
        _strings(argument, "name", "description") | {"required": argument.get("required") is True}
        for argument in _list(item.get("arguments"))
        if isinstance(argument, dict) and isinstance(argument.get("name"), str)
    ]
    return _strings(item, "name", "title", "description") | {"arguments": arguments, "_meta": _whole(item)}


def _called(result: dict[str, Json], report: Report) -> dict[str, Json]:
    if "task" in result and "content" not in result:
        # A task was created; its result comes later. The SDK lets only complete results through.
        return {"content": [], "task": result["task"]}
    content = result.get("content")
    if isinstance(content, str):
        report("a result's content is bare text")
        content = [{"type": "text", "text": content}]
    elif not isinstance(content, list):
        if "structuredContent" not in result:
            report("a result has no content")
        content = []
    blocks = [_block(item, report) for item in _first(content, "content blocks", report)]
    if len(content) > PIECE_CAP:
        blocks.append({"type": "text", "text": f"[{len(content) - PIECE_CAP:,} more content blocks were left out]"})
    fixed = result | {"content": blocks, "isError": result.get("isError") is True}
    structured = fixed.pop("structuredContent", None)
    if structured is not None and not isinstance(structured, dict):
        report("a result's structured content is no object")
        structured = {"result": structured}
    fixed["_meta"] = {STRUCTURED_META: Untouched(structured)}
    return fixed


def _prompted(result: dict[str, Json], report: Report) -> dict[str, Json]:
    messages = _first(_list(result.get("messages")), "messages", report)
    return result | {"messages": [_message(item, report) for item in messages]}


def _read(result: dict[str, Json], report: Report) -> dict[str, Json]:
    contents = [_contents(item, report) for item in _first(_list(result.get("contents")), "contents", report)]
    return result | {"contents": [item for item in contents if item]}


def _message(item: Json, report: Report) -> dict[str, Json]:
    message = item if isinstance(item, dict) else {"content": item}
    role = message.get("role")
    if role not in ("user", "assistant"):
        report(f"a prompt's message has the role {str(role)[:40]!r}")
        role = "user"
    content = message.get("content")
    block = {"type": "text", "text": content} if isinstance(content, str) else content
    return {"role": role, "content": _block(block, report)}


def _block(block: Json, report: Report) -> dict[str, Json]:
    known = block if isinstance(block, dict) else {}
    match known.get("type"):
        case "text" if isinstance(known.get("text"), str):
            return {"type": "text", "text": known["text"]}
        case ("image" | "audio") as kind if isinstance(known.get("data"), str):
            return {"type": kind, "mimeType": "application/octet-stream"} | _strings(known, "data", "mimeType")
        case "resource_link" if isinstance(known.get("uri"), str):
            strings = _strings(known, "uri", "name", "title", "description", "mimeType")
            return {"type": "resource_link", "name": known["uri"]} | strings
        case "resource" if contents := _contents(known.get("resource"), report):
            return {"type": "resource", "resource": contents}
        case _:
            report(f"a content block was not understood: {preview(block, 60)}")
            return {"type": "text", "text": f"[unsupported content: {preview(block)}]"}


def _contents(item: Json, report: Report) -> dict[str, Json] | None:
    if isinstance(item, dict) and (isinstance(item.get("text"), str) or isinstance(item.get("blob"), str)):
        body = "text" if isinstance(item.get("text"), str) else "blob"
        return {"uri": ""} | _strings(item, "uri", "mimeType", body)
    report(f"a resource without contents was dropped: {preview(item, 60)}")
    return None


def _whole(definition: dict[str, Json]) -> dict[str, Json]:
    return {DEFINITION_META: canonical(definition)}


def _strings(item: dict[str, Json], *keys: str) -> dict[str, Json]:
    return {key: item[key] for key in keys if isinstance(item.get(key), str)}


def _first(items: list[Json], noun: str, report: Report) -> list[Json]:
    """The SDK builds an object of each piece on the loop, forty a millisecond at best."""
    if len(items) > PIECE_CAP:
        report(f"sent {len(items):,} {noun} at once; the first {PIECE_CAP:,} are kept")
    return items[:PIECE_CAP]


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


_MENDERS: Mapping[str, Callable[[dict[str, Json], Report], dict[str, Json]]] = MappingProxyType(
    {
        "initialize": _initialized,
        "tools/list": lambda result, report: _listed(result, "tools", _tool, report),
        "resources/list": lambda result, report: _listed(
            result, "resources", lambda item, _: _named(item, "uri", "mimeType"), report
        ),
        "resources/templates/list": lambda result, report: _listed(
            result, "resourceTemplates", lambda item, _: _named(item, "uriTemplate", "mimeType"), report
        ),
        "prompts/list": lambda result, report: _listed(result, "prompts", _prompt, report),
        "prompts/get": _prompted,
        "resources/read": _read,
        "tools/call": _called,
        "tasks/result": _called,
    }
)
