"""The OmniRoute adapter against what the real one answered: nothing is well, or free, because nobody said otherwise."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.llm_replies import say
from tests.integration.gateway.remote.omniroute.recorded import (
    ALPHA,
    CHAT_KEY,
    COOKIE,
    PASSWORD,
    McpServer,
    OmniRoute,
    omniroute,
)
from tests.integration.gateway.remote.outside import Outside, outside
from tui.domain.errors import CallError, ConnectError, NotExposedError, UsageError
from tui.domain.events import Event, NoticePosted
from tui.domain.gateway_witness import Witness
from tui.domain.ids import ProviderName
from tui.gateway.remote.reader import KeyRefusedError

A, B = ProviderName("alpha"), ProviderName("beta")
DAY = 1_795_219_000.0
"""Wall clock, some minutes before the midnight (UTC) of the day that was recorded."""


def in_front_of(fake: OmniRoute, path: Path, **more: Any) -> Any:
    return outside(path, "omniroute", fake.url, **{"key": CHAT_KEY, "clock": FakeClock(wall=DAY), **more})


def disagreeing(witnesses: Sequence[Witness]) -> list[str]:
    return [f"{one.source} {one.said}" for one in witnesses if one.standing == "disagrees"]


def silent(witnesses: Sequence[Witness]) -> set[str]:
    return {one.source for one in witnesses if one.standing == "silent"}


async def look(proxy: Outside) -> Any:
    """Reads every page once, as the polls do, and returns the snapshot."""
    for page in ("combos", "quota", "health"):
        await getattr(proxy.gateway, page)()
    await proxy.gateway.provider("alpha")
    return await proxy.gateway.snapshot()


# --- breakers


async def test_an_open_breaker_is_seen_though_the_status_there_stays_healthy(tmp_path: Path) -> None:
    async with omniroute("breaker_open") as fake, in_front_of(fake, tmp_path) as proxy:
        health = await proxy.gateway.health()
    assert fake.documents["/api/monitoring/health"]["status"] == "healthy"
    assert health.verdict == "degraded"
    states = {one.provider: one.breaker for one in health.providers}
    assert {name: breaker.state for name, breaker in states.items()} == {A: "OPEN", B: "CLOSED"}
    assert (states[A].failures, states[A].threshold) == (5, 5)
    assert states[A].seconds_to_probe == pytest.approx(29.994)
    assert any("alpha" in reason for reason in health.reasons)
    assert (health.version, round(health.uptime_s or 0)) == ("3.7.9", 495)


async def test_the_mcp_server_that_tells_of_no_breaker_is_shown_to_disagree(tmp_path: Path) -> None:
    async with (
        omniroute("breaker_open") as fake,
        in_front_of(fake, tmp_path, witness=McpServer("breaker_open")) as proxy,
    ):
        health, alpha = await proxy.gateway.health(), await proxy.gateway.provider("alpha")
        snapshot = await proxy.gateway.snapshot()
    assert disagreeing(health.witnesses) == ["MCP omniroute_get_health says that all are closed, not alpha OPEN"]
    assert disagreeing(alpha.witnesses) == ["MCP omniroute_get_provider_metrics says CLOSED, not OPEN"]
    assert any("MCP omniroute_get_health" in note for note in snapshot.notes)
    assert {one.breaker_orders for one in snapshot.providers} == {("reset",)}


async def test_the_mcp_server_agrees_while_all_is_closed(tmp_path: Path) -> None:
    async with omniroute() as fake, in_front_of(fake, tmp_path, witness=McpServer()) as proxy:
        health = await proxy.gateway.health()
    (second,) = [one for one in health.witnesses if one.source.startswith("MCP")]
    assert second.standing == "agrees"


@pytest.mark.parametrize("name", [ALPHA, "alpha", "Alpha"])
async def test_a_breaker_of_any_of_a_providers_names_is_that_providers(tmp_path: Path, name: str) -> None:
    fake = omniroute()
    row = {"provider": name, "state": "OPEN", "failureCount": 12, "lastFailure": None, "retryAfterMs": 900}
    fake.documents["/api/monitoring/health"]["providerBreakers"].insert(0, row)
    async with fake, in_front_of(fake, tmp_path) as proxy:
        breaker = (await proxy.gateway.health()).providers[0].breaker
    assert (breaker.state, breaker.failures) == ("OPEN", 12)


async def test_two_breakers_of_one_provider_are_both_told(tmp_path: Path) -> None:
    fake = omniroute()
    fake.documents["/api/monitoring/health"]["providerBreakers"].append({"provider": "alpha", "state": "half-open"})
    async with fake, in_front_of(fake, tmp_path) as proxy:
        (alpha, _) = (await proxy.gateway.health()).providers
    assert alpha.breaker.state == "HALF_OPEN"
    assert alpha.breaker.opened_because == "HALF_OPEN for combos, CLOSED for direct requests"


OTHER_SHAPES = {
    "older list": ({"circuitBreakers": [{"name": "alpha", "state": "OPEN", "failures": 3}]}, "OPEN"),
    "by name": ({"providerHealth": {"alpha": {"state": "OPEN", "failures": 3}}}, "OPEN"),
    "newer state": ({"providerBreakers": [{"provider": "alpha", "state": "DEGRADED", "failureCount": 3}]}, "DEGRADED"),
    "unheard-of state": ({"providerBreakers": [{"provider": "alpha", "state": "SLEEPY"}]}, "UNKNOWN"),
    "counts only": ({"circuitBreakers": {"open": 1}}, "UNKNOWN"),
    "for strangers": ({"status": "ok", "setupComplete": True}, "UNKNOWN"),
}


@pytest.mark.parametrize("shape", OTHER_SHAPES)
async def test_other_shapes_are_read_and_what_is_not_told_is_unknown(tmp_path: Path, shape: str) -> None:
    fake = omniroute()
    fake.documents["/api/monitoring/health"], state = OTHER_SHAPES[shape]
    async with fake, in_front_of(fake, tmp_path) as proxy:
        health = await proxy.gateway.health()
    assert next(one.breaker.state for one in health.providers if one.provider == A) == state
    assert health.uptime_s is None
    assert "uptime_s" in health.unknown


async def test_uptime_may_be_a_text(tmp_path: Path) -> None:
    fake = omniroute()
    fake.documents["/api/monitoring/health"] = {"uptime": "535.5", "providerBreakers": []}
    async with fake, in_front_of(fake, tmp_path) as proxy:
        assert (await proxy.gateway.health()).uptime_s == 535.5


# --- login


async def test_a_refused_key_is_told_as_such_and_no_figure_is_made_up(tmp_path: Path) -> None:
    fake = omniroute(login_required=True)
    async with fake, in_front_of(fake, tmp_path, witness=McpServer("auth_on")) as proxy:
        health = await proxy.gateway.health()
        for closed in (proxy.gateway.combos(), proxy.gateway.cost("day"), proxy.gateway.resilience()):
            with pytest.raises(KeyRefusedError, match="Invalid management token"):
                await closed
        snapshot = await proxy.gateway.snapshot()
    assert {"GET /api/providers", "GET /api/resilience"} <= silent(health.witnesses)
    # The page of health, which all may read, still tells what the nodes are called.
    assert [one.provider for one in health.providers] == [A, B]
    assert {one.credential for one in health.providers} == {"unknown"}
    assert {one.breaker.threshold for one in health.providers} == {None}
    assert snapshot.spend.today_microusd is None
    assert "today_microusd" in snapshot.unknown
    assert any("403" in note for note in snapshot.notes)
    assert {one.requests for one in snapshot.providers} == {None}


async def test_a_password_for_management_signs_in_once(tmp_path: Path) -> None:
    fake = omniroute(login_required=True)
    async with fake, in_front_of(fake, tmp_path, management_key=PASSWORD) as proxy:
        assert len((await proxy.gateway.combos()).combos) == 3
        await proxy.gateway.resilience()
    assert [seen.path for seen in fake.orders] == ["/api/auth/login"]
    assert [seen.headers.get("cookie") for seen in fake.model_requests][-1] == COOKIE


async def test_a_wrong_password_is_tried_once_and_the_chats_key_never(tmp_path: Path) -> None:
    fake = omniroute(login_required=True)
    async with fake, in_front_of(fake, tmp_path, management_key="wrong") as proxy:
        for _ in range(2):
            with pytest.raises(KeyRefusedError):
                await proxy.gateway.resilience()
    assert len(fake.orders) == 1
    async with fake, in_front_of(fake, tmp_path / "again") as proxy:
        with pytest.raises(KeyRefusedError):
            await proxy.gateway.resilience()
    assert len(fake.orders) == 1


# --- chains


async def test_chains_stand_as_they_were_switched_last(tmp_path: Path) -> None:
    fake = omniroute()
    fake.documents["/api/combos"]["combos"][2]["isActive"] = False
    async with fake, in_front_of(fake, tmp_path) as proxy:
        prio, smart, free = (await proxy.gateway.combos(include_metrics=True)).combos
    assert [(one.name, one.strategy, one.enabled) for one in (prio, smart, free)] == [
        ("prio", "priority", True),
        ("rr-smart", "round-robin", True),
        ("free-coding", "auto", False),
    ]
    assert [(step.provider, step.model) for step in prio.steps] == [(A, "fake-fast"), (B, "fake-fast")]
    assert prio.metrics is not None
    assert (prio.metrics.figures.requests, prio.metrics.figures.average_ms) == (8, 91)
    # 3.7.9 counted none through six real ones.
    assert prio.metrics.figures.fallbacks is None
    assert prio.metrics.figures.cost.microusd is None


async def test_a_switch_is_read_back_and_says_that_requests_still_pass(tmp_path: Path) -> None:
    async with omniroute() as fake, in_front_of(fake, tmp_path) as proxy:
        off, again = await proxy.gateway.switch("prio", False), await proxy.gateway.switch("prio", False)
        assert not (await proxy.gateway.combos()).combos[0].enabled
    assert (off.changed, again.changed) == (True, False)
    assert "still answered" in off.warning
    assert fake.orders[0].path.endswith("/b76bdf89-8401-4ff9-b445-27ec61363a93")


async def test_an_order_that_did_not_take_is_an_error(tmp_path: Path) -> None:
    fake = omniroute("breaker_open", forgetful=True)
    async with fake, in_front_of(fake, tmp_path) as proxy:
        for order in (
            proxy.gateway.switch("prio", False),
            proxy.gateway.resilience("aggressive"),
            proxy.gateway.budget(2.5, period="day"),
            proxy.gateway.order_breaker(A, "reset"),
        ):
            with pytest.raises(CallError, match="took"):
                await order
    assert len(fake.orders) == 4


async def test_an_unknown_chain_is_a_usage_error(tmp_path: Path) -> None:
    async with omniroute() as fake, in_front_of(fake, tmp_path) as proxy:
        for asked in (proxy.gateway.switch("nope", True), proxy.gateway.combo_metrics("nope")):
            with pytest.raises(UsageError, match="nope"):
                await asked


async def test_each_step_of_a_chain_is_tried_over_there(tmp_path: Path) -> None:
    told: list[str] = []
    async with omniroute() as fake, in_front_of(fake, tmp_path) as proxy:
        answer = await proxy.gateway.test("prio", on_trial=lambda trial: told.append(trial.provider))
    assert [(one.provider, one.success, one.latency_ms) for one in answer.trials] == [(A, True, 92), (B, False, 9)]
    assert answer.fastest == "alpha/fake-fast"
    assert told == ["alpha", "beta"]
    assert answer.trials[0].cost.microusd is None


async def test_a_route_is_worked_out_from_prices_and_breakers(tmp_path: Path) -> None:
    async with omniroute("breaker_open") as fake, in_front_of(fake, tmp_path) as proxy:
        answer = await proxy.gateway.simulate("prio", 1_000)
    assert [(step.provider, step.breaker) for step in answer.path] == [(B, "CLOSED")]
    assert [step.provider for step in answer.left_out] == [A]
    assert answer.path[0].cost_microusd
    assert "Worked out here" in answer.assumption


# --- money


async def test_costs_are_those_of_the_summary_and_join_both_names(tmp_path: Path) -> None:
    async with omniroute() as fake, in_front_of(fake, tmp_path) as proxy:
        cost = await proxy.gateway.cost("day")
    assert (cost.total.microusd, cost.total.requests, cost.total.input_tokens) == (1298, 90, 149)
    assert [(one.provider, one.figures.microusd) for one in cost.providers] == [(A, 980), (B, 318)]
    assert cost.total.calls is None
    assert cost.witnesses[0].source == "GET /api/usage/analytics?range=1d"


async def test_a_cost_of_nothing_for_used_tokens_is_unknown(tmp_path: Path) -> None:
    fake = omniroute()
    fake.documents["/api/usage/analytics"]["byModel"][0] |= {"cost": 0, "totalTokens": 15}
    async with fake, in_front_of(fake, tmp_path) as proxy:
        models = (await proxy.gateway.cost("day")).models
    flaky = next(one for one in models if one.model == "fake-flaky")
    assert (flaky.figures.microusd, flaky.figures.unknown_calls) == (None, 69)


async def test_the_days_limit_is_set_where_it_is_enforced_and_read_back(tmp_path: Path) -> None:
    async with omniroute() as fake, in_front_of(fake, tmp_path) as proxy:
        before = await proxy.gateway.budget()
        after = await proxy.gateway.budget(2.5, period="day")
    assert [(line.scope, line.limit_microusd) for line in before.lines][1:] == [("day", None), ("month", None)]
    assert [line.limit_microusd for line in after.lines if line.scope == "day"] == [2_500_000]
    assert fake.orders[0].path == "/api/usage/budget"
    assert fake.orders[0].body["apiKeyId"] == "062b7ec1-27ef-4e38-88dd-10309384ee03"


def limits(answer: Any) -> list[int | None]:
    return [line.limit_microusd for line in answer.lines if line.scope != "session"]


async def test_only_the_limit_that_omniroute_enforces_is_told(tmp_path: Path) -> None:
    """With 3.7.9 a month's limit beside a daily interval let every request pass, and the other way round."""
    async with omniroute() as fake, in_front_of(fake, tmp_path) as proxy:
        day = await proxy.gateway.budget(2.5, period="day")
        month = await proxy.gateway.budget(40.0, period="month")
        stored = fake.documents["/api/usage/budget"]
        day_again = await proxy.gateway.budget(3.0, period="day")
    assert (limits(day), limits(month), limits(day_again)) == ([2_500_000, None], [None, 40_000_000], [3_000_000, None])
    assert stored["monthlyLimitUsd"] == 40.0
    assert "one limit at a time" in month.witnesses[0].fact


