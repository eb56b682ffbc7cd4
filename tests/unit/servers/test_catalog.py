"""Names for tools: legal everywhere, unique, readable where possible, the same whatever else is connected."""

import re

from hypothesis import example, given
from hypothesis import strategies as st
from mcp.types import Prompt, Resource, ResourceTemplate, Tool, ToolAnnotations

from tui.domain.ids import ServerName
from tui.servers.catalog import build_catalog, model_name

NAMES = st.text("ab_-.é ", min_size=1, max_size=8) | st.text(min_size=1, max_size=90)
S = ServerName("s")


def test_a_plain_name_stays_readable() -> None:
    assert model_name(ServerName("git-hub"), "create_issue") == "git-hub__create_issue"


@given(st.tuples(NAMES, NAMES), st.tuples(NAMES, NAMES))
@example(("a__b", "c"), ("a", "b__c"))
@example(("a_", "b"), ("a", "_b"))
@example(("a", "é"), ("a", "ß"))
@example(("a", "x" * 80), ("a", "x" * 81))
def test_two_tools_never_share_a_legal_name(one: tuple[str, str], other: tuple[str, str]) -> None:
    first, second = model_name(ServerName(one[0]), one[1]), model_name(ServerName(other[0]), other[1])
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", first)
    assert (first == second) == (one == other)


def test_order_does_not_depend_on_the_server() -> None:
    tools = [Tool(name=name, input_schema={"type": "object"}) for name in ("b", "a", "b")]
    reports: list[str] = []
    resources = [Resource(uri="z://", name="z"), Resource(uri="a://", name="a")]
    templates = [ResourceTemplate(uri_template="a://{id}", name="t")]
    prompts = [Prompt(name="q"), Prompt(name="p")]
    catalog = build_catalog(
        S, tools=tools, resources=resources, templates=templates, prompts=prompts, report=reports.append
    )
    assert [tool.name for tool in catalog.tools] == ["a", "b"]
    assert [(item.uri, item.template) for item in catalog.resources] == [
        ("a://", False),
        ("z://", False),
        ("a://{id}", True),
    ]
    assert [prompt.name for prompt in catalog.prompts] == ["p", "q"]
    assert reports == ["tool b: listed twice; the first is used"]


def test_texts_are_clean_and_hints_have_the_protocols_defaults() -> None:
    plain = Tool(name="a", description="x\x1b[2J", input_schema={"type": "object"})
    hinted = Tool(
        name="b", input_schema={"type": "object"}, annotations=ToolAnnotations(read_only_hint=True, title="B\n\x07")
    )
    catalog = build_catalog(S, tools=[plain, hinted], resources=[], templates=[], prompts=[], report=print)
    first, second = catalog.tools
    assert first.description == "x␛[2J"
    assert (first.read_only, first.destructive, first.idempotent, first.open_world) == (False, True, False, True)
    assert (second.read_only, second.destructive, second.title) == (True, False, "B ␇")
    assert first.schema_tokens > 0
