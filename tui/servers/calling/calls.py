"""Requests a person or a model makes of one open server: each ends once, in time, in plain words."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal, TypeVar

from mcp import Client
from mcp import types as mcp_types
from mcp.shared.dispatcher import ProgressFnT

from tui.domain.clock import Clock
from tui.domain.errors import CallError
from tui.domain.events import Event, ToolProgressed
from tui.domain.ids import CallId
from tui.domain.jsonable import MAX_NESTING, nested_too_deeply
from tui.domain.messages import Json, Message
from tui.domain.servers import ResultBlock, ToolInfo, ToolResult, error_result
from tui.domain.text import CleanText, clean, clean_line
from tui.servers.calling.arguments import check
from tui.servers.calling.results import prompt_messages, resource_block, tool_result
from tui.servers.calling.tasks import TIME_FACTOR, call_as_task
from tui.servers.connection import Connection
from tui.servers.faults import REQUEST_FAILURES, explain_call, knows_no_such_tool
from tui.servers.transports.rate import Allowance
from tui.servers.transports.repetition import insist

AnswerT = TypeVar("AnswerT")
_COMPLETIONS = 100
_PROGRESS_PER_S = 20
"""More often nobody can read it."""


async def check_arguments(connection: Connection, tool: ToolInfo, arguments: dict[str, Json]) -> CleanText | None:
    """Returns why the server would not read these arguments or its schema forbids them; None when neither is known."""
    if nested_too_deeply(arguments):
        return clean_line(f"they are nested deeper than {MAX_NESTING} levels")
    finding = await check(_given(arguments, tool.input_schema), tool.input_schema)
    if finding.unusable:
        connection.status.issue(f"tool {tool.name}: arguments are not checked, {finding.unusable}")
    return finding.complaint


def _given(arguments: dict[str, Json], schema: Mapping[str, Json]) -> dict[str, Json]:
    """Models write null for what they leave out; whether an optional argument may be null is left to the server."""
    required = schema.get("required")
    needed = required if isinstance(required, list) else []
    return {name: value for name, value in arguments.items() if value is not None or name in needed}


async def call_tool(
    connection: Connection,
    tool: ToolInfo,
    arguments: dict[str, Json],
    call_id: CallId,
    *,
    publish: Callable[[Event], None],
    clock: Clock,
) -> ToolResult:
    """Runs one call, once; every failure is a result."""
    complaint = await check_arguments(connection, tool, arguments)
    if complaint:
        return error_result("invalid", clean(f"The arguments do not fit the tool's schema: {complaint}"))

    progressed = _teller(call_id, publish, clock)
    started = clock.monotonic()

    def elapsed_ms() -> int:
        return round((clock.monotonic() - started) * 1000)

    limit_s = connection.spec.call_timeout_s * (TIME_FACTOR if tool.task_required else 1)
    try:
        with connection.requests.during(call_id), connection.deadlines.limit(limit_s):
            answer = await insist(connection, tool, lambda: _send(connection.client, tool, arguments, progressed))
        result = await tool_result(answer, elapsed_ms())
    except CallError as error:
        return error_result("error", clean(f"{error.message} {error.hint}"))
    except TimeoutError:
        result = error_result("timeout", clean(f"{tool.name} did not answer within {limit_s:g} s."), elapsed_ms())
    except REQUEST_FAILURES as error:
        result = error_result("error", explain_call(error, connection.spec.name), elapsed_ms())
        if knows_no_such_tool(error):
            connection.announcements.lists_changed()
    connection.status.called(result.duration_ms, result.outcome != "ok")
    await _check_structure(connection, tool, result)
    return result


def _teller(call_id: CallId, publish: Callable[[Event], None], clock: Clock) -> ProgressFnT:
    """Returns what tells a call's progress."""
    allowance = Allowance(per_second=_PROGRESS_PER_S, burst=_PROGRESS_PER_S, clock=clock)

    async def progressed(progress: float, total: float | None, message: str | None) -> None:
        if allowance.take():
            publish(ToolProgressed(call_id, progress, total, clean_line(message or "")))

    return progressed


async def _send(
    client: Client, tool: ToolInfo, arguments: dict[str, Json], progressed: ProgressFnT
) -> mcp_types.CallToolResult:
    if tool.task_required:
        return await call_as_task(client, tool.name, arguments, progressed)
    return await client.call_tool(tool.name, arguments, progress_callback=progressed)


async def _check_structure(connection: Connection, tool: ToolInfo, answer: ToolResult) -> None:
    if answer.outcome != "ok" or tool.output_schema is None:
        return
    if answer.structured is None:
        connection.status.issue(f"tool {tool.name}: promised structured content and sent none")
        return
    finding = await check(answer.structured, tool.output_schema)
    if finding.unusable:
        connection.status.issue(f"tool {tool.name}: results are not checked, {finding.unusable}")
    elif finding.complaint:
        connection.status.issue(f"tool {tool.name}: a result breaks its own schema: {finding.complaint}")


async def read_resource(connection: Connection, uri: str) -> tuple[ResultBlock, ...]:
    """Returns a resource's contents. Raises CallError."""

    async def read(client: Client) -> tuple[ResultBlock, ...]:
        answer = await client.read_resource(uri)
        return tuple([await resource_block(item) for item in answer.contents])

    return await _request(connection, read)


async def watch_resource(connection: Connection, uri: str) -> None:
    """Returns once the server agreed to tell when a resource changes. Raises CallError."""
    offers = connection.client.server_capabilities.resources
    if offers is None or not offers.subscribe:
        raise CallError(f"{connection.spec.name} does not tell when its resources change.", "Read it again instead.")
    await _request(connection, lambda _: connection.watches.watch(uri))


async def get_prompt(connection: Connection, name: str, arguments: dict[str, str]) -> tuple[Message, ...]:
    """Returns a prompt's messages. Raises CallError."""

    async def get(client: Client) -> tuple[Message, ...]:
        return await prompt_messages((await client.get_prompt(name, arguments)).messages)

    return await _request(connection, get)


async def complete(
    connection: Connection,
    kind: Literal["prompt", "resource"],
    ref: str,
    argument: str,
    value: str,
    *,
    filled: Mapping[str, str],
) -> tuple[str, ...]:
    """Returns what the server suggests for an argument, nothing when it does not suggest. Raises CallError.

    `filled` are the other arguments as far as they are known; what fits often depends on them.
    """

    async def suggest(client: Client) -> tuple[str, ...]:
        if client.server_capabilities.completions is None:
            return ()
        reference: mcp_types.PromptReference | mcp_types.ResourceTemplateReference
        if kind == "prompt":
            reference = mcp_types.PromptReference(type="ref/prompt", name=ref)
        else:
            reference = mcp_types.ResourceTemplateReference(type="ref/resource", uri=ref)
        answer = await client.complete(reference, {"name": argument, "value": value}, dict(filled) or None)
        return tuple(answer.completion.values[:_COMPLETIONS])

    return await _request(connection, suggest)


async def _request(connection: Connection, ask: Callable[[Client], Awaitable[AnswerT]]) -> AnswerT:
    try:
        with connection.deadlines.limit(connection.spec.call_timeout_s):
            return await ask(connection.client)
    except TimeoutError:
        limit = f"{connection.spec.call_timeout_s:g} s"
        raise CallError(
            f"{connection.spec.name} did not answer within {limit}.", "Try again, or reconnect it."
        ) from None
    except REQUEST_FAILURES as error:
        raise CallError(explain_call(error, connection.spec.name), "Look at the server's log.") from error
