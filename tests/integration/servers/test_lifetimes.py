"""How servers start, fail, come back and end; nothing of them is left behind, and none delays another."""

import asyncio
import dataclasses
import json
import os
import shlex
import signal
import sys
from pathlib import Path

import pytest

from tests.fakes.mcp_host import FIXTURE, Host, hosting, one_server, stdio_spec
from tests.integration.servers.living import gone, is_running
from tui.domain.errors import CallError
from tui.domain.events import ServerChanged, ServerLogged, ServerRemoved
from tui.domain.ids import ServerName
from tui.servers.transports.descendants import TOKEN_NAME

S = ServerName("s")
linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not show a process's environment")


async def test_a_server_that_exits_at_once_is_tried_four_times_and_then_left_with_its_last_words() -> None:
    """M01, M16."""
    async with one_server("exit-3") as host:
        failed = await host.until_state("s", "failed")
        assert "exited with code 3" in failed.error
        assert "boom ␛]52" in failed.error
        assert failed.hint.startswith("Given up after 3 restarts in a row")
        assert sum(event.status.state == "connecting" for event in host.seen(ServerChanged)) >= 1
        assert sum(event.text == "config missing" for event in host.seen(ServerLogged)) == 4


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"command": "no-such-command"}, "Command not found: no-such-command"),
        ({"command": __file__}, "Command not found"),
        ({"cwd": "/no/such/directory"}, "Its directory does not exist"),
    ],
    ids=["missing", "not-executable", "no-directory"],
)
async def test_a_command_that_cannot_run_says_why_and_is_not_tried_again(change: dict[str, str], error: str) -> None:
    """M02."""
    async with hosting([dataclasses.replace(stdio_spec("s", "good"), **change)]) as host:
        status = host.status("s")
        assert (status.state, error in status.error, bool(status.hint)) == ("failed", True, True)


async def test_a_server_that_never_greets_fails_without_delaying_the_others() -> None:
    """M05: ready while the other still hangs."""
    specs = [stdio_spec("hangs", "hang", start_timeout_s=4.0), stdio_spec("works", "good")]
    host = Host()
    await host.pool.start(specs)
    try:
        await host.until_state("works", "ready")
        assert host.status("hangs").state == "connecting"
        assert (await host.call("works", text="hi")).text == "hi"
        failed = await host.until_state("hangs", "failed")
        assert "within 4" in failed.error
    finally:
        await host.pool.stop()


async def test_a_server_that_exits_at_an_unknown_greeting_is_greeted_the_old_way() -> None:
    """M06."""
    async with one_server("exit-on-unknown") as host:
        await host.until_state("s", "ready")
        assert (await host.call("s", text="hi")).text == "hi"


async def test_the_same_tool_on_two_servers_has_two_names() -> None:
    """M27."""
    async with hosting([stdio_spec("b", "good"), stdio_spec("a", "good")]) as host:
        names = [tool.model_name for tool in host.pool.tools()]
        assert names == ["a__echo", "a__typed", "b__echo", "b__typed"]
        found = host.pool.find("b__echo")
        assert found is not None
        assert (found.server, found.name) == ("b", "echo")


async def test_reconnecting_one_server_leaves_the_other_alone() -> None:
    async with hosting([stdio_spec("a", "good"), stdio_spec("b", "good")]) as host:
        pids = {status.name: status.pid for status in host.pool.statuses()}
        await host.pool.reconnect(ServerName("a"))
        await host.until_state("a", "ready")
        assert host.status("b").pid == pids["b"]
        assert host.status("a").pid != pids["a"]


async def test_an_untrusted_server_is_not_started_until_it_is_trusted() -> None:
    async with hosting([dataclasses.replace(stdio_spec("s", "good"), trusted=False)]) as host:
        assert (host.status("s").state, host.status("s").pid) == ("untrusted", None)
        assert not host.pool.spec(S).trusted
        await host.pool.trust(S)
        assert (await host.until_state("s", "ready")).trusted
        assert host.pool.spec(S).trusted


async def test_disabling_closes_and_enabling_opens_again() -> None:
    async with one_server("good") as host:
        pid = host.status("s").pid
        assert pid is not None
        await host.pool.set_enabled(S, False)
        assert (host.status("s").state, list(host.pool.tools())) == ("disabled", [])
        await gone(pid)
        await host.pool.set_enabled(S, True)
        await host.until_state("s", "ready")


async def test_a_removed_server_is_gone_and_unknown() -> None:
    async with one_server("good") as host:
        await host.pool.remove(S)
        assert host.seen(ServerRemoved) == [ServerRemoved(S)]
        assert list(host.pool.statuses()) == []
        with pytest.raises(CallError) as raised:
            host.pool.spec(S)
        assert raised.value.hint


async def test_adding_a_server_again_replaces_it() -> None:
    async with one_server("good") as host:
        first = host.status("s").pid
        await host.pool.add(stdio_spec("s", "many"))
        await host.until_state("s", "ready")
        assert first is not None
        assert not is_running(first)
        assert (len(host.pool.statuses()), len(host.pool.tools())) == (1, 10_000)
        assert host.seen(ServerRemoved) == []


async def test_an_unknown_name_is_answered_with_the_nearest_one() -> None:
    async with hosting([stdio_spec("weather", "good")]) as host:
        with pytest.raises(CallError) as raised:
            await host.pool.refresh(ServerName("wether"))
        assert "'weather'" in raised.value.hint


@pytest.mark.parametrize("mode", ["good", "ignore-eof", "ignore-term"])
async def test_stopping_ends_the_process_however_deaf_it_is(mode: str) -> None:
    """M39: stdin closes, then SIGTERM, then SIGKILL."""
    async with one_server(mode) as host:
        pid = host.status("s").pid
        assert pid is not None
    assert not is_running(pid)


