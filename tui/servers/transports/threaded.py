"""Work that takes a tenth of a second goes beside the loop, so that nobody else notices; short work would only wait."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

LONG = 500
"""Items of a list."""
ResultT = TypeVar("ResultT")


async def beside(work: Callable[[], ResultT], *, heavy: bool) -> ResultT:
    """Returns what `work` returns, done in a thread when it is heavy."""
    return await asyncio.to_thread(work) if heavy else work()


async def at_length(
    length: int, work: Callable[[Callable[[str], None]], ResultT], report: Callable[[str], None]
) -> ResultT:
    """Returns what `work` returns for a list of `length` items; `report` is called on the loop."""
    reports: list[str] = []
    result = await beside(lambda: work(reports.append), heavy=length >= LONG)
    for each in reports:
        report(each)
    return result
