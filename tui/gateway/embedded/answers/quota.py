"""What is left: by rate-limit headers, by the accounts some endpoints show, by the state of each credential."""

import asyncio
from dataclasses import dataclass, replace

from tui.domain.clock import Clock
from tui.domain.errors import McpTuiError
from tui.domain.gateway import ProviderSpec
from tui.domain.gateway_accounts import Credits, QuotaView
from tui.domain.gateway_answers import RateLimitView
from tui.domain.ids import ProviderName
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.parts import LIMITS_HOLD_S, Parts
from tui.gateway.embedded.providers.catalog import Step
from tui.gateway.embedded.providers.credentials import needs_key
from tui.gateway.embedded.routing.targets import named_provider
from tui.gateway.embedded.snapshot import credential_view
from tui.gateway.upstream.account import Account
from tui.gateway.upstream.events import RateLimits

ACCOUNT_HOLDS_S = 60.0
"""An account is asked for again after this time."""
ASK_S = 10.0
"""How long one may take."""


@dataclass(frozen=True, slots=True)
class _Seen:
    at: float
    account: Account | None
    trouble: CleanText = CleanText("")


class Quotas:
    """Answers what is left for credentials, and remembers for a minute what accounts told."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._seen: dict[ProviderName, _Seen] = {}

    async def views(self, provider: str | None = None, credential: str | None = None) -> tuple[QuotaView, ...]:
        """Returns all credentials, or those asked for. Raises UsageError for a provider nobody knows."""
        specs = [named_provider(self._parts.catalog, name) for name in (provider, credential) if name is not None]
        if len({spec.name for spec in specs}) > 1:
            return ()
        return tuple(await asyncio.gather(*map(self.view, specs[:1] or self._parts.catalog.providers)))

    async def view(self, spec: ProviderSpec) -> QuotaView:
        """Returns what is left for one provider's credential."""
        parts = self._parts
        await parts.look_up_keys((Step(spec.name, ""),))
        health = credential_view(spec, parts)
        seen = await self._account(spec) if health in ("ok", "cooling", "credits_exhausted") else _Seen(0.0, None)
        limit = rate_limit_view(parts.rate_limits.get(spec.name), parts.clock)
        credits = self._credits(seen)
        unknown = [] if limit else ["rate_limit"]
        return QuotaView(
            provider=spec.name,
            credential=_source(spec),
            health=health,
            reason=parts.health.why(spec.name)[0] or parts.credentials.missing(spec.name),
            rate_limit=limit,
            credits=credits,
            trouble=seen.trouble,
            unknown=tuple(unknown if credits else [*unknown, "credits"]),
        )

    def _credits(self, seen: _Seen) -> Credits | None:
        account = seen.account
        if account is None or account.remaining is account.used is account.total is None:
            return None
        age_s = self._parts.clock.monotonic() - seen.at
        return Credits(account.remaining, account.used, account.total, age_s, CleanText(account.source))

    async def _account(self, spec: ProviderSpec) -> _Seen:
        now = self._parts.clock.monotonic()
        seen = self._seen.get(spec.name)
        if seen and now - seen.at < ACCOUNT_HOLDS_S:
            return seen
        try:
            async with asyncio.timeout(ASK_S):
                found = _Seen(now, await self._parts.upstream(Step(spec.name, "")).account())
        except McpTuiError as error:
            return _older(seen, error.message)
        except TimeoutError:
            return _older(seen, CleanText("its account page gave no answer in time"))
        self._seen[spec.name] = found
        return found


def _older(seen: _Seen | None, trouble: CleanText) -> _Seen:
    """What was told before, with the reason why there is nothing newer."""
    return replace(seen, trouble=trouble) if seen else _Seen(0.0, None, trouble)


def rate_limit_view(limits: RateLimits | None, clock: Clock) -> RateLimitView | None:
    """Returns what is left by the newest headers; counts that were renewed since are unknown. None: nobody said."""
    if limits is None or not limits.text:
        return None
    age_s = clock.monotonic() - limits.seen_at if limits.seen_at is not None else None
    holds = age_s is None or age_s < (LIMITS_HOLD_S if limits.reset_s is None else limits.reset_s)
    return RateLimitView(
        remaining_requests=limits.remaining_requests if holds else None,
        remaining_tokens=limits.remaining_tokens if holds else None,
        limit_requests=limits.limit_requests,
        limit_tokens=limits.limit_tokens,
        reset_in_s=max(0.0, limits.reset_s - (age_s or 0.0)) if limits.reset_s is not None else None,
        age_s=age_s,
        text=limits.text,
    )


def _source(spec: ProviderSpec) -> CleanText:
    """Where the key comes from."""
    if not needs_key(spec):
        return CleanText("no key needed")
    return clean_line("keyring" if spec.keyring else f"${spec.api_key_env}")
