"""One gateway or another, chosen in the file or while running: chats, answers, the panel and the target follow."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.fakes.llm_endpoint import LlmEndpoint, models, say
from tests.integration.gateway.remote.omniroute import recorded as recorded_pages
from tests.integration.gateway.remote.omniroute.recorded import OmniRoute, omniroute
from tests.integration.gateway.remote.outside import outside
from tui.bus import Inbox
from tui.config.paths import find_paths
from tui.config.schema import ChatSettings, Settings
from tui.domain.errors import NotExposedError, UsageError
from tui.domain.events import EngineReady, GatewaySampled, TargetChanged
from tui.domain.gateway import ComboSpec, GatewaySpec, ModelSpec, ProviderSpec
from tui.domain.gateway_accounts import CostAnswer, ProviderAnswer, SessionAnswer
from tui.domain.gateway_answers import CombosAnswer, HealthAnswer, ModelsAnswer
from tui.domain.gateway_routing import RouteAnswer
from tui.domain.ids import ComboName, ProviderName, ServerName
from tui.domain.servers import ServerSpec
from tui.engine import Engine
from tui.gateway.remote.adapter import NotExposed, Surroundings
from tui.gateway.switchboard import Switchboard

INSIDE = ProviderSpec(ProviderName("nobody"), "http://127.0.0.1:9/v1", models=(ModelSpec("m"),))


def spec(endpoint: LlmEndpoint, name: str = "own") -> GatewaySpec:
    return GatewaySpec(name, "openai", endpoint.base_url)


@asynccontextmanager
async def running(path: Path, *gateways: GatewaySpec, **more: object) -> AsyncIterator[tuple[Engine, Inbox]]:
    settings = Settings(providers=(INSIDE,), gateways=gateways, **more)  # type: ignore[arg-type]
    engine = Engine(settings, find_paths({"MCP_TUI_HOME": str(path)}), attended=False)
    inbox = engine.bus.subscribe()
    await engine.start()
    try:
        yield engine, inbox
    finally:
        await engine.stop()


@pytest.fixture
async def endpoint() -> AsyncIterator[LlmEndpoint]:
    said = say("Hello.", usage={"prompt_tokens": 3, "completion_tokens": 2, "cost": 0.25})
    async with LlmEndpoint([said] * 5, models_reply=models(["big", "small"])) as endpoint:
        yield endpoint


async def test_a_chosen_gateway_carries_the_chats_from_the_start(tmp_path: Path, endpoint: LlmEndpoint) -> None:
    async with running(tmp_path, spec(endpoint), gateway="own") as (engine, inbox):
        (ready,) = [event for event in inbox.drain() if isinstance(event, EngineReady)]
        assert (ready.gateway, ready.target) == ("own", "own/big")
        assert "first that own names" in ready.target_note
        answer = await engine.gateway.operate("route", {"model": "small", "messages": "Hi"})
        assert isinstance(answer, RouteAnswer)
        assert (answer.content, answer.provider, answer.model) == ("Hello.", "own", "small")


@pytest.mark.parametrize(("wanted", "target"), [("small", "own/small"), ("own/small", "own/small"), ("x/y", "own/big")])
async def test_the_configured_model_is_looked_for_at_the_chosen_gateway(
    tmp_path: Path, endpoint: LlmEndpoint, wanted: str, target: str
) -> None:
    chat = ChatSettings(target=wanted)
    async with running(tmp_path, spec(endpoint), gateway="own", chat=chat) as (engine, _):
        assert engine.parts.room.target == target


async def test_a_gateway_that_does_not_answer_keeps_nobody_from_starting(tmp_path: Path) -> None:
    dead = GatewaySpec("own", "openai", "http://127.0.0.1:9/v1")
    async with running(tmp_path, dead, gateway="own") as (engine, inbox):
        (ready,) = [event for event in inbox.drain() if isinstance(event, EngineReady)]
        assert ready.target == ""
        assert "names no model" in ready.target_note
        await engine.gateway.use("embedded")
        assert engine.parts.room.target == "nobody/m"


async def test_all_follow_when_another_gateway_is_used(tmp_path: Path, endpoint: LlmEndpoint) -> None:
    async with running(tmp_path, spec(endpoint)) as (engine, inbox):
        assert [(one.name, one.in_use) for one in engine.gateway.known_gateways()] == [
            ("embedded", True),
            ("own", False),
        ]
        inbox.drain()
        await engine.gateway.use("own")
        events = inbox.drain()
        sampled = [event.snapshot for event in events if isinstance(event, GatewaySampled)][-1]
        assert sampled.gateway == "own"
        assert [one.name for one in sampled.providers] == ["own"]
        assert sampled.notes == ("all figures were measured here",)
        assert [event.target for event in events if isinstance(event, TargetChanged)] == ["own/big"]
        assert [one.in_use for one in engine.gateway.known_gateways()] == [False, True]
        assert await engine.gateway.known_values("model") == ["own/big", "own/small"]
        assert [one.name for one in engine.parts.settings.providers] == ["nobody", "own"]
        await engine.gateway.use("embedded")
        events = inbox.drain()
        sampled = [event.snapshot for event in events if isinstance(event, GatewaySampled)][-1]
        assert (sampled.gateway, [one.name for one in sampled.providers]) == ("embedded", ["nobody", "own"])


async def test_the_gateway_chosen_last_is_in_use_also_where_the_one_before_names_its_models_late(
    tmp_path: Path,
) -> None:
    gate = asyncio.Event()
    late = replace(models(["slow"]), chunks=(gate, *models(["slow"]).chunks))
    async with (
        LlmEndpoint([], models_reply=late) as first,
        LlmEndpoint([], models_reply=models(["big"])) as second,
        running(tmp_path, spec(first, "first"), spec(second, "second")) as (engine, _),
    ):
        choices = [asyncio.create_task(engine.gateway.use(name)) for name in ("first", "second")]
        await asyncio.wait(choices[1:], timeout=0.5)
        gate.set()
        await asyncio.gather(*choices)
        assert (engine.parts.gateways.name, engine.parts.room.target) == ("second", "second/big")


async def test_none_of_two_gateways_chosen_at_once_is_asked_on_in_secret(tmp_path: Path) -> None:
    @dataclass
    class Polled(NotExposed):
        """Tells whether it still polls and whether it was closed."""

        around: Surroundings
        polls: bool = False

        def __post_init__(self) -> None:
            super().__init__(self.around)

        async def run(self) -> None:
            self.polls = True
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                self.polls = False

    made: dict[str, Polled] = {}
    async with outside(tmp_path, "openai", "http://127.0.0.1:9/v1") as opened:
        around = opened.gateway._around

        def adapter(spec: GatewaySpec) -> Polled:
            return made.setdefault(spec.name, Polled(replace(around, spec=spec)))

        specs = [GatewaySpec(name, "openai", "http://127.0.0.1:9/v1") for name in ("a", "b", "c")]
        switchboard = Switchboard(opened.here, specs, adapter)
        await switchboard.use("a")
        await asyncio.sleep(0)
        await asyncio.gather(switchboard.use("b"), switchboard.use("c"))
        await asyncio.sleep(0)
        assert [name for name, one in made.items() if one.polls] == [switchboard.name]
        await switchboard.close()
        assert [name for name, one in made.items() if one.polls] == []


async def test_an_unknown_gateway_changes_nothing(tmp_path: Path, endpoint: LlmEndpoint) -> None:
    async with running(tmp_path, spec(endpoint), gateway="own") as (engine, _):
        with pytest.raises(UsageError) as raised:
            await engine.gateway.use("onw")
        assert raised.value.hint == "Did you mean 'own'?"
        assert engine.parts.gateways.name == "own"


async def test_a_gateway_whose_name_a_provider_elsewhere_has_is_not_used(tmp_path: Path, endpoint: LlmEndpoint) -> None:
    async with running(tmp_path, spec(endpoint, "nobody"), spec(endpoint)) as (engine, _):
        with pytest.raises(UsageError, match=r"provider is called 'nobody' too, at http://127\.0\.0\.1:9"):
            await engine.gateway.use("nobody")
        assert engine.parts.gateways.name == "embedded"
        for _ in range(2):
            await engine.gateway.use("own")
            await engine.gateway.use("embedded")
        assert [one.name for one in engine.parts.settings.providers] == ["nobody", "own"]


async def test_the_chains_of_a_gateway_outside_are_not_changed_from_here(tmp_path: Path, endpoint: LlmEndpoint) -> None:
    combo = ComboSpec(ComboName("main"), ("nobody/m",))
    changed = replace(combo, steps=("own/big",))
    async with running(tmp_path, spec(endpoint), gateway="own", combos=(combo,)) as (engine, _):
        with pytest.raises(NotExposedError, match="does not let its chains be changed") as raised:
            await engine.gateway.edit_combo(changed, keep=True)
        assert raised.value.hint == "Change it over there."
        assert engine.parts.settings.combos == (combo,)
        assert not engine.paths.config_file.exists()


async def test_an_endpoint_of_no_known_kind_is_told_of_by_what_was_measured_here(
    tmp_path: Path, endpoint: LlmEndpoint
) -> None:
    async with running(tmp_path, spec(endpoint), gateway="own") as (engine, _):
        await engine.gateway.operate("route", {"model": "big", "messages": "Hi"})
        cost = await engine.gateway.operate("cost", {})
        provider = await engine.gateway.operate("provider", {"provider": "own"})
        session = await engine.gateway.operate("session", {})
        health = await engine.gateway.operate("health", {})
        listed = await engine.gateway.operate("models", {})
        for name, arguments in (
            ("combos", {}),
            ("switch", {"combo": "a", "active": True}),
            ("best", {"task": "coding"}),
        ):
            with pytest.raises(NotExposedError, match="not exposed by this gateway"):
                await engine.gateway.operate(name, arguments)
    assert isinstance(cost, CostAnswer)
    assert isinstance(provider, ProviderAnswer)
    assert isinstance(session, SessionAnswer)
    assert isinstance(health, HealthAnswer)
    assert isinstance(listed, ModelsAnswer)
    assert (cost.total.microusd, [one.provider for one in cost.providers]) == (250_000, ["own"])
    assert (provider.figures.successes, session.figures.requests) == (1, 1)
    assert (health.verdict, health.uptime_s, [one.provider for one in health.providers]) == ("ok", None, ["own"])
    for answer in (cost, provider, session, health):
        assert [one.source for one in answer.witnesses] == ["measured here"]
    assert [view.id for view in listed.models] == ["big", "small"]


async def test_the_session_of_the_panel_is_ours_and_the_day_is_the_gateways(tmp_path: Path) -> None:
    async with recorded() as (fake, gateway), running(tmp_path, gateway, gateway="omni") as (engine, _):
        answer = await engine.gateway.operate("combos", {})
        assert isinstance(answer, CombosAnswer)
        await engine.gateway.operate("route", {"model": "prio", "messages": "Hi"})
        snapshot = await engine.parts.gateways.snapshot()
        # OmniRoute reported 42 micro-dollars for our own request; its day is another sum, or not read yet.
        assert snapshot.spend.session_microusd == 42
        assert snapshot.latency.requests == 1
        assert fake.requests[-1].body["model"] == "prio"


async def test_the_gateways_own_mcp_server_is_heard_as_a_second_witness(tmp_path: Path) -> None:
    program = str(Path(recorded_pages.__file__).with_name("mcp_program.py"))
    server = ServerSpec(ServerName("route"), "stdio", sys.executable, ("-S", program, "breaker_open"), trusted=True)
    async with omniroute("breaker_open") as fake:
        gateway = GatewaySpec("omni", "omniroute", fake.url, mcp_server="route")
        async with running(tmp_path, gateway, gateway="omni", servers=(server,)) as (engine, _):
            await engine.servers.settled(20)
            health = await engine.gateway.operate("health", {})
            await engine.servers.remove(ServerName("route"))
            alone = await engine.gateway.operate("health", {})
    assert isinstance(health, HealthAnswer)
    assert isinstance(alone, HealthAnswer)
    (heard,) = [one for one in health.witnesses if one.source.startswith("MCP")]
    assert (heard.standing, heard.said) == ("disagrees", "says that all are closed, not alpha OPEN")
    assert health.verdict == alone.verdict == "degraded"


async def test_every_gateway_is_looked_at_whatever_ails_one(tmp_path: Path, endpoint: LlmEndpoint) -> None:
    async with recorded() as (_, omni):
        dead = GatewaySpec("dead", "omniroute", "http://127.0.0.1:9")
        async with running(tmp_path, spec(endpoint), omni, dead) as (engine, _):
            seen = await engine.gateway.look_at_gateways()
    assert [(one.gateway.name, one.verdict) for one in seen] == [
        ("embedded", "ok"),
        ("own", "ok"),
        ("omni", "ok"),
        ("dead", "down"),
    ]
    assert "Nothing listens" in seen[-1].note


async def test_a_gateway_whose_management_is_closed_says_so_in_the_list(tmp_path: Path) -> None:
    async with omniroute(login_required=True) as fake:
        locked = GatewaySpec("locked", "omniroute", fake.url)
        async with running(tmp_path, locked) as (engine, _):
            (_, seen) = await engine.gateway.look_at_gateways()
    assert "401" in seen.note


@asynccontextmanager
async def recorded() -> AsyncIterator[tuple[OmniRoute, GatewaySpec]]:
    said = say("Hello.", headers={"x-omniroute-response-cost": "0.000042"})
    async with omniroute(script=[said] * 3) as fake:
        yield fake, GatewaySpec("omni", "omniroute", fake.url)
