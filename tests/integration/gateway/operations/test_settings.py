"""What is set by hand is in force at once, reaches the other process, and is there after a restart."""

from pathlib import Path

import pytest

from tests.fakes.llm_endpoint import fail, say
from tests.integration.gateway.operations.rig import Rig, endpoint
from tui.domain.errors import UsageError
from tui.domain.events import NoticePosted
from tui.domain.gateway import BudgetSpec
from tui.domain.gateway_accounts import BudgetAnswer, BudgetLine
from tui.domain.ids import ProviderName
from tui.domain.money import MicroUsd
from tui.domain.spend import Totals
from tui.gateway.embedded.answers.cost import budget_answer
from tui.gateway.embedded.gateway import EmbeddedGateway

A = ProviderName("a")


def line(answer: BudgetAnswer, scope: str = "session") -> BudgetLine:
    return next(one for one in answer.lines if one.scope == scope)


# --- budget


async def test_without_limits_the_budget_says_so(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}) as rig:
        answer = await rig.gateway.budget()
        assert (answer.status, answer.action, answer.set_by_hand) == ("unlimited", "block", False)
        assert [(one.limit_microusd, one.remaining_microusd) for one in answer.lines] == [(None, None)] * 3


@pytest.mark.parametrize("period", ["session", "day", "month"])
async def test_a_budget_is_enforced_at_once_here_and_elsewhere_and_after_a_restart(tmp_path: Path, period: str) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}) as rig:
        other = await rig.another_process()
        await rig.ask()
        answer = await rig.gateway.budget(0.0003, "block", period=period)  # type: ignore[arg-type]
        told = line(answer, period)
        assert (told.limit_microusd, told.spent_microusd, told.remaining_microusd) == (300, 200, 100)
        assert answer.set_by_hand
        await other.snapshot()
        for gateway in (rig.gateway, other, await rig.another_process()):
            assert line(await gateway.budget(), period).limit_microusd == 300
            assert (await rig.ask(gateway=gateway)).end.failure == "budget"
        assert len(rig.endpoints["a"].requests) == 1


async def test_what_is_spent_and_left_is_true_and_the_status_follows(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}) as rig:
        seen = []
        await rig.gateway.budget(0.001, "alert")
        for _ in range(5):
            await rig.ask()
            answer = await rig.gateway.budget()
            seen.append((answer.status, line(answer).spent_microusd, line(answer).remaining_microusd))
        assert seen == [
            ("ok", 200, 800),
            ("ok", 400, 600),
            ("ok", 600, 400),
            ("near", 800, 200),
            ("exceeded", 1_000, 0),
        ]


async def test_the_action_changes_alone_and_a_reset_goes_back_to_the_configured_budget(tmp_path: Path) -> None:
    configured = BudgetSpec(day_microusd=MicroUsd(5_000), action="alert")
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}, budget=configured) as rig:
        changed = await rig.gateway.budget(action="degrade", tier="free")
        assert (changed.action, changed.degrade_to, line(changed, "day").limit_microusd) == ("degrade", "free", 5_000)
        back = await rig.gateway.budget(reset=True)
        assert (back.action, back.degrade_to, back.set_by_hand) == ("alert", "cheap", False)
        again = await (await rig.another_process()).budget()
        assert (again.action, again.set_by_hand) == ("alert", False)


def test_what_is_reserved_is_not_left_and_less_than_nothing_is_never_left() -> None:
    limits = BudgetSpec(session_microusd=MicroUsd(100), day_microusd=MicroUsd(100), month_microusd=MicroUsd(100))
    totals = Totals(session=50, day=60, month=90, reserved=20, reserved_everywhere=30)
    lines = budget_answer(limits, totals, set_by_hand=False).lines
    assert [one.remaining_microusd for one in lines] == [30, 10, 0]


