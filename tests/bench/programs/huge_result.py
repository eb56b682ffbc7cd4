"""Calls a tool once that answers with far too much, and prints what that cost this process, as JSON.

`python -m tests.bench.programs.huge_result stdio|body|event text|structure|rows MEGABYTES`
"""

import asyncio
import gc
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.loop_watch import watching
from tests.fakes import mcp_huge
from tests.fakes.mcp_host import hosting
from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec

SCRIPT = [sys.executable, "-S", "-E", str(Path(mcp_huge.__file__))]


@contextmanager
def huge_server(transport: str) -> Iterator[ServerSpec]:
    """Yields where the server is; the pool starts the one on pipes itself."""
    command, *args = SCRIPT
    name = ServerName("s")
    if transport == "stdio":
        yield ServerSpec(name, "stdio", command=command, args=(*args, "stdio"), trusted=True)
        return
    with subprocess.Popen([*SCRIPT, transport], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield ServerSpec(
                name, "http", url=f"http://127.0.0.1:{process.stdout.readline().strip()}/mcp", trusted=True
            )
        finally:
            process.terminate()


async def cost(transport: str, kind: str, megabytes: int) -> dict[str, object]:
    """Returns the memory that was added and the longest stall, in MB and seconds, and how the call ended."""
    with huge_server(transport) as spec:
        async with hosting([spec]) as host:
            await host.call("s", "give", megabytes=1, kind=kind)
            host.events.clear()
            async with watching() as watch:
                result = await host.call("s", "give", megabytes=megabytes, kind=kind)
    return {"added_mb": watch.added_mb, "stall_s": watch.stall_s, "outcome": result.outcome, "size": result.size}


if __name__ == "__main__":
    # As the engine does once its libraries are loaded.
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
    print(json.dumps(asyncio.run(cost(sys.argv[1], sys.argv[2], int(sys.argv[3])))))
