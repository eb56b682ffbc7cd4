"""Keeps the gateway's panel up to date: asks once a second, tells when something changed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from tui.domain.clock import Clock
from tui.domain.errors import McpTuiError
from tui.domain.events import Event, GatewaySampled, NoticePosted
from tui.domain.gateway import EMBEDDED, GatewaySnapshot
from tui.domain.text import CleanText, clean_line

SAMPLE_S = 1.0
TOLD_AGAIN_S = 5.0
"""Figures of a gateway outside are told again after so long though none changed: they were asked for anew."""


class Watched(Protocol):
    """A gateway that can be looked at."""

    async def snapshot(self) -> GatewaySnapshot: ...


async def watch(
    gateway: Watched,
    publish: Callable[[Event], None],
    clock: Clock,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Publishes the gateway's figures when they changed; a look that fails is told once, then tried again."""
    shown: GatewaySnapshot | None = None
    failed = False
    while True:
        try:
            snapshot = await gateway.snapshot()
            if shown is None or _is_news(snapshot, shown):
                publish(GatewaySampled(snapshot))
                shown = snapshot
            failed = False
        except Exception as error:  # noqa: BLE001 - edge: a poll; whatever broke it, the next is tried
            if not failed:
                publish(_notice(error, clock.wall()))
            failed = True
        await sleep(SAMPLE_S)


def _is_news(snapshot: GatewaySnapshot, shown: GatewaySnapshot) -> bool:
    asked_anew = snapshot.gateway != EMBEDDED and snapshot.at - shown.at >= TOLD_AGAIN_S
    return asked_anew or replace(snapshot, at=shown.at) != shown


def _notice(error: Exception, at: float) -> NoticePosted:
    if isinstance(error, McpTuiError):
        return NoticePosted("warning", error.message, error.hint, at=at)
    logging.getLogger(__name__).warning("the gateway could not be looked at", exc_info=error)
    text = clean_line(f"The gateway's figures could not be brought up to date: {error}")
    return NoticePosted("warning", text, CleanText("They are asked for again; the log (7) has the details."), at=at)
