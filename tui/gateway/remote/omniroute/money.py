"""What OmniRoute says was spent, and the budget of our key there, which it does hold (429 beyond it).

The budget that its MCP server sets is a variable nobody reads; `/api/usage/budget` is the one that is enforced.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from tui.domain.errors import CallError, NotExposedError
from tui.domain.gateway_accounts import BudgetAnswer, BudgetLine, BudgetScope, ModelCost, ProviderCost
from tui.domain.gateway_figures import CostFigures, CostShare
from tui.domain.ids import ProviderName
from tui.domain.messages import Json
from tui.domain.money import MicroUsd
from tui.domain.text import clean_line
from tui.gateway.remote.omniroute.account_pages import KeyBudget, KeyRow, budget, keys
from tui.gateway.remote.omniroute.management import Management
from tui.gateway.remote.omniroute.names import Names
from tui.gateway.remote.omniroute.use_pages import PartUse

RANGES = {"day": "1d", "week": "7d", "month": "30d"}
"""What a period is called over there: the time up to now, not a period of the calendar."""
_PATH = "api/usage/budget"


def by_provider(parts: Iterable[PartUse], names: Names) -> tuple[ProviderCost, ...]:
    """Returns each provider's cost, dearest first; a provider that is told under two names is one."""
    joined = _joined(parts, lambda part: names.of(part.provider))
    return tuple(ProviderCost(name, figures) for name, figures in joined)


def by_model(parts: Iterable[PartUse], names: Names) -> tuple[ModelCost, ...]:
    """Returns each model's cost, dearest first."""
    joined = _joined(parts, lambda part: (names.of(part.provider), str(part.model)))
    return tuple(ModelCost(provider, model, figures) for (provider, model), figures in joined)


def _joined(parts: Iterable[PartUse], key: Callable[[PartUse], Any]) -> list[tuple[Any, CostFigures]]:
    groups: dict[Any, CostFigures] = {}
    for part in parts:
        name = key(part)
        groups[name] = _added(groups[name], part.figures) if name in groups else part.figures
    return sorted(groups.items(), key=lambda pair: -(pair[1].microusd or 0))


def _added(one: CostFigures, other: CostFigures) -> CostFigures:
    def both(first: int | None, second: int | None) -> int | None:
        return None if first is None or second is None else first + second

    shares: tuple[CostShare, ...] = (*one.shares, *other.shares)
    known = [value for value in (one.microusd, other.microusd) if value is not None]
    return CostFigures(
        sum(known) if known else None,
        both(one.requests, other.requests),
        None,
        both(one.input_tokens, other.input_tokens),
        both(one.output_tokens, other.output_tokens),
        shares,
    )


async def key_id(management: Management) -> str:
    """Returns the id of the key that chats are sent with. Raises NotExposedError when it cannot be told apart."""
    key = await management.reader.chat_key()
    if not key:
        raise NotExposedError(
            "Chats are sent without a key, so no budget over there holds for them.",
            "Make a key in OmniRoute and name its variable in api_key_env.",
        )
    rows: Sequence[KeyRow] = keys(await management.get("api/keys"))
    found = [row for row in rows if row.is_mask_of(key)]
    if len(found) != 1:
        raise NotExposedError(
            f"{'None' if not found else 'More than one'} of OmniRoute's keys looks like the one chats are sent with.",
            "See its list of keys.",
        )
    return found[0].id


async def read_budget(management: Management) -> KeyBudget:
    """Returns what our key spent and may spend. Raises McpTuiError."""
    return budget(await management.get(_PATH, apiKeyId=await key_id(management)))


async def set_limit(management: Management, period: BudgetScope, limit: MicroUsd) -> KeyBudget:
    """Sets the day's or month's limit, 0 for none, and returns what is in force then.

    OmniRoute enforces one limit at a time, so this one takes the place of another, and it takes no 0. Raises
    NotExposedError when a limit should be taken away, CallError when what is in force is not what was ordered.
    """
    own = await key_id(management)
    before = budget(await management.get(_PATH, apiKeyId=own))
    if not limit:
        return _without_limit(before, period)
    await management.send("POST", _PATH, body={"apiKeyId": own, **_order(before, period, limit)})
    after = budget(await management.get(_PATH, apiKeyId=own))
    if _enforced(after, period) != limit:
        raise CallError(f"OmniRoute took the {period}'s limit but does not tell it back.", "Look at its budget page.")
    return after


def _enforced(told: KeyBudget, period: BudgetScope) -> MicroUsd | None:
    return told.enforced_day if period == "day" else told.enforced_month


def _without_limit(before: KeyBudget, period: BudgetScope) -> KeyBudget:
    if _enforced(before, period) is None:
        return before
    raise NotExposedError("OmniRoute takes no limit away from a key.", "Set a higher one, or make another key there.")


def _order(before: KeyBudget, period: BudgetScope, limit: MicroUsd) -> dict[str, Json]:
    """What is not named over there is lost, and a 0 refused."""
    limits = {"daily": before.day_limit, "weekly": before.week_limit, "monthly": before.month_limit}
    interval = "daily" if period == "day" else "monthly"
    limits[interval] = limit
    body: dict[str, Json] = {f"{name}LimitUsd": value / 1_000_000 for name, value in limits.items() if value}
    kept = {"resetTime": str(before.reset_time)} if before.reset_time else {}
    warning_at = before.warning_at if before.warning_at is not None else 0.8
    return {**body, **kept, "resetInterval": interval, "warningThreshold": warning_at}


def budget_answer(told: KeyBudget, own: BudgetAnswer) -> BudgetAnswer:
    """Returns the limits that hold: this program's for the session, OmniRoute's for our key by day and by month."""
    session = tuple(line for line in own.lines if line.scope == "session")
    lines = (*session, _line("day", told.enforced_day, told.today), _line("month", told.enforced_month, told.month))
    return BudgetAnswer(
        action="block",
        degrade_to=None,
        status=_status(told, lines, own),
        lines=lines,
        turn_limit_microusd=own.turn_limit_microusd,
        unknown_calls=own.unknown_calls,
    )


def _line(scope: BudgetScope, limit: MicroUsd | None, spent: MicroUsd | None) -> BudgetLine:
    left = max(0, limit - spent) if limit and spent is not None else None
    return BudgetLine(scope, limit or None, spent, None, left)


def _status(
    told: KeyBudget, lines: Iterable[BudgetLine], own: BudgetAnswer
) -> Literal["ok", "near", "exceeded", "unlimited", "unknown"]:
    if told.allowed is False or own.status == "exceeded":
        return "exceeded"
    if told.warned or own.status == "near":
        return "near"
    if told.enforced_week is None and all(line.limit_microusd is None for line in lines):
        return "unlimited"
    return "unknown" if told.allowed is None else "ok"


def provider_cost(parts: Iterable[PartUse], provider: ProviderName, names: Names) -> CostFigures | None:
    """Returns one provider's cost, None when it is not told."""
    return next((one.figures for one in by_provider(parts, names) if one.provider == provider), None)


def refusal_of_action(action: str) -> str:
    """Returns why an action other than `block` cannot be set."""
    return clean_line(f"Beyond its limit OmniRoute refuses (429); it does not {action}.")
