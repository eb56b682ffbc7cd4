"""What a server may ask beyond questions to the person, where its definition allows it: sampling and roots.

Neither is advertised to a server that is not allowed it. Source: MCP specification, client features (deprecated since
2026-07-28, in use with older servers).
"""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import PurePath

from mcp import types as mcp_types
from mcp.client import ClientRequestContext
from pydantic import FileUrl

from tui.domain.clock import Clock
from tui.domain.errors import McpTuiError
from tui.domain.events import Event, NoticePosted
from tui.domain.ids import ServerName
from tui.domain.messages import Message
from tui.domain.money import MicroUsd
from tui.domain.servers import ServerSpec
from tui.domain.text import CleanText, clean, clean_line
from tui.servers.calling.results import prompt_messages

SAMPLES_CAP = 20
"""Requests one server may make to the model in one run."""
BUDGET_MICROUSD = MicroUsd(100_000)
"""What all of them together may cost."""
TOKENS_CAP = 4_096
_MESSAGES_CAP = 100
_REFUSED = -1
"""JSON-RPC code the specification shows for a request the person refused."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a server wants a model to be asked."""

    server: ServerName
    messages: tuple[Message, ...]
    system_prompt: CleanText
    max_tokens: int
    temperature: float | None
    max_cost_microusd: MicroUsd


@dataclass(frozen=True, slots=True)
class Sample:
    """What the model answered."""

    text: CleanText
    model: str
    complete: bool
    """False when the answer was cut at `max_tokens`."""
    cost_microusd: MicroUsd | None


Sampler = Callable[[Wish], Awaitable[Sample]]
"""Asks a model. Raises McpTuiError when there is no answer."""


class Allowed:
    """Carries out one server's wishes and counts them; the count lasts as long as the program runs."""

    def __init__(
        self, spec: ServerSpec, *, sampler: Sampler | None, publish: Callable[[Event], None], clock: Clock
    ) -> None:
        self._spec = spec
        self._sampler = sampler
        self._publish = publish
        self._clock = clock
        self._samples = 0
        self._spent = MicroUsd(0)

    @property
    def sampling(self) -> bool:
        """Whether sampling is allowed, and there is a model for it."""
        return "sampling" in self._spec.allow and self._sampler is not None

    @property
    def roots(self) -> bool:
        """Whether the working directory may be named."""
        return "roots" in self._spec.allow

    async def list_roots(self, context: ClientRequestContext) -> mcp_types.ListRootsResult:
        """Names one directory: the server's own, else ours."""
        directory = _directory(self._spec)
        return mcp_types.ListRootsResult(roots=[mcp_types.Root(uri=FileUrl(directory.as_uri()), name=directory.name)])

    async def sample(
        self, context: ClientRequestContext, params: mcp_types.CreateMessageRequestParams
    ) -> mcp_types.CreateMessageResult | mcp_types.ErrorData:
        """Asks the model, within the budget; every request is told to the person."""
        left = MicroUsd(BUDGET_MICROUSD - self._spent)
        if self._sampler is None or self._samples >= SAMPLES_CAP or left <= 0:
            self._tell("has used up what it may ask of your model in this run.", "warning")
            return mcp_types.ErrorData(code=_REFUSED, message="The sampling budget of this server is used up.")
        self._samples += 1
        try:
            sample = await self._sampler(await self._wish(params, left))
        except McpTuiError as error:
            self._tell(f"asked your model in vain: {error.message}", "warning")
            return mcp_types.ErrorData(code=_REFUSED, message=f"No answer: {error.message}")
        self._spent = MicroUsd(self._spent + (sample.cost_microusd or 0))
        self._tell(f"asked your model ({self._samples} of {SAMPLES_CAP} requests in this run).", "info")
        return mcp_types.CreateMessageResult(
            role="assistant",
            content=mcp_types.TextContent(type="text", text=sample.text),
            model=sample.model,
            stop_reason="endTurn" if sample.complete else "maxTokens",
        )

    async def _wish(self, params: mcp_types.CreateMessageRequestParams, left: MicroUsd) -> Wish:
        blocks = [
            mcp_types.PromptMessage(role=message.role, content=block)
            for message in params.messages[-_MESSAGES_CAP:]
            for block in (message.content if isinstance(message.content, list) else [message.content])
            if isinstance(block, mcp_types.TextContent | mcp_types.ImageContent | mcp_types.AudioContent)
        ]
        return Wish(
            self._spec.name,
            await prompt_messages(blocks),
            clean(params.system_prompt or "", 20_000),
            max(1, min(params.max_tokens, TOKENS_CAP)),
            params.temperature,
            left,
        )

    def _tell(self, what: str, severity: str) -> None:
        text = clean_line(f"{self._spec.name} {what}", 300)
        self._publish(NoticePosted("warning" if severity == "warning" else "info", text, at=self._clock.wall()))


def _directory(spec: ServerSpec) -> PurePath:
    return PurePath(os.path.abspath(os.path.expanduser(spec.cwd or os.getcwd())))
