"""Watching resources in both eras: a change is told, a refusal is said, and a watch outlives its connection."""

import asyncio
from pathlib import Path

import pytest

from tests.fakes.mcp_host import Host, hosting, one_server
from tests.fakes.mcp_http import make_server, serving
from tui.domain.errors import CallError
from tui.domain.events import ResourceChanged, ResourceWatched
from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec

S = ServerName("s")
A, B = "note://a", "note://b"


def told(host: Host) -> list[str]:
    """What changed, oldest first."""
    return [event.uri for event in host.seen(ResourceChanged)]


async def changed(host: Host, uri: str) -> None:
    """Changes a resource and waits until that is told."""
    before = len(told(host))
    await host.call("s", changed=uri)
    await host.until(lambda: len(told(host)) > before)


async def test_a_watched_resource_is_told_of_until_it_is_watched_no_longer(tmp_path: Path) -> None:
    note = tmp_path / "note"
    async with one_server("resources", str(note)) as host:
        await host.pool.watch_resource(S, A)
        await host.pool.watch_resource(S, A)
        await host.call("s", changed=B)
        await changed(host, A)
        assert told(host) == [A]
        host.pool.unwatch_resource(S, A)
        async with asyncio.timeout(10):
            while "unsubscribe" not in note.read_text():
                await asyncio.sleep(0.01)
        assert note.read_text().splitlines() == [f"subscribe {A}", f"unsubscribe {A}"]
        assert [event.on for event in host.seen(ResourceWatched)] == [True, False]


async def test_a_refused_watch_says_why(tmp_path: Path) -> None:
    async with one_server("resources", str(tmp_path / "note")) as host:
        with pytest.raises(CallError, match="not yours"):
            await host.pool.watch_resource(S, "note://secret")
        assert host.seen(ResourceWatched) == []


async def test_a_server_that_tells_of_no_changes_is_not_asked() -> None:
    async with one_server("good") as host:
        with pytest.raises(CallError, match="does not tell"):
            await host.pool.watch_resource(S, A)


async def test_a_watch_outlives_its_connection(tmp_path: Path) -> None:
    note = tmp_path / "note"
    async with one_server("resources", str(note)) as host:
        await host.pool.watch_resource(S, A)
        await host.call("s", text="die")
        await host.until_state("s", "reconnecting")
        await host.until_state("s", "ready")
        async with asyncio.timeout(10):
            while note.read_text().count("subscribe") < 2:
                await asyncio.sleep(0.01)
        await changed(host, A)
        assert [event.on for event in host.seen(ResourceWatched)] == [True]


async def test_a_server_that_is_replaced_is_watched_no_longer(tmp_path: Path) -> None:
    async with one_server("resources", str(tmp_path / "note")) as host:
        await host.pool.watch_resource(S, A)
        await host.pool.add(host.pool.spec(S))
        assert [event.on for event in host.seen(ResourceWatched)] == [True, False]


async def test_the_era_of_2026_tells_along_its_stream() -> None:
    async with serving(make_server().streamable_http_app()) as port:
        spec = ServerSpec(S, "http", url=f"http://127.0.0.1:{port}/mcp", trusted=True)
        async with hosting([spec]) as host:
            assert host.status("s").era == "2026-07-28"
            await host.pool.watch_resource(S, "note://today")
            await host.pool.watch_resource(S, "note://2026/05")
            await host.call("s", "edit", uri="note://2026/05")
            await host.until(lambda: told(host) == ["note://2026/05"])
            host.pool.unwatch_resource(S, "note://2026/05")
            await host.call("s", "edit", uri="note://2026/05")
            await host.call("s", "edit", uri="note://today")
            await host.until(lambda: "note://today" in told(host))
            assert told(host) == ["note://2026/05", "note://today"]
