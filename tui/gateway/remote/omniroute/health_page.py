"""`/api/monitoring/health` in all shapes that versions of OmniRoute gave it, breakers before all. Pure.

Shapes: recorded from 3.7.9; 3.6 and before named the list `circuitBreakers`; 3.8 tells strangers only the status.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast, get_args

from tui.domain.gateway import BreakerState
from tui.domain.text import CleanText
from tui.gateway.fields import Fields
from tui.gateway.remote.shapes import object_with

_BREAKER_LISTS = ("providerBreakers", "circuitBreakers")


@dataclass(frozen=True, slots=True)
class BreakerRow:
    """A breaker by the name that the page gives it, which may be a node's id or a prefix."""

    provider: CleanText
    state: BreakerState
    failures: int | None = None
    retry_in_s: float | None = None


@dataclass(frozen=True, slots=True)
class Lockout:
    """A model that a connection leaves alone for a while."""

    provider: CleanText
    model: CleanText
    reason: CleanText
    remaining_s: float


@dataclass(frozen=True, slots=True)
class Health:
    """What the page tells. Its own `status` is left out: it stays `healthy` while breakers are open."""

    version: CleanText
    uptime_s: float | None
    memory_bytes: int | None
    breakers: tuple[BreakerRow, ...] | None
    """None when the page names none at all, as it does for strangers: nothing is known then."""
    lockouts: tuple[Lockout, ...] | None = None
    """None when the page has no word for them."""
    degraded: tuple[CleanText, ...] = ()
    """What newer versions say does not work as it should."""
    prefixes: Mapping[CleanText, CleanText] = field(default_factory=dict)
    """Of nodes on this machine or network, by id: all may read this page, not all the page of nodes."""


def health(document: object, source: str = "GET /api/monitoring/health") -> Health:
    """Returns the facts of the page, or of the same facts as the MCP server tells them. Raises ShapeError."""
    top = object_with(source, document, "status", "system", "uptime", "version", *_BREAKER_LISTS, "providerHealth")
    system = top.inner("system")
    memory = system.inner("memoryUsage") or top.inner("memoryUsage")
    uptime_s = system.number("uptime")
    return Health(
        version=system.text("version", 40) or top.text("version", 40),
        uptime_s=uptime_s if uptime_s is not None else top.number("uptime"),
        memory_bytes=memory.count("rss"),
        breakers=_breakers(top, document),
        lockouts=tuple(_lockouts(top.items("lockouts"))) if top.texts("lockouts") is not None else None,
        degraded=top.texts("degraded") or (),
        prefixes={
            name: prefix for name, row in top.named("localProviders").items() if (prefix := row.text("prefix", 60))
        },
    )


def _breakers(top: Fields, document: object) -> tuple[BreakerRow, ...] | None:
    for name in _BREAKER_LISTS:
        if isinstance(document, dict) and isinstance(document.get(name), list):
            return tuple(row for each in top.items(name) if (row := _breaker(each, each.text("provider", 120))))
    by_name = top.named("providerHealth")
    rows = tuple(row for name, each in by_name.items() if (row := _breaker(each, name)))
    return rows or None


def _breaker(row: Fields, provider: CleanText) -> BreakerRow | None:
    provider = provider or row.text("name", 120)
    if not provider:
        return None
    retry_ms = row.number("retryAfterMs")
    failures = row.count("failureCount")
    return BreakerRow(
        provider,
        breaker_state(row.text("state", 40)),
        failures if failures is not None else row.count("failures"),
        retry_ms / 1_000 if retry_ms and retry_ms > 0 else None,
    )


def breaker_state(word: str) -> BreakerState:
    """Returns the state a word stands for; a word that is not known here leaves it unknown."""
    state = word.upper().replace("-", "_").replace(" ", "_")
    return cast("BreakerState", state) if state in get_args(BreakerState) else "UNKNOWN"


def _lockouts(rows: Iterable[Fields]) -> Iterable[Lockout]:
    for row in rows:
        remaining_ms = row.number("remainingMs")
        if remaining_ms and remaining_ms > 0:
            reason = row.text("reason", 120)
            yield Lockout(row.text("provider", 120), row.text("model", 200), reason, remaining_ms / 1_000)
