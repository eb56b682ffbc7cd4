"""Floods merge, nothing is lost, and within a turn nothing overtakes."""

import asyncio
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from tui.bus import Bus, Inbox
from tui.domain.completion import AttemptStarted
from tui.domain.events import (
    AttemptBegan,
    Event,
    NoticePosted,
    ReasoningArrived,
    ServerChanged,
    ServerRemoved,
    TextArrived,
    ToolCallRequested,
    ToolCallStarted,
    ToolProgressed,
)
from tui.domain.ids import AttemptId, CallId, ProviderName, RequestId, ServerName, TurnId
from tui.domain.servers import ServerStatus
from tui.domain.text import CleanText

TURN, OTHER = TurnId("turn_1"), TurnId("turn_2")


def text(piece: str, attempt: str = "a", turn: TurnId = TURN) -> TextArrived:
    return TextArrived(turn, AttemptId(attempt), CleanText(piece))


def thought(piece: str, attempt: str = "a", turn: TurnId = TURN) -> ReasoningArrived:
    return ReasoningArrived(turn, AttemptId(attempt), CleanText(piece))


def began(attempt: str = "a", turn: TurnId = TURN) -> AttemptBegan:
    started = AttemptStarted(RequestId("r"), AttemptId(attempt), ProviderName("p"), "m", None, 1)
    return AttemptBegan(turn, 1, started, 0.0)


def requested(call: str, turn: TurnId = TURN) -> ToolCallRequested:
    return ToolCallRequested(turn, CallId(call), ServerName("files"), CleanText("read"), "{}", 0.0)


def progressed(call: str, progress: float) -> ToolProgressed:
    return ToolProgressed(CallId(call), progress, None, CleanText(""))


def server(name: str, error: str) -> ServerChanged:
    return ServerChanged(ServerStatus(ServerName(name), "stdio", "ready", CleanText(""), CleanText(error)))


def received(*events: Event) -> list[Event]:
    inbox = Inbox()
    for event in events:
        inbox.put(event)
    return inbox.drain()


def test_pieces_of_one_answer_merge() -> None:
    assert received(text("a"), text("b"), text("c")) == [text("abc")]


def test_pieces_of_two_turns_merge_side_by_side() -> None:
    assert received(text("a"), text("x", "b", OTHER), text("b"), text("y", "b", OTHER)) == [
        text("ab"),
        text("xy", "b", OTHER),
    ]


def test_text_never_jumps_before_another_event_of_its_turn() -> None:
    events = [text("a"), requested("c"), text("b")]
    assert received(*events) == events


def test_text_and_thoughts_keep_their_order() -> None:
    events = [thought("a"), text("b"), thought("c"), text("d")]
    assert received(*events) == events
    assert received(thought("a"), thought("b"), text("c"), text("d")) == [thought("ab"), text("cd")]


def test_an_event_of_another_turn_does_not_keep_text_from_merging() -> None:
    assert received(text("a"), requested("c", OTHER), text("b")) == [text("ab"), requested("c", OTHER)]


def test_of_states_the_newest_wins_and_keeps_its_place() -> None:
    notice = NoticePosted("info", CleanText("n"))
    assert received(server("a", "1"), notice, server("b", "1"), server("a", "2")) == [
        server("a", "2"),
        notice,
        server("b", "1"),
    ]


def test_progress_before_its_call_started_is_not_possible_after_merging() -> None:
    events = [requested("c"), ToolCallStarted(TURN, CallId("c"), 0.0), progressed("c", 1), progressed("c", 2)]
    assert received(*events) == [*events[:2], progressed("c", 2)]


def test_an_emptied_inbox_merges_nothing_with_what_was_read() -> None:
    inbox = Inbox()
    inbox.put(text("a"))
    assert inbox.drain() == [text("a")]
    inbox.put(text("b"))
    assert len(inbox) == 1
    assert inbox.drain() == [text("b")]


EVENTS = st.one_of(
    *(
        st.builds(make, st.text("xyz", min_size=1, max_size=3), st.just(attempt), st.just(turn))
        for make in (text, thought)
        for attempt, turn in (("a", TURN), ("b", TURN), ("c", OTHER))
    ),
    st.builds(requested, st.sampled_from("pq"), st.sampled_from([TURN, OTHER])),
    st.builds(server, st.sampled_from("mn"), st.sampled_from("12")),
    st.builds(progressed, st.sampled_from("pq"), st.floats(0, 1)),
)


def of_turn(events: list[Event], turn: TurnId) -> list[tuple[object, ...]]:
    """What happened in a turn, in order, with neighbouring pieces of one stream joined."""
    facts = [event for event in events if getattr(event, "turn_id", None) == turn]
    joined: list[tuple[object, ...]] = []
    for key, group in groupby(facts, lambda event: (type(event), getattr(event, "attempt_id", id(event)))):
        members = list(group)
        if isinstance(members[0], TextArrived | ReasoningArrived):
            joined.append((*key, "".join(getattr(member, "text", "") for member in members)))
        else:
            joined.extend((event,) for event in members)
    return joined


@given(st.lists(EVENTS, max_size=30))
def test_whatever_comes_the_order_within_a_turn_is_kept_and_nothing_is_lost(events: list[Event]) -> None:
    kept = received(*events)
    for turn in (TURN, OTHER):
        assert of_turn(kept, turn) == of_turn(events, turn)
    newest = {event.status.name: event for event in events if isinstance(event, ServerChanged)}
    assert {event.status.name: event for event in kept if isinstance(event, ServerChanged)} == newest
    last = {event.call_id: event for event in events if isinstance(event, ToolProgressed)}
    assert {event.call_id: event for event in kept if isinstance(event, ToolProgressed)} == last


async def test_a_waiting_listener_is_woken_and_an_unsubscribed_one_hears_no_more() -> None:
    bus = Bus()
    inbox, gone = bus.subscribe(), bus.subscribe()
    bus.unsubscribe(gone)
    bus.unsubscribe(gone)
    waiting = asyncio.create_task(inbox.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    bus.publish(began())
    await asyncio.wait_for(waiting, 5)
    assert inbox.drain() == [began()]
    assert gone.drain() == []
    waiting = asyncio.create_task(inbox.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()


async def test_every_listener_hears_everything() -> None:
    bus = Bus()
    inboxes = [bus.subscribe() for _ in range(3)]
    for event in (began(), text("a"), text("b")):
        bus.publish(event)
    assert [inbox.drain() for inbox in inboxes] == [[began(), text("ab")]] * 3


def test_a_server_that_is_removed_and_added_again_is_there_at_the_end() -> None:
    inbox = Inbox()
    for event in (server("files", "old"), ServerRemoved(ServerName("files")), server("files", "new")):
        inbox.put(event)
    assert [type(event).__name__ for event in inbox.drain()] == ["ServerChanged", "ServerRemoved", "ServerChanged"]
