"""Tool calls that run as tasks: created, asked after, fetched, and cancelled when nobody waits any more.

Source: MCP specification 2025-11-25, utilities, tasks (experimental). The SDK knows no tasks; its session sends these
requests unchanged.
"""

from contextlib import suppress
from typing import Any

import anyio
from mcp import Client, MCPError
from mcp import types as mcp_types
from mcp.shared.dispatcher import ProgressFnT
from pydantic import BaseModel, ConfigDict, TypeAdapter

from tui.domain.messages import Json

TIME_FACTOR = 10
"""A task may take this many times as long as a plain call."""
_TTL_MS = 3_600_000
_CANCEL_S = 2.0
_POLL_S = (0.1, 10.0)
_WORKING = "working"
_RESULT = TypeAdapter(mcp_types.CallToolResult)


class _Anything(BaseModel):
    """Whatever the server answered, unchanged."""

    model_config = ConfigDict(extra="allow")


async def call_as_task(
    client: Client, name: str, arguments: dict[str, Json], progressed: ProgressFnT
) -> mcp_types.CallToolResult:
    """Returns the task's result. Raises MCPError and what else a request raises.

    Leaving early (a time limit, a person) cancels the task at the server.
    """
    created = await _ask(client, "tools/call", {"name": name, "arguments": arguments, "task": {"ttl": _TTL_MS}})
    task = created.get("task")
    if not isinstance(task, dict) or not isinstance(task.get("taskId"), str):
        return _RESULT.validate_python(created, by_name=False)
    try:
        await _until_done(client, task, progressed)
        # For a task that waits for input this is the request along which the server asks.
        return _RESULT.validate_python(await _ask(client, "tasks/result", {"taskId": task["taskId"]}), by_name=False)
    except anyio.get_cancelled_exc_class():
        with anyio.CancelScope(shield=True), anyio.move_on_after(_CANCEL_S):
            await _cancel(client, task["taskId"])
        raise


async def _until_done(client: Client, task: dict[str, Json], progressed: ProgressFnT) -> None:
    told = None
    polls = 0
    while task.get("status", _WORKING) == _WORKING:
        message = task.get("statusMessage")
        if isinstance(message, str) and message != told:
            told = message
            await progressed(polls, None, message)
        await anyio.sleep(_interval_s(task.get("pollInterval")))
        polls += 1
        task = {"taskId": task["taskId"]} | await _ask(client, "tasks/get", {"taskId": task["taskId"]})


def _interval_s(milliseconds: Json) -> float:
    shortest, longest = _POLL_S
    if not isinstance(milliseconds, int | float) or isinstance(milliseconds, bool):
        return 1.0
    return min(max(milliseconds / 1000, shortest), longest)


async def _cancel(client: Client, task_id: str) -> None:
    with suppress(MCPError):  # it ended by itself in the meantime
        await _ask(client, "tasks/cancel", {"taskId": task_id})


async def _ask(client: Client, method: str, params: dict[str, Json]) -> dict[str, Json]:
    request = mcp_types.Request[dict[str, Any], str](method=method, params=params)
    answer = await client.session.send_request(request, _Anything)
    return answer.model_dump()
