"""The fold: what is shown follows from the events alone."""

from typing import get_args

import pytest

from tui.domain import events as e
from tui.domain.completion import AttemptEnded, AttemptStarted, Outcome, Usage
from tui.domain.gateway import BreakerState
from tui.domain.ids import (
    AttemptId,
    CallId,
    ChatId,
    MessageId,
    ProviderName,
    QuestionId,
    RequestId,
    ServerName,
    TurnId,
)
from tui.domain.messages import TextPart
from tui.domain.money import Cost, MicroUsd
from tui.domain.questions import ApprovalAnswer, ApprovalQuestion
from tui.domain.servers import Catalog, ServerStatus, ToolInfo, error_result
from tui.domain.state import FRAMES, LOG_LINES, State
from tui.domain.text import CleanText
from tui.domain.transcript import NoticeEntry, ReplyEntry, ToolEntry, UserEntry

TURN, CHAT, CALL = TurnId("turn_1"), ChatId("chat_1"), CallId("call_1")
FILES = ServerName("files")
NOTHING = CleanText("")


def folded(*events: e.Event, state: State | None = None) -> State:
    state = state or State()
    for event in events:
        state.apply(event)
    return state


def spoke(turn: TurnId = TURN) -> e.UserSpoke:
    return e.UserSpoke(CHAT, turn, MessageId(f"message of {turn}"), (TextPart(CleanText("Hi")),), 1.0)


def began(attempt: str = "a", provider: str = "groq") -> e.AttemptBegan:
    started = AttemptStarted(RequestId("r"), AttemptId(attempt), ProviderName(provider), "llama", None, 1)
    return e.AttemptBegan(TURN, 1, started, 2.0)


def text(piece: str, attempt: str = "a") -> e.TextArrived:
    return e.TextArrived(TURN, AttemptId(attempt), CleanText(piece))


def ended(attempt: str = "a", outcome: Outcome = "complete", *, will_retry: bool = False) -> e.AttemptFinished:
    fact = AttemptEnded(
        *(AttemptId(attempt), outcome, None, CleanText("cut off"), 200, Usage(9, 2), Cost(MicroUsd(7), "reported")),
        *(1_400, 300, will_retry),
    )
    return e.AttemptFinished(TURN, fact, 3.0)


def requested() -> e.ToolCallRequested:
    return e.ToolCallRequested(TURN, CALL, FILES, CleanText("read"), '{"path": "a"}', 4.0)


def finished(outcome: Outcome = "complete", reason: str = "") -> e.TurnFinished:
    return e.TurnFinished(
        TURN, outcome, CleanText(reason), CleanText("try again"), NOTHING, Usage(), Cost.unknown(), None, 5, 9.0
    )


def test_an_answer_grows_and_ends() -> None:
    state = folded(spoke(), began(), text("Hel"), text("lo"))
    user, reply = state.entries
    assert isinstance(user, UserEntry)
    assert isinstance(reply, ReplyEntry)
    assert (reply.text, reply.streaming, state.turn_id) == ("Hello", True, TURN)
    before = reply.revision
    folded(ended(), finished(), state=state)
    assert reply.revision > before
    assert (reply.streaming, reply.outcome, reply.latency_ms, reply.usage) == (False, "complete", 1_400, Usage(9, 2))
    assert state.turn_id is None
    assert len(state.entries) == 2


def test_a_failed_attempt_stays_and_the_next_one_starts_clean() -> None:
    fallback = e.FallbackHappened(TURN, CleanText("groq"), CleanText("openai"), CleanText("cut off"), 2.0, 3.0)
    state = folded(
        spoke(), began(), text("half"), ended("a", "partial", will_retry=True), fallback, began("b"), text("all", "b")
    )
    _, first, notice, second = state.entries
    assert isinstance(first, ReplyEntry)
    assert isinstance(second, ReplyEntry)
    assert isinstance(notice, NoticeEntry)
    assert (first.text, first.superseded) == ("half", True)
    assert (second.text, second.superseded) == ("all", False)
    assert "2.0× the price" in notice.text


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_the_end_of_a_turn_ends_what_still_streams_there_and_tells_the_next_step_once(outcome: Outcome) -> None:
    state = folded(spoke(), began(), text("half"), finished(outcome, "stopped"))
    reply = state.entries[1]
    assert isinstance(reply, ReplyEntry)
    assert (reply.streaming, reply.outcome) == (False, outcome)
    notices = [entry for entry in state.entries if isinstance(entry, NoticeEntry)]
    assert [(notice.text, notice.hint) for notice in notices] == ([] if outcome == "complete" else [("try again", "")])