async def test_a_week_s_limit_is_a_limit_though_it_has_no_line(tmp_path: Path) -> None:
    fake = omniroute()
    fake.documents["/api/usage/budget"] |= {"weeklyLimitUsd": 1.0, "monthlyLimitUsd": 9.0, "resetInterval": "weekly"}
    async with fake, in_front_of(fake, tmp_path) as proxy:
        answer = await proxy.gateway.budget(period="day")
    assert (limits(answer), answer.status) == ([None, None], "ok")


async def test_a_limit_can_be_changed_over_there_but_not_taken_away(tmp_path: Path) -> None:
    async with omniroute() as fake, in_front_of(fake, tmp_path) as proxy:
        assert limits(await proxy.gateway.budget(period="day", reset=True)) == [None, None]
        await proxy.gateway.budget(2.5, period="day")
        with pytest.raises(NotExposedError, match="takes no limit away"):
            await proxy.gateway.budget(period="day", reset=True)
    assert len(fake.orders) == 1


async def test_an_exceeded_budget_is_told(tmp_path: Path) -> None:
    fake = omniroute()
    fake.documents["/api/usage/budget"] |= {"dailyLimitUsd": 0.0001, "totalCostToday": 0.0005435}
    fake.documents["/api/usage/budget"]["budgetCheck"] |= {"allowed": False, "warningReached": True}
    async with fake, in_front_of(fake, tmp_path) as proxy:
        answer = await proxy.gateway.budget(period="day")
    (day,) = [line for line in answer.lines if line.scope == "day"]
    assert (answer.status, day.spent_microusd, day.remaining_microusd) == ("exceeded", 544, 0)


