"""OmniRoute's nodes, connections, quota, keys and the budget of a key. Pure.

A node is an endpoint that a person added, known by an id and a prefix; a connection is a credential for a provider.
"""

from dataclasses import dataclass

from tui.domain.gateway import CredentialHealth
from tui.domain.money import MicroUsd
from tui.domain.text import CleanText
from tui.gateway.remote.shapes import object_with, rows_of


@dataclass(frozen=True, slots=True)
class Node:
    """An endpoint: breakers of direct requests name its id, those of chains its prefix."""

    id: CleanText
    prefix: CleanText
    name: CleanText


@dataclass(frozen=True, slots=True)
class Connection:
    """A credential of a provider; `provider` is a node's id, or the name of a provider that OmniRoute knows itself."""

    id: CleanText
    provider: CleanText
    name: CleanText
    by_key: bool
    """A key, not a sign-in: other thresholds hold."""
    health: CredentialHealth
    prefix: CleanText = CleanText("")


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """What is left for one connection. A cooldown is told in the same words as a quota that is used up."""

    connection: CleanText
    provider: CleanText
    name: CleanText
    total: float | None
    remaining: float | None
    """A share from 0 to 1; None where the whole is not known."""
    resets_at: float | None
    health: CredentialHealth

    @property
    def rests(self) -> bool:
        """Whether these are the words for a connection that cools down after failures, or did so last."""
        return self.remaining == 0 and self.total == 100 and self.resets_at is not None


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key that OmniRoute gave out, with its middle left out."""

    id: CleanText
    name: CleanText
    masked: CleanText

    def is_mask_of(self, key: str) -> bool:
        """Returns whether a key has this beginning and end."""
        head, stars, tail = self.masked.partition("****")
        return bool(stars and head and tail) and key.startswith(head) and key.endswith(tail)


@dataclass(frozen=True, slots=True)
class KeyBudget:
    """What one key spent, and the most it may; a limit of 0 is none.

    Of several limits OmniRoute enforces only that of `interval`; where that is 0, the day's.
    """

    today: MicroUsd | None
    month: MicroUsd | None
    day_limit: MicroUsd | None
    week_limit: MicroUsd | None
    month_limit: MicroUsd | None
    warning_at: float | None
    """The share of the limit that warns, from 0 to 1."""
    allowed: bool | None
    warned: bool | None
    reason: CleanText = CleanText("")
    interval: CleanText = CleanText("")
    """`daily`, `weekly` or `monthly`; empty where the page names none."""
    reset_time: CleanText = CleanText("")

    @property
    def enforced_week(self) -> MicroUsd | None:
        """The week's limit, if it is the one that holds."""
        return self.week_limit if self.interval == "weekly" and self.week_limit else None

    @property
    def enforced_month(self) -> MicroUsd | None:
        """The month's limit, if it is the one that holds."""
        return self.month_limit if self.interval in ("monthly", "") and self.month_limit else None

    @property
    def enforced_day(self) -> MicroUsd | None:
        """The day's limit, if it is the one that holds."""
        other = self.interval and (self.enforced_week or self.enforced_month)
        return None if other else self.day_limit or None


def nodes(document: object) -> tuple[Node, ...]:
    """Returns the facts of `/api/provider-nodes`. Raises ShapeError."""
    return tuple(
        Node(row.text("id", 120), row.text("prefix", 60), row.text("name", 60))
        for row in rows_of("GET /api/provider-nodes", document, "nodes")
    )


def connections(document: object) -> tuple[Connection, ...]:
    """Returns the facts of `/api/providers`. Raises ShapeError."""
    return tuple(
        Connection(
            row.text("id", 120),
            row.text("provider", 120),
            row.text("name", 80),
            row.text("authType", 20) in ("apikey", ""),
            _health(row.text("testStatus", 40)) if row.flag("isActive") is not False else "missing",
            row.inner("providerSpecificData").text("prefix", 60),
        )
        for row in rows_of("GET /api/providers", document, "connections")
    )


def quota(document: object) -> tuple[QuotaRow, ...]:
    """Returns the facts of `/api/usage/quota`. Raises ShapeError."""
    rows = []
    for row in rows_of("GET /api/usage/quota", document, "providers"):
        total, share = row.number("quotaTotal"), row.number("percentRemaining")
        remaining = share / 100 if share is not None and total is not None else None
        rows.append(
            QuotaRow(
                row.text("connectionId", 120),
                row.text("provider", 120),
                row.text("name", 80),
                total,
                remaining,
                row.moment("resetAt"),
                _health(row.text("tokenStatus", 40)),
            )
        )
    return tuple(rows)


def keys(document: object) -> tuple[KeyRow, ...]:
    """Returns the facts of `/api/keys`. Raises ShapeError."""
    return tuple(
        KeyRow(row.text("id", 120), row.text("name", 80), row.text("key", 120))
        for row in rows_of("GET /api/keys", document, "keys")
    )


def budget(document: object) -> KeyBudget:
    """Returns the facts of `/api/usage/budget`. Raises ShapeError, since a limit that is not named is none."""
    top = object_with("GET /api/usage/budget", document, "budgetCheck", "dailyLimitUsd", "totalCostToday")
    check = top.inner("budgetCheck")
    return KeyBudget(
        top.usd("totalCostToday"),
        top.usd("totalCostMonth"),
        top.usd("dailyLimitUsd"),
        top.usd("weeklyLimitUsd"),
        top.usd("monthlyLimitUsd"),
        top.number("warningThreshold"),
        check.flag("allowed"),
        check.flag("warningReached"),
        check.text("reason", 200),
        top.text("resetInterval", 20),
        top.text("resetTime", 10),
    )


def _health(word: str) -> CredentialHealth:
    match word.lower():
        case "active" | "valid" | "ok" | "success":
            return "ok"
        case "expired" | "invalid" | "revoked":
            return "expired"
        case _:
            return "unknown"
