"""Answers that break the protocol become answers that do not, and every repair is told."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import types as mcp_types

from tui.servers.transports.repair import DEFINITION_META, OUTPUT_SCHEMA_META, PIECE_CAP, repair
from tui.servers.trust.pins import canonical

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
MODELS: dict[str, tuple[str, type[Any]]] = {
    "tools/list": ("tools", mcp_types.ListToolsResult),
    "resources/list": ("resources", mcp_types.ListResourcesResult),
    "resources/templates/list": ("resourceTemplates", mcp_types.ListResourceTemplatesResult),
    "prompts/list": ("prompts", mcp_types.ListPromptsResult),
    "prompts/get": ("messages", mcp_types.GetPromptResult),
    "resources/read": ("contents", mcp_types.ReadResourceResult),
    "tools/call": ("content", mcp_types.CallToolResult),
}
WORDS = """name title description inputSchema outputSchema annotations execution _meta icons uri uriTemplate mimeType
    size arguments role content type text data blob resource isError structuredContent"""
FIELDS = st.sampled_from(WORDS.split())


@given(st.sampled_from(sorted(MODELS)), st.lists(st.dictionaries(FIELDS, JSON, max_size=6) | JSON, max_size=3))
def test_whatever_a_server_lists_the_sdk_accepts_the_rest(method: str, items: list[Any]) -> None:
    key, model = MODELS[method]
    repaired = repair(method, {key: items}, lambda _: None)
    model.model_validate(repaired, by_name=False)


@given(st.dictionaries(st.sampled_from(["serverInfo", "capabilities", "instructions"]), JSON))
def test_a_greeting_needs_a_version_and_nothing_else(greeting: dict[str, Any]) -> None:
    repaired = repair("initialize", {"protocolVersion": "2025-11-25", **greeting}, lambda _: None)
    if not isinstance(greeting.get("capabilities"), dict):
        mcp_types.InitializeResult.model_validate(repaired, by_name=False)


def test_a_sound_tool_passes_unreported_with_its_output_schema_set_aside() -> None:
    reports: list[str] = []
    tool = {"name": "t", "inputSchema": {"type": "object", "x-mcp-header": 1}, "outputSchema": {"type": "object"}}
    (repaired,) = repair("tools/list", {"tools": [tool]}, reports.append)["tools"]
    assert repaired["inputSchema"] == tool["inputSchema"]
    assert "outputSchema" not in repaired
    assert repaired["_meta"] == {OUTPUT_SCHEMA_META: {"type": "object"}, DEFINITION_META: canonical(tool)}
    assert reports == []


@pytest.mark.parametrize(
    ("tool", "report"),
    [
        ({"name": "t"}, "no usable input schema"),
        ({"name": "t", "inputSchema": None}, "no usable input schema"),
        ({"inputSchema": {}}, "it has no name"),
        ("tool", "it has no name"),
        ({"name": "t", "inputSchema": {}, "outputSchema": []}, "output schema is no object"),
    ],
)
def test_every_repair_of_a_tool_is_told(tool: Any, report: str) -> None:
    """M25."""
    reports: list[str] = []
    good = {"name": "good", "inputSchema": {"type": "object"}}
    tools = repair("tools/list", {"tools": [tool, good]}, reports.append)["tools"]
    assert tools[-1]["name"] == "good"
    assert report in reports[0]


def test_a_request_for_more_input_passes_untouched() -> None:
    """M50: what the server wants back must come back byte for byte."""
    asking = {"resultType": "input_required", "requestState": "opaque", "content": 7}
    assert repair("tools/call", asking, pytest.fail) is asking


@pytest.mark.parametrize(
    ("method", "key", "item"),
    [
        ("tools/call", "content", {"type": "text", "text": "a"}),
        ("prompts/get", "messages", {"role": "user", "content": "a"}),
        ("resources/read", "contents", {"uri": "a:b", "text": "a"}),
    ],
)
def test_of_far_too_many_pieces_the_first_are_kept_and_the_rest_is_told(
    method: str, key: str, item: dict[str, Any]
) -> None:
    said: list[str] = []
    kept = repair(method, {key: [item] * (PIECE_CAP + 7)}, said.append)[key]
    (sentence,) = said
    assert (sentence.startswith("sent 2,007 "), sentence.endswith("the first 2,000 are kept")) == (True, True)
    told = [{"type": "text", "text": "[7 more content blocks were left out]"}] if key == "content" else []
    assert kept[PIECE_CAP:] == told
