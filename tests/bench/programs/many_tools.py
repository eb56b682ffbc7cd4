"""Adds a server with ten thousand tools to a running engine, and prints what that took, as JSON."""

import asyncio
import json
import os
import tempfile
import time

from tests.bench.loop_watch import watching
from tests.fakes.mcp_host import stdio_spec
from tui.config.paths import find_paths
from tui.config.schema import Settings
from tui.engine import running

WARM_UP = stdio_spec("good", "good")
MANY = stdio_spec("many", "many")


async def cost() -> dict[str, float]:
    """Returns seconds until all tools are listed, converted, vetted and pinned, and the longest stall meanwhile."""
    with tempfile.TemporaryDirectory() as home:
        async with running(Settings(), find_paths({**os.environ, "MCP_TUI_HOME": home})) as engine:
            await engine.servers.add(WARM_UP)
            await engine.servers.settled(30)
            async with watching() as watch:
                began = time.perf_counter()
                await engine.servers.add(MANY)
                await engine.servers.settled(30)
                took_s = time.perf_counter() - began
            tools = len(engine.parts.pool.tools())
    return {"took_s": took_s, "stall_s": watch.stall_s, "tools": tools}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(cost())))