async def test_a_key_that_omniroute_does_not_list_has_no_budget_there(tmp_path: Path) -> None:
    async with omniroute() as fake, in_front_of(fake, tmp_path, key="sk-other-0000000000") as proxy:
        with pytest.raises(NotExposedError, match="None of OmniRoute's keys"):
            await proxy.gateway.budget(1.0, period="day")
        assert "GET /api/usage/budget" in silent((await proxy.gateway.budget()).witnesses)
        with pytest.raises(NotExposedError, match="refuses"):
            await proxy.gateway.budget(1.0, action="degrade", period="day")


async def test_a_cooldown_is_not_taken_for_a_quota_that_is_used_up(tmp_path: Path) -> None:
    fake = omniroute("breaker_open")
    resets_at = datetime.fromtimestamp(DAY + 30, UTC).isoformat()
    fake.documents["/api/usage/quota"]["providers"][0]["resetAt"] = resets_at
    async with fake, in_front_of(fake, tmp_path) as proxy:
        alpha, beta = (await proxy.gateway.quota()).credentials
    assert (alpha.provider, alpha.health, alpha.remaining, alpha.unknown) == (A, "cooling", None, ("quota",))
    assert "rests for 30 s" in alpha.reason
    assert (beta.health, beta.unknown) == ("ok", ("quota",))


