"""A gateway that died: what it told last holds for a few polls, then nothing of how things stand is known any more."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.gateway_pages import GatewayPages
from tests.integration.gateway.remote.litellm.proxies import with_database
from tests.integration.gateway.remote.omniroute.recorded import CHAT_KEY, McpServer, omniroute
from tests.integration.gateway.remote.openrouter.documented import MODEL, PREFIX, openrouter
from tests.integration.gateway.remote.openrouter.documented import answer as routed
from tests.integration.gateway.remote.outside import NAME, Outside, outside
from tui.domain.errors import ConnectError
from tui.domain.gateway import GatewayKind, GatewaySnapshot
from tui.domain.ids import ProviderName
from tui.gateway.remote.shapes import ShapeError

NOON = 1_795_176_000.0
A_POLL_S, LONG_S = 3.0, 3_600.0
KINDS: dict[GatewayKind, tuple[Callable[[], GatewayPages], str, str]] = {
    "omniroute": (omniroute, "", CHAT_KEY),
    "litellm": (with_database, "", "sk-1"),
    "openrouter": (lambda: openrouter([routed()]), PREFIX, "sk-1"),
}


@asynccontextmanager
async def dying(
    kind: GatewayKind, path: Path, clock: FakeClock, pages: GatewayPages | None = None
) -> AsyncIterator[tuple[Outside, AsyncExitStack]]:
    """Opens an adapter in front of a gateway that was read once; closing the stack ends the gateway."""
    make, prefix, key = KINDS[kind]
    fake = pages or make()
    async with AsyncExitStack() as alive:
        await alive.enter_async_context(fake)
        async with outside(path, kind, f"{fake.url}{prefix}", key=key, clock=clock) as proxy:
            if kind == "openrouter":
                await proxy.ask(MODEL)
            await proxy.gateway.quota()
            await proxy.gateway.health()
            yield proxy, alive


async def looked_at(proxy: Outside, clock: FakeClock, seconds: float) -> GatewaySnapshot:
    """Lets time go by and asks in vain, as a poll does."""
    clock.advance(seconds)
    with suppress(ConnectError):
        await proxy.gateway.health()
    return await proxy.gateway.snapshot()


def behind(seen: GatewaySnapshot) -> dict[str, str]:
    """The breakers that the gateway tells of; our own row is measured here."""
    return {one.name: one.breaker.state for one in seen.providers if one.name != NAME}


async def test_breakers_hold_for_a_few_polls_and_are_unknown_then(tmp_path: Path) -> None:
    clock = FakeClock(wall=NOON)
    async with dying("omniroute", tmp_path, clock) as (proxy, alive):
        well = await proxy.gateway.snapshot()
        await alive.aclose()
        still = await looked_at(proxy, clock, A_POLL_S)
        gone = await looked_at(proxy, clock, 60.0)
        health = await proxy.gateway.health()
    assert behind(well) == behind(still) == {"alpha": "CLOSED", "beta": "CLOSED"}
    assert (well.verdict, still.verdict, gone.verdict) == ("ok", "ok", "down")
    assert behind(gone) == {"alpha": "UNKNOWN", "beta": "UNKNOWN"}
    assert [one.breaker.opened_because for one in gone.providers] == ["CLOSED when it was last told"] * 2
    assert {one.breaker.state for one in health.providers} == {"UNKNOWN"}
    assert (health.verdict, health.uptime_s, health.version) == ("down", None, "3.7.9")
    assert {"breakers", "uptime_s", "memory_bytes", "resting_models"} <= set(health.unknown)
    assert any("Nothing listens" in reason for reason in health.reasons)
    assert gone.at == NOON


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_of_a_gateway_that_died_long_ago_is_told_as_if_it_were_so_now(
    kind: GatewayKind, tmp_path: Path
) -> None:
    clock = FakeClock(wall=NOON)
    async with dying(kind, tmp_path, clock) as (proxy, alive):
        well = await proxy.gateway.snapshot()
        await alive.aclose()
        gone = await looked_at(proxy, clock, LONG_S)
        health = await proxy.gateway.health()
    assert well.providers
    assert {one.breaker.state for one in health.providers if one.provider != NAME} == {"UNKNOWN"}
    assert health.verdict == "down"
    assert any("Nothing listens" in reason for reason in health.reasons)
    assert [one.name for one in gone.providers] == [one.name for one in well.providers]
    assert set(behind(gone).values()) == {"UNKNOWN"}
    assert gone.verdict == "down"
    assert gone.at < NOON + LONG_S
    assert {one.quota for one in gone.providers} == {None}
    assert {one.credential for one in gone.providers if one.name != NAME} == {"unknown"}
    assert gone.unknown


async def test_a_page_that_fails_alone_is_forgotten_alone(tmp_path: Path) -> None:
    clock, fake = FakeClock(wall=NOON), omniroute()
    async with dying("omniroute", tmp_path, clock, fake) as (proxy, _):
        fake.documents["/api/monitoring/health"] = {"error": {"message": "database is locked"}}
        seen = await looked_at(proxy, clock, 60.0)
        health = await proxy.gateway.health()
    assert behind(seen) == {"alpha": "UNKNOWN", "beta": "UNKNOWN"}
    assert {one.credential for one in seen.providers} == {"ok"}
    assert seen.verdict == health.verdict == "unknown"
    assert any("database is locked" in reason for reason in health.reasons)


async def test_a_second_witness_that_is_gone_does_not_agree_any_more(tmp_path: Path) -> None:
    second, clock = McpServer(), FakeClock(wall=NOON)
    async with (
        omniroute() as fake,
        outside(tmp_path, "omniroute", fake.url, key=CHAT_KEY, clock=clock, witness=second) as proxy,
    ):
        before = await proxy.gateway.health()
        second.state = "gone"
        clock.advance(A_POLL_S)
        after = await proxy.gateway.health()
    standings = [one.standing for health in (before, after) for one in health.witnesses if one.source.startswith("MCP")]
    assert standings == ["agrees", "silent"]


async def test_an_order_whose_effect_cannot_be_read_is_not_told_as_failed_by_older_words(tmp_path: Path) -> None:
    fake = omniroute("breaker_open")
    async with dying("omniroute", tmp_path, FakeClock(wall=NOON), fake) as (proxy, _):
        fake.documents["/api/monitoring/health"] = {"error": {"message": "database is locked"}}
        with pytest.raises(ShapeError, match="database is locked"):
            await proxy.gateway.order_breaker(ProviderName("alpha"), "reset")
