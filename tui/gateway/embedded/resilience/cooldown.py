"""Two scopes beside the breaker: whether a provider's credential may call now, and whether a model may be asked for.

A credential that ended for good (`expired`, `credits_exhausted`) is never set back to merely `cooling`: only a new key
or a person clears it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

from tui.domain.clock import Clock
from tui.domain.ids import ProviderName
from tui.domain.messages import Json
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.resilience.breaker import as_wall_time
from tui.gateway.embedded.resilience.profiles import RETRY_AFTER_CAP_S
from tui.gateway.ports import Verdict

CredentialEnd = Literal["expired", "credits_exhausted"]
CredentialState = Literal["ok", "cooling", "expired", "credits_exhausted"]
_MODEL_REST_S = 3_600.0
"""The longest a stored rest of a model is believed."""


@dataclass(frozen=True, slots=True)
class _Rest:
    until: float
    reason: CleanText


@dataclass(frozen=True, slots=True)
class RestingModel:
    """A model that is left alone; `retry_in_s` seconds from now."""

    model: str
    reason: CleanText
    retry_in_s: float


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
        self._told: dict[ProviderName, _End] = {}
        """Ends that another run met: shown, and not heeded, for its key may have been another."""
        self._locked: dict[tuple[ProviderName, str], _Rest] = {}
        self._cleared: dict[ProviderName, float] = {}

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

    def vouch(self, provider: ProviderName) -> bool:
        """The credential works: what another run said of it is out of date. Returns whether one did."""
        return self._told.pop(provider, None) is not None

    def clear(self, provider: ProviderName) -> None:
        """Forgets all that is held against a provider's credential and models."""
        self._cleared[provider] = self._clock.wall()
        self._forget(provider)

    def _forget(self, provider: ProviderName) -> None:
        self._resting.pop(provider, None)
        self._ended.pop(provider, None)
        self._told.pop(provider, None)
        for key in [key for key in self._locked if key[0] == provider]:
            del self._locked[key]

    def state(self, provider: ProviderName) -> CredentialState:
        """Returns the credential's state."""
        if provider in self._ended:
            return self._ended[provider].kind
        if _left(self._resting.get(provider), self._clock):
            return "cooling"
        return self._told[provider].kind if provider in self._told else "ok"

    def reason(self, provider: ProviderName) -> CleanText:
        """Returns why the credential is not `ok`; empty when it is."""
        ended, rest = self._ended.get(provider), self._resting.get(provider)
        if ended:
            return ended.reason
        if rest and _left(rest, self._clock):
            return rest.reason
        told = self._told.get(provider)
        return clean_line(f"{told.reason} (met by another run)") if told else CleanText("")

    def retry_in_s(self, provider: ProviderName) -> float | None:
        """Returns the seconds a credential still rests, None when it does not."""
        return _left(self._resting.get(provider), self._clock) or None

    # --- models

    def lock_model(self, provider: ProviderName, model: str, for_s: float, reason: CleanText) -> None:
        """Leaves one model of a provider alone for a while; a shorter rest never cuts a longer one."""
        rest = _Rest(self._clock.monotonic() + for_s, reason)
        earlier = self._locked.get((provider, model))
        if earlier is None or rest.until > earlier.until:
            self._locked[provider, model] = rest

    def resting_models(self, provider: ProviderName) -> tuple[RestingModel, ...]:
        """Returns the models of a provider that are left alone."""
        return tuple(
            RestingModel(model, rest.reason, left)
            for (owner, model), rest in self._locked.items()
            if owner == provider and (left := _left(rest, self._clock))
        )

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

    # --- across runs

    def document(self, provider: ProviderName) -> dict[str, Json]:
        """Returns what is held against a provider, for other runs; deadlines on the wall clock."""
        now, end = self._clock.wall(), self._ended.get(provider) or self._told.get(provider)
        rest, left = self._resting.get(provider), self.retry_in_s(provider)
        models: dict[str, Json] = {
            one.model: {"until": now + one.retry_in_s, "reason": one.reason} for one in self.resting_models(provider)
        }
        return {
            "rest": {"until": now + left, "reason": rest.reason} if rest and left else None,
            "end": {"kind": end.kind, "reason": end.reason} if end else None,
            "models": models,
            "cleared": self._cleared.get(provider),
        }

    def restore(self, provider: ProviderName, document: Mapping[str, Json]) -> None:
        """Takes over what another run stored; nonsense is ignored, deadlines are clamped."""
        cleared = as_wall_time(document.get("cleared"))
        if cleared is not None and cleared > self._cleared.get(provider, 0.0):
            self._cleared[provider] = cleared
            self._forget(provider)
        if rest := self._rest_from(document.get("rest")):
            self.cool(provider, rest.until - self._clock.monotonic(), rest.reason)
        models = document.get("models")
        for model, each in models.items() if isinstance(models, dict) else ():
            if rest := self._rest_from(each):
                self.lock_model(provider, model, min(rest.until - self._clock.monotonic(), _MODEL_REST_S), rest.reason)
        self._take_end(provider, document.get("end"))

    def _rest_from(self, document: Json) -> _Rest | None:
        fields = document if isinstance(document, dict) else {}
        until = as_wall_time(fields.get("until"))
        if until is None or until <= self._clock.wall():
            return None
        reason = clean_line(fields.get("reason") or "rate limited in an earlier run")
        return _Rest(self._clock.monotonic() + until - self._clock.wall(), reason)

    def _take_end(self, provider: ProviderName, document: Json) -> None:
        self._told.pop(provider, None)
        if isinstance(document, dict) and document.get("kind") in get_args(CredentialEnd):
            reason = clean_line(document.get("reason") or "refused in an earlier run")
            self._told[provider] = _End(cast("CredentialEnd", document["kind"]), reason)


def _left(rest: _Rest | None, clock: Clock) -> float:
    return max(0.0, rest.until - clock.monotonic()) if rest else 0.0