# --- use


async def test_a_providers_figures_come_from_the_calls_themselves(tmp_path: Path) -> None:
    async with omniroute() as fake, in_front_of(fake, tmp_path) as proxy:
        answer = await proxy.gateway.provider(ALPHA, "day")
        with pytest.raises(UsageError, match="gamma"):
            await proxy.gateway.provider("gamma")
    assert answer.provider == A
    assert (answer.figures.requests, answer.figures.successes, answer.figures.errors) == (4, 1, 3)
    assert answer.figures.p50_ms == 38
    assert answer.failures == {"status 503": 3}
    assert answer.figures.cost.microusd == 980
    assert answer.last_error == "[503]: alpha simulated 503"


async def test_models_have_the_prices_that_omniroute_reckons_with(tmp_path: Path) -> None:
    fake = omniroute()
    async with fake, in_front_of(fake, tmp_path) as proxy:
        answer = await proxy.gateway.models("alpha", refresh=True)
    # The list of models is asked for below /v1, by the gateway inside.
    assert [view.id for view in answer.models] == ["alpha/fake-fast", "alpha/fake-smart", "alpha/fake-flaky"]
    assert (answer.models[0].input_usd_per_million, answer.models[0].output_usd_per_million) == (1.0, 4.0)
    assert answer.models[0].price_source == "GET /api/pricing"


