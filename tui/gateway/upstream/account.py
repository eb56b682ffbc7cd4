"""What a key's account holds, where the endpoint has a page for it. Amounts are micro-dollars; nonsense is unknown.

Sources: openrouter.ai/docs (`GET /key`, `GET /credits`, US dollars), api-docs.deepseek.com (`GET /user/balance`).
"""

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import InvalidOperation
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from tui.domain.errors import CallError
from tui.domain.gateway import ProviderSpec
from tui.domain.money import MicroUsd, microusd_from_usd

Read = Callable[[str], Awaitable[object]]
"""Returns the JSON at a path below the endpoint's address; raises McpTuiError."""


@dataclass(frozen=True, slots=True)
class Account:
    """What is left for a key, what it used and what there was in all; None where nobody says."""

    remaining: MicroUsd | None = None
    used: MicroUsd | None = None
    total: MicroUsd | None = None
    source: str = ""
    """The path that told."""


async def read_account(provider: ProviderSpec, read: Read) -> Account | None:
    """Returns the account behind a provider's key, None when it has no page for that. Raises what `read` raises."""
    reader = _READERS.get(provider.name) or _READERS.get(_host_name(provider.base_url))
    return await reader(read) if reader else None


async def _openrouter(read: Read) -> Account:
    """The key's own limit, or the account's credit, whichever is the less; many keys may not see the credit."""
    key = _data(await read("key"))
    limited = Account(_usd(key, "limit_remaining"), _usd(key, "usage"), _usd(key, "limit"), "key")
    with contextlib.suppress(CallError):
        credit = _data(await read("credits"))
        total, used = _usd(credit, "total_credits"), _usd(credit, "total_usage")
        if total is not None and used is not None:
            left = MicroUsd(total - used)
            if limited.remaining is None or left < limited.remaining:
                return Account(left, used, total, "credits")
    return limited


async def _deepseek(read: Read) -> Account:
    document = await read("user/balance")
    balances = document.get("balance_infos") if isinstance(document, dict) else None
    for each in balances if isinstance(balances, list) else ():
        if isinstance(each, dict) and each.get("currency") == "USD":
            return Account(_usd(each, "total_balance"), source="user/balance")
    return Account(source="user/balance")


_READERS: Mapping[str, Callable[[Read], Awaitable[Account]]] = MappingProxyType(
    {"openrouter": _openrouter, "deepseek": _deepseek}
)


def _host_name(base_url: str) -> str:
    """Returns `openrouter` for https://openrouter.ai/… and `deepseek` for https://api.deepseek.com/…"""
    try:
        parts = (urlsplit(base_url).hostname or "").split(".")
    except ValueError:
        return ""
    return parts[-2] if len(parts) > 1 else ""


def _data(document: object) -> Mapping[str, Any]:
    data = document.get("data") if isinstance(document, dict) else None
    return data if isinstance(data, dict) else {}


def _usd(fields: Mapping[str, Any], name: str) -> MicroUsd | None:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return microusd_from_usd(value)
    except InvalidOperation:
        return None
