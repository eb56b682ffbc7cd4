"""Keys for callers of the served half, and what their calls may cost. Given by a person only, never by a caller."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui.domain.money import Cost, MicroUsd

if TYPE_CHECKING:
    from tui.assembly import Assembly
    from tui.domain.access import AccessKey, NewAccessKey
    from tui.domain.spend import Exceeded


class AccessOrders:
    """Every order raises McpTuiError with a hint when it cannot be carried out."""

    def __init__(self, parts: "Callable[[], Assembly]") -> None:
        self._parts = parts

    # --- keys

    async def add(self, name: str, scopes: Sequence[str], day_budget: MicroUsd | None = None) -> "NewAccessKey":
        """Makes a key; it is returned this once."""
        return await self._parts().serving.keys.add(name, scopes, day_budget)

    async def keys(self) -> "Sequence[AccessKey]":
        """Returns all keys, also revoked ones, oldest first."""
        return await self._parts().serving.keys.all()

    async def revoke(self, name_or_id: str) -> "AccessKey":
        """Ends a key at once, for open sessions too."""
        return await self._parts().serving.keys.revoke(name_or_id)

    async def find(self, key: str) -> "AccessKey | None":
        """Returns what a shown key allows, None when it is not a key in use."""
        return await self._parts().serving.keys.find(key)

    # --- their money

    async def reserve(
        self, call_id: str, key_id: str, amount: MicroUsd, day_limit: MicroUsd | None
    ) -> "Exceeded | None":
        """Sets an amount aside for a call, or says that it passes the key's limit for the day."""
        return await self._parts().serving.spend.reserve(call_id, key_id, amount, day_limit)

    async def settle(self, call_id: str, cost: Cost) -> None:
        """Books what a call cost in place of what was set aside."""
        await self._parts().serving.spend.settle(call_id, cost)