async def test_calls_near_a_request_in_time_are_named_and_not_believed(tmp_path: Path) -> None:
    fake = omniroute(script=[say("Hello.")])
    async with fake, in_front_of(fake, tmp_path, clock=FakeClock(wall=1_795_217_639.0)) as proxy:
        told = await proxy.ask("alpha/fake-flaky")
        own = await proxy.here.explain(told.end.request_id)
        answer = await proxy.gateway.explain(told.end.request_id)
    assert "Likely, by model and near in time, though not within it: alpha/fake-flaky (200)" in answer.explanation
    assert (answer.attempts, answer.fallbacks) == (own.attempts, own.fallbacks)
    assert "calls behind the gateway" in answer.unknown
    assert any("not told apart" in one.fact for one in answer.witnesses)


async def test_a_session_is_our_own_and_says_so(tmp_path: Path) -> None:
    fake = omniroute(script=[say("Hello.")])
    async with fake, in_front_of(fake, tmp_path) as proxy:
        await proxy.ask("prio")
        session, cost = await proxy.gateway.session(), await proxy.gateway.cost()
    assert session.figures.requests == 1
    assert cost.total.requests == 1
    assert {one.source for one in (*session.witnesses, *cost.witnesses)} == {"measured here"}


async def test_what_omniroute_cannot_tell_is_not_exposed(tmp_path: Path) -> None:
    async with omniroute() as fake, in_front_of(fake, tmp_path) as proxy:
        with pytest.raises(NotExposedError, match="not exposed by this gateway"):
            await proxy.gateway.best("coding")
        for order in ("trip", "probe", "hold", "release"):
            with pytest.raises(NotExposedError):
                await proxy.gateway.order_breaker(A, order)


# --- resilience


async def test_a_profile_is_known_by_its_settings_and_set_for_real(tmp_path: Path) -> None:
    async with omniroute() as fake, in_front_of(fake, tmp_path) as proxy:
        read, set_ = await proxy.gateway.resilience(), await proxy.gateway.resilience("aggressive")
        fake.documents["/api/resilience"]["requestQueue"]["requestsPerMinute"] = 7
        own = await proxy.gateway.resilience()
    assert (read.applied, read.settings.profile, read.settings.breaker_threshold) == (False, "balanced", 5)
    assert (set_.before.profile, set_.settings.profile, set_.settings.breaker_open_s) == (
        "balanced",
        "aggressive",
        15.0,
    )
    assert set_.settings.others["requestQueue.requestsPerMinute"] == 180
    assert own.settings.profile is None


