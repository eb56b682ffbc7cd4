"""One provider over a window, and the session: from the ledger, so also what an earlier run did."""

from pathlib import Path

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.llm_endpoint import fail, say
from tests.integration.gateway.operations.rig import CALL_MICROUSD, Rig, endpoint
from tui.domain.errors import NotExposedError, UsageError


async def test_a_provider_is_told_from_what_it_did(tmp_path: Path) -> None:
    replies = [fail(503), fail(400), say("hi")]
    async with Rig(tmp_path, {"a": endpoint(*replies), "b": endpoint(say("hi"))}) as rig:
        for _ in range(4):
            await rig.ask()
        a = await rig.gateway.provider("a")
        figures = a.figures
        assert (figures.requests, figures.successes, figures.errors, figures.success_rate) == (4, 2, 2, 0.5)
        assert figures.error_rate == 0.5
        assert figures.cost.microusd == 2 * CALL_MICROUSD
        assert figures.p50_ms is not None
        assert figures.p99_ms is not None
        assert figures.p50_ms <= figures.p99_ms
        assert a.failures == {"provider-down": 1, "request": 1}
        assert a.last_error_at
        assert a.quota.unknown == ("rate_limit", "credits")
        b = (await rig.gateway.provider("b")).figures
        assert (b.requests, b.errors, b.fallbacks) == (1, 0, 1)


async def test_the_last_error_of_an_earlier_run_is_told_by_kind_and_status(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(fail(503))}) as rig:
        await rig.ask()
        again = await (await rig.another_process()).provider("a")
        assert (again.last_error, again.figures.errors) == ("provider-down, HTTP 503", 1)


async def test_a_provider_nobody_called_has_unknown_figures(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}) as rig:
        a = await rig.gateway.provider("a")
        assert (a.figures.requests, a.figures.success_rate, a.last_error, a.last_error_at) == (0, None, "", None)
        assert {"success_rate", "p50_ms", "p95_ms", "p99_ms", "average_ms"} <= set(a.unknown)
        with pytest.raises(UsageError):
            await rig.gateway.provider("z")


async def test_a_window_holds_only_what_lies_in_it(tmp_path: Path) -> None:
    clock = FakeClock()
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}, clock=clock) as rig:
        for _ in range(4):
            await rig.ask()
            clock.advance(20 * 3_600)
        seen = [
            (await rig.gateway.provider("a", window)).figures.requests for window in ("hour", "day", "week", "month")
        ]  # type: ignore[arg-type]
        assert seen == [0, 1, 4, 4]


async def test_the_session_is_the_sum_of_its_requests_over_all_runs(tmp_path: Path) -> None:
    clock = FakeClock()
    async with Rig(tmp_path, {"a": endpoint(fail(503), say("hi")), "b": endpoint(say("hi"))}, clock=clock) as rig:
        await rig.gateway.budget(1.0)
        started = clock.wall()
        for _ in range(3):
            await rig.ask()
        clock.advance(60)
        session = await (await rig.another_process()).session()
        assert (session.session_id, session.started, session.duration_s) == ("session", started, 60)
        figures = session.figures
        assert (figures.requests, figures.errors, figures.fallbacks) == (3, 0, 1)
        assert (figures.cost.microusd, figures.cost.input_tokens) == (3 * CALL_MICROUSD, 150)
        assert [(one.name, one.requests) for one in session.providers] == [("a", 3), ("b", 1)]
        assert session.models[0].name == "a/fake-1"
        assert session.budget.lines[0].remaining_microusd == 1_000_000 - 3 * CALL_MICROUSD


async def test_without_a_history_nothing_is_made_up(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}) as rig:
        rig.gateway._parts.history = None
        for asked in (
            rig.gateway.session(),
            rig.gateway.cost(),
            rig.gateway.provider("a"),
            rig.gateway.combo_metrics("main"),
        ):
            with pytest.raises(NotExposedError):
                await asked
        assert (await rig.gateway.health()).providers[0].last_error == ""
