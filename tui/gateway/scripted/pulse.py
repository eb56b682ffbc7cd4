"""The demo's pulse: small requests now and then, so that breakers, fallbacks and cost are seen to move."""

import asyncio
from collections.abc import AsyncIterator
from typing import Protocol

from tui.domain.completion import ChatRequest, ReplyEvent
from tui.domain.messages import user_text
from tui.domain.text import CleanText

PULSE_S = 3.0


class Answering(Protocol):
    """What the pulse talks to: the gateway, as a chat does."""

    def stream(self, request: ChatRequest) -> AsyncIterator[ReplyEvent]: ...


async def pulse(model: Answering, target: str) -> None:
    """Asks something small every few seconds until cancelled; the answers are thrown away."""
    while True:
        await asyncio.sleep(PULSE_S)
        async for _ in model.stream(ChatRequest(target, (user_text(CleanText("ping")),), max_output_tokens=60)):
            pass
