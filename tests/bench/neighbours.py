"""A call to a sound server beside servers that rage: how much longer it takes than without them."""

import asyncio
import sys
import time
from collections.abc import Sequence

from tests.bench.measurement import Measurement, percentile
from tests.fakes.mcp_host import FIXTURE, Host, stdio_spec
from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec

FAULTS = (
    *("changes", "log", "answers", "requests", "garbage", "stderr"),
    *("long-lines", "too-long-lines", "hang", "crash"),
)
CALLS, BETWEEN_S, RUNS = 60, 0.02, 2
GOAL_MS = 100
"""The most a fault on one server may delay a call on another."""


def measure_neighbours() -> list[Measurement]:
    """Returns the slowest call beside each fault, less the typical call without any; the better of two runs."""
    alone = asyncio.run(_calls(()))
    typical = percentile(alone, 0.5)
    against = f"typical alone {typical * 1e3:.2g} ms, slowest {max(alone) * 1e3:.2g} ms"
    measured = []
    for faults in (*((fault,) for fault in FAULTS), FAULTS):
        worst = min(max(asyncio.run(_calls(faults))) for _ in range(RUNS))
        name = faults[0] if len(faults) == 1 else "all of them"
        measured.append(
            Measurement(
                f"call beside a raging server ({name}), delay", "ms", (worst - typical) * 1e3, None, against, GOAL_MS
            )
        )
    return measured


async def _calls(faults: Sequence[str]) -> list[float]:
    """Returns the seconds each call to the sound server took."""
    host = Host()
    await host.pool.start([stdio_spec("good", "good"), *map(_raging, faults)])
    try:
        await host.until_state("good", "ready")
        await host.call("good")
        seconds = []
        for _ in range(CALLS):
            began = time.perf_counter()
            await host.call("good", text="hello")
            seconds.append(time.perf_counter() - began)
            host.events.clear()
            await asyncio.sleep(BETWEEN_S)
    finally:
        await host.pool.stop()
    return seconds


def _raging(fault: str) -> ServerSpec:
    args = ("-S", "-E", str(FIXTURE.with_name("mcp_raging.py")), fault)
    return ServerSpec(ServerName(fault), "stdio", command=sys.executable, args=args, trusted=True)
