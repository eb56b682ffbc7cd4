"""How OmniRoute's providers stand, joined from several pages; what no page tells is unknown, never well. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tui.domain.gateway import BreakerState, BreakerView, CredentialHealth
from tui.domain.gateway_answers import ModelRest, ProviderStanding, ResilienceSettings
from tui.domain.ids import ProviderName
from tui.domain.text import CleanText, clean_line
from tui.gateway.remote.omniroute.account_pages import Connection
from tui.gateway.remote.omniroute.health_page import BreakerRow, Health
from tui.gateway.remote.omniroute.names import Names
from tui.gateway.remote.omniroute.use_pages import Call

_WORST_FIRST: Sequence[BreakerState] = ("OPEN", "HALF_OPEN", "DEGRADED", "CLOSED", "UNKNOWN")
NOT_TOLD = BreakerView("UNKNOWN", None, None, None, CleanText("nobody told of this breaker"))


@dataclass(frozen=True, slots=True)
class Sight:
    """What the pages told; None where one could not be read."""

    health: Health | None
    names: Names
    connections: Sequence[Connection] | None
    resilience: ResilienceSettings | None
    calls: Sequence[Call] | None
    """Newest first."""
    age_s: float = 0.0
    """How old the word on breakers is: countdowns went on since."""
    old: bool = False
    """Whether that word is too old to be relied on: then it tells who there is, and nothing of how they stand."""

    @property
    def tells_breakers(self) -> bool:
        """Whether a breaker that is not named has had no call; else nothing is known of it."""
        return not self.old and self.health is not None and self.health.breakers is not None


def standings(sight: Sight) -> tuple[ProviderStanding, ...]:
    """Returns each provider that any page names, in the order of the connections, then of the breakers."""
    health = sight.health
    by_connection = [connection.provider for connection in sight.connections or ()]
    by_breaker = [row.provider for row in (health.breakers if health and health.breakers else ())]
    return tuple(_standing(name, sight) for name in sight.names.grouped([*by_connection, *by_breaker]))


def _standing(name: ProviderName, sight: Sight) -> ProviderStanding:
    own = [one for one in sight.connections or () if sight.names.of(one.provider) == name]
    lockouts = sight.health.lockouts if sight.health and not sight.old else None
    locked = [one for one in lockouts or () if sight.names.of(one.provider) == name]
    failed = next((call for call in sight.calls or () if sight.names.of(call.provider) == name and not call.ok), None)
    return ProviderStanding(
        provider=name,
        breaker=_breaker(name, sight, by_key=not own or any(one.by_key for one in own)),
        credential=_credential(own, sight),
        credential_reason=CleanText("") if own else CleanText("its connections are not told"),
        last_error=_error(failed) if failed else CleanText(""),
        last_error_at=failed.at if failed else None,
        resting_models=tuple(
            ModelRest(one.model, one.reason, max(0.0, one.remaining_s - sight.age_s)) for one in locked
        ),
    )


def _error(call: Call) -> CleanText:
    status = str(call.status or "?")
    return clean_line(call.error if status in call.error else f"{status} {call.error}".strip(), 200)


def _credential(own: Sequence[Connection], sight: Sight) -> CredentialHealth:
    """The best of the provider's connections: one that works is enough."""
    if sight.connections is None or not own:
        return "unknown"
    order: Sequence[CredentialHealth] = ("ok", "unknown", "cooling", "expired", "missing")
    return min((one.health for one in own), key=lambda health: order.index(health) if health in order else len(order))


def _breaker(name: ProviderName, sight: Sight, *, by_key: bool) -> BreakerView:
    """One provider may have two breakers, by its id and its prefix: the worse of them is shown, both are told."""
    rows = breaker_rows(name, sight)
    if rows and sight.old:
        return replace(NOT_TOLD, opened_because=clean_line(f"{rows[0].state} when it was last told"))
    if not rows:
        # The list names only providers that had a call since the start.
        idle = CleanText("no call since it was started")
        return replace(NOT_TOLD, opened_because=idle) if sight.tells_breakers else NOT_TOLD
    worst = rows[0]
    threshold = sight.resilience.breaker_threshold if sight.resilience and by_key else None
    to_probe = None if worst.retry_in_s is None else max(0.0, worst.retry_in_s - sight.age_s)
    because = "" if worst.state == "CLOSED" else _of_requests(worst, name)
    if len({row.state for row in rows}) > 1:
        because = ", ".join(_of_requests(row, name) for row in rows)
    return BreakerView(worst.state, worst.failures, None, threshold, clean_line(because, 300), to_probe)


def _of_requests(row: BreakerRow, name: ProviderName) -> str:
    """OmniRoute calls a breaker by the node's id when requests name the provider, by the prefix when a combo does."""
    return f"{row.state} for {'combos' if str(row.provider) == name else 'direct requests'}"


def breaker_rows(name: ProviderName, sight: Sight) -> list[BreakerRow]:
    """Returns a provider's breakers, the worst first."""
    rows = sight.health.breakers if sight.health and sight.health.breakers else ()
    own = [row for row in rows if sight.names.of(row.provider) == name]
    return sorted(own, key=lambda row: _WORST_FIRST.index(row.state))


def verdict_of(sight: Sight) -> Literal["ok", "degraded", "down", "unknown"]:
    """Returns the word for the whole: OmniRoute's own stays `healthy` whatever happens."""
    found = standings(sight)
    if all(one.breaker.state == "UNKNOWN" and one.credential == "unknown" for one in found):
        return "unknown"
    usable = [one for one in found if one.breaker.state != "OPEN" and one.credential in ("ok", "none", "unknown")]
    if not usable:
        return "down"
    if any(reasons_of(found)):
        return "degraded"
    return "ok" if sight.tells_breakers else "unknown"


def reasons_of(standings: Iterable[ProviderStanding]) -> tuple[CleanText, ...]:
    """Returns why not all is well, one sentence each."""
    found = []
    for one in standings:
        if one.breaker.state not in ("CLOSED", "UNKNOWN"):
            found.append(clean_line(f"{one.provider}: its breaker is {one.breaker.opened_because}"))
        if one.credential not in ("ok", "none", "unknown"):
            found.append(clean_line(f"{one.provider}: its credential is {one.credential}"))
        for model in one.resting_models:
            found.append(clean_line(f"{one.provider}: {model.model} rests ({model.reason})"))
    return tuple(found)
