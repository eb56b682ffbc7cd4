"""The staged check says where it stops, why, and what to do."""

import dataclasses
import json
from typing import Any

import pytest

from tests.fakes.mcp_host import stdio_spec
from tests.fakes.mcp_http import make_server, serving
from tui.domain.servers import ServerSpec
from tui.servers.checking.doctor import examine

STAGES = ["tools", "prompts", "resources", "resource templates"]
HTTP = dataclasses.replace(stdio_spec("s", ""), transport="http", command="", args=())


async def test_a_healthy_server_passes_every_stage() -> None:
    report = await examine(stdio_spec("s", "good"))
    assert [stage.name for stage in report.stages] == ["resolve", "start", "greet", *STAGES]
    assert {stage.outcome for stage in report.stages} == {"ok"}
    assert (report.healthy, report.failed_stage, report.hint, report.title) == (True, None, "", "fixture 1")
    assert all(stage.duration_ms is not None for stage in report.stages)


async def test_an_http_server_is_reached_before_it_is_greeted() -> None:
    async with serving(make_server().streamable_http_app()) as port:
        report = await examine(dataclasses.replace(HTTP, url=f"http://127.0.0.1:{port}/mcp"))
    assert [(stage.name, stage.outcome) for stage in report.stages[:3]] == [
        ("resolve", "ok"),
        ("connect", "ok"),
        ("greet", "ok"),
    ]
    assert (report.healthy, report.era) == (True, "2026-07-28")


@pytest.mark.parametrize(
    ("spec", "stage", "hint"),
    [
        (dataclasses.replace(stdio_spec("s", ""), command="no-such-command"), "resolve", "Install it"),
        (stdio_spec("s", "exit-3"), "greet", "stderr"),
        (stdio_spec("s", "hang", start_timeout_s=0.2), "greet", "by hand"),
        (stdio_spec("s", "endless-pages"), "tools", "stderr"),
        (dataclasses.replace(HTTP, url="ftp://host/"), "resolve", "https://"),
        (dataclasses.replace(HTTP, url="http://[half"), "resolve", "url"),
        (dataclasses.replace(HTTP, url="http://no-such-host.invalid/mcp"), "resolve", "name"),
        (dataclasses.replace(HTTP, url="http://127.0.0.1:9/mcp"), "connect", "runs"),
    ],
    ids=["command", "exits", "hangs", "lists", "scheme", "url", "host", "port"],
)
async def test_it_stops_at_the_stage_that_fails_with_the_next_step(spec: ServerSpec, stage: str, hint: str) -> None:
    report = await examine(spec)
    assert (report.healthy, report.failed_stage, hint in report.hint) == (False, stage, True), report
    names = [item.name for item in report.stages]
    after = report.stages[names.index(stage) + 1 :]
    assert all((item.outcome, item.duration_ms) == ("skipped", None) for item in after)


async def test_the_last_words_of_a_server_are_in_the_report_clean() -> None:
    report = await examine(stdio_spec("s", "exit-3"))
    assert report.stderr_tail == ("config missing", "boom ␛]52;c;aGk=␇")


async def test_a_report_is_plain_json() -> None:
    report = await examine(dataclasses.replace(stdio_spec("s", ""), command="no-such-command"))
    document: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(report)))
    assert document["failed_stage"] == "resolve"
