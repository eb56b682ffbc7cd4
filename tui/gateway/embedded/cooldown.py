"""Two scopes beside the breaker: whether a provider's credential may call now, and whether a model may be asked for.

A credential that ended for good (`expired`, `credits_exhausted`) is never set back to merely `cooling`: only a new key
or a person clears it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tui.domain.clock import Clock
from tui.domain.ids import ProviderName
from tui.domain.messages import Json
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.breaker import as_wall_time
from tui.gateway.embedded.profiles import RETRY_AFTER_CAP_S
from tui.gateway.ports import Verdict

CredentialEnd = Literal["expired", "credits_exhausted"]
CredentialState = Literal["ok", "cooling", "expired", "credits_exhausted"]


@dataclass(frozen=True, slots=True)
class _Rest:
    until: float
    reason: CleanText


@dataclass(frozen=True, slots=True)
class _End:
    kind: CredentialEnd
    reason: CleanText


class Cooldowns:
    """All credentials and models that rest, on the monotonic clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._resting: dict[ProviderName, _Rest] = {}
        self._ended: dict[ProviderName, _End] = {}
        self._locked: dict[tuple[ProviderName, str], _Rest] = {}

    # --- credentials

    def cool(self, provider: ProviderName, for_s: float, reason: CleanText) -> None:
        """Rests a credential; a shorter rest never cuts a longer one."""
        rest = _Rest(self._clock.monotonic() + min(max(0.0, for_s), RETRY_AFTER_CAP_S), reason)
        earlier = self._resting.get(provider)
        if earlier is None or rest.until > earlier.until:
            self._resting[provider] = rest

    def end(self, provider: ProviderName, kind: CredentialEnd, reason: CleanText) -> None:
        """Takes a credential out until its key changes or somebody clears it."""
        self._ended[provider] = _End(kind, reason)

    def clear(self, provider: ProviderName) -> None:
        """Forgets all that is held against a provider's credential and models."""
        self._resting.pop(provider, None)
        self._ended.pop(provider, None)
        for key in [key for key in self._locked if key[0] == provider]:
            del self._locked[key]

    def state(self, provider: ProviderName) -> CredentialState:
        """Returns the credential's state."""
        if provider in self._ended:
            return self._ended[provider].kind
        return "cooling" if _left(self._resting.get(provider), self._clock) else "ok"

    # --- models

    def lock_model(self, provider: ProviderName, model: str, for_s: float, reason: CleanText) -> None:
        """Leaves one model of a provider alone for a while; a shorter rest never cuts a longer one."""
        rest = _Rest(self._clock.monotonic() + for_s, reason)
        earlier = self._locked.get((provider, model))
        if earlier is None or rest.until > earlier.until:
            self._locked[provider, model] = rest

    # --- both

    def verdict(self, provider: ProviderName, model: str) -> Verdict:
        """Returns whether this model may be asked for with this credential now."""
        ended = self._ended.get(provider)
        if ended:
            return Verdict(False, ended.reason)
        for rest in (self._resting.get(provider), self._locked.get((provider, model))):
            left = _left(rest, self._clock)
            if rest and left:
                return Verdict(False, rest.reason, left)
        return Verdict(True)

    def document(self, provider: ProviderName) -> dict[str, Json]:
        """Returns a credential's rest for the next run; the deadline on the wall clock."""
        rest = self._resting.get(provider)
        left = _left(rest, self._clock)
        return {"until": self._clock.wall() + left, "reason": rest.reason} if rest and left else {}

    def restore(self, provider: ProviderName, document: Mapping[str, Json]) -> None:
        """Takes over a stored rest; nonsense is ignored, the deadline is clamped to five minutes."""
        until = as_wall_time(document.get("until"))
        if until is not None and until > self._clock.wall():
            reason = clean_line(document.get("reason") or "rate limited in an earlier run")
            self.cool(provider, until - self._clock.wall(), reason)


def _left(rest: _Rest | None, clock: Clock) -> float:
    return max(0.0, rest.until - clock.monotonic()) if rest else 0.0
