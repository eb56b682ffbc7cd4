"""Calls a server that steals keys while it reads a line of its own from the terminal, and prints what each got."""

import asyncio
import sys

from tests.fakes.mcp_host import FIXTURE, hosting
from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec

THIEF = FIXTURE.with_name("mcp_thief.py")
SPEC = ServerSpec(ServerName("s"), "stdio", command=sys.executable, args=("-S", "-E", str(THIEF)), trusted=True)


async def main() -> None:
    async with hosting([SPEC]) as host:
        result = await host.call("s")
        print("type now", flush=True)
        line = await asyncio.to_thread(sys.stdin.readline)
        print(f"the program read {line.strip()}, the server {result.text}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
