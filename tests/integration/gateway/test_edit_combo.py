"""A chain that is changed by hand goes its new way with the next request; what leads nowhere changes nothing."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.llm_endpoint import LlmEndpoint, say
from tui.config.load import Options, load_settings
from tui.config.paths import Paths, find_paths
from tui.config.schema import Settings
from tui.domain.errors import RefusedError, UsageError
from tui.domain.gateway import ComboSpec, ModelSpec, ProviderSpec
from tui.domain.gateway_answers import CombosAnswer
from tui.domain.gateway_routing import RouteAnswer
from tui.domain.ids import ComboName, ProviderName
from tui.engine import Engine

MAIN = ComboSpec(ComboName("main"), ("a/one", "b/two"))
TURNED = replace(MAIN, steps=("b/two", "a/one"))


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return find_paths({"MCP_TUI_HOME": str(tmp_path)})


@pytest.fixture
async def engine(paths: Paths) -> AsyncIterator[Engine]:
    """Two providers that answer, in a chain."""
    async with LlmEndpoint([say("Hello.")] * 4) as a, LlmEndpoint([say("Hello.")] * 4) as b:
        providers = (
            ProviderSpec(ProviderName("a"), a.base_url, models=(ModelSpec("one"),)),
            ProviderSpec(ProviderName("b"), b.base_url, models=(ModelSpec("two"),)),
        )
        engine = Engine(Settings(providers=providers, combos=(MAIN,)), paths, attended=False)
        await engine.start()
        yield engine
        await engine.stop()


async def reached(engine: Engine) -> str:
    answer = await engine.gateway.operate("route", {"model": "main", "messages": "Hi"})
    assert isinstance(answer, RouteAnswer)
    return f"{answer.provider}/{answer.model}"


async def test_the_next_request_goes_the_new_way_and_nothing_is_written(engine: Engine) -> None:
    assert await reached(engine) == "a/one"
    await engine.gateway.edit_combo(TURNED)
    assert await reached(engine) == "b/two"
    assert not engine.paths.config_file.exists()


async def test_a_kept_change_is_there_at_the_next_start(engine: Engine, paths: Paths) -> None:
    providers = "".join(f'[[providers]]\nname = "{name}"\nbase_url = "http://127.0.0.1:9/v1"\n' for name in "ab")
    paths.config_file.parent.mkdir(parents=True, exist_ok=True)
    paths.config_file.write_text(providers, "utf-8")
    await engine.gateway.edit_combo(replace(TURNED, strategy="weighted", weights=(2, 1)), keep=True)
    [kept] = load_settings(paths, {}, Options()).combos
    assert (kept.steps, kept.strategy, kept.weights) == (TURNED.steps, "weighted", (2, 1))


async def test_a_chain_that_is_off_stays_off(engine: Engine) -> None:
    await engine.gateway.operate("switch", {"combo": "main", "active": False, "force": True})
    await engine.gateway.edit_combo(TURNED)
    answer = await engine.gateway.operate("combos", {})
    assert isinstance(answer, CombosAnswer)
    assert [(one.enabled, one.steps[0].step) for one in answer.combos] == [(False, "b/two")]


@pytest.mark.parametrize(
    ("edited", "says"),
    [
        (replace(MAIN, name=ComboName("mian")), "no chain"),
        (replace(MAIN, steps=()), "at least one step"),
        (replace(MAIN, steps=("a/one", "a/one")), "twice"),
        (replace(MAIN, steps=("a/one", "nobody/x")), "no place"),
        (replace(MAIN, steps=("one",)), "no place"),
        (replace(MAIN, strategy="fastest"), "no strategy"),  # type: ignore[arg-type]
        (replace(MAIN, strategy="weighted", weights=(1,)), "weights"),
        (replace(MAIN, strategy="weighted", weights=(0, 0)), "weights"),
    ],
)
async def test_what_leads_nowhere_is_refused_and_changes_nothing(engine: Engine, edited: ComboSpec, says: str) -> None:
    with pytest.raises(UsageError, match=says) as refused:
        await engine.gateway.edit_combo(edited, keep=True)
    assert refused.value.hint
    assert await reached(engine) == "a/one"
    assert not engine.paths.config_file.exists()


async def test_the_demos_chains_are_not_kept(paths: Paths) -> None:
    engine = Engine(Settings(providers=(), combos=(), demo=True), paths, attended=False)
    await engine.start()
    try:
        with pytest.raises(RefusedError, match="demo"):
            await engine.gateway.edit_combo(MAIN, keep=True)
    finally:
        await engine.stop()


async def test_the_newest_requests_are_told_with_the_way_they_went(engine: Engine) -> None:
    for _ in range(3):
        await reached(engine)
    told = await engine.gateway.recent_requests(2)
    assert [(one.target, one.provider) for one in told] == [("main", "a"), ("main", "a")]
    assert (told[0].at or 0) >= (told[1].at or 0)
