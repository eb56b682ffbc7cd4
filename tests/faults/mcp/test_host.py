"""Remote servers that break the host's rules: one result each, nothing repeated that may have had an effect."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.mcp_host import Host
from tests.fakes.mcp_http import Reply
from tests.faults.mcp.host_cases import CASES, HostCase
from tests.faults.mcp.scripted_http import LONG, NEW, OLD, Message, asks, form, ok, result, scripted
from tui.domain.events import NoticePosted
from tui.domain.ids import ServerName
from tui.domain.money import MicroUsd
from tui.domain.questions import ElicitationAnswer
from tui.domain.text import CleanText
from tui.servers.asking.allowed import SAMPLES_CAP, Sample, Wish
from tui.servers.following import Announcements
from tui.servers.watches import Watches


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_a_call_comes_to_one_result_and_costs_no_more_than_it_may(case: HostCase) -> None:
    async with scripted(case.script, era=case.era, tool=dict(case.tool)) as (host, server):
        assert host.status("s").era == case.era
        answer = await host.call("s")
        await host.until(lambda: len(server.greetings) >= case.greeted)
        assert (answer.outcome, case.text in answer.text) == (case.outcome, True), answer
        assert len(server.calls) == case.sent
        assert len(server.greetings) == case.greeted


async def test_what_a_server_wants_back_goes_to_it_alone_and_unchanged() -> None:
    """M53: two servers ask at the same time."""

    def asking(secret: str) -> Any:
        return lambda message, number: asks(message, secret, q=form()) if number == 1 else ok(message, secret)

    async with scripted(asking("á/ß+="), era=NEW) as (one, first), scripted(asking("other"), era=NEW) as (two, second):
        answers = await asyncio.gather(one.call("s"), two.call("s"))
    assert [answer.text for answer in answers] == ["á/ß+=", "other"]
    assert first.calls[1]["params"]["requestState"] == "á/ß+="
    assert second.calls[1]["params"]["requestState"] == "other"
    assert first.calls[0]["id"] != first.calls[1]["id"]


async def test_a_page_nobody_visits_ends_the_call() -> None:
    case = next(case for case in CASES if case.name == "a page to visit first")
    async with scripted(case.script) as (host, server):
        host.answer = lambda _: ElicitationAnswer("decline")
        assert (await host.call("s")).outcome == "error"
        assert len(server.calls) == 1


@pytest.mark.parametrize("era", [OLD, NEW])
async def test_nothing_is_advertised_that_no_part_answers(era: str) -> None:
    async with scripted(lambda message, _: ok(message), era=era) as (_, server):
        assert set(_capabilities(server.greetings[0], era)) == {"elicitation"}


@pytest.mark.parametrize("era", [OLD, NEW])
async def test_what_is_allowed_by_name_is_advertised(era: str) -> None:
    async with scripted(lambda message, _: ok(message), era=era, allow=("roots",)) as (_, server):
        assert set(_capabilities(server.greetings[0], era)) == {"elicitation", "roots"}


def _capabilities(greeting: Message, era: str) -> dict[str, Any]:
    params = greeting["params"]
    found: dict[str, Any] = (
        params["capabilities"] if era == OLD else params["_meta"]["io.modelcontextprotocol/clientCapabilities"]
    )
    return found


async def test_a_task_nobody_waits_for_any_more_is_cancelled() -> None:
    def working(message: Message, _: int) -> Reply:
        if message["method"] == "tools/call":
            return result(message, task={"taskId": "t1", "status": "working", "pollInterval": 1})
        return result(message, taskId="t1", status="working", pollInterval=1)

    async with scripted(working, tool=LONG) as (host, server):
        call = asyncio.create_task(host.call("s"))
        await host.until(lambda: any(each["method"] == "tasks/get" for each in server.calls))
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        assert server.calls[-1]["method"] == "tasks/cancel"
        assert server.calls[-1]["params"] == {"taskId": "t1"}


async def test_sampling_that_is_allowed_stays_within_its_budget() -> None:
    wishes: list[Wish] = []

    async def sampler(wish: Wish) -> Sample:
        wishes.append(wish)
        return Sample(CleanText("four"), "m", True, MicroUsd(10))

    wanted = {"messages": [{"role": "user", "content": {"type": "text", "text": "2+2"}}], "maxTokens": 10**9}

    def asking(message: Message, _: int) -> Reply:
        answered = message["params"].get("inputResponses")
        if answered:
            return ok(message, answered["q"]["content"]["text"])
        return asks(message, "s", q={"method": "sampling/createMessage", "params": wanted})

    async with scripted(asking, era=NEW) as (host, _):
        spec = host.pool.spec(ServerName("s"))
        sampling = Host(sampler=sampler)
        await sampling.pool.start([replace(spec, allow=("sampling",))])
        try:
            await sampling.pool.wait_settled(20)
            results = [await sampling.call("s") for _ in range(SAMPLES_CAP + 1)]
        finally:
            await sampling.pool.stop()
    assert [each.outcome for each in results] == ["ok"] * SAMPLES_CAP + ["error"]
    assert results[0].text == "four"
    assert len(wishes) == SAMPLES_CAP
    assert wishes[0].max_tokens < 10_000
    assert wishes[1].max_cost_microusd == wishes[0].max_cost_microusd - 10
    assert len([notice for notice in sampling.seen(NoticePosted) if "your model" in notice.text]) == SAMPLES_CAP + 1


async def test_a_watched_resource_is_told_of_and_another_is_not() -> None:
    changed: list[str] = []
    watches = Watches(lambda _, __: None)
    announcements = Announcements(watches, changed.append, lambda _: None)
    watching = [asyncio.create_task(watches.watch(uri)) for uri in ("note://a", "note://dir")]
    await asyncio.sleep(0)
    for uri in watches.begin():
        watches.answer(uri, "")
    await asyncio.gather(*watching)
    for uri in ("note://a", "note://ab", "note://b", "note://dir/part"):
        announcements.resource_changed(uri)

    class StopError(Exception):
        pass

    async def fetch() -> None:
        raise StopError

    announcements.lists_changed()
    with pytest.raises(StopError):
        await announcements.follow(fetch)
    assert changed == ["note://a", "note://dir"]
