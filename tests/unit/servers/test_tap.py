"""What the tap lets through, and how it holds back who never stops talking."""

import asyncio

import pytest
from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

from tests.fakes.clock import FakeClock
from tui.domain.events import Event, ServerLogged
from tui.domain.ids import ServerName
from tui.servers.log import ServerLog
from tui.servers.transports.tap import Tap

NAME = ServerName("s")
LINE = SessionMessage(
    JSONRPCNotification(jsonrpc="2.0", method="notifications/message", params={"level": "error", "data": "no!"})
)
PING = JSONRPCRequest(jsonrpc="2.0", id=1, method="ping")
PROGRESS = SessionMessage(JSONRPCNotification(jsonrpc="2.0", method="notifications/progress", params={}))


class Heard:
    """A tap and what it told."""

    def __init__(self) -> None:
        clock = FakeClock()
        self.events: list[Event] = []
        self.log = ServerLog(NAME, self.events.append, clock)
        self.tap = Tap(
            NAME,
            show=lambda _: None,
            issue=lambda _: None,
            junk=lambda text: self.log.add("junk", text),
            logged=self.log.told,
            unpacked=lambda item: item,
            lists_changed=lambda: None,
            resource_changed=lambda _: None,
            lost=lambda: None,
            clock=clock,
        )

    @property
    def lines(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, ServerLogged)]


async def test_a_log_line_is_shown_and_makes_no_work_for_the_session() -> None:
    heard = Heard()
    assert await heard.tap.received(LINE) is None
    assert heard.lines == ["no!"]


async def test_a_log_line_names_its_source_masks_keys_and_may_be_any_value() -> None:
    heard = Heard()
    heard.log.told({"level": "info", "logger": "db", "data": {"key": "Bearer abcdefghijkl"}})
    heard.log.told({})
    assert heard.lines == ['db: {"key": "Bearer •••"}', "null"]


@pytest.mark.parametrize("item", [LINE, PROGRESS, ValueError("DEBUG: no message")])
async def test_who_talks_unasked_without_end_is_read_more_slowly(item: SessionMessage | Exception) -> None:
    tap = Heard().tap
    for _ in range(1_000):
        await tap.received(item)
    held_back = asyncio.create_task(tap.received(item))
    await asyncio.sleep(0)
    assert not held_back.done()
    await held_back


async def test_answers_that_were_asked_for_are_not_held_back() -> None:
    tap = Heard().tap
    for _ in range(1_000):
        await tap.received(LINE)
    tap.sent(SessionMessage(PING))
    answer = asyncio.create_task(tap.received(SessionMessage(JSONRPCResponse(jsonrpc="2.0", id=1, result={}))))
    await asyncio.sleep(0)
    assert answer.done()
