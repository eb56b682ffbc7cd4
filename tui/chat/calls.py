"""One tool call from the model's words to its one result."""

import asyncio
import difflib
import logging

from tui.chat.arguments import FrozenCall, canonical
from tui.chat.guard import has_side_effects
from tui.chat.results import result_message, result_tokens, shortened
from tui.chat.scope import Scope
from tui.domain.errors import CallError, McpTuiError
from tui.domain.events import ToolCallFinished, ToolCallRequested, ToolCallStarted
from tui.domain.ids import ServerName
from tui.domain.messages import Message, ToolCall
from tui.domain.servers import CallOutcome, ToolInfo, ToolResult, error_result
from tui.domain.text import CleanText, clean, clean_line

_SHOWN_ARGUMENTS = 20_000


class CallRun:
    """Checks, approves, sends and records one call; whatever happens, `settled` returns exactly one result.

    A call that may change something is sent only after `release`: until then the reply could have been cut right
    behind it.
    """

    def __init__(self, scope: Scope, call: ToolCall) -> None:
        self.call = call
        self.sent = False
        self.result: ToolResult | None = None
        self.message: Message | None = None
        self.tool = scope.outside.toolbox.find(call.name)
        self.side_effects = self.tool is None or has_side_effects(
            self.tool, believed=scope.outside.toolbox.believed(self.tool.server)
        )
        self._scope = scope
        self._flaw: CallError | None = None
        self._arguments_json = self._frozen_arguments()
        self._edited_json: str | None = None
        self._aborted: ToolResult | None = None
        self._released = asyncio.Event()
        self._began = scope.outside.clock.monotonic()
        self._publish_request()
        self.task = asyncio.create_task(self._run())

    # --- what the reply tells

    def release(self) -> None:
        """Says that the reply went on behind this call."""
        self._released.set()

    def abort(self, outcome: CallOutcome, reason: CleanText) -> None:
        """Ends a call that has no result yet with this one."""
        if self.result is None and self._aborted is None:
            self._aborted = error_result(outcome, reason)
            self.task.cancel()

    def refuse(self, reason: CleanText) -> None:
        """Ends a call that was not sent yet; one that was goes on."""
        if not self.sent:
            self.abort("invalid", reason)

    async def settled(self) -> ToolResult:
        """Returns the result, once there is one."""
        if self.result is None:
            await asyncio.wait({self.task})
        fault = self._fault()
        if self.result is None:
            await self._conclude(self._aborted or _failed(fault))
        assert self.result is not None
        return self.result

    def let_go(self) -> None:
        """Gives an aborted call its result even when its server has not let go yet."""
        if not self.task.done():
            self._keep(self._aborted or _cancelled())

    # --- the way of the call

    async def _run(self) -> None:
        try:
            result = await self._outcome()
        except asyncio.CancelledError:
            if self._aborted is None:
                raise
            result = self._aborted
        except McpTuiError as error:
            result = error_result("error", error.message)
        await self._conclude(result)

    async def _outcome(self) -> ToolResult:
        refused = self._refused_outright()
        if refused is not None:
            return refused
        tool = self.tool
        assert tool is not None
        frozen = FrozenCall(tool, self._arguments_json)
        toolbox = self._scope.outside.toolbox
        problem = await toolbox.check_arguments(tool, frozen.arguments())
        if problem:
            return error_result("invalid", problem)
        if not await self._scope.limits.call_allowed(tool, frozen.arguments_json):
            return error_result("denied", CleanText("The same call was made too often in this turn."))
        approved = await self._scope.approver.approve(self.call.id, frozen)
        if isinstance(approved, ToolResult):
            return approved
        if approved.arguments_json != frozen.arguments_json:
            self._edited_json = approved.arguments_json
        if self.side_effects:
            await self._released.wait()
        return await self._send(approved)

    def _refused_outright(self) -> ToolResult | None:
        """Returns why the call cannot run whatever anybody says to it."""
        if self.tool is None:
            return error_result("invalid", self._no_such_tool())
        if self.tool.withheld:
            return error_result("denied", _withheld(self.tool))
        return error_result("invalid", self._flaw.message) if self._flaw is not None else None

    async def _send(self, frozen: FrozenCall) -> ToolResult:
        outside, scope, tool = self._scope.outside, self._scope, frozen.tool
        self.sent = True
        call = ToolCall(self.call.id, self.call.name, frozen.arguments_json)
        await outside.ledger.intend_call(scope.memory.chat_id, scope.turn_id, call, tool.server, tool.name)
        outside.publish(ToolCallStarted(scope.turn_id, self.call.id, outside.clock.wall(), self._edited_json))
        self._began = outside.clock.monotonic()
        result = await outside.toolbox.call(tool, frozen.arguments(), self.call.id)
        return await shortened(result, outside.chat.max_result_bytes, outside.spill, self.call.id)

    # --- the result

    async def _conclude(self, result: ToolResult) -> None:
        self._keep(result)
        if self.sent and self.result is not None:
            await self._scope.outside.ledger.finish_call(self.call.id, self.result)

    def _keep(self, result: ToolResult) -> None:
        """The first result stays, and is told once."""
        if self.result is not None:
            return
        scope, outside = self._scope, self._scope.outside
        edited = self._edited_json
        note = "" if edited is None else f"The person changed the arguments to {edited}\n"
        # First, for it may fail: a result nobody can put into words is none.
        self.message = result_message(self.call.id, result, vision=scope.vision, note=note)
        self.result = result
        scope.limits.add_result(result.size)
        tokens = result_tokens(self.message, result, vision=scope.vision)
        outside.publish(ToolCallFinished(scope.turn_id, self.call.id, result, tokens, outside.clock.wall()))

    def _fault(self) -> BaseException | None:
        """What the call stumbled over inside the program; a task's exception that nobody takes is complained about."""
        return self.task.exception() if self.task.done() and not self.task.cancelled() else None

    def _frozen_arguments(self) -> str:
        try:
            return canonical(self.call.arguments_json)
        except CallError as error:
            self._flaw = error
            return "{}"

    def _publish_request(self) -> None:
        scope, tool = self._scope, self.tool
        shown = self._arguments_json if self._flaw is None else clean(self.call.arguments_json, _SHOWN_ARGUMENTS)
        scope.outside.publish(
            ToolCallRequested(
                scope.turn_id,
                self.call.id,
                tool.server if tool else ServerName(""),
                clean_line(tool.name if tool else self.call.name),
                shown,
                scope.outside.clock.wall(),
            )
        )

    def _no_such_tool(self) -> CleanText:
        names = [tool.model_name for tool in self._scope.outside.toolbox.tools()]
        return CleanText(
            f"There is no tool called {clean_line(self.call.name, 100)!r}. {nearest_names(self.call.name, names)}"
        )


def _withheld(tool: ToolInfo) -> CleanText:
    """The tool stood in an earlier offer; the model learns why it is gone, the person what to do."""
    return clean_line(
        f"{tool.server}.{tool.name} {tool.withheld}; nothing was sent. A person can look at it and agree: t on the "
        f"Servers screen, or mcp-tui servers trust {tool.server}"
    )


def nearest_names(name: str, names: list[str]) -> str:
    """Returns a sentence that lists the names most like a wrong one."""
    nearest = difflib.get_close_matches(name[:100], names, n=5, cutoff=0.4)
    return f"The nearest names are {', '.join(nearest)}." if nearest else f"There are {len(names)} tools."


def _failed(fault: BaseException | None) -> ToolResult:
    if fault is None:
        return _cancelled()
    logging.getLogger(__name__).error("a tool call stumbled over a fault of the program", exc_info=fault)
    return error_result("error", clean_line(f"Something went wrong inside the program, not at the server: {fault}"))


def _cancelled() -> ToolResult:
    return error_result("cancelled", CleanText("Nobody waits for it any more."))
