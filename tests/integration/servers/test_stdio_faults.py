"""Real processes that break in every way seen in the field: one call each, one result each."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.mcp_host import one_server
from tui.domain.events import FrameSeen, ServerLogged, ToolProgressed
from tui.domain.questions import Answer, ElicitationAnswer, ElicitationQuestion, Question


@dataclass(frozen=True)
class Case:
    """A mode of the fixture and what a call of `echo` must come to."""

    fault: str
    mode: str
    outcome: str
    text: str
    issue: str = ""


CASES = [
    Case("nothing wrong", "good", "ok", "hello"),
    Case("M07", "banner", "ok", "hello", "no messages"),
    Case("M07", "junk-between", "ok", "hello", "no messages"),
    Case("M08", "bom", "ok", "hello"),
    Case("M08", "bad-utf8", "ok", "hello", "no messages"),
    Case("M10", "batch", "ok", "hello"),
    Case("M11", "string-id", "ok", "hello"),
    Case("M11", "answer-twice", "ok", "hello"),
    Case("M11", "both", "error", "and yet it failed"),
    Case("M11", "wrong-id", "timeout", "did not answer within 0.5 s", "nobody made"),
    Case("M15", "die", "error", "connection to s was lost"),
    Case("M17", "huge-line", "error", "too large (100,000,073 bytes)", "above the limit"),
    Case("M21", "broken-image", "ok", "damaged"),
    Case("M23", "unknown-block", "ok", "unsupported content", "not understood"),
    Case("M23", "content-text", "ok", "bare text", "bare text"),
    Case("M23", "no-content", "ok", "", "no content"),
    Case("M24", "is-error", "error", "hello"),
    Case("M51", "sampling", "ok", "hello", "asked for sampling"),
    Case("half a character", "surrogate", "ok", "\ufffd!"),
    Case("nested 50,000 deep", "deep", "error", "not readable"),
    Case("stderr flood", "stderr-flood", "ok", "hello"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.fault}-{case.mode}")
async def test_a_broken_answer_is_mended_or_is_one_error_result(case: Case, tmp_path: Path) -> None:
    async with one_server(
        case.mode, str(tmp_path / "note"), call_timeout_s=0.5 if case.outcome == "timeout" else 10
    ) as host:
        assert host.status("s").state == "ready"
        result = await host.call("s", text="hello")
        assert (result.outcome, case.text in result.text) == (case.outcome, True), result
        issues = host.status("s").issues
        assert any(case.issue in issue for issue in issues) if case.issue else issues == ()


async def test_seven_megabytes_arrive_whole() -> None:
    """M17: below the cap nothing is shortened; the size is told."""
    async with one_server("seven-megabytes") as host:
        result = await host.call("s")
        assert (result.size, len(result.text)) == (7_000_000, 7_000_000)
        biggest = max(host.seen(FrameSeen), key=lambda frame: frame.size)
        assert biggest.size > 7_000_000
        assert len(biggest.preview) < 3_000


async def test_one_malformed_tool_costs_only_itself() -> None:
    """M25."""
    async with one_server("one-bad-tool") as host:
        assert [tool.name for tool in host.pool.tools()] == ["echo", "no-schema", "null-schema"]
        assert len(host.status("s").issues) == 4


async def test_a_tool_listed_twice_counts_once() -> None:
    async with one_server("twice") as host:
        (tool,) = host.pool.tools()
        assert tool.description == "Says it again."
        assert "listed twice" in host.status("s").issues[0]


async def test_pages_that_never_end_are_cut() -> None:
    async with one_server("endless-pages") as host:
        assert [tool.name for tool in host.pool.tools()] == ["echo", "typed"]
        assert "does not end" in host.status("s").issues[0]


async def test_ten_thousand_tools_are_listed_in_order() -> None:
    """M28."""
    async with one_server("many") as host:
        names = [tool.name for tool in host.pool.tools()]
        assert (len(names), names == sorted(names)) == (10_000, True)


async def test_a_drizzle_of_changes_costs_two_lists_at_most(tmp_path: Path) -> None:
    """M30: a hundred announcements over half a second."""
    note = tmp_path / "note"
    async with one_server("growing", str(note)) as host:
        before = {tool.name for tool in host.pool.tools()}
        assert (await host.call("s")).outcome == "ok"
        await host.until(lambda: any(event.text == "quiet again" for event in host.seen(ServerLogged)))
        await host.until(lambda: {tool.name for tool in host.pool.tools()} != before)
        assert note.read_text().count("listed") <= 3


async def test_a_storm_of_changes_delays_nothing(tmp_path: Path) -> None:
    """M30: 5,000 announcements in one breath, before the answer."""
    async with one_server("storm", str(tmp_path / "note")) as host:
        assert (await host.call("s", text="hello")).text == "hello"


@pytest.mark.parametrize("mode", ["redos-schema", "remote-ref"])
async def test_a_hostile_schema_neither_stalls_nor_fetches(mode: str) -> None:
    """M34, M35."""
    async with one_server(mode) as host:
        result = await host.call("s", text="hello", a="a" * 40 + "!")
        assert (result.outcome, result.text) == ("ok", "hello")
        issues = host.status("s").issues
        assert any("out of reach" in issue for issue in issues) == (mode == "remote-ref")


async def test_wrong_arguments_never_reach_the_server() -> None:
    async with one_server("good") as host:
        result = await host.call("s", "typed", n="seven")
        assert (result.outcome, "'seven' is not of type 'integer'" in result.text) == ("invalid", True)
        assert not any(frame.label == "tools/call" for frame in host.seen(FrameSeen))


async def test_a_result_that_breaks_its_own_schema_is_kept_and_flagged() -> None:
    """M23."""
    async with one_server("wrong-structure") as host:
        result = await host.call("s", "typed", n=7)
        assert (result.outcome, result.structured) == ("ok", {"n": "seven"})
        assert "breaks its own schema" in host.status("s").issues[0]


async def test_a_call_nobody_answers_times_out_and_the_server_is_told(tmp_path: Path) -> None:
    """M13."""
    note = tmp_path / "note"
    async with one_server("never", str(note), call_timeout_s=0.3) as host:
        result = await host.call("s")
        assert (result.outcome, result.blocks != ()) == ("timeout", True)
        status = host.status("s")
        assert (status.calls, status.call_errors, status.state) == (1, 1, "ready")
    assert note.read_text().split() == ["called", "cancelled"]


async def test_a_call_that_is_cancelled_ends_at_once_and_the_server_is_told(tmp_path: Path) -> None:
    note = tmp_path / "note"
    async with one_server("never", str(note)) as host:
        call = asyncio.create_task(host.call("s"))
        await host.until(lambda: any(event.text == "called" for event in host.seen(ServerLogged)))
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert host.status("s").state == "ready"
    assert note.read_text().split() == ["called", "cancelled"]


async def test_a_server_that_dies_in_a_call_is_opened_again_and_the_call_is_not_repeated(tmp_path: Path) -> None:
    """M15."""
    note = tmp_path / "note"
    async with one_server("die", str(note)) as host:
        first_pid = host.status("s").pid
        assert (await host.call("s")).outcome == "error"
        await host.until(lambda: host.status("s").state == "ready" and host.status("s").pid != first_pid)
        assert note.read_text().split() == ["called"]


async def test_progress_is_shown_clean() -> None:
    async with one_server("progress") as host:
        await host.call("s")
        assert [(event.progress, event.total, event.message) for event in host.seen(ToolProgressed)] == [
            (1.0, 2.0, "step␛[2J"),
            (2.0, 2.0, "step␛[2J"),
        ]


async def test_a_question_of_the_server_goes_to_the_person_and_the_answer_back() -> None:
    async with one_server("elicit") as host:
        host.answer = lambda _: ElicitationAnswer("accept", {"name": "Ada"})
        result = await host.call("s")
        assert json.loads(result.text) == {"action": "accept", "content": {"name": "Ada"}}
        (question,) = host.questions
        assert isinstance(question, ElicitationQuestion)
        assert (question.server, question.message, question.call_id) == ("s", "Your name?", "call_1")


async def test_a_page_that_is_finished_elsewhere_needs_no_answer_any_more(tmp_path: Path) -> None:
    async with one_server("page", str(tmp_path / "finished")) as host:
        host.thinking_s = 3_600
        call = asyncio.create_task(host.call("s"))
        await host.until(lambda: bool(host.questions))
        (tmp_path / "finished").touch()
        assert json.loads((await call).text) == {"action": "accept"}
        assert host.withdrawn == host.questions


async def test_a_call_that_waits_for_a_page_goes_on_when_the_page_is_finished(tmp_path: Path) -> None:
    def accept(_: Question) -> Answer:
        host.thinking_s = 3_600
        return ElicitationAnswer("accept")

    async with one_server("page-first", str(tmp_path / "finished")) as host:
        host.answer = accept
        call = asyncio.create_task(host.call("s", text="carried out"))
        await host.until(lambda: len(host.questions) == 2)
        (tmp_path / "finished").touch()
        assert (await call).text == "carried out"
        assert host.withdrawn == host.questions[1:]


async def test_a_person_may_think_longer_than_a_call_may_take() -> None:
    async with one_server("elicit", call_timeout_s=0.2) as host:
        host.thinking_s = 0.5
        host.answer = lambda _: ElicitationAnswer("decline")
        assert json.loads((await host.call("s")).text) == {"action": "decline"}


async def test_junk_and_stderr_are_shown_as_the_servers_own_words() -> None:
    async with one_server("banner") as host:
        lines = [(event.channel, event.text) for event in host.seen(ServerLogged)]
        assert lines == [("junk", "Server v1 running..."), ("junk", "␛[31mhi␛[0m")]


async def test_instructions_and_title_are_clean() -> None:
    async with one_server("good") as host:
        status = host.status("s")
        assert (status.title, status.instructions) == ("fixture 1", "Be ␛[31mkind␛[0m.")


async def test_arguments_that_a_server_might_never_answer_are_not_sent(tmp_path: Path) -> None:
    nest: list[object] = []
    for _ in range(300):
        nest = [nest]
    async with one_server("good", str(tmp_path / "note")) as host:
        result = await host.call("s", text="hello", nest=nest)
    assert (result.outcome, "nested deeper than 100 levels" in result.text) == ("invalid", True)