def test_a_reply_behind_a_notice_without_a_turn_ends_with_its_turn_too() -> None:
    notice = e.NoticePosted("info", CleanText("a server came back"))
    state = folded(spoke(), began(), text("half"), notice, finished("cancelled", "stopped"))
    reply = state.entries[1]
    assert isinstance(reply, ReplyEntry)
    assert not reply.streaming


def test_a_call_that_still_runs_when_its_turn_ends_runs_no_more() -> None:
    state = folded(spoke(), requested(), e.ToolCallStarted(TURN, CALL, 4.0), finished("cancelled", "stopped"))
    call = state.entries[1]
    assert isinstance(call, ToolEntry)
    assert call.state == "finished"


@pytest.mark.parametrize(("sent", "shown"), [(None, '{"path": "a"}'), ('{"path": "b"}', '{"path": "b"}')])
def test_a_call_shows_what_was_really_sent(sent: str | None, shown: str) -> None:
    (call,) = folded(requested(), e.ToolCallStarted(TURN, CALL, 5.0, sent)).entries
    assert isinstance(call, ToolEntry)
    assert (call.arguments_json, call.edited) == (shown, sent is not None)


def test_a_call_goes_from_request_to_result() -> None:
    question = ApprovalQuestion(QuestionId("q"), TURN, CALL, FILES, CleanText("read"), "{}", CleanText("why"))
    state = folded(spoke(), requested())
    call = state.entries[1]
    assert isinstance(call, ToolEntry)
    seen = [(call.state, call.revision)]
    for event in (
        e.QuestionAsked(question),
        e.QuestionAnswered(QuestionId("q"), ApprovalAnswer("once")),
        e.ToolCallStarted(TURN, CALL, 5.0),
        e.ToolProgressed(CALL, 1.0, 2.0, CleanText("half")),
        e.ToolCallFinished(TURN, CALL, error_result("error", CleanText("no")), 3, 6.0),
    ):
        folded(event, state=state)
        seen.append((call.state, call.revision))
    states, revisions = zip(*seen, strict=True)
    assert states == ("requested", "asking", "requested", "running", "running", "finished")
    assert list(revisions) == sorted(set(revisions))
    assert (call.progress, call.total, call.progress_text, call.result_tokens) == (1.0, 2.0, "half", 3)
    assert state.questions == {}


def test_events_of_things_that_were_never_shown_are_passed_over() -> None:
    state = folded(
        text("x", "nobody"),
        ended("nobody"),
        e.ToolProgressed(CALL, 1.0, None, NOTHING),
        e.QuestionAnswered(QuestionId("nobody"), None),
        e.ServerRemoved(FILES),
    )
    assert state.entries == []


def test_another_chat_starts_with_an_empty_transcript() -> None:
    state = folded(spoke(), began(), text("x"), e.MessageQueued((CleanText("wait"),)))
    epoch = state.entries_epoch
    folded(e.ChatOpened(ChatId("chat_2"), CleanText("Other")), text("late"), state=state)
    assert (state.entries, state.turn_id, state.queued, state.chat_id) == ([], None, (), "chat_2")
    assert state.entries_epoch > epoch


def test_what_a_removed_server_told_of_its_resources_goes_with_it() -> None:
    uri = CleanText("demo://readme")
    state = folded(e.ResourceChanged(FILES, uri), e.ResourceChanged(ServerName("other"), uri), e.ServerRemoved(FILES))
    assert list(state.resource_changes) == [(ServerName("other"), uri)]


