"""OmniRoute at a glance, from what its pages last said. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui.domain.gateway import ComboSpec, GatewaySnapshot, ProviderHealth, SpendView
from tui.domain.gateway_answers import ProviderStanding
from tui.domain.gateway_witness import Witness
from tui.domain.ids import ComboName, ProviderName
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.providers.meter import percentile
from tui.gateway.remote.omniroute.account_pages import QuotaRow
from tui.gateway.remote.omniroute.names import Names
from tui.gateway.remote.omniroute.routing_pages import Combo
from tui.gateway.remote.omniroute.seeing import Seen
from tui.gateway.remote.omniroute.standing import standings
from tui.gateway.remote.omniroute.use_pages import Analytics, ProviderCounts
from tui.gateway.remote.pages import Told


@dataclass(frozen=True, slots=True)
class Glance:
    """What was last read."""

    seen: Seen
    combos: Told[Sequence[Combo]]
    counts: Told[Mapping[str, ProviderCounts]]
    quota: Told[Sequence[QuotaRow]]
    day: Told[Analytics]


def snapshot(name: CleanText, now: float, glance: Glance) -> GatewaySnapshot:
    """Returns all a panel needs; `now` is the wall clock, and the snapshot as old as its word on breakers."""
    seen, combos, counts, quota, day = glance.seen, glance.combos, glance.counts, glance.quota, glance.day
    age_s, today = seen.health.witness.age_s, day.held.today(now) if day.held else None
    unread = [told.witness for told in (combos, counts, quota, day) if told.held is None]
    return GatewaySnapshot(
        gateway=name,
        at=now if age_s is None else now - age_s,
        verdict=seen.verdict,
        providers=tuple(_provider(one, seen, counts.facts or {}, quota.held or ()) for one in standings(seen.sight)),
        combos=tuple(combo_spec(combo) for combo in combos.facts or ()),
        spend=SpendView(session_microusd=None, today_microusd=today),
        unknown=("today_microusd",) if today is None else (),
        notes=notes([*seen.witnesses, *unread]),
    )


def combo_spec(combo: Combo) -> ComboSpec:
    """Returns a chain as panels show it."""
    return ComboSpec(ComboName(combo.name), tuple(combo.steps), combo.strategy, combo.active, combo.weights)


def notes(witnesses: Iterable[Witness]) -> tuple[CleanText, ...]:
    """Returns who disagrees and who is silent, each once."""
    found: dict[CleanText, None] = {}
    for one in witnesses:
        if one.standing == "disagrees":
            found[clean_line(f"{one.fact}: {one.source} {one.said}", 300)] = None
        elif one.standing == "silent" and one.said != "not asked yet":
            found[clean_line(one.said, 300)] = None
    return tuple(found)


def _provider(
    standing: ProviderStanding, seen: Seen, counts: Mapping[str, ProviderCounts], quota: Sequence[QuotaRow]
) -> ProviderHealth:
    names = seen.sight.names
    own = [each for name, each in counts.items() if names.of(name) == standing.provider]
    requests = _sum(each.requests for each in own) if own else None
    successes = _sum(each.successes for each in own) if own else None
    calls = [call for call in seen.sight.calls or () if names.of(call.provider) == standing.provider and call.ok]
    durations = sorted(call.duration_ms for call in calls if call.duration_ms is not None)
    return ProviderHealth(
        name=standing.provider,
        breaker=standing.breaker,
        requests=requests,
        errors=None if requests is None or successes is None else max(0, requests - successes),
        p50_ms=percentile(durations, 50),
        p95_ms=percentile(durations, 95),
        p99_ms=percentile(durations, 99),
        last_error=standing.last_error,
        credential=standing.credential,
        quota=quota_in_words(standing.provider, quota, names),
        breaker_orders=("reset",),
    )


def _sum(values: Iterable[int | None]) -> int | None:
    known = list(values)
    return None if None in known else sum(value for value in known if value is not None)


def quota_in_words(provider: ProviderName, quota: Sequence[QuotaRow], names: Names) -> CleanText | None:
    """Returns what is left of a provider's tightest quota; None where no whole is known."""
    own = [row for row in quota if names.of(row.provider) == provider and not row.rests]
    shares = [row.remaining for row in own if row.remaining is not None]
    return CleanText(f"{min(shares):.0%} left") if shares else None
