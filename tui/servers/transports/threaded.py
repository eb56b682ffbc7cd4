"""Work on long lists beside the loop: what takes a tenth of a second must not be noticed by anybody else."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

LONG = 500
"""Items; fewer are done with before a thread would have begun."""
ResultT = TypeVar("ResultT")


async def at_length(
    length: int, work: Callable[[Callable[[str], None]], ResultT], report: Callable[[str], None]
) -> ResultT:
    """Returns what `work` returns, done in a thread when `length` items are many; `report` is called on the loop."""
    if length < LONG:
        return work(report)
    reports: list[str] = []
    result = await asyncio.to_thread(work, reports.append)
    for each in reports:
        report(each)
    return result
