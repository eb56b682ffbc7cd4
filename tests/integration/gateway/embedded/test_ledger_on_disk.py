"""The embedded gateway with the real ledger: what is on disk is what was billed, under many callers at once."""

import asyncio
import itertools
from pathlib import Path

from tests.fakes.clock import FakeClock
from tests.unit.gateway.embedded.stage import Stage, cut, fails, says
from tui.domain.gateway import BudgetSpec
from tui.domain.money import MicroUsd
from tui.storage.database import Database
from tui.storage.spend import SpendStore


async def test_many_callers_never_pass_the_limit_on_disk(tmp_path: Path) -> None:
    clock = FakeClock()
    database = await Database.open(tmp_path / "ledger.sqlite3")
    ledger = SpendStore(database)
    answers = itertools.chain([fails(), cut("x" * 40)], itertools.repeat(says()))
    stage = Stage(
        {"a/m": [next(answers) for _ in range(70)]},
        budget=BudgetSpec(session_microusd=MicroUsd(40_000)),
        clock=clock,
        ledger=ledger,  # type: ignore[arg-type]
    )
    told = await asyncio.gather(*(stage.ask(max_output_tokens=300) for _ in range(64)))
    await stage.gateway.close()
    totals = await ledger.totals("session", clock.wall())
    await database.close()
    assert {one.end.failure for one in told} >= {None, "budget"}
    assert totals.session == sum(one.end.cost.microusd or 0 for one in told) <= 40_000
    assert totals.reserved == 0
