"""The embedded gateway against real endpoints on loopback: the real client, the real bytes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from decimal import Decimal
from typing import Any

from tests.fakes.llm_endpoint import LlmEndpoint, Reply, call_tool, chunk, fail, raw, say
from tests.unit.gateway.embedded.stage import Keys, MemoryLedger, MemoryStore, Told
from tui.domain.clock import SystemClock
from tui.domain.completion import ChatRequest, TextDelta, ToolCallReady
from tui.domain.events import Event, FallbackHappened
from tui.domain.gateway import BudgetSpec, ComboSpec, ModelSpec, ProviderSpec
from tui.domain.ids import ComboName, ProviderName
from tui.domain.messages import user_text
from tui.domain.money import Cost, MicroUsd, Price
from tui.domain.text import CleanText
from tui.gateway.embedded.gateway import EmbeddedGateway
from tui.gateway.scripted import DEMO_COMBOS, DEMO_PROVIDERS

PRICE = Price(Decimal(2), Decimal(10))
"""The endpoint bills 50 tokens in and 10 out: 200 micro-dollars."""


class Bench:
    """One endpoint for each script, one combo over all."""

    def __init__(self, endpoints: Sequence[LlmEndpoint], budget: BudgetSpec, keys: dict[str, str]) -> None:
        self.endpoints = endpoints
        self.ledger = MemoryLedger()
        self.published: list[Event] = []
        names = [f"p{number}" for number in range(len(endpoints))]
        self.gateway = EmbeddedGateway(
            providers=[
                ProviderSpec(ProviderName(name), endpoint.base_url, models=(ModelSpec("fake-1", price=PRICE),))
                for name, endpoint in zip(names, endpoints, strict=True)
            ],
            combos=[ComboSpec(ComboName("main"), tuple(f"{name}/fake-1" for name in names))],
            budget=budget,
            profile="aggressive",
            session_id="session",
            clock=SystemClock(),
            publish=self.published.append,
            ledger=self.ledger,
            store=MemoryStore(),
            keys=Keys(keys),
        )

    def request(self, **more: Any) -> ChatRequest:
        return ChatRequest("main", (user_text(CleanText("hi")),), **more)

    async def ask(self, **more: Any) -> Told:
        return Told([fact async for fact in self.gateway.stream(self.request(**more))])

    def sent(self) -> list[int]:
        return [len(endpoint.requests) for endpoint in self.endpoints]


@asynccontextmanager
async def bench(
    *scripts: Sequence[Reply], budget: BudgetSpec | None = None, keys: dict[str, str] | None = None
) -> AsyncIterator[Bench]:
    async with AsyncExitStack() as stack:
        endpoints = [await stack.enter_async_context(LlmEndpoint(script)) for script in scripts]
        made = Bench(endpoints, budget or BudgetSpec(), keys or {})
        await made.gateway.start()
        stack.push_async_callback(made.gateway.close)
        yield made


async def test_a_503_falls_back() -> None:
    async with bench([fail(503)], [say(["hel", "lo"])]) as made:
        told = await made.ask()
        assert (told.end.outcome, told.end.text, told.end.route.provider) == ("complete", "hello", "p1")
        assert told.end.cost == Cost(MicroUsd(200), "computed")
        assert made.ledger.spent == 200
        assert any(isinstance(event, FallbackHappened) for event in made.published)


async def test_a_provider_that_is_not_there_falls_back() -> None:
    async with bench([], [say("hello")]) as made:
        await made.endpoints[0].__aexit__(None, None, None)
        told = await made.ask()
        assert told.end.route.provider == "p1"


async def test_a_429_rests_the_credential_until_retry_after() -> None:
    async with bench([fail(429, headers={"retry-after": "120"}), say("too early")], [say("b"), say("b")]) as made:
        assert [(await made.ask()).end.text, (await made.ask()).end.text] == ["b", "b"]
        assert made.sent() == [1, 2]
        assert (await made.gateway.snapshot()).providers[0].credential == "cooling"


async def test_a_cut_stream_starts_clean_at_the_next_provider() -> None:
    async with bench([raw(chunk({"content": "half"}), end="cut")], [say("whole")]) as made:
        told = await made.ask()
        assert [one.outcome for one in told.attempts] == ["partial", "complete"]
        assert told.end.text == "whole"
        first, second = made.ledger.charges.values()
        assert (first.cost.source, second.cost) == ("estimated", Cost(MicroUsd(200), "computed"))


async def test_a_cut_stream_with_nobody_else_keeps_its_text() -> None:
    async with bench([raw(chunk({"content": "half"}), end="cut")]) as made:
        told = await made.ask()
        assert (told.end.outcome, told.end.text) == ("partial", "half")


async def test_a_402_is_answered_with_a_shorter_request_once() -> None:
    poor = fail(402, {"error": {"message": "You requested up to 4096 tokens, but can only afford 321", "code": 402}})
    async with bench([poor, say("short")]) as made:
        told = await made.ask(max_output_tokens=4_096)
        assert told.end.text == "short"
        second = made.endpoints[0].requests[1].body
        assert 321 in (second.get("max_tokens"), second.get("max_completion_tokens"))


async def test_a_tool_call_arrives_whole() -> None:
    async with bench([call_tool("clock", {"zone": "UTC"})]) as made:
        told = await made.ask()
        assert [fact.call.name for fact in told.facts if isinstance(fact, ToolCallReady)] == ["clock"]
        assert told.end.finish_reason == "tool_calls"


async def test_leaving_mid_stream_closes_the_socket_and_settles() -> None:
    gate = asyncio.Event()
    async with bench([say(["one ", "two "], gate=gate)]) as made:
        facts = made.gateway.stream(made.request())
        async for fact in facts:
            if isinstance(fact, TextDelta):
                break
        await facts.aclose()
        async with asyncio.timeout(5):
            await made.endpoints[0].disconnected.wait()
        (charge,) = made.ledger.charges.values()
        assert (charge.outcome, charge.cost.source) == ("cancelled", "estimated")
        assert not made.ledger.holds


async def test_a_cancelled_task_closes_the_socket_and_settles() -> None:
    gate = asyncio.Event()
    async with bench([say("one", gate=gate)]) as made:
        asking = asyncio.create_task(made.ask())
        await made.endpoints[0].arrived.wait()
        asking.cancel()
        await asyncio.wait([asking])
        async with asyncio.timeout(5):
            await made.endpoints[0].disconnected.wait()
        await made.gateway.close()
        assert [charge.outcome for charge in made.ledger.charges.values()] == ["cancelled"]


async def test_a_spent_budget_blocks_before_anything_leaves() -> None:
    async with bench([say("never")], budget=BudgetSpec(session_microusd=MicroUsd(10))) as made:
        told = await made.ask()
        assert (told.end.failure, made.sent()) == ("budget", [0])


async def test_the_key_goes_to_its_own_provider_only() -> None:
    async with bench([fail(503)], [say("hello")], keys={"p0": "sk-zero", "p1": "sk-one"}) as made:
        await made.ask()
        seen = [endpoint.requests[0].headers.get("authorization") for endpoint in made.endpoints]
        assert seen == ["Bearer sk-zero", "Bearer sk-one"]


async def test_the_request_ends_at_its_time_limit() -> None:
    gate = asyncio.Event()
    async with bench([say("one", gate=gate)], [say("two")]) as made:
        told = await made.ask(timeout_s=0.3)
        assert (told.end.outcome, told.end.failure, told.end.text) == ("partial", "timeout", "one")
        assert made.sent() == [1, 0]


async def test_models_are_fetched_from_the_endpoint() -> None:
    async with bench([]) as made:
        models = await made.gateway.fetch_models(ProviderName("p0"))
        assert [model.id for model in models] == ["fake-1"]
        seen = await made.gateway.test_provider(ProviderSpec(ProviderName("new"), made.endpoints[0].base_url))
        assert (seen.ok, seen.summary) == (True, "new lists 1 model: fake-1")


async def test_the_demo_providers_answer_through_the_same_client() -> None:
    ledger, keys = MemoryLedger(), Keys()
    gateway = EmbeddedGateway(
        providers=DEMO_PROVIDERS,
        combos=DEMO_COMBOS,
        budget=BudgetSpec(),
        profile="balanced",
        session_id="session",
        clock=SystemClock(),
        publish=lambda _: None,
        ledger=ledger,
        store=MemoryStore(),
        keys=keys,
    )
    request = ChatRequest(gateway.choose_target()[0], (user_text(CleanText("hi")),))
    told = Told([fact async for fact in gateway.stream(request)])
    await gateway.close()
    assert told.end.outcome == "complete"
    assert told.end.text
    assert ledger.spent == told.end.cost.microusd
