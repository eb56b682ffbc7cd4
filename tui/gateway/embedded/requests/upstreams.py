"""The endpoints' clients, one a provider and key, made when first needed."""

import math
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from tui.domain.completion import ChatRequest
from tui.domain.errors import McpTuiError
from tui.domain.gateway import ModelSpec, ProviderSpec
from tui.domain.ids import ProviderName
from tui.gateway.embedded.resilience.profiles import Profile
from tui.gateway.scripted import demo_transport
from tui.gateway.upstream.account import Account
from tui.gateway.upstream.client import UpstreamClient
from tui.gateway.upstream.events import Timeouts, UpstreamEvent


class Upstream(Protocol):
    """One OpenAI-compatible endpoint with one key."""

    def stream(self, request: ChatRequest, model: str) -> AsyncIterator[UpstreamEvent]:
        """Yields the events of one request, `Done` last, within `timeout_s`; raises nothing but CancelledError."""
        ...

    async def models(self) -> tuple[ModelSpec, ...]:
        """Returns the endpoint's own list of models. Raises McpTuiError."""
        ...

    async def account(self) -> Account | None:
        """Returns what the endpoint says is left for the key, None when it has no word for that. Raises McpTuiError."""
        ...

    async def close(self) -> None:
        """Closes all connections."""
        ...


UpstreamFactory = Callable[[ProviderSpec, str | None], Upstream]


@dataclass(frozen=True, slots=True)
class _Line:
    key: str | None
    upstream: Upstream
    current: bool = True
    """False once the rules it was made by have changed."""

    def __repr__(self) -> str:
        return f"_Line({self.upstream!r})"


class Upstreams:
    """Keeps one open client for each provider; a changed key gets a new one and leaves running answers alone."""

    def __init__(self, factory: UpstreamFactory) -> None:
        self._factory = factory
        self._lines: dict[ProviderName, _Line] = {}
        self._retired: list[Upstream] = []

    def has_other_key(self, provider: ProviderName, key: str | None) -> bool:
        """Returns whether the provider was last called with another key."""
        line = self._lines.get(provider)
        return line is not None and line.key != key

    def get(self, provider: ProviderSpec, key: str | None) -> Upstream:
        """Returns the client for a provider with this key."""
        line = self._lines.get(provider.name)
        if line is None or line.key != key or not line.current:
            if line:
                self._retired.append(line.upstream)
            line = self._lines[provider.name] = _Line(key, self._factory(provider, key))
        return line.upstream

    def renew(self) -> None:
        """Every client is made anew when it is next needed; running answers end on the old ones."""
        self._lines = {name: replace(line, current=False) for name, line in self._lines.items()}

    def once(self, provider: ProviderSpec, key: str | None) -> Upstream:
        """Returns a client of its own, for the caller to close: a provider that is only being tried out."""
        return self._factory(provider, key)

    async def close(self) -> None:
        """Closes every client."""
        closing = [line.upstream for line in self._lines.values()] + self._retired
        self._lines, self._retired = {}, []
        for upstream in closing:
            with suppress(McpTuiError):
                await upstream.close()


def client_factory(current: Callable[[], Profile]) -> UpstreamFactory:
    """Returns the maker of real clients with the timeouts then in force; scripted providers get their transport."""

    def make(provider: ProviderSpec, key: str | None) -> Upstream:
        profile = current()
        # How long an answer may take in all is each request's own affair.
        timeouts = Timeouts(profile.connect_s, profile.first_token_s, profile.idle_s, total_s=math.inf)
        transport = demo_transport(provider.name) if provider.kind == "scripted" else None
        return UpstreamClient(provider, key, timeouts, transport)

    return make
