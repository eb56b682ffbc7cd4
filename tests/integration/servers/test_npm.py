"""The reference servers from npm, as people run them."""

import os
import shutil
from pathlib import Path

import pytest

from tests.fakes.mcp_host import Host, hosting
from tui.domain.ids import ServerName
from tui.domain.questions import ElicitationAnswer
from tui.domain.servers import ImageBlock, ServerSpec

pytestmark = [
    pytest.mark.npm,
    pytest.mark.skipif(shutil.which("npx") is None, reason="npx is not installed"),
]


def npx(name: str, package: str, *args: str) -> ServerSpec:
    return ServerSpec(ServerName(name), "stdio", command="npx", args=("-y", package, *args), trusted=True)


async def ready(host: Host, name: str) -> None:
    await host.pool.wait_settled(170)
    if host.status(name).state != "ready":
        # In CI the registry is there: a server that does not start is our failure.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{name} did not start: {host.status(name).error}")


async def test_server_everything() -> None:
    async with hosting([npx("everything", "@modelcontextprotocol/server-everything")]) as host:
        await ready(host, "everything")
        everything = ServerName("everything")
        assert (await host.call("everything", "get-sum", a=1, b=2)).text == "The sum of 1 and 2 is 3."
        assert (await host.call("everything", "get-sum", a="x", b=2)).outcome == "invalid"
        picture = await host.call("everything", "get-tiny-image")
        assert any(isinstance(block, ImageBlock) and block.size > 100 for block in picture.blocks)
        host.answer = lambda _: ElicitationAnswer("decline")
        assert "declined" in (await host.call("everything", "trigger-elicitation-request")).text
        researched = await host.call("everything", "simulate-research-query", topic="x")
        assert (researched.outcome, "Research Report" in researched.text) == ("ok", True), researched
        (message,) = await host.pool.get_prompt(everything, "args-prompt", {"city": "Bonn"})
        assert "Bonn" in message.text
        completed = await host.pool.complete(everything, "prompt", "completable-prompt", "department", "E")
        assert completed == ("Engineering",)
        team = {"department": "Engineering"}
        named = await host.pool.complete(everything, "prompt", "completable-prompt", "name", "", filled=team)
        assert "Alice" in named
        assert host.status("everything").issues == ()


async def test_server_filesystem(tmp_path: Path) -> None:
    async with hosting([npx("files", "@modelcontextprotocol/server-filesystem", str(tmp_path))]) as host:
        await ready(host, "files")
        target = tmp_path / "a.txt"
        assert (await host.call("files", "write_file", path=str(target), content="hello")).outcome == "ok"
        assert target.read_text() == "hello"
        assert (await host.call("files", "read_text_file", path=str(target))).text == "hello"
        assert (await host.call("files", "read_text_file", path="/etc/passwd")).outcome == "error"
