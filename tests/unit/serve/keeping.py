"""An audit and a ledger in memory, and tools to call."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.fakes.clock import FakeClock
from tui.domain.audit import AuditedCall
from tui.domain.messages import Json
from tui.domain.money import Cost, MicroUsd
from tui.domain.spend import Exceeded
from tui.domain.text import CleanText
from tui.serve.admission import Admission
from tui.serve.caller import Caller
from tui.serve.calls import Calls
from tui.serve.catalog import Catalog
from tui.serve.tool import Call, Estimate, Hints, ServedTool, ToolAnswer


@dataclass
class Kept:
    """Satisfies `serve.ports.AuditTrail` and `CallerLedger`."""

    recorded: list[AuditedCall] = field(default_factory=list)
    begun: list[AuditedCall] = field(default_factory=list)
    ends: list[int | None] = field(default_factory=list)
    """Beside `recorded`, which of `begun` each ends, counted from 1."""
    held: dict[str, int] = field(default_factory=dict)
    spent: int = 0

    def fingerprint(self, arguments: Json) -> str:
        return f"hash of {len(json.dumps(arguments))} signs"

    async def begin(self, call: AuditedCall) -> int:
        self.begun.append(call)
        return len(self.begun)

    async def record(self, call: AuditedCall, began: int | None = None) -> None:
        self.recorded.append(call)
        self.ends.append(began)

    async def reserve(self, call_id: str, key_id: str, amount: MicroUsd, day_limit: MicroUsd | None) -> Exceeded | None:
        held = sum(self.held.values())
        if day_limit is not None and self.spent + held + amount > day_limit:
            return Exceeded("day", day_limit, MicroUsd(self.spent), MicroUsd(held))
        self.held[call_id] = amount
        return None

    async def settle(self, call_id: str, cost: Cost) -> None:
        held = self.held.pop(call_id)
        self.spent += held if cost.microusd is None else cost.microusd


NUMBER = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}


def tool(
    handler: Callable[[Call], Awaitable[ToolAnswer]],
    *,
    name: str = "double",
    scopes: tuple[str, ...] = ("execute:completions",),
    estimate: Estimate | None = None,
    aliases: tuple[str, ...] = (),
) -> ServedTool:
    """A tool of one number in, one number out."""
    return ServedTool(name, "Tests.", NUMBER, NUMBER, Hints(True), scopes, handler, aliases, estimate)


def holder(*scopes: str, budget: int | None = None) -> Caller:
    """A caller with a key."""
    limit = None if budget is None else MicroUsd(budget)
    return Caller(CleanText("agent"), frozenset(scopes or ("*",)), "key1", limit)


def calls(kept: Kept, *tools: ServedTool, clock: FakeClock | None = None) -> Calls:
    """What carries calls out."""
    return Calls(Catalog(tools), Admission(kept, kept, clock or FakeClock(), "http"))
