"""The OpenRouter adapter against a loopback service built from its documentation (see `documented`)."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.fakes.gateway_pages import GatewayPages, page
from tests.integration.gateway.remote.openrouter.documented import (
    CREDITS,
    GENERATION,
    GENERATION_ID,
    MODEL,
    PREFIX,
    answer,
    key,
    offer,
    openrouter,
)
from tests.integration.gateway.remote.outside import NAME, Outside, in_front_of, outside
from tui.domain.errors import CallError, ConnectError, NotExposedError, UsageError
from tui.domain.gateway_witness import Witness
from tui.gateway.remote.shapes import ShapeError


def front(pages: GatewayPages, path: Path) -> AbstractAsyncContextManager[Outside]:
    return in_front_of(pages, path, "openrouter", PREFIX)


def standing(witnesses: tuple[Witness, ...]) -> dict[str, str]:
    return {witness.source: witness.standing for witness in witnesses}


# --- chats and models


async def test_the_reported_cost_of_a_chat_is_in_the_ledger(tmp_path: Path) -> None:
    async with front(openrouter([answer()]), tmp_path) as router:
        told = await router.ask(MODEL)
        cost = await router.gateway.cost()
    assert (cost.total_of, cost.over_time_of) == ("our chats through proxy", "all our chats")
    assert (told.end.cost.microusd, told.end.cost.source) == (1_500, "reported")
    assert cost.total.microusd == 1_500


async def test_models_have_prices_windows_and_what_they_take(tmp_path: Path) -> None:
    async with front(openrouter(), tmp_path) as router:
        model, auto = (await router.gateway.models()).models
    assert (model.context_tokens, model.max_output_tokens, model.tools, model.vision) == (8192, 4096, True, True)
    assert (model.input_usd_per_million, model.output_usd_per_million) == (30, 60)
    assert (auto.input_usd_per_million, auto.context_tokens) == (None, 2_000_000)


# --- what is left


async def test_a_keys_limit_is_what_is_left_for_it(tmp_path: Path) -> None:
    async with front(openrouter(), tmp_path) as router:
        quota = await router.gateway.quota()
    (view,) = quota.credentials
    assert view.credits
    assert (view.credits.remaining_microusd, view.credits.used_microusd, view.credits.total_microusd) == (
        74_500_000,
        25_500_000,
        100_000_000,
    )
    assert (view.health, view.reason, view.rate_limit) == ("ok", "$74.50 of $100.00 left, renewed monthly", None)
    assert standing(quota.witnesses) == {"GET /v1/key": "relied on", "GET /v1/credits": "silent"}


async def test_a_management_key_tells_the_accounts_credits(tmp_path: Path) -> None:
    pages = openrouter(credits=page(CREDITS), key=key(is_management_key=True))
    async with front(pages, tmp_path) as router:
        own, account = (await router.gateway.quota()).credentials
        day = await router.gateway.cost("day")
    assert account.credits
    assert (account.credential, account.credits.remaining_microusd) == ("the account", 74_750_000)
    assert own.credits is None
    assert standing(day.witnesses)["GET /v1/key"] == "silent"


async def test_a_key_is_asked_after_by_itself_where_management_has_another(tmp_path: Path) -> None:
    pages = openrouter(credits=page(CREDITS))
    async with in_front_of(pages, tmp_path, "openrouter", PREFIX, management_key="sk-management") as router:
        own, account = (await router.gateway.quota()).credentials
    assert own.credits
    assert account.credits
    asked = {seen.path: seen.headers["authorization"] for seen in pages.model_requests}
    assert asked["/api/v1/key"] == "Bearer sk-1"
    assert asked["/api/v1/credits"] == "Bearer sk-management"


async def test_credits_are_asked_for_rarely(tmp_path: Path) -> None:
    pages = openrouter(credits=page(CREDITS))
    async with front(pages, tmp_path) as router:
        for _ in range(3):
            await router.gateway.quota()
    assert pages.asked.count("/api/v1/credits") == 1


@pytest.mark.parametrize(
    ("change", "health"),
    [
        ({"limit_remaining": 0}, "credits_exhausted"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expired"),
        ({"limit": None, "limit_remaining": None}, "ok"),
    ],
)
async def test_a_key_that_cannot_be_used_says_so(change: dict[str, object], health: str, tmp_path: Path) -> None:
    async with front(openrouter(key=key(**change)), tmp_path) as router:
        (view,) = (await router.gateway.quota()).credentials
    assert view.health == health


@pytest.mark.parametrize(("period", "microusd"), [("day", 500_000), ("week", 5_250_000), ("month", 25_500_000)])
async def test_a_period_cost_what_the_key_used_in_it(period: str, microusd: int, tmp_path: Path) -> None:
    async with front(openrouter([answer()]), tmp_path) as router:
        await router.ask(MODEL)
        cost = await router.gateway.cost(period)  # type: ignore[arg-type]
    assert (cost.total_of, cost.over_time_of) == ("all programs that use the key", "all our chats")
    assert (cost.total.microusd, cost.total.requests) == (microusd, None)
    assert [(part.model, part.figures.microusd) for part in cost.models] == [(MODEL, 1_500)]


# --- how it stands


async def test_providers_of_the_models_in_use_are_watched(tmp_path: Path) -> None:
    pages = openrouter([answer()])
    async with front(pages, tmp_path) as router:
        await router.ask(MODEL)
        health = await router.gateway.health()
        seen = await router.gateway.snapshot()
        azure = await router.gateway.provider("Azure")
        with pytest.raises(UsageError, match="nobody"):
            await router.gateway.provider("nobody")
    assert pages.asked.count(f"{PREFIX}/v1/models/{MODEL}/endpoints") == 1
    assert {one.provider: one.breaker.state for one in health.providers[1:]} == {
        "OpenAI": "CLOSED",
        "Azure": "DEGRADED",
        "Infermatic": "UNKNOWN",
    }
    assert (health.verdict, health.reasons, seen.spend.today_microusd) == ("ok", (), 500_000)
    assert seen.providers[0].quota == "$74.50 of $100.00 left, renewed monthly"
    assert (azure.breaker.state, azure.figures.requests) == ("DEGRADED", None)


async def test_without_a_chat_no_provider_behind_it_is_watched(tmp_path: Path) -> None:
    async with front(openrouter(), tmp_path) as router:
        health = await router.gateway.health()
    assert [one.provider for one in health.providers] == [NAME]
    assert (health.verdict, health.version, health.uptime_s) == ("ok", None, None)


async def test_a_model_that_is_gone_does_not_hide_the_others(tmp_path: Path) -> None:
    pages = openrouter([answer(), answer()])
    async with front(pages, tmp_path) as router:
        await router.ask("lab/gone")
        await router.ask(MODEL)
        health = await router.gateway.health()
    assert [one.provider for one in health.providers[1:]] == ["OpenAI", "Azure", "Infermatic"]


async def test_a_model_that_no_provider_serves_reliably_degrades_the_gateway(tmp_path: Path) -> None:
    weak = {"data": {"endpoints": [offer("Azure", 91.0, "0.00002"), offer("Infermatic", 50.0, "0.00001")]}}
    pages = openrouter([answer()], **{f"models/{MODEL}/endpoints": page(weak)})
    async with front(pages, tmp_path) as router:
        await router.ask(MODEL)
        health, seen = await router.gateway.health(), await router.gateway.snapshot()
    assert (health.verdict, seen.verdict) == ("degraded", "degraded")
    (reason,) = health.reasons
    assert reason.startswith("openai/gpt-4: no provider is reliable; Azure 91.0 %")


async def test_a_used_up_key_degrades_the_gateway(tmp_path: Path) -> None:
    async with front(openrouter(key=key(limit_remaining=0)), tmp_path) as router:
        health = await router.gateway.health()
    assert (health.verdict, health.reasons) == ("degraded", ("the key's limit is used up",))


async def test_a_look_asks_nobody(tmp_path: Path) -> None:
    pages = openrouter()
    async with front(pages, tmp_path) as router:
        seen = await router.gateway.snapshot()
    assert pages.asked == []
    assert (seen.spend.today_microusd, seen.unknown) == (0, ("spend of others today",))


async def test_a_service_that_is_not_there_cannot_be_asked(tmp_path: Path) -> None:
    async with outside(tmp_path, "openrouter", "http://127.0.0.1:9/api") as router:
        with pytest.raises(ConnectError):
            await router.gateway.health()
        assert (await router.gateway.snapshot()).verdict == "down"


# --- ways


async def test_a_simulated_request_goes_to_reliable_providers_before_cheap_ones(tmp_path: Path) -> None:
    async with front(openrouter(), tmp_path) as router:
        answered = await router.gateway.simulate(f"{NAME}/{MODEL}", 4_000)
    assert [step.provider for step in answered.path] == ["OpenAI", "Azure"]
    assert [(step.provider, step.reason) for step in answered.left_out] == [("Infermatic", "takes 2,048 tokens")]
    assert (answered.best_case_microusd, answered.worst_case_microusd) == (
        4_000 * 20 + 4_096 * 60,
        4_000 * 30 + 4_096 * 60,
    )


async def test_a_chat_is_explained_by_its_generation(tmp_path: Path) -> None:
    async with front(openrouter([answer()]), tmp_path) as router:
        told = await router.ask(MODEL)
        ours = await router.gateway.explain(told.end.request_id)
        theirs = await router.gateway.explain(GENERATION_ID)
    assert ours.explanation == (
        "OpenAI answered with openai/gpt-4, after Azure failed: "
        "tokens 10 in (3 cached), 25 out (5 of them reasoning) in 1,200 ms"
    )
    assert (ours.provider, ours.model, ours.latency_ms, ours.cost.microusd) == ("OpenAI", MODEL, 1_250, 1_500)
    assert [(one.step, one.status) for one in ours.attempts] == [("Azure", 429), ("OpenAI", 200)]
    assert ours.fallbacks == (("Azure", "answered 429"),)
    assert standing(ours.witnesses) == {"GET /v1/generation": "relied on", "measured here": "agrees"}
    assert theirs.target == MODEL


async def test_a_record_that_disagrees_on_the_cost_is_heard_beside_the_answer(tmp_path: Path) -> None:
    generation = {f"generation?id={GENERATION_ID}": page({"data": {**GENERATION, "total_cost": 0.002}})}
    async with front(openrouter([answer()], **generation), tmp_path) as router:
        told = await router.ask(MODEL)
        explained = await router.gateway.explain(told.end.request_id)
    (disagreeing,) = [one for one in explained.witnesses if one.standing == "disagrees"]
    assert disagreeing.said == "says $0.0015, not $0.0020"


async def test_an_answer_without_a_record_yet_is_explained_from_here(tmp_path: Path) -> None:
    pages = openrouter([answer()])
    pages.pages = {path: reply for path, reply in pages.pages.items() if "?" not in path}
    async with front(pages, tmp_path) as router:
        told = await router.ask(MODEL)
        explained = await router.gateway.explain(told.end.request_id)
        with pytest.raises(UsageError):
            await router.gateway.explain("gen-unknown")
    assert explained.attempts[0].served_by == "OpenAI"
    assert standing(explained.witnesses)["GET /v1/generation"] == "silent"


@pytest.mark.parametrize("operation", ["combos", "resilience"])
async def test_what_openrouter_does_not_tell_is_not_exposed(operation: str, tmp_path: Path) -> None:
    async with front(openrouter(), tmp_path) as router:
        with pytest.raises(NotExposedError, match="not exposed by this gateway"):
            await (router.gateway.combos() if operation == "combos" else router.gateway.resilience())


@pytest.mark.parametrize("nonsense", [[], 3, {"data": None}, {"error": {"message": "busy"}}])
async def test_an_answer_of_another_shape_is_told_as_an_error(nonsense: object, tmp_path: Path) -> None:
    paths = ("key", "credits", f"models/{MODEL}/endpoints", f"generation?id={GENERATION_ID}")
    told = {path: page(nonsense) for path in paths}
    async with front(openrouter([answer()], **told), tmp_path) as router:
        sent = await router.ask(MODEL)
        health, quota = await router.gateway.health(), await router.gateway.quota()
        explained = await router.gateway.explain(sent.end.request_id)
        assert (await router.gateway.cost("day")).total.microusd == 1_500
        with pytest.raises(ShapeError, match="endpoints answered with"):
            await router.gateway.simulate(MODEL)
    heard = {str(one.source): one.said for one in (*health.witnesses, *quota.witnesses, *explained.witnesses)}
    for source in ("GET /v1/key", "GET /v1/credits", "GET /v1/models/…/endpoints", "GET /v1/generation"):
        assert f"{source} answered with" in heard[source]
    assert health.verdict == "degraded"
    assert quota.credentials[0].credits is None


async def test_nonsense_in_an_answer_is_unknown_and_breaks_nothing(tmp_path: Path) -> None:
    nonsense: object = {"data": {"endpoints": [None, {}, 3]}}
    told = {path: page(nonsense) for path in ("key", "credits", f"models/{MODEL}/endpoints", "generation")}
    async with front(openrouter([answer()], **told), tmp_path) as router:
        await router.ask(MODEL)
        health, quota = await router.gateway.health(), await router.gateway.quota()
        assert (await router.gateway.cost("day")).total.microusd == 1_500
        assert (await router.gateway.simulate(MODEL)).path == ()
    assert [one.provider for one in health.providers] == [NAME]
    assert quota.credentials[0].credits
    assert quota.credentials[0].credits.remaining_microusd is None


async def test_an_unknown_model_cannot_be_simulated(tmp_path: Path) -> None:
    async with front(openrouter(), tmp_path) as router:
        with pytest.raises(CallError, match="404"):
            await router.gateway.simulate("nobody/nothing")
