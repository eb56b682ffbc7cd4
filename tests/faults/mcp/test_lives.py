"""Servers that start slowly, cannot settle on an era, crash again and again, never finish, or lose a tool."""

import dataclasses
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests.fakes.mcp_host import FIXTURE, Host, hosting, stdio_spec
from tests.faults.mcp.test_raging import raging
from tests.faults.trust.definition_cases import FIRST, LOOK, SEND
from tests.faults.trust.telling import Telling
from tui.domain.events import CatalogChanged, ServerChanged
from tui.domain.ids import CallId, ServerName
from tui.domain.servers import ServerSpec


def downloading(directory: Path) -> tuple[ServerSpec, Path]:
    """A server behind a runner that downloads until a file is there, and that file."""
    arrived, runner = directory / "arrived", directory / "uvx"
    runner.write_text(f'#!/bin/sh\nwhile [ ! -e "{arrived}" ]; do sleep 0.05; done\nshift\nexec "$@"\n')
    runner.chmod(0o755)
    sound = stdio_spec("slow", "good")
    return dataclasses.replace(sound, command=str(runner), args=("pkg==1.0", sound.command, *sound.args)), arrived


async def test_a_server_that_is_being_downloaded_says_so_and_the_others_work_meanwhile(tmp_path: Path) -> None:
    """M04."""
    spec, arrived = downloading(tmp_path)
    host = Host()
    await host.pool.start([spec, stdio_spec("good", "good")])
    try:
        await host.until_state("good", "ready")
        assert (await host.call("good")).outcome == "ok"
        status = host.status("slow")
        assert (status.state, "uvx may be downloading" in status.hint) == ("connecting", True)
        arrived.touch()
        await host.until_state("slow", "ready")
    finally:
        await host.pool.stop()


def test_a_start_may_take_far_longer_than_a_call() -> None:
    """M04."""
    spec = ServerSpec(ServerName("s"), "stdio", command="npx")
    assert (spec.start_timeout_s, spec.call_timeout_s) == (180, 60)


@pytest.mark.parametrize(
    ("mode", "era", "greetings"),
    [
        ("late", "2025-11-25", ["server/discover", "initialize"]),
        ("locked", "2026-07-28", ["server/discover", "initialize", "server/discover"]),
    ],
)
async def test_the_era_is_settled_once(mode: str, era: str, greetings: list[str], tmp_path: Path) -> None:
    """M06: what arrives after that changes nothing."""
    notes = tmp_path / "greetings"
    args = ("-S", "-E", str(FIXTURE.with_name("mcp_eras.py")), mode, str(notes))
    async with hosting([ServerSpec(ServerName("s"), "stdio", command=sys.executable, args=args, trusted=True)]) as host:
        assert (await host.call("s")).text == "done"
        assert host.status("s").era == era
        assert notes.read_text("utf-8").split() == greetings


async def test_progress_without_end_does_not_lengthen_a_call() -> None:
    """M14: and does not delay another server."""
    async with hosting(
        [dataclasses.replace(raging("progress"), call_timeout_s=1.5), stdio_spec("good", "good")]
    ) as host:
        result = await host.call("progress")
        assert result.outcome == "timeout"
        assert (await host.call("good")).outcome == "ok"


async def test_a_server_that_crashes_again_and_again_is_left_alone_until_a_person_reconnects_it() -> None:
    """M16."""
    async with hosting([raging("crash")]) as host:
        await host.until_state("crash", "failed")
        for begun in (1, 2):
            waits = [
                status.retry_at - status.since
                for status in (event.status for event in host.seen(ServerChanged))
                if status.state == "reconnecting" and status.retry_at
            ]
            assert len(waits) == 3
            assert all(later > 1.5 * earlier for earlier, later in pairwise(waits))
            assert "Given up after 3 restarts" in host.status("crash").hint
            if begun == 1:
                host.events.clear()
                await host.pool.reconnect(ServerName("crash"))
                await host.until_state("crash", "failed")


async def test_a_tool_that_vanished_is_one_error_result_and_the_list_is_fetched_anew(tmp_path: Path) -> None:
    """M32: the server did not announce that the tool is gone."""
    server = Telling(tmp_path, {**FIRST, "strict": True})
    async with hosting([server.spec()]) as host:
        before = {tool.name: tool for tool in host.pool.tools()}
        server.says({**FIRST, "tools": [LOOK], "strict": True})
        host.events.clear()
        assert (await host.pool.call(before["send"], {}, CallId("c"))).outcome == "error"
        await host.until(lambda: bool(host.seen(CatalogChanged)))
        assert [tool.name for tool in host.pool.tools()] == ["look"]
        assert (await host.call("s", "look")).outcome == "ok"


async def test_a_call_of_a_tool_that_is_known_to_be_gone_is_not_sent(tmp_path: Path) -> None:
    """M32: it was chosen from an older list."""
    server = Telling(tmp_path, {**FIRST, "tools": [SEND, LOOK]})
    async with hosting([server.spec()]) as host:
        before = {tool.name: tool for tool in host.pool.tools()}
        server.says({**FIRST, "tools": [LOOK]})
        await host.pool.refresh(server.name)
        result = await host.pool.call(before["send"], {}, CallId("c"))
        assert (result.outcome, "no longer" in result.text) == ("error", True)
    assert server.calls == []
