"""The providers' keys, looked up off the event loop and remembered."""

import asyncio
from dataclasses import dataclass

from tui.domain.clock import Clock
from tui.domain.errors import McpTuiError
from tui.domain.gateway import ProviderSpec
from tui.domain.ids import ProviderName
from tui.domain.text import CleanText
from tui.gateway.ports import KeyFinder

_LOOK_AGAIN_S = 5.0
"""A key that was missing or refused is looked for again after this time: somebody may have entered another."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A key, or why there is none. The key never appears in a representation."""

    key: str | None
    missing: CleanText = CleanText("")
    """Empty when there is a key or none is needed."""

    def __repr__(self) -> str:
        return f"Credential({'key' if self.key else self.missing or 'no key needed'})"


class Credentials:
    """Finds and remembers keys; nothing of a key is ever stored or published."""

    def __init__(self, finder: KeyFinder, clock: Clock) -> None:
        self._finder = finder
        self._clock = clock
        self._known: dict[ProviderName, tuple[float, Credential]] = {}
        self._looking: dict[ProviderName, asyncio.Task[Credential]] = {}

    async def find(self, provider: ProviderSpec, *, suspect: bool = False) -> Credential:
        """Returns a provider's credential. `suspect` asks for a new lookup because the remembered key was refused."""
        known = self._known.get(provider.name)
        if known:
            at, credential = known
            stale = self._clock.monotonic() - at >= _LOOK_AGAIN_S
            if not (stale and (suspect or credential.missing)):
                return credential
        looking = self._looking.get(provider.name)
        if looking is None:
            looking = asyncio.get_running_loop().create_task(self._look_up(provider))
            self._looking[provider.name] = looking
            looking.add_done_callback(lambda _: self._looking.pop(provider.name, None))
        # Shared and shielded: a keyring may ask a person to unlock it, and one question is enough.
        return await asyncio.shield(looking)

    def looked_up(self, provider: ProviderName) -> bool:
        """Returns whether a provider's key was looked for."""
        return provider in self._known

    def key(self, provider: ProviderName) -> str | None:
        """Returns the key as it was last found."""
        known = self._known.get(provider)
        return known[1].key if known else None

    def missing(self, provider: ProviderName) -> CleanText:
        """Returns why a provider has no key though it needs one; empty when all is well or not looked up yet."""
        known = self._known.get(provider)
        return known[1].missing if known else CleanText("")

    async def _look_up(self, provider: ProviderSpec) -> Credential:
        try:
            credential = _credential(provider, await asyncio.to_thread(self._finder.key_for, provider))
        except McpTuiError as error:
            credential = Credential(None, error.message)
        self._known[provider.name] = (self._clock.monotonic(), credential)
        return credential


def _credential(provider: ProviderSpec, key: str | None) -> Credential:
    if key or not needs_key(provider):
        return Credential(key)
    where = f"set {provider.api_key_env}" if provider.api_key_env else "store one in the keyring"
    return Credential(None, CleanText(f"it has no key: {where}"))


def needs_key(provider: ProviderSpec) -> bool:
    """Returns whether a provider is configured to have a key."""
    return provider.keyring or provider.api_key_env is not None
