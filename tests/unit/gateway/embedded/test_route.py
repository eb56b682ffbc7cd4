"""Messages sent through the gateway come back with their answer and their way."""

from dataclasses import replace

import pytest

from tests.unit.gateway.embedded.stage import PRICE, USAGE, Stage, fails, says
from tui.domain.errors import RefusedError, UsageError
from tui.domain.gateway import ComboSpec, ModelSpec
from tui.domain.gateway_routing import Role, RouteAnswer
from tui.domain.ids import ComboName, ProviderName
from tui.domain.messages import Message, TextPart, user_text
from tui.domain.money import Cost, MicroUsd
from tui.domain.text import CleanText
from tui.gateway.embedded.routing.asking import request_limit, route

HI = (user_text(CleanText("hi")),)


async def routed(
    stage: Stage, target: str = "main", role: Role | None = None, budget: float | None = None
) -> RouteAnswer:
    return await route(stage.gateway._sender, target, HI, role, budget)


async def test_the_answer_comes_with_its_way() -> None:
    slow = [says("hello")[0], 0.5, *says("hello")[1:]]
    stage = Stage({"a/m": [fails("auth", 401)], "b/m": [slow]})
    answer = await routed(stage)
    assert (answer.outcome, answer.content, answer.provider, answer.model) == ("complete", "hello", "b", "m")
    assert (answer.combo, answer.fallbacks) == ("main", (("a", "it is down"),))
    assert (answer.usage, answer.cost, answer.latency_ms) == (USAGE, Cost(MicroUsd(3_000), "computed"), 500)
    assert answer.explanation == "b/m took over: a: it is down"
    assert await stage.gateway._sender.decision(answer.request_id)


async def test_a_models_own_name_goes_to_the_next_provider_that_has_it() -> None:
    stage = Stage({"a/m": [fails()], "b/x": [says()], "c/m": [says()]})
    assert (await routed(stage, "m")).provider == "c"
    assert stage.sent[-1] == "c/m"
    stage.gateway.trip(ProviderName("a"))
    tried = len(stage.sent)
    answer = await stage.gateway.route("m", HI)
    assert (answer.provider, answer.combo, stage.sent[tried:]) == ("c", None, ["c/m"])
    simulated = await stage.gateway.simulate("m")
    assert [str(one.provider) for one in (*simulated.path, *simulated.left_out)] == ["c", "a"]
    with pytest.raises(UsageError, match="no chain or model 'y'"):
        await stage.gateway.route("y", HI)


async def test_a_model_named_with_its_provider_goes_nowhere_else() -> None:
    stage = Stage({"a/m": [fails()], "c/m": [says()]})
    assert (await routed(stage, "a/m")).outcome == "failed"
    assert set(stage.sent) == {"a/m"}


async def test_a_chain_that_is_switched_off_is_no_models_own_name() -> None:
    off = ComboSpec(ComboName("m"), ("a/m",), enabled=False)
    stage = Stage({"a/m": [says()]}, combos=(off,))
    with pytest.raises(RefusedError, match="switched off"):
        await stage.gateway.route("m", HI)
    assert (await routed(stage, "m")).outcome == "failed"
    assert stage.sent == []


async def test_a_failure_is_an_answer_with_reason_and_hint() -> None:
    answer = await routed(Stage({"a/m": [fails("request", 400, "no such thing")]}), "a/m")
    assert (answer.outcome, answer.failure, answer.reason, answer.hint) == (
        "failed",
        "request",
        "no such thing",
        "a hint",
    )
    assert answer.cost == Cost(MicroUsd(0), "computed")


async def test_a_budget_holds_for_this_request() -> None:
    stage = Stage({"a/m": [says()]})
    answer = await routed(stage, budget=0.001)
    assert stage.sent == []
    assert (answer.failure, answer.cost.source) == ("budget", "unknown")
    assert (await routed(stage, budget=0.1)).outcome == "complete"


@pytest.mark.parametrize("budget", [-1.0, float("nan"), float("inf")])
async def test_what_is_no_budget_is_refused(budget: float) -> None:
    stage = Stage({"a/m": [says()]})
    with pytest.raises(UsageError):
        await routed(stage, budget=budget)
    assert stage.sent == []


def test_a_budget_of_nothing_is_a_limit() -> None:
    assert request_limit(0) == 0
    assert request_limit(None) is None
    assert request_limit(0.05) == 50_000


async def test_a_role_leads_with_its_system_message_and_steers_the_score() -> None:
    coder = ModelSpec("qwen3-coder", 64_000, price=PRICE, tools=True)
    plain = ModelSpec("m", 64_000, price=PRICE, tools=True)

    def fresh() -> Stage:
        models = {"a/m": plain, "b/qwen3-coder": coder}
        return Stage({"a/m": [says()], "b/qwen3-coder": [says()]}, strategy="auto", models=models)

    assert (await routed(fresh())).provider == "a"
    stage = fresh()
    assert (await routed(stage, role="coding")).provider == "b"
    system, user = stage.upstreams["b"].requests[-1].messages
    assert (system.role, user.text) == ("system", "hi")
    assert "You write code" in system.text


async def test_a_system_message_of_the_caller_stays_in_one_message_with_the_role_s() -> None:
    stage = Stage({"a/m": [says()]})
    own = Message("system", (TextPart(CleanText("Answer in Danish.")),))
    await route(stage.gateway._sender, "main", (own, *HI), "review", None)
    messages = stage.upstreams["a"].requests[-1].messages
    assert [message.role for message in messages] == ["system", "user"]
    assert messages[0].text.startswith("You review work.")
    assert messages[0].text.endswith("Answer in Danish.")


async def test_nothing_to_send_is_refused() -> None:
    with pytest.raises(UsageError):
        await route(Stage({"a/m": [says()]}).gateway._sender, "main", (replace(HI[0], parts=()),), None, None)