def test_a_watched_resource_is_known_with_its_changes_until_it_is_watched_no_longer() -> None:
    uri = CleanText("demo://readme")
    state = folded(e.ResourceWatched(FILES, uri, True))
    assert state.resource_changes == {(FILES, uri): 0}
    folded(e.ResourceChanged(FILES, uri), e.ResourceWatched(FILES, uri, True), state=state)
    assert state.resource_changes == {(FILES, uri): 1}
    folded(e.ResourceWatched(FILES, uri, False), state=state)
    assert state.resource_changes == {}


def test_servers_and_their_catalogs_come_and_go() -> None:
    tool = ToolInfo(FILES, "read", "files__read", NOTHING, NOTHING, {})
    status = ServerStatus(FILES, "stdio", "ready", CleanText("x"))
    catalog = Catalog(FILES, (tool, tool))
    state = folded(e.ServerChanged(status), e.CatalogChanged(catalog))
    assert (state.servers, state.catalogs) == ({FILES: status}, {FILES: catalog})
    folded(e.ServerRemoved(FILES), state=state)
    assert (state.servers, state.catalogs) == ({}, {})


def test_an_opened_breaker_is_told_with_the_seconds_to_its_probe() -> None:
    changed = e.BreakerChanged(ProviderName("groq"), "CLOSED", "OPEN", CleanText("5 of 5 failed"), 41.2, 1.0)
    [notice] = folded(changed).entries
    assert isinstance(notice, NoticeEntry)
    assert (notice.severity, notice.text) == ("warning", "groq CLOSED → OPEN, next probe in 41 s: 5 of 5 failed")


def test_a_turn_that_failed_before_its_reply_says_why_and_what_next() -> None:
    state = folded(spoke(), finished("failed", "no model"))
    [notice] = state.entries[1:]
    assert isinstance(notice, NoticeEntry)
    assert (notice.severity, notice.text, notice.hint) == ("error", "no model", "try again")


def test_a_breaker_that_keeps_moving_keeps_one_line_until_something_else_is_said() -> None:
    def moved(name: str, old: BreakerState, new: BreakerState) -> e.BreakerChanged:
        return e.BreakerChanged(ProviderName(name), old, new, CleanText(""), None, 1.0)

    state = folded(
        moved("groq", "CLOSED", "OPEN"), moved("openai", "CLOSED", "OPEN"), moved("groq", "OPEN", "HALF_OPEN")
    )
    first = state.entries[0]
    assert isinstance(first, NoticeEntry)
    assert (first.text, first.times, first.revision, first.severity) == ("groq OPEN → HALF-OPEN", 2, 1, "info")
    assert len(state.entries) == 2
    folded(spoke(), moved("groq", "HALF_OPEN", "CLOSED"), state=state)
    assert [type(entry) for entry in state.entries] == [NoticeEntry, NoticeEntry, UserEntry, NoticeEntry]


def test_messages_left_out_are_told_once_for_each_change() -> None:
    def fitted(left_out: int) -> e.ContextFitted:
        return e.ContextFitted(TURN, 900, 1_000, left_out, 3, "hash")

    state = folded(*(fitted(count) for count in (0, 2, 2, 5)))
    assert [entry.text.split()[0] for entry in state.entries if isinstance(entry, NoticeEntry)] == ["2", "5"]
    assert (state.context_used, state.context_tokens) == (900, 1_000)


def test_logs_and_frames_are_bounded() -> None:
    state = State()
    for number in range(LOG_LINES + FRAMES):
        state.apply(e.Logged(CleanText("info"), CleanText("x"), CleanText(str(number)), 0.0))
        state.apply(e.FrameSeen(FILES, "sent", CleanText("ping"), NOTHING, 1, NOTHING, 0.0))
    assert (len(state.logs), len(state.frames)) == (LOG_LINES, FRAMES)


def test_every_kind_of_event_is_folded() -> None:
    assert {kind.__name__ for kind in get_args(e.Event)} >= {"EngineReady", "TargetChanged"}
    state = folded(
        e.EngineReady(CleanText("embedded"), "main", CleanText("chosen")), e.TargetChanged("groq/llama", 8_192)
    )
    assert (state.ready, state.target, state.context_tokens) == (True, "groq/llama", 8_192)