async def test_a_grandchild_that_survives_the_polite_exit_is_ended_too(tmp_path: Path) -> None:
    """M40."""
    note = tmp_path / "note"
    async with one_server("grandchild", str(note)):
        grandchild = int(note.read_text())
        assert is_running(grandchild)
    await gone(grandchild)


@linux
async def test_a_child_that_made_itself_a_daemon_is_ended_with_its_server(tmp_path: Path) -> None:
    """M40: neither the process group nor the tree of parents leads to it any more."""
    note = tmp_path / "note"
    async with one_server("daemon", str(note)):
        daemon = int(note.read_text())
        assert is_running(daemon)
    await gone(daemon)


@linux
async def test_a_daemon_that_was_let_go_outlives_its_server(tmp_path: Path) -> None:
    note = tmp_path / "note"
    spec = dataclasses.replace(stdio_spec("s", "daemon", str(note)), env={TOKEN_NAME: ""})
    async with hosting([spec]):
        daemon = int(note.read_text())
    assert is_running(daemon)
    os.kill(daemon, signal.SIGKILL)


@linux
async def test_the_daemon_of_another_server_lives_on(tmp_path: Path) -> None:
    notes = [tmp_path / "one", tmp_path / "two"]
    async with hosting([stdio_spec(note.name, "daemon", str(note)) for note in notes]) as host:
        one, two = (int(note.read_text()) for note in notes)
        await host.pool.remove(ServerName("one"))
        await gone(one)
        assert is_running(two)
    await gone(two)


@linux
async def test_a_terminated_program_leaves_no_daemon_of_a_server(tmp_path: Path) -> None:
    note = tmp_path / "note"
    command = shlex.join([sys.executable, "-S", "-E", str(FIXTURE), "daemon-never", str(note)])
    ours = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tui", "--server", f"s={command}", "tools", "call", "s.echo"),
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"MCP_TUI_HOME": str(tmp_path / "home")},
    )
    async with asyncio.timeout(60):
        while not note.exists() or "called" not in note.read_text():
            await asyncio.sleep(0.02)
        daemon = int(note.read_text().split()[0])
        assert is_running(daemon)
        ours.terminate()
        await ours.wait()
    assert not is_running(daemon)


async def test_servers_that_are_being_opened_can_be_stopped() -> None:
    host = Host()
    await host.pool.start([stdio_spec("s", "hang"), stdio_spec("t", "good")])
    await host.until(lambda: host.status("s").pid is not None)
    pid = host.status("s").pid
    await host.pool.stop()
    assert pid is not None
    assert not is_running(pid)
    assert {status.state for status in host.pool.statuses()} == {"closed"}


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's own")
async def test_killing_us_kills_even_a_server_that_ignores_the_end_of_its_input() -> None:
    """M42."""
    program = (
        "import asyncio\n"
        "from tests.fakes.mcp_host import one_server\n"
        "async def main():\n"
        "    async with one_server('ignore-eof') as host:\n"
        "        print(host.status('s').pid, flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    ours = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    assert ours.stdout is not None
    server = int(await ours.stdout.readline())
    assert is_running(server)
    os.kill(ours.pid, signal.SIGKILL)
    await ours.wait()
    await gone(server)


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's own")
@pytest.mark.parametrize("tied", ["None", "()"], ids=["by-setpriv", "after-fork"])
async def test_a_server_is_tied_to_us_in_whichever_way_there_is(tied: str) -> None:
    """M42."""
    program = (
        "import asyncio\n"
        "from tests.fakes.mcp_host import stdio_spec\n"
        "from tui.servers.transports.process import start\n"
        "async def main():\n"
        f"    process = await start(stdio_spec('s', 'ignore-eof'), 'token', {tied})\n"
        '    process.stdin.write(b\'{"id": 1, "method": "tools/list"}\\n\')\n'
        "    await process.stdout.readline()\n"
        "    print(process.pid, flush=True)\n"
        "    await process.stderr.read()\n"
        "asyncio.run(main())\n"
    )
    ours = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    assert ours.stdout is not None
    server = int(await ours.stdout.readline())
    assert is_running(server)
    os.kill(ours.pid, signal.SIGKILL)
    await ours.wait()
    await gone(server)


async def test_a_child_gets_a_bare_environment_and_what_its_definition_says(tmp_path: Path) -> None:
    note = tmp_path / "note"
    spec = dataclasses.replace(stdio_spec("s", "environment", str(note)), env={"ITS_KEY": "k"})
    os.environ["OUR_SECRET"] = "canary"
    try:
        async with hosting([spec]) as host:
            assert host.status("s").state == "ready"
    finally:
        del os.environ["OUR_SECRET"]
    environment = json.loads(note.read_text())
    assert environment["ITS_KEY"] == "k"
    assert "PATH" in environment
    assert "canary" not in note.read_text()


async def test_a_child_lives_in_a_session_of_its_own_and_so_has_no_terminal(tmp_path: Path) -> None:
    """M37, M38."""
    note = tmp_path / "note"
    async with one_server("session", str(note)):
        assert note.read_text() == "a session of its own\n"


async def test_calling_a_tool_of_a_server_that_is_closed_is_an_error_result() -> None:
    """M32."""
    async with one_server("good") as host:
        tool = host.pool.find("s__echo")
        assert tool is not None
        await host.pool.set_enabled(S, False)
        result = await host.pool.call(tool, {}, "call_1")  # type: ignore[arg-type]
        assert (result.outcome, "s is disabled" in result.text) == ("error", True)
