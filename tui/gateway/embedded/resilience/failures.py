"""What each kind of failure does: to the breaker, to the credential, and to the request that met it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tui.domain.completion import FailureKind
from tui.gateway.embedded.resilience.cooldown import CredentialEnd


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows from one kind of failure. The default: nothing but telling the person."""

    counts: bool = False
    """Whether it says that the provider is unwell, and so moves its breaker."""
    retry: bool = False
    """Whether the same route may be tried again, as long as no byte of the answer was accepted."""
    fallback: bool = False
    """Whether the next route may take over."""
    cools: bool = False
    """Whether the credential rests."""
    ends: CredentialEnd | None = None
    """Whether the credential is taken out for good."""
    needs_larger_window: bool = False
    """Whether only a route with a larger context window may take over."""


_DOWN = Consequence(counts=True, retry=True, fallback=True)

_CONSEQUENCES: Mapping[FailureKind, Consequence] = MappingProxyType(
    {
        "provider-down": _DOWN,
        "timeout": _DOWN,
        "cut": _DOWN,
        "malformed": Consequence(counts=True, fallback=True),
        "empty": Consequence(retry=True, fallback=True),
        "rate-limit": Consequence(fallback=True, cools=True),
        "credits": Consequence(fallback=True, ends="credits_exhausted"),
        "auth": Consequence(fallback=True, ends="expired"),
        "context-overflow": Consequence(fallback=True, needs_larger_window=True),
    }
)
_NOTHING = Consequence()
_MODEL_MISSING = Consequence(fallback=True)


def consequence(failure: FailureKind, status: int | None = None) -> Consequence:
    """Returns what follows from a failure. A 404 is about one model, so that another may answer instead."""
    if model_is_missing(failure, status):
        return _MODEL_MISSING
    return _CONSEQUENCES.get(failure, _NOTHING)


def model_is_missing(failure: FailureKind, status: int | None) -> bool:
    """Returns whether the provider says that it has no such model."""
    return failure == "request" and status in (404, 410)