async def test_a_reset_closes_all_breakers_and_says_which_others(tmp_path: Path) -> None:
    heard: list[Event] = []
    fake = omniroute("breaker_open")
    fake.documents["/api/monitoring/health"]["providerBreakers"][1] |= {"state": "OPEN", "retryAfterMs": 5}
    async with fake, in_front_of(fake, tmp_path, publish=heard.append) as proxy:
        await proxy.gateway.order_breaker(A, "reset")
        assert (await proxy.gateway.health()).verdict == "ok"
    (notice,) = heard
    assert isinstance(notice, NoticePosted)
    assert "beta" in notice.text


# --- at a glance


async def test_the_snapshot_joins_what_the_pages_said(tmp_path: Path) -> None:
    async with omniroute("breaker_open") as fake, in_front_of(fake, tmp_path) as proxy:
        before = await proxy.gateway.snapshot()
        snapshot = await look(proxy)
        assert await proxy.gateway.known_values("provider") == ["alpha", "beta"]
        assert await proxy.gateway.known_values("combo") == ["prio", "rr-smart", "free-coding"]
    assert (before.verdict, before.providers, before.spend.today_microusd) == ("unknown", (), None)
    assert snapshot.verdict == "degraded"
    assert [(one.name, one.breaker.state) for one in snapshot.providers] == [(A, "OPEN"), (B, "CLOSED")]
    assert [combo.name for combo in snapshot.combos] == ["prio", "rr-smart", "free-coding"]
    assert (snapshot.providers[0].p95_ms, snapshot.providers[0].quota) == (38, None)
    assert snapshot.spend.today_microusd == 1234


async def test_polls_read_every_page_and_the_second_witness(tmp_path: Path) -> None:
    second = McpServer("breaker_open")
    async with omniroute("breaker_open") as fake, in_front_of(fake, tmp_path, witness=second) as proxy:
        polling = asyncio.create_task(proxy.gateway.run())
        await asyncio.wait_for(fake.read.wait(), 20)
        # The last page was asked for; an answer to an order comes after its own.
        await proxy.gateway.combo_metrics("prio")
        snapshot = await proxy.gateway.snapshot()
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
    assert [(one.name, one.requests, one.errors) for one in snapshot.providers] == [(A, 83, 69), (B, 5, 0)]
    assert second.asked == ["omniroute_get_health"]


async def test_old_figures_stay_with_their_age_when_nobody_answers(tmp_path: Path) -> None:
    clock = FakeClock(wall=DAY)
    fake = omniroute()
    async with in_front_of_later(fake, tmp_path, clock) as proxy:
        async with fake:
            await look(proxy)
        clock.advance(40.0)
        health = await proxy.gateway.health()
        snapshot = await proxy.gateway.snapshot()
    assert [one.provider for one in health.providers] == [A, B]
    assert {one.age_s for one in health.witnesses if one.source == "GET /api/monitoring/health"} == {40.0}
    assert "GET /api/monitoring/health" in silent(health.witnesses)
    assert snapshot.at == DAY
    assert any("Nothing listens" in note for note in snapshot.notes)


def in_front_of_later(fake: OmniRoute, path: Path, clock: FakeClock) -> Any:
    """Chooses the port before the server is there."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        fake.port = probe.getsockname()[1]
    return outside(path, "omniroute", fake.url, key=CHAT_KEY, clock=clock)


async def test_an_address_where_nobody_answers_is_told(tmp_path: Path) -> None:
    async with outside(tmp_path, "omniroute", "http://127.0.0.1:9") as proxy:
        with pytest.raises(ConnectError, match="Nothing listens"):
            await proxy.gateway.health()
        assert (await proxy.gateway.snapshot()).verdict == "down"


async def test_another_program_at_the_address_is_told(tmp_path: Path) -> None:
    fake = omniroute()
    fake.documents.clear()
    async with fake, in_front_of(fake, tmp_path) as proxy:
        with pytest.raises(CallError, match="404"):
            await proxy.gateway.health()


async def test_names_that_try_a_terminal_are_cleaned(tmp_path: Path) -> None:
    fake = omniroute()
    fake.documents["/api/provider-nodes"]["nodes"][0]["prefix"] = "al\x1b[31mpha"
    fake.documents["/api/providers"]["connections"][0]["providerSpecificData"]["prefix"] = "al\x1b[31mpha"
    async with fake, in_front_of(fake, tmp_path) as proxy:
        health = await proxy.gateway.health()
    assert all("\x1b" not in one.provider for one in health.providers)