async def test_another_budget_warns_anew(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}) as rig:
        for limit in (0.0001, 0.0002):
            await rig.gateway.budget(limit, "alert")
            await rig.ask()
            await rig.ask()
        warnings = [event.text for event in rig.published if isinstance(event, NoticePosted)]
        assert sum(text.startswith("The session's budget of $0.0001 ") for text in warnings) == 1
        assert sum(text.startswith("The session's budget of $0.0002 ") for text in warnings) == 1


@pytest.mark.parametrize("amount", [-1.0, float("nan"), float("inf"), 1e300])
async def test_what_is_no_amount_sets_nothing(tmp_path: Path, amount: float) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}) as rig:
        with pytest.raises(UsageError):
            await rig.gateway.budget(amount)
        assert (await rig.gateway.budget()).status == "unlimited"


async def test_setting_and_resetting_at_once_is_refused(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}) as rig:
        with pytest.raises(UsageError):
            await rig.gateway.budget(1.0, reset=True)


# --- resilience


async def failures_to_open(rig: Rig, gateway: EmbeddedGateway) -> int:
    """How many failing requests open the breaker, from closed."""
    gateway.reset(A)
    for number in range(1, 20):
        await rig.ask("a/fake-1", gateway=gateway)
        if (await gateway.health()).providers[0].breaker.state == "OPEN":
            return number
    return 0


async def test_a_profile_changes_what_runs_and_is_told_before_and_after(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(fail(503))}, profile="aggressive") as rig:
        assert await failures_to_open(rig, rig.gateway) == 3
        answer = await rig.gateway.resilience("balanced")
        assert (answer.before.profile, answer.settings.profile, answer.applied) == ("aggressive", "balanced", True)
        assert (answer.before.breaker_threshold, answer.settings.breaker_threshold) == (3, 5)
        assert answer.settings.retries > answer.before.retries
        before = len(rig.endpoints["a"].requests)
        assert await failures_to_open(rig, rig.gateway) == 3, "each request now tries twice"
        assert len(rig.endpoints["a"].requests) - before == 5
        assert (await rig.gateway.health()).providers[0].breaker.threshold == 5


async def test_a_breaker_that_is_open_stays_so_no_longer_than_the_new_profile_allows(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}, profile="balanced") as rig:
        rig.gateway.trip(A)
        await rig.gateway.resilience("aggressive")
        breaker = (await rig.gateway.health()).providers[0].breaker
        assert breaker.state == "OPEN"
        assert breaker.seconds_to_probe
        assert 100 < breaker.seconds_to_probe <= 120


async def test_timeouts_follow_the_profile_and_running_clients_are_left_alone(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}, profile="aggressive") as rig:
        await rig.ask()
        step = rig.gateway._parts.catalog.steps()[0]
        old = rig.gateway._parts.upstream(step)
        await rig.gateway.resilience("conservative")
        new = rig.gateway._parts.upstream(step)
        assert new is not old
        assert new._timeouts.first_token_s == 120  # type: ignore[attr-defined]
        assert rig.gateway._parts.upstream(step) is new
        assert (await rig.ask()).end.text == "hi"


async def test_reading_the_profile_changes_nothing(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}, profile="balanced") as rig:
        answer = await rig.gateway.resilience()
        assert (answer.settings, answer.applied, answer.set_by_hand) == (answer.before, False, False)


async def test_a_profile_is_in_force_elsewhere_and_after_a_restart_until_it_is_set_back(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}, profile="balanced") as rig:
        other = await rig.another_process()
        await rig.gateway.resilience("conservative")
        for gateway in (other, await rig.another_process()):
            answer = await gateway.resilience()
            assert (answer.settings.profile, answer.set_by_hand) == ("conservative", True)
            assert gateway._parts.profile.name == "conservative"
        await other.resilience("balanced")
        rig.profile = "aggressive"
        assert (await (await rig.another_process()).resilience()).settings.profile == "aggressive"
        assert (await rig.gateway.resilience()).set_by_hand is False
