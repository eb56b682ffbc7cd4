"""The LiteLLM adapter against what the real proxy answered, and against what it documents with a database."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.fakes.gateway_pages import GatewayPages, page
from tests.fakes.llm_endpoint import Seen
from tests.fakes.llm_replies import Reply
from tests.integration.gateway.remote.litellm.proxies import (
    CALL_ID,
    KEY_INFO,
    PRICED_USAGE,
    RECORDED,
    activity,
    answer,
    day,
    with_database,
    without_database,
)
from tests.integration.gateway.remote.outside import NAME, in_front_of, outside
from tui.domain.errors import ConnectError, NotExposedError, UsageError
from tui.domain.gateway_witness import Witness
from tui.gateway.remote.reader import KeyRefusedError


def silent_ones(witnesses: tuple[Witness, ...]) -> set[str]:
    return {witness.source for witness in witnesses if witness.standing == "silent"}


# --- chats


async def test_what_the_proxy_says_a_chat_cost_is_in_the_ledger(tmp_path: Path) -> None:
    async with in_front_of(without_database([answer(PRICED_USAGE)]), tmp_path, "litellm") as proxy:
        told = await proxy.ask("house-small")
        cost = await proxy.gateway.cost()
    assert (told.end.cost.microusd, told.end.cost.source) == (71, "reported")
    assert cost.total.microusd == 71


async def test_a_chat_of_which_the_proxy_tells_no_cost_is_priced_by_its_own_list(tmp_path: Path) -> None:
    async with in_front_of(without_database([answer(model="gpt-4o-mini")]), tmp_path, "litellm") as proxy:
        await proxy.gateway.models()
        told = await proxy.ask("gpt-4o-mini")
    # 33 tokens at 0.15 and 20 at 0.60 dollars a million, rounded once.
    assert (told.end.cost.microusd, told.end.cost.source) == (17, "computed")


async def test_a_chat_that_a_fallback_answered_is_priced_as_the_fallback(tmp_path: Path) -> None:
    async with in_front_of(without_database([answer(model="gpt-4o-mini")]), tmp_path, "litellm") as proxy:
        await proxy.gateway.models()
        assert (await proxy.ask("house-small")).end.cost.microusd == 17


async def test_a_chat_without_any_price_is_of_unknown_cost(tmp_path: Path) -> None:
    async with in_front_of(without_database([answer(model="unpriced")]), tmp_path, "litellm") as proxy:
        await proxy.gateway.models()
        assert (await proxy.ask("unpriced")).end.cost.microusd is None


# --- without a database


async def test_models_have_windows_prices_and_abilities(tmp_path: Path) -> None:
    async with in_front_of(without_database(), tmp_path, "litellm") as proxy:
        models = {view.id: view for view in (await proxy.gateway.models()).models}
    assert [*models] == ["house-small", "gpt-4o-mini", "broken", "unpriced"]
    mini = models["gpt-4o-mini"]
    assert (mini.context_tokens, mini.max_output_tokens, mini.tools, mini.vision) == (128_000, 16_384, True, True)
    assert (mini.input_usd_per_million, mini.output_usd_per_million, mini.price_source) == (0.15, 0.6, "LiteLLM")
    assert models["unpriced"].input_usd_per_million is None


async def test_health_is_the_proxys_own_word_and_pays_for_no_check(tmp_path: Path) -> None:
    pages = without_database()
    async with in_front_of(pages, tmp_path, "litellm") as proxy:
        health = await proxy.gateway.health()
    assert (health.verdict, health.version, health.uptime_s) == ("ok", "1.106.2", None)
    assert [(one.provider, one.breaker.state) for one in health.providers] == [(NAME, "CLOSED"), ("openai", "UNKNOWN")]
    assert "checks of deployments" in health.unknown
    assert not [path for path in pages.asked if path.startswith("/health?") or path == "/health"]


async def test_what_needs_a_database_is_not_asked_for_where_there_is_none(tmp_path: Path) -> None:
    pages = without_database()
    async with in_front_of(pages, tmp_path, "litellm") as proxy:
        quota, cost = await proxy.gateway.quota(), await proxy.gateway.cost("day")
        with pytest.raises(NotExposedError):
            await proxy.gateway.combo_metrics("broken")
        with pytest.raises(UsageError):
            await proxy.gateway.explain("nobody")
    assert silent_ones(quota.witnesses) == {"GET /key/info"}
    assert silent_ones(cost.witnesses) == {"GET /user/daily/activity"}
    assert not [path for path in pages.asked if path.startswith(("/key", "/user", "/spend", "/health/latest"))]


async def test_a_providers_budget_is_told_without_a_database_too(tmp_path: Path) -> None:
    async with in_front_of(without_database(), tmp_path, "litellm") as proxy:
        (budget,) = (await proxy.gateway.quota("openai")).credentials
    assert budget.credits
    assert (budget.credits.total_microusd, budget.credits.used_microusd) == (2_500_000, 185)
    assert budget.credential == "the proxy's budget of 1d"


async def test_budgets_of_providers_are_not_asked_for_where_there_are_none(tmp_path: Path) -> None:
    settings = {"current_values": {"routing_strategy": "simple-shuffle", "provider_budget_config": {}}}
    pages = without_database(**{"/router/settings": page(settings)})
    async with in_front_of(pages, tmp_path, "litellm") as proxy:
        assert len((await proxy.gateway.quota()).credentials) == 1
    assert "/provider/budgets" not in pages.asked


async def test_a_group_with_a_fallback_is_a_chain(tmp_path: Path) -> None:
    async with in_front_of(without_database(), tmp_path, "litellm") as proxy:
        (chain,) = (await proxy.gateway.combos()).combos
        known = await proxy.gateway.known_values("combo")
        measured = await proxy.gateway.combos(include_metrics=True)
    assert (chain.name, chain.strategy, chain.enabled) == ("broken", "simple-shuffle", True)
    assert [(step.step, step.reason) for step in chain.steps] == [
        ("openai/fake-2", ""),
        ("openai/gpt-4o-mini", "takes over: gpt-4o-mini"),
    ]
    assert known == ["broken"]
    assert [one.metrics for one in measured.combos] == [None]
    assert silent_ones(measured.witnesses) == {"GET /user/daily/activity"}


async def test_a_simulated_request_is_priced_and_its_chances_are_unknown(tmp_path: Path) -> None:
    async with in_front_of(without_database(), tmp_path, "litellm") as proxy:
        answered = await proxy.gateway.simulate("gpt-4o-mini", 1_000)
        chain = await proxy.gateway.simulate(f"{NAME}/broken", 1_000)
        with pytest.raises(UsageError, match="no model group 'nope'"):
            await proxy.gateway.simulate("nope")
    assert answered.best_case_microusd == answered.worst_case_microusd == round(150 + 4_096 * 0.6)
    assert [step.probability for step in chain.path] == [None, None]
    assert (chain.best_case_microusd, chain.worst_case_microusd) == (None, None)


async def test_a_trial_calls_each_deployment_by_its_id(tmp_path: Path) -> None:
    pages = without_database(lambda seen: answer(model=seen.body["model"]))
    async with in_front_of(pages, tmp_path, "litellm") as proxy:
        tested = await proxy.gateway.test("broken")
    ids = [entry["model_info"]["id"] for entry in RECORDED["/v1/model/info"]["body"]["data"]]
    assert sorted(seen.body["model"] for seen in pages.requests) == sorted([ids[2], ids[1]])
    assert [(trial.model, trial.success, trial.cost.microusd) for trial in tested.trials] == [
        ("fake-2", True, None),
        ("gpt-4o-mini", True, 17),
    ]
    assert tested.cheapest == "openai/gpt-4o-mini"


async def test_the_routers_settings_are_told_and_not_set(tmp_path: Path) -> None:
    async with in_front_of(without_database(), tmp_path, "litellm") as proxy:
        told = (await proxy.gateway.resilience()).settings
        with pytest.raises(NotExposedError):
            await proxy.gateway.resilience("balanced")
    assert (told.retries, told.cooldown_s, told.breaker_threshold, told.profile) == (1, 5.0, None, None)
    assert told.others["routing_strategy"] == "simple-shuffle"
    assert told.others["allowed_fails"] == 3


@pytest.mark.parametrize("operation", ["switch", "best"])
async def test_what_litellm_does_not_do_is_not_exposed(operation: str, tmp_path: Path) -> None:
    async with in_front_of(without_database(), tmp_path, "litellm") as proxy:
        with pytest.raises(NotExposedError, match="not exposed by this gateway"):
            await (proxy.gateway.switch("broken", False) if operation == "switch" else proxy.gateway.best("coding"))


async def test_another_key_than_the_master_key_is_said_to_be_refused(tmp_path: Path) -> None:
    wrong = RECORDED["/model/info (wrong key)"]
    refused = {"/v1/model/info": page(wrong["body"], wrong["status"])}
    async with in_front_of(without_database(**refused), tmp_path, "litellm") as proxy:
        with pytest.raises(KeyRefusedError, match="not the proxy's master key"):
            await proxy.gateway.combos()


async def test_a_proxy_that_is_not_there_cannot_be_asked(tmp_path: Path) -> None:
    async with outside(tmp_path, "litellm", "http://127.0.0.1:9") as proxy:
        with pytest.raises(ConnectError):
            await proxy.gateway.health()
        assert (await proxy.gateway.snapshot()).verdict == "down"


# --- with a database


async def test_a_failed_check_of_a_deployment_degrades_the_proxy(tmp_path: Path) -> None:
    async with in_front_of(with_database(), tmp_path, "litellm") as proxy:
        health = await proxy.gateway.health()
        (chain,) = (await proxy.gateway.combos()).combos
    assert health.verdict == "degraded"
    assert health.reasons == (
        "openai/fake-2 in broken failed its last check: litellm.InternalServerError: Connection error.",
    )
    assert [step.open for step in chain.steps] == [False, True]


async def test_a_keys_budget_is_what_is_left_for_it(tmp_path: Path) -> None:
    async with in_front_of(with_database(), tmp_path, "litellm") as proxy:
        (key,) = (await proxy.gateway.quota(NAME)).credentials
    assert key.credits
    assert (key.credits.remaining_microusd, key.credits.used_microusd) == (2_250_000, 750_000)
    assert key.rate_limit
    assert (key.rate_limit.limit_requests, key.rate_limit.limit_tokens) == (60, None)
    assert (key.health, key.credential) == ("ok", "$PROXY_KEY")


@pytest.mark.parametrize(
    ("change", "health"),
    [({"spend": 3.0}, "credits_exhausted"), ({"status": "expired"}, "expired"), ({"max_budget": None}, "ok")],
)
async def test_a_key_that_cannot_be_used_says_so(change: dict[str, object], health: str, tmp_path: Path) -> None:
    info = page({**KEY_INFO, "info": {**KEY_INFO["info"], **change}})  # type: ignore[dict-item]
    async with in_front_of(with_database(**{"/key/info": info}), tmp_path, "litellm") as proxy:
        assert (await proxy.gateway.quota(NAME)).credentials[0].health == health


async def test_a_period_costs_what_the_proxys_days_add_up_to(tmp_path: Path) -> None:
    days = page(activity(day("2026-11-20", 0.25, 4, 0), day("2026-11-21", 0.5, 9, 1)))
    async with in_front_of(with_database(**{"/user/daily/activity": days}), tmp_path, "litellm") as proxy:
        cost = await proxy.gateway.cost("month")
        metrics = await proxy.gateway.combo_metrics("house-small")
        provider = await proxy.gateway.provider("openai", "week")
        with pytest.raises(NotExposedError):
            await proxy.gateway.provider("openai", "hour")
    assert (cost.total.microusd, cost.total.requests, cost.total.input_tokens) == (750_000, 14, 1_300)
    assert [(part.provider, part.model) for part in cost.models] == [("openai", "openai/fake-1")]
    assert (metrics.figures.successes, metrics.figures.errors, metrics.figures.average_ms) == (13, 1, 500)
    assert provider.figures.success_rate == pytest.approx(13 / 14)


@dataclass
class Paged(GatewayPages):
    """Days of use on two pages."""

    first: Reply = field(default_factory=Reply)

    def _reply_to(self, seen: Seen) -> Reply:
        on_first = seen.path.startswith("/user/daily/activity") and seen.path.endswith("page=1")
        return self.first if on_first else super()._reply_to(seen)


async def test_all_pages_of_activity_are_read(tmp_path: Path) -> None:
    first, second = activity(day("2026-11-20", 0.25, 4, 0), has_more=True), activity(day("2026-11-21", 0.5, 9, 1))
    pages = Paged(pages=with_database(**{"/user/daily/activity": page(second)}).pages, first=page(first))
    async with in_front_of(pages, tmp_path, "litellm") as proxy:
        cost = await proxy.gateway.cost("week")
    assert cost.total.microusd == 750_000


async def test_a_chat_is_explained_by_the_proxys_log(tmp_path: Path) -> None:
    async with in_front_of(with_database([answer()]), tmp_path, "litellm") as proxy:
        told = await proxy.ask("broken")
        ours = await proxy.gateway.explain(told.end.request_id)
        theirs = await proxy.gateway.explain(CALL_ID)
    assert ours.explanation == "openai/gpt-4o-mini in gpt-4o-mini answered for broken after 1 retry and 1 fallback"
    assert (ours.provider, ours.model, ours.target) == ("openai", "openai/gpt-4o-mini", f"{NAME}/broken")
    assert (ours.cost.microusd, ours.cost.source, ours.latency_ms) == (71, "reported", 1_500)
    assert ours.attempts[0].answer_id == CALL_ID
    assert theirs.attempts[0].first_token_ms == 250


async def test_a_chat_that_is_not_in_the_log_yet_is_explained_from_here(tmp_path: Path) -> None:
    pages = with_database([answer()])
    pages.pages = {**pages.pages, f"/spend/logs?request_id={CALL_ID}": page([])}
    async with in_front_of(pages, tmp_path, "litellm") as proxy:
        told = await proxy.ask("broken")
        explained = await proxy.gateway.explain(told.end.request_id)
    assert explained.model == "broken"
    assert silent_ones(explained.witnesses) == {"GET /spend/logs"}


async def test_a_look_asks_nobody_and_tells_what_was_polled(tmp_path: Path) -> None:
    pages = with_database()
    async with in_front_of(pages, tmp_path, "litellm") as proxy:
        before = await proxy.gateway.snapshot()
        assert pages.asked == []
        await proxy.gateway.health()
        await proxy.gateway.quota()
        after = await proxy.gateway.snapshot()
    assert before.verdict == "unknown"
    assert after.verdict == "degraded"
    assert [one.quota for one in after.providers] == ["$2.25 of $3.00 left of 30d", "$2.50 of $2.50 left of 1d"]
    assert [one.name for one in after.providers] == [NAME, "openai"]
    assert (after.providers[1].breaker.state, after.providers[1].requests) == ("UNKNOWN", None)
    assert [combo.name for combo in after.combos] == ["broken"]
