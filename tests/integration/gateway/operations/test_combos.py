"""Chains: what went through each, and that switching one off really stops it."""

from pathlib import Path

import pytest

from tests.fakes.llm_endpoint import fail, say
from tests.integration.gateway.operations.rig import CALL_MICROUSD, Rig, endpoint
from tui.domain.errors import RefusedError, UsageError


async def test_metrics_are_those_of_that_chain_alone(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(fail(503), say("hi")), "b": endpoint(say("hi"))}) as rig:
        for target in ("main", "main", "spare", "b/fake-1"):
            await rig.ask(target)
        main = await rig.gateway.combo_metrics("main")
        figures = main.figures
        assert (figures.requests, figures.successes, figures.fallbacks, figures.success_rate) == (2, 2, 1, 1.0)
        assert (figures.cost.calls, figures.cost.microusd) == (3, 2 * CALL_MICROUSD)
        assert figures.p50_ms is not None
        shares = {one.provider: one.figures for one in main.providers}
        assert {name: (one.requests, one.errors) for name, one in shares.items()} == {"a": (2, 1), "b": (1, 0)}
        assert (await rig.gateway.combo_metrics("spare")).figures.requests == 1


async def test_a_chain_nobody_used_has_unknown_figures_not_zeros(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}) as rig:
        unused = await rig.gateway.combo_metrics("main")
        assert (unused.figures.requests, unused.figures.success_rate, unused.figures.average_ms) == (0, None, None)
        assert {"success_rate", "p50_ms"} <= set(unused.unknown)
        assert unused.since is None


async def test_all_chains_are_listed_with_metrics_when_asked_for(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi")), "b": endpoint(say("hi"))}) as rig:
        await rig.ask()
        bare = await rig.gateway.combos()
        assert [(one.name, one.strategy, one.enabled, one.metrics) for one in bare.combos] == [
            ("main", "priority", True, None),
            ("spare", "priority", True, None),
        ]
        main, spare = (await rig.gateway.combos(include_metrics=True)).combos
        assert main.metrics
        assert spare.metrics
        assert (main.metrics.figures.requests, spare.metrics.figures.requests) == (1, 0)


async def test_nothing_is_routed_through_a_chain_that_is_switched_off_here_or_elsewhere(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi")), "b": endpoint(say("hi"))}) as rig:
        other = await rig.another_process()
        answer = await rig.gateway.switch("main", False)
        assert (answer.enabled, answer.changed, answer.warning) == (False, True, "")
        await other.snapshot()
        for gateway in (rig.gateway, other):
            told = await rig.ask("main", gateway=gateway)
            assert (told.end.outcome, told.end.failure) == ("failed", "no-route")
            assert "switched off" in told.end.reason
            assert "main" not in gateway.targets()
            with pytest.raises(RefusedError):
                await gateway.simulate("main")
        assert [len(one.requests) for one in rig.endpoints.values()] == [0, 0]
        assert (await rig.ask("spare")).end.text == "hi"
        assert [one.enabled for one in (await other.combos()).combos] == [False, True]
        await other.switch("main", True)
        await rig.gateway.snapshot()
        assert (await rig.ask("main")).end.text == "hi"


async def test_a_switch_survives_a_restart(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}) as rig:
        await rig.gateway.switch("main", False)
        again = await rig.another_process()
        assert (await rig.ask("main", gateway=again)).end.failure == "no-route"


async def test_the_last_chain_goes_off_only_when_forced_and_says_what_is_lost(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}) as rig:
        await rig.gateway.switch("main", False)
        with pytest.raises(RefusedError) as caught:
            await rig.gateway.switch("spare", False)
        assert "nothing is routed" in caught.value.message
        assert "force" in caught.value.hint
        assert (await rig.ask("spare")).end.text == "hi"
        answer = await rig.gateway.switch("spare", False, force=True)
        assert "nothing is routed" in answer.warning
        assert (await rig.ask("spare")).end.failure == "no-route"


async def test_switching_to_where_it_stands_changes_nothing(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}) as rig:
        assert not (await rig.gateway.switch("main", True)).changed


async def test_a_chain_nobody_knows_is_an_error_with_the_known_ones(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}) as rig:
        for asked in (rig.gateway.combo_metrics("mian"), rig.gateway.switch("mian", False)):
            with pytest.raises(UsageError) as caught:
                await asked
            assert "main" in caught.value.hint
