"""The ledger with a million rows beside an empty one, and a bare insert of sqlite."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.bench.measurement import Measurement, percentile
from tui.domain.completion import Usage
from tui.domain.ids import AttemptId, ProviderName, RequestId, TurnId
from tui.domain.money import Cost, MicroUsd
from tui.domain.spend import Charge
from tui.storage.charges import insert_charge
from tui.storage.database import Database
from tui.storage.rollups import add_to_rollups
from tui.storage.spend import SpendStore

ROWS, STEPS = 1_000_000, 200
NOW = 1_795_000_000.0
SPACING_S = 5.0
"""Between two charges; a million of them are about two months."""
MODELS = 12


def measure_ledger() -> list[Measurement]:
    """Returns the cost panel's query and a charge, medians at a million rows and with none."""
    empty, full = asyncio.run(_measure(0)), asyncio.run(_measure(ROWS))
    against = "the same ledger, empty"
    return [
        Measurement(f"cost panel at {ROWS} rows, p50", "ms", full["panel"], empty["panel"], against, 16),
        Measurement(f"charge and its sums at {ROWS} rows, p50", "ms", full["insert"], empty["insert"], against, 0.1),
        Measurement(
            f"charge at {ROWS} rows, committed by the store, p50", "ms", full["settle"], empty["settle"], against
        ),
    ]


async def _measure(rows: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "ledger.sqlite3"
        database = await Database.open(file)
        if rows:
            await database.write(lambda connection: _fill(connection, rows))
        store = SpendStore(database)
        numbers = iter(range(rows, rows + 10 * STEPS))
        figures = {
            "panel": await _typical(lambda: store.totals("session_0", NOW)),
            "settle": await _typical(lambda: store.settle(made_charge(next(numbers)))),
            "insert": await database.write(lambda connection: _inserting(connection, next(numbers))),
        }
        await database.close()
    return figures


async def _typical(step: Callable[[], Awaitable[object]]) -> float:
    """Returns the median of some steps, in milliseconds."""
    seconds = []
    for _ in range(STEPS):
        began = time.perf_counter()
        await step()
        seconds.append(time.perf_counter() - began)
    return percentile(seconds, 0.5) * 1e3


def _inserting(connection: sqlite3.Connection, first: int) -> float:
    """Returns the median of a charge within one transaction, in milliseconds."""
    seconds = []
    for number in range(first, first + STEPS):
        charge = made_charge(number)
        began = time.perf_counter()
        insert_charge(connection, charge)
        add_to_rollups(connection, charge)
        seconds.append(time.perf_counter() - began)
    return percentile(seconds, 0.5) * 1e3


def _fill(connection: sqlite3.Connection, rows: int) -> None:
    for number in range(rows):
        charge = made_charge(number)
        insert_charge(connection, charge)
        add_to_rollups(connection, charge)


def made_charge(number: int) -> Charge:
    """Returns a charge; the last of a million is of now."""
    return Charge(
        AttemptId(f"attempt_{number}"),
        RequestId(f"request_{number}"),
        TurnId(f"turn_{number // 4}"),
        f"session_{number % 200}",
        ProviderName(f"provider_{number % 3}"),
        f"model_{number % MODELS}",
        None,
        "complete",
        None,
        200,
        Usage(1_000, 100),
        Cost(MicroUsd(3_000), "reported"),
        latency_ms=900,
        first_token_ms=300,
        fallback=False,
        at=NOW - (ROWS - number) * SPACING_S,
    )
