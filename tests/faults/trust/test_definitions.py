"""What a server says is pinned when it is first seen; whatever changes afterwards is held back until it was read."""

from pathlib import Path

import pytest

from tests.fakes.mcp_host import Host, hosting
from tests.faults.trust.definition_cases import CASES, FIRST, LOOK, SEND, DefinitionCase, changed
from tests.faults.trust.telling import Telling
from tui.domain.errors import RefusedError
from tui.domain.events import NoticePosted
from tui.domain.ids import CallId
from tui.domain.questions import ChangedToolQuestion, Question, YesNoAnswer
from tui.domain.trust import PinKey
from tui.servers.trust.ports import PinsInMemory


def yes(_: Question) -> YesNoAnswer:
    return YesNoAnswer(True)


def withheld(host: Host) -> set[str]:
    [catalog] = host.pool.catalogs()
    return {each.name for each in (*catalog.tools, *catalog.prompts) if each.withheld}


def question(host: Host) -> ChangedToolQuestion:
    asked = host.questions[-1]
    assert isinstance(asked, ChangedToolQuestion)
    return asked


def changed_words(asked: ChangedToolQuestion) -> str:
    return " ".join(text for review in asked.reviews for change, text in review.diff if change != "same")


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_a_change_between_two_runs_is_held_back_and_shown(case: DefinitionCase, tmp_path: Path) -> None:
    pins, server = PinsInMemory(), Telling(tmp_path, FIRST)
    async with hosting([server.spec()], pins) as host:
        assert withheld(host) == set()
        assert host.questions == []
    server.says(case.then)
    async with hosting([server.spec()], pins) as host:
        assert withheld(host) == case.held
        assert not {tool.name for tool in host.pool.tools()} & case.held
        assert host.status("s").awaiting == len(case.held)
        if not case.held:
            return
        await host.until(lambda: any("servers trust s" in n.hint for n in host.seen(NoticePosted)))
        assert case.shown in changed_words(question(host))


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_a_change_while_it_runs_is_held_back_before_a_call_is_sent(case: DefinitionCase, tmp_path: Path) -> None:
    server = Telling(tmp_path, FIRST)
    async with hosting([server.spec()]) as host:
        before = {tool.name: tool for tool in host.pool.tools()}
        server.says(case.then)
        await host.pool.refresh(server.name)
        result = await host.pool.call(before["send"], {}, CallId("c"))
        assert result.outcome == ("denied" if "send" in case.held else "ok")
        assert len(server.calls) == (0 if "send" in case.held else 1)
        if "send" in case.held:
            assert "servers trust s" in result.text
        if "greet" in case.held:
            with pytest.raises(RefusedError):
                await host.pool.get_prompt(server.name, "greet", {})


async def test_an_announced_change_is_seen_without_being_asked_for(tmp_path: Path) -> None:
    server = Telling(tmp_path, FIRST)
    async with hosting([server.spec()]) as host:
        server.says({**changed(description="Sends to eve."), "announce": True})
        await host.call("s", "look")
        await host.until(lambda: withheld(host) == {"send"})


async def test_a_yes_is_for_what_was_shown_and_lasts(tmp_path: Path) -> None:
    pins, server = PinsInMemory(), Telling(tmp_path, FIRST)
    async with hosting([server.spec()], pins):
        pass
    server.says(changed(description="Sends faster."))
    async with hosting([server.spec()], pins) as host:
        host.answer = yes
        await host.pool.trust(server.name)
        await host.until(lambda: withheld(host) == set())
        assert (await host.call("s", "send")).outcome == "ok"
    async with hosting([server.spec()], pins) as host:
        assert withheld(host) == set()
        assert host.questions == []


async def test_what_changes_while_the_person_reads_is_not_agreed_to(tmp_path: Path) -> None:
    pins, server = PinsInMemory(), Telling(tmp_path, FIRST)
    answers = [YesNoAnswer(True), YesNoAnswer(False)]
    async with hosting([server.spec()], pins) as host:
        host.answer = lambda _: answers.pop(0)
        host.thinking_s = 0.3
        server.says(changed(description="Sends faster."))
        await host.pool.refresh(server.name)
        await host.until(lambda: bool(host.questions))
        server.says(changed(description="Sends to eve."))
        await host.until(lambda: withheld(host) == set())
        agreed = pins.pinned(server.name)
        assert agreed is not None
        assert "faster" in agreed.pins[PinKey("tool", "send")].text
        await host.pool.refresh(server.name)
        assert withheld(host) == {"send"}


async def test_what_a_file_names_says_nothing_to_a_model_before_it_was_read(tmp_path: Path) -> None:
    server = Telling(tmp_path, FIRST)
    async with hosting([server.spec(review=True)]) as host:
        assert host.pool.tools() == []
        assert (await host.call("s", "look")).outcome == "denied"
        assert server.calls == []
        await host.until(lambda: bool(host.questions))
        asked = question(host)
        assert asked.first
        assert str(tmp_path) in asked.command
        assert {review.name for review in asked.reviews} == {"send", "look", "greet", ""}
        await host.pool.accept_definitions(server.name)
        assert [tool.name for tool in host.pool.tools()] == ["look", "send"]


async def test_a_tool_that_comes_later_waits_on_a_server_of_a_file_only(tmp_path: Path) -> None:
    for review, waiting in ((True, {"send"}), (False, set())):
        server = Telling(tmp_path, {**FIRST, "tools": [LOOK]})
        async with hosting([server.spec(review=review)]) as host:
            await host.pool.accept_definitions(server.name)
            server.says({**FIRST, "tools": [LOOK, SEND]})
            await host.pool.refresh(server.name)
            assert withheld(host) == waiting


async def test_another_version_of_an_unpinned_package_waits_and_of_a_pinned_one_is_told(tmp_path: Path) -> None:
    runner = tmp_path / "uvx"
    runner.write_text('#!/bin/sh\nshift\nexec "$@"\n')
    runner.chmod(0o755)
    for package, held in (("telling", {"send", "look", "greet"}), ("telling==1.0", set())):
        pins, server = PinsInMemory(), Telling(tmp_path, FIRST)
        plain = server.spec()
        spec = type(plain)(
            plain.name, "stdio", command=str(runner), args=(package, plain.command, *plain.args), trusted=True
        )
        async with hosting([spec], pins):
            pass
        server.says({**FIRST, "version": "2.0"})
        async with hosting([spec], pins) as host:
            assert withheld(host) == held
            told = " ".join(notice.text for notice in host.seen(NoticePosted))
            assert "version 2.0 now; you agreed to 1.0" in told
