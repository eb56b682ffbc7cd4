"""The demo's providers run through the same client as a real endpoint."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.fakes.clock import FakeClock
from tui.domain.completion import ChatRequest
from tui.domain.messages import ToolSpec, user_text
from tui.domain.text import CleanText
from tui.gateway.scripted import DEMO_COMBOS, DEMO_PROVIDERS, demo_transport
from tui.gateway.scripted.providers import AURORA, BEHAVIOURS, BOREALIS, Behaviour
from tui.gateway.scripted.transport import ScriptedTransport
from tui.gateway.upstream.client import UpstreamClient
from tui.gateway.upstream.events import CallReady, Done, Text, Timeouts, UpstreamEvent

LIST = ToolSpec("files_list_files", CleanText("Lists files"), {"type": "object", "properties": {}})
REQUEST = ChatRequest("main", (user_text(CleanText("list the files")),), tools=(LIST,))


async def events_of(behaviour: Behaviour, clock: FakeClock, request: ChatRequest = REQUEST) -> list[UpstreamEvent]:
    spec = next(spec for spec in DEMO_PROVIDERS if spec.name == behaviour.provider)
    unhurried = replace(behaviour, tokens_per_s=0, first_token_s=0)
    client = UpstreamClient(spec, None, Timeouts(), ScriptedTransport(unhurried, clock))
    events = [event async for event in client.stream(request, behaviour.model.id)]
    await client.close()
    return events


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.provider)
async def test_every_provider_calls_the_tool_it_is_offered(behaviour: Behaviour) -> None:
    events = await events_of(behaviour, FakeClock())
    done = events[-1]
    assert isinstance(done, Done)
    assert (done.outcome, done.finish_reason) == ("complete", "tool_calls")
    assert [call.name for call in done.tool_calls] == ["files_list_files"]
    assert sum(isinstance(event, CallReady) for event in events) == 1
    assert done.usage.input_tokens
    assert done.usage.output_tokens


async def test_text_arrives_word_by_word() -> None:
    events = await events_of(BOREALIS, FakeClock(), replace(REQUEST, tools=()))
    assert sum(isinstance(event, Text) for event in events) > 10


async def test_only_borealis_reports_its_cost_and_it_agrees_with_its_price() -> None:
    costs = {}
    for behaviour in BEHAVIOURS:
        done = (await events_of(behaviour, FakeClock()))[-1]
        assert isinstance(done, Done)
        costs[behaviour.provider] = done.reported_cost
        if behaviour is BOREALIS and behaviour.model.price:
            price, usage = behaviour.model.price, done.usage
            assert done.reported_cost == price.of(usage.input_tokens or 0, usage.output_tokens or 0)
    assert [name for name, cost in costs.items() if cost is not None] == ["borealis"]


async def test_aurora_fails_in_spells_and_comes_back() -> None:
    clock = FakeClock()
    spec = next(spec for spec in DEMO_PROVIDERS if spec.name == "aurora")
    transport = ScriptedTransport(replace(AURORA, tokens_per_s=0, first_token_s=0), clock)
    client = UpstreamClient(spec, None, Timeouts(), transport)
    failing_seconds = 0
    for _ in range(15):
        done = [event async for event in client.stream(REQUEST, AURORA.model.id)][-1]
        assert isinstance(done, Done)
        failing_seconds += 10 * (done.status == 503)
        clock.advance(10)
    await client.close()
    assert 40 <= failing_seconds <= 60


def test_the_chain_names_every_provider_and_its_model() -> None:
    assert DEMO_COMBOS[0].steps == ("aurora/swift-demo", "borealis/steady-demo", "cirrus/patient-demo")
    prices = [spec.models[0].price for spec in DEMO_PROVIDERS]
    assert [price.output_usd_per_million for price in prices if price] == [
        Decimal("0.60"),
        Decimal("4.00"),
        Decimal("0"),
    ]


def test_only_demo_providers_have_a_transport() -> None:
    assert demo_transport("aurora")
    assert demo_transport("openai") is None
