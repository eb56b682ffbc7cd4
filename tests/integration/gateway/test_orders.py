"""What a person orders of a running gateway: providers taken in, breakers moved, chains tried."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.llm_endpoint import LlmEndpoint, say
from tui.bus import Inbox
from tui.config.load import Options, load_settings
from tui.config.paths import Paths, find_paths
from tui.config.schema import Settings
from tui.domain.errors import UsageError
from tui.domain.events import GatewaySampled
from tui.domain.gateway import ComboSpec, ModelSpec, ProviderSpec
from tui.domain.gateway_routing import RouteAnswer, StepTrial
from tui.domain.ids import ComboName, ProviderName
from tui.engine import Engine

KEY = "canary-key-88aa"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return find_paths({"MCP_TUI_HOME": str(tmp_path)})


@pytest.fixture
async def endpoint() -> AsyncIterator[LlmEndpoint]:
    async with LlmEndpoint([say("Hello."), say("Hello."), say("Hello.")]) as endpoint:
        yield endpoint


@pytest.fixture
async def engine(paths: Paths) -> AsyncIterator[Engine]:
    """Knows one provider, which is not there."""
    nobody = ProviderSpec(ProviderName("nobody"), "http://127.0.0.1:9/v1", origin="environment")
    engine = Engine(Settings(providers=(nobody,)), paths, attended=False)
    await engine.start()
    yield engine
    await engine.stop()


def live(endpoint: LlmEndpoint) -> ProviderSpec:
    return ProviderSpec(ProviderName("live"), endpoint.base_url)


def sampled(inbox: Inbox) -> GatewaySampled:
    """Returns the newest sample that waits."""
    [*_, last] = [event for event in inbox.drain() if isinstance(event, GatewaySampled)]
    return last


async def test_a_provider_answers_as_soon_as_it_was_added(engine: Engine, endpoint: LlmEndpoint) -> None:
    assert engine.parts.room.target == ""
    await engine.gateway.add_provider(live(endpoint))
    assert engine.parts.room.target == "live/fake-1"
    answer = await engine.gateway.operate("route", {"model": "live/fake-1", "messages": "Hi"})
    assert isinstance(answer, RouteAnswer)
    assert (answer.outcome, answer.content) == ("complete", "Hello.")
    assert "live/fake-1" in await engine.gateway.known_values("model")
    assert await engine.gateway.known_values("request_id") == (answer.request_id,)
    assert not engine.paths.config_file.exists()


async def test_a_kept_provider_is_there_at_the_next_start_beside_the_environments(
    engine: Engine, endpoint: LlmEndpoint, paths: Paths
) -> None:
    await engine.gateway.add_provider(live(endpoint), keep=True)
    assert [one.name for one in load_settings(paths, {}, Options()).providers] == ["nobody", "live"]


async def test_a_taken_name_is_refused_and_nothing_is_kept(engine: Engine, endpoint: LlmEndpoint) -> None:
    with pytest.raises(UsageError, match="already"):
        await engine.gateway.add_provider(ProviderSpec(ProviderName("nobody"), endpoint.base_url), keep=True)
    assert not engine.paths.config_file.exists()


async def test_a_key_that_was_typed_is_tried_without_being_stored(engine: Engine, endpoint: LlmEndpoint) -> None:
    spec = ProviderSpec(ProviderName("live"), endpoint.base_url, keyring=True)
    seen = await engine.gateway.test_provider(spec, KEY)
    assert seen.ok
    assert endpoint.model_requests[-1].headers["authorization"] == f"Bearer {KEY}"
    assert [file for file in engine.paths.config.rglob("*") if file.is_file()] == []


async def test_a_stored_key_goes_with_the_added_provider(engine: Engine, endpoint: LlmEndpoint) -> None:
    await engine.gateway.store_key(endpoint.base_url, KEY, in_file=True)
    await engine.gateway.add_provider(ProviderSpec(ProviderName("live"), endpoint.base_url, keyring=True), keep=True)
    assert endpoint.model_requests[-1].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in engine.paths.config_file.read_text()


async def test_a_breaker_moved_by_hand_is_shown_at_once(engine: Engine) -> None:
    inbox = engine.bus.subscribe()
    nobody = ProviderName("nobody")
    for order, state, held in (
        ("trip", "OPEN", False),
        ("probe", "HALF_OPEN", False),
        ("reset", "CLOSED", False),
        ("hold", "CLOSED", True),
        ("release", "CLOSED", False),
    ):
        await engine.gateway.order_breaker(nobody, order)
        [provider] = sampled(inbox).snapshot.providers
        assert (provider.breaker.state, provider.breaker.held) == (state, held), order


async def test_each_trial_of_a_chain_is_told_as_it_ends(paths: Paths, endpoint: LlmEndpoint) -> None:
    provider = ProviderSpec(ProviderName("live"), endpoint.base_url, models=(ModelSpec("a"), ModelSpec("b")))
    combo = ComboSpec(ComboName("main"), ("live/a", "live/b", "gone/c"))
    engine = Engine(Settings(providers=(provider,), combos=(combo,)), paths, attended=False)
    await engine.start()
    told: list[StepTrial] = []
    try:
        answer = await engine.gateway.try_combo("main", told.append)
    finally:
        await engine.stop()
    assert sorted(trial.model for trial in told) == ["a", "b", "c"]
    assert {trial.model for trial in answer.trials if trial.success} == {"a", "b"}
