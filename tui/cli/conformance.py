"""`mcp-tui conformance-client URL`: the program's own host code before the official conformance suite.

The suite plays the server, the authorization server and, through plain redirects, the browser's pages. What a person
would do is done here: questions are answered with their defaults, sign-in pages are visited.
Source: github.com/modelcontextprotocol/conformance, client testing.
"""

import asyncio
import json
import os
import urllib.request
from collections.abc import Mapping, Sequence

from tui import __version__
from tui.cli.invocation import Invocation
from tui.domain.clock import SystemClock
from tui.domain.errors import UsageError
from tui.domain.events import Event, ServerLogged
from tui.domain.grants import OAuthSpec
from tui.domain.ids import CallId, ServerName, new_id
from tui.domain.messages import Json
from tui.domain.questions import Answer, ElicitationAnswer, ElicitationQuestion, Question, refusal
from tui.domain.servers import ServerSpec, ToolInfo

_CLIENT_METADATA_URL = "https://conformance-test.local/client-metadata.json"
_SETTLE_S = 60.0
_STUBS: Mapping[str, Json] = {"string": "x", "integer": 1, "number": 1, "boolean": True, "object": {}, "array": []}
_ECHO_TOOL = "json_schema_echo"


def run(call: Invocation) -> int:
    """Connects, lists, calls every tool once; 0 when the server was reached."""
    scenario = os.environ.get("MCP_CONFORMANCE_SCENARIO", "")
    try:
        context = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT") or "{}")
    except ValueError as error:
        raise UsageError(f"MCP_CONFORMANCE_CONTEXT is no JSON: {error}") from error
    spec = ServerSpec(
        ServerName("suite"), "http", url=call.given.url, trusted=True, oauth=_oauth(context), start_timeout_s=_SETTLE_S
    )
    return asyncio.run(_talk(spec, scenario, context))


def _oauth(context: Mapping[str, Json]) -> OAuthSpec:
    return OAuthSpec(
        client_id=context.get("client_id", ""),
        client_secret=context.get("client_secret", ""),
        client_metadata_url=_CLIENT_METADATA_URL,
    )


async def _talk(spec: ServerSpec, scenario: str, context: Mapping[str, Json]) -> int:
    from tui.servers.pool import ServerPool

    pool = ServerPool(publish=_tell, clock=SystemClock(), ask=_answer, client_version=__version__)
    await pool.start([spec])
    try:
        await pool.wait_settled(_SETTLE_S)
        for tool, arguments in _calls(pool.tools(), context):
            result = await pool.call(tool, arguments, CallId(new_id("call")))
            print(f"{tool.name}: {result.outcome}: {result.text[:200]}")
        status = pool.statuses()[0]
        print(f"{scenario}: {status.state}, {status.era}, {status.error}")
        return 0 if status.era else 3
    finally:
        await pool.stop()


def _calls(tools: Sequence[ToolInfo], context: Mapping[str, Json]) -> list[tuple[ToolInfo, dict[str, Json]]]:
    """The calls the suite names, else one of every tool with made arguments."""
    by_name = {tool.name: tool for tool in tools}
    named = context.get("toolCalls")
    if named:
        return [(by_name[each["name"]], each.get("arguments") or {}) for each in named if each["name"] in by_name]
    if _ECHO_TOOL in by_name:
        others = [tool for tool in tools if tool.name != _ECHO_TOOL]
        return [(by_name[_ECHO_TOOL], {"schema": dict(tool.input_schema)}) for tool in others]
    return [(tool, _stubs(tool.input_schema)) for tool in tools]


def _stubs(schema: Mapping[str, Json]) -> dict[str, Json]:
    properties = schema.get("properties", {})
    return {name: _STUBS.get(properties.get(name, {}).get("type"), "x") for name in schema.get("required", [])}


async def _answer(question: Question) -> Answer:
    if not isinstance(question, ElicitationQuestion):
        return refusal(question)
    if question.url is not None:
        await asyncio.to_thread(_visit, question.url)
        return ElicitationAnswer("accept")
    properties = (question.schema or {}).get("properties", {})
    filled = {name: field["default"] for name, field in properties.items() if "default" in field}
    return ElicitationAnswer("accept", _stubs(question.schema or {}) | filled)


def _visit(url: str) -> None:
    """Goes where a browser would be sent: in the end to our own listener."""
    with urllib.request.urlopen(url, timeout=30) as page:  # noqa: S310 (the sign-in code let only http and https pass)
        page.read()


def _tell(event: Event) -> None:
    if isinstance(event, ServerLogged):
        print(f"{event.channel}: {event.text}")
