"""What OpenRouter tells of a key and of the account behind it. Pure; US dollars there, micro-dollars here.

Source: openrouter.ai/docs, `GET /api/v1/key` and `GET /api/v1/credits` (for management keys only). The rate limit that
a key names is deprecated there and safe to ignore, so nothing is known of one.
"""

from dataclasses import dataclass

from tui.domain.gateway import CredentialHealth
from tui.domain.gateway_accounts import CostPeriod, Credits, QuotaView
from tui.domain.gateway_witness import Witness
from tui.domain.ids import ProviderName
from tui.domain.money import MicroUsd, format_usd
from tui.domain.text import CleanText, clean_line
from tui.gateway.remote.shapes import part_of


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A key: its limit, and what all programs that have it used of it in running UTC periods."""

    limit: MicroUsd | None = None
    """None: no limit."""
    remaining: MicroUsd | None = None
    renewed: CleanText = CleanText("")
    """As `daily`, `weekly`, `monthly`; empty for a limit that is never renewed."""
    used: MicroUsd | None = None
    daily: MicroUsd | None = None
    weekly: MicroUsd | None = None
    monthly: MicroUsd | None = None
    management: bool = False
    """A key for management cannot chat: its figures are not those of the chats."""
    expires: float | None = None
    """Wall clock."""

    @property
    def left(self) -> CleanText | None:
        """What is left of the limit, in words; None without a limit, and of a key that cannot chat."""
        if self.management or self.remaining is None or self.limit is None:
            return None
        renewed = f", renewed {self.renewed}" if self.renewed else ""
        return clean_line(f"{format_usd(self.remaining)} of {format_usd(self.limit)} left{renewed}")

    def used_in(self, period: CostPeriod) -> MicroUsd | None:
        """Returns what the key used in a running period; unknown of a session, and of a key that cannot chat."""
        told = {"day": self.daily, "week": self.weekly, "month": self.monthly}
        return None if self.management else told.get(period)


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """The account's credits, bought and used."""

    bought: MicroUsd | None = None
    used: MicroUsd | None = None

    @property
    def remaining(self) -> MicroUsd | None:
        """What is left; below 0 when more was used than bought."""
        return None if self.bought is None or self.used is None else MicroUsd(self.bought - self.used)


def key_from(document: object) -> KeyFacts:
    """Returns the key of a `/key` document. Raises ShapeError, since a limit that is not named is none."""
    data = part_of("GET /v1/key", document, "data")
    return KeyFacts(
        limit=data.usd("limit"),
        remaining=data.usd("limit_remaining"),
        renewed=data.text("limit_reset"),
        used=data.usd("usage"),
        daily=data.usd("usage_daily"),
        weekly=data.usd("usage_weekly"),
        monthly=data.usd("usage_monthly"),
        management=bool(data.flag("is_management_key") or data.flag("is_provisioning_key")),
        expires=data.moment("expires_at"),
    )


def account_from(document: object) -> AccountFacts:
    """Returns the account of a `/credits` document. Raises ShapeError."""
    data = part_of("GET /v1/credits", document, "data")
    return AccountFacts(data.usd("total_credits"), data.usd("total_usage"))


def key_quota(view: QuotaView, key: KeyFacts, told: Witness, now: float) -> QuotaView:
    """Returns what is left for the key that chats; `view` is what is known of it here. `now` is wall clock."""
    return QuotaView(
        provider=view.provider,
        credential=view.credential,
        health=_health(key, now),
        reason=key.left or CleanText(""),
        rate_limit=view.rate_limit,
        credits=Credits(key.remaining, key.used, key.limit, told.age_s or 0.0, told.source),
        unknown=() if view.rate_limit else ("rate_limit",),
    )


def account_quota(provider: ProviderName, account: AccountFacts, told: Witness) -> QuotaView:
    """Returns what is left of the account's credits, which all keys draw on."""
    left = account.remaining
    return QuotaView(
        provider=provider,
        credential=CleanText("the account"),
        health="unknown" if left is None else "credits_exhausted" if left <= 0 else "ok",
        credits=Credits(left, account.used, account.bought, told.age_s or 0.0, told.source),
        unknown=("rate_limit",),
    )


def _health(key: KeyFacts, now: float) -> CredentialHealth:
    if key.expires is not None and key.expires <= now:
        return "expired"
    return "credits_exhausted" if key.remaining is not None and key.remaining <= 0 else "ok"
