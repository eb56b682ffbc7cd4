"""Servers that rage without end: the others answer as ever, and the program makes no task of every message."""

import asyncio
import sys

from tests.fakes.mcp_host import FIXTURE, hosting, stdio_spec
from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec

TASKS = 300
"""More than these servers need, far fewer than a flood would bring in a moment."""
SIGNS = {
    "changes": "",
    "log": "",
    "answers": "nobody made",
    "requests": "more at once than anybody could answer",
    "garbage": "no messages",
    "long-lines": "",
    "too-long-lines": "above the limit",
    "stderr": "",
    "hang": "",
    "crash": "",
}
"""By how it rages: what its issues say of it; nothing for what is only passed over."""


def raging(fault: str) -> ServerSpec:
    args = ("-S", "-E", str(FIXTURE.with_name("mcp_raging.py")), fault)
    return ServerSpec(ServerName(fault), "stdio", command=sys.executable, args=args, trusted=True)


async def test_servers_that_rage_delay_no_other_and_fill_nothing() -> None:
    async with hosting([stdio_spec("good", "good"), *map(raging, SIGNS)]) as host:
        for fault, sign in SIGNS.items():
            await host.until(lambda f=fault, s=sign: not s or any(s in issue for issue in host.status(f).issues))  # type: ignore[misc]
        for _ in range(20):
            assert (await host.call("good")).outcome == "ok"
        await host.until_state("crash", "failed")
        assert len(asyncio.all_tasks()) < TASKS
        assert [host.status(fault).state for fault in SIGNS if fault != "crash"] == ["ready"] * (len(SIGNS) - 1)
