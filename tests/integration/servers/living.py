"""Whether a process still runs."""

import asyncio
from pathlib import Path


def is_running(pid: int) -> bool:
    """A zombie waits for a careless parent and runs no more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def gone(pid: int) -> None:
    """Returns once the process runs no more."""
    async with asyncio.timeout(10):
        while is_running(pid):
            await asyncio.sleep(0.01)
