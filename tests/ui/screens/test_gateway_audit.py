"""Audit: the calls served to other agents, what they come to, and whether their record is whole."""

import pytest

from tests.ui.screens.facts import NOW
from tests.ui.screens.gateway_stage import gateway_stage, line, pass_time
from tests.ui.screens.stage import press
from tui.domain.audit import AuditedCall, AuditEntry, AuditOutcome, AuditStats, AuditVerdict, ToolCount
from tui.domain.errors import StorageError
from tui.domain.money import Cost, MicroUsd
from tui.domain.text import clean


def served(seq: int, tool: str, outcome: AuditOutcome = "ok", cost: Cost | None = None, **more) -> AuditEntry:
    facts = {"at": NOW - 60 * seq, "caller": clean("laptop"), "key_id": "k1", "duration_ms": 132, "input_hmac": "f00d"}
    known = cost or Cost(MicroUsd(600), "reported")
    return AuditEntry(seq, AuditedCall(tool=clean(tool), outcome=outcome, cost=known, **{**facts, **more}), "c0ffee")


SERVED = (
    served(3, "omniroute_get_health", transport="http"),
    served(2, "omniroute_route_request", "refused", Cost.unknown()),
    served(1, "omniroute_route_request", "failed", Cost(MicroUsd(90), "estimated")),
)
STATS = AuditStats(41, 35, 4, 420, 23_100, 1, (ToolCount(clean("omniroute_get_health"), 30),))


async def test_each_call_says_who_called_what_and_how_it_ended() -> None:
    async with gateway_stage("A", served=SERVED, stats=STATS) as app:
        health = line(app, "3 min ago")
        for words in ("laptop", "omniroute_get_health", "✓ ok", "132 ms", "$0.0006", "http"):
            assert words in health, words
        assert "$?" in line(app, "○ refused")
        assert "~$0.000090" in line(app, "✗ failed")
        assert "85% ok   4 refused   420 ms on average   $0.0231+?" in line(app, "41 calls")


async def test_a_call_that_runs_or_whose_end_nobody_knows_is_told_so() -> None:
    open_ended = {"cost": Cost.unknown(), "duration_ms": None}
    calls = (served(2, "gateway_test", "begun", **open_ended), served(1, "gateway_route", "unknown", **open_ended))
    async with gateway_stage("A", served=calls, stats=STATS) as app:
        assert "◌ running" in line(app, "gateway_test")
        assert all(words in line(app, "gateway_route") for words in ("? unknown", "$?"))


async def test_before_anything_was_served_it_says_what_would_be() -> None:
    async with gateway_stage("A") as app:
        assert "mcp-tui serve" in line(app, "Calls that other agents make")
        assert "? ok" in line(app, "0 calls")


VERDICTS = [
    (AuditVerdict(True, 41), "● whole: 41 rows checked"),
    (AuditVerdict(False, 41, 7, clean("row 7 was changed")), "✗ broken at no. 7: row 7 was changed"),
]


@pytest.mark.parametrize(("verdict", "says"), VERDICTS, ids=["whole", "broken"])
async def test_v_checks_the_record_and_only_then(verdict: AuditVerdict, says: str) -> None:
    async with gateway_stage("A", served=SERVED, stats=STATS, verdict=verdict) as app:
        await pass_time(app, 60)
        assert app.engine.orders == []
        assert "v checks whether" in app.text
        await press(app, "v")
        assert says in app.text
        await pass_time(app, 120)
        assert app.engine.orders == [("audit.verify",)]
        assert "2 min ago" in line(app, says)


async def test_a_record_that_cannot_be_read_keeps_its_rows_and_says_why() -> None:
    async with gateway_stage("A", served=SERVED, stats=STATS) as app:
        app.engine.served = StorageError("The database is locked.", "Close the other one.")
        await pass_time(app, 301)
        assert "omniroute_get_health" in app.text
        assert "not newer: The database is locked." in app.text


async def test_at_80_by_24_caller_tool_and_outcome_stay() -> None:
    async with gateway_stage("A", (80, 24), served=SERVED, stats=STATS) as app:
        row = line(app, "3 min ago")
        assert all(words in row for words in ("laptop", "omniroute_get", "✓ ok"))
