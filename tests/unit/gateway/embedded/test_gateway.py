"""What the gateway tells about itself: targets, models, connection tests, its state."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.unit.gateway.embedded.stage import FakeUpstream, Stage, fails, no_list, says
from tui.chat.ports import LanguageModel
from tui.domain.errors import CallError
from tui.domain.gateway import ModelSpec, ProviderSpec
from tui.domain.ids import ProviderName
from tui.domain.money import Price
from tui.gateway.embedded.snapshot import quota_in_words
from tui.gateway.upstream.events import Opened, RateLimits

FREE = Price(Decimal(0), Decimal(0))
A = ProviderName("a")


def test_it_is_a_language_model_for_the_chat() -> None:
    model: LanguageModel = Stage({"a/m": [says()]}).gateway
    assert model is not None


def test_targets_are_combos_then_models() -> None:
    assert Stage({"a/m": [says()], "b/x/y": [says()]}).gateway.targets() == ("main", "a/m", "b/x/y")


def test_a_combo_is_known_by_its_first_model() -> None:
    stage = Stage({"a/m": [says()], "b/m": [says()]}, models={"a/m": ModelSpec("m", context_tokens=8_000)})
    model = stage.gateway.model("main")
    assert model is not None
    assert model.context_tokens == 8_000


def test_a_model_nobody_listed_is_known_by_name_only() -> None:
    gateway = Stage({"a/m": [says()]}).gateway
    assert gateway.model("a/new/one") == ModelSpec("new/one")
    assert gateway.model("z/m") is None
    assert gateway.model("nonsense") is None


def without_combos(stage: Stage) -> Stage:
    stage.gateway._parts.catalog._combos = {}
    return stage


def test_the_first_combo_is_chosen() -> None:
    target, why = Stage({"a/m": [says()]}).gateway.choose_target()
    assert target == "main"
    assert "combo" in why


def test_else_the_free_model_with_tools_and_the_largest_window() -> None:
    models = {
        "a/paid": ModelSpec("paid", 999_999, price=Price(Decimal(1), Decimal(1)), tools=True),
        "a/small": ModelSpec("small", 4_000, price=FREE, tools=True),
        "a/large": ModelSpec("large", 32_000, price=FREE, tools=True),
        "a/mute": ModelSpec("mute", 64_000, price=FREE, tools=False),
    }
    target, why = without_combos(Stage({step: [says()] for step in models}, models=models)).gateway.choose_target()
    assert target == "a/large"
    assert "free" in why
    assert "tokens)" in why


def test_else_the_first_model() -> None:
    assert without_combos(Stage({"a/m": [says()], "b/m": [says()]})).gateway.choose_target()[0] == "a/m"


def test_with_nothing_there_the_reason_says_what_to_do() -> None:
    target, why = Stage({}).gateway.choose_target()
    assert target == ""
    assert "config.toml" in why


async def test_providers_that_were_never_asked_are_asked_before_a_model_is_chosen() -> None:
    stage = without_combos(Stage({"a/m": [says()], "b/m": [says()]}, models={"b/m": ModelSpec("m")}))
    listed = (ModelSpec("small", 8_000, price=FREE, tools=True), ModelSpec("large", 64_000, price=FREE, tools=True))
    stage.upstreams["a"] = FakeUpstream(stage, "a", listed=listed)
    stage.upstreams["b"] = FakeUpstream(stage, "b", listed=no_list())
    assert (await stage.gateway.find_target())[0] == "a/large"
    stage.gateway.trip(A)
    assert (await stage.gateway.find_target())[0] == "a/m", "what is closed is not called free; the first one stays"


async def test_a_combo_is_chosen_without_asking_anybody() -> None:
    stage = Stage({"a/m": [says()]})
    stage.upstreams["a"] = FakeUpstream(stage, "a", listed=no_list())
    assert (await stage.gateway.find_target())[0] == "main"
    assert not stage.gateway._lists.trouble(A)


async def test_a_fetched_list_fills_what_the_configuration_leaves_open() -> None:
    stage = Stage({"a/m": [says()]}, models={"a/m": ModelSpec("m", tools=False)})
    listed = (ModelSpec("m", context_tokens=9, tools=True), ModelSpec("n"))
    stage.upstreams["a"] = FakeUpstream(stage, "a", listed=listed)
    assert await stage.gateway.fetch_models(A) == (ModelSpec("m", context_tokens=9, tools=False), ModelSpec("n"))
    assert "a/n" in stage.gateway.targets()


async def test_another_key_found_while_fetching_models_makes_good_what_the_old_one_did() -> None:
    stage = Stage({"a/m": [fails("auth", 401), says()]}, key_env=True)
    stage.keys.known["a"] = "old"
    await stage.ask()
    stage.keys.known["a"] = "new"
    stage.clock.advance(6)
    await stage.gateway.fetch_models(A)
    assert (await stage.gateway.snapshot()).providers[0].credential == "ok"


async def test_a_connection_test_says_what_it_saw() -> None:
    stage = Stage({"a/m": [says()]})
    spec = ProviderSpec(ProviderName("new"), "http://new.test/v1")
    upstream = stage.upstreams["new"] = FakeUpstream(stage, "new", listed=(ModelSpec("x"), ModelSpec("y")))
    seen = await stage.gateway.test_provider(spec)
    assert (seen.ok, seen.summary) == (True, "new lists 2 models: x, y")
    assert upstream.closed
    upstream.listed = no_list()
    seen = await stage.gateway.test_provider(spec)
    assert (seen.ok, seen.summary, seen.hint) == (False, "the endpoint has no list of models", "Check base_url.")
    seen = await stage.gateway.test_provider(replace(spec, name=ProviderName("keyless"), api_key_env="NEW_KEY"))
    assert "NEW_KEY" in seen.summary


async def test_a_list_that_cannot_be_fetched_is_an_error_with_a_hint() -> None:
    stage = Stage({"a/m": [says()]})
    stage.upstreams["a"] = FakeUpstream(stage, "a", listed=no_list())
    with pytest.raises(CallError) as caught:
        await stage.gateway.fetch_models(A)
    assert caught.value.hint


async def test_the_snapshot_shows_what_was_measured() -> None:
    slow = [says()[0], 0.2, *says()[1:]]
    stage = Stage({"a/m": [slow], "b/m": [fails("auth", 401)]})
    await stage.ask()
    await stage.ask("b/m")
    shot = await stage.gateway.snapshot()
    a, b = shot.providers
    assert (a.requests, a.errors, a.p50_ms, a.p95_ms, a.p99_ms) == (1, 0, 200, 200, 200)
    assert (b.requests, b.errors, b.p50_ms, b.last_error, b.credential) == (1, 1, None, "it is down", "expired")
    assert (shot.latency.requests, shot.latency.errors, shot.latency.recent_ms) == (2, 1, (200,))
    assert (shot.gateway, shot.verdict, shot.spend.session_microusd) == ("embedded", "degraded", 3_000)


async def test_figures_older_than_five_minutes_are_gone() -> None:
    stage = Stage({"a/m": [says()]})
    await stage.ask()
    stage.clock.advance(301)
    assert (await stage.gateway.snapshot()).latency.requests == 0


async def test_a_gateway_with_no_way_left_is_down() -> None:
    stage = Stage({"a/m": [says()]})
    assert (await stage.gateway.snapshot()).verdict == "ok"
    stage.gateway.trip(A)
    assert (await stage.gateway.snapshot()).verdict == "down"
    assert (await Stage({}).gateway.snapshot()).verdict == "unknown"


async def test_quotas_are_told_in_words() -> None:
    limits = RateLimits(remaining_requests=12, remaining_tokens=34_000, reset_s=6.4)
    stage = Stage({"a/m": [[Opened(200, limits), *says()[1:]]], "b/m": [says()]})
    await stage.ask()
    await stage.ask("b/m")
    a, b = (await stage.gateway.snapshot()).providers
    assert a.quota == "12 requests and 34,000 tokens left, renewed in 6 s"
    assert b.quota is None
    assert quota_in_words(None) is None


async def test_closing_closes_every_client() -> None:
    stage = Stage({"a/m": [says()], "b/m": [says()]})
    await stage.ask()
    await stage.gateway.close()
    assert stage.upstreams["a"].closed
