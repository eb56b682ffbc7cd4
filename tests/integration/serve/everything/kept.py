"""An audit and a ledger that keep nothing."""

from tui.domain.audit import AuditedCall
from tui.domain.messages import Json
from tui.domain.money import Cost, MicroUsd
from tui.domain.spend import Exceeded
from tui.serve.caller import Caller


class NothingKept:
    """Satisfies `serve.ports`; knows no key."""

    def fingerprint(self, arguments: Json) -> str:
        return ""

    async def begin(self, call: AuditedCall) -> int:
        return 0

    async def record(self, call: AuditedCall, began: int | None = None) -> None:
        return None

    async def reserve(self, call_id: str, key_id: str, amount: MicroUsd, day_limit: MicroUsd | None) -> Exceeded | None:
        return None

    async def settle(self, call_id: str, cost: Cost) -> None:
        return None

    async def caller_of(self, key: str) -> Caller | None:
        return None
