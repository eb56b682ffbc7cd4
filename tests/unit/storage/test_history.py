"""Results that only the rows of calls know are given to the model all the same."""

from tui.domain.ids import CallId
from tui.domain.messages import Message, TextPart, ToolCall, user_text
from tui.domain.text import CleanText, clean
from tui.storage.history import with_lost_results


def asking(*ids: str) -> Message:
    return Message("assistant", (), tuple(ToolCall(CallId(id_), "tool", "{}") for id_ in ids))


def answering(id_: str, text: str = "result") -> Message:
    return Message("tool", (TextPart(CleanText(text)),), tool_call_id=CallId(id_))


HELLO = user_text(clean("hello"))


def test_a_result_whose_message_was_lost_stands_behind_its_call() -> None:
    stored = {CallId("a"): CleanText("kept"), CallId("x"): CleanText("of no call")}
    assert with_lost_results([HELLO, asking("a", "b"), HELLO], stored) == [
        HELLO,
        asking("a", "b"),
        answering("a", "kept"),
        HELLO,
    ]


def test_a_result_that_was_told_is_not_told_again() -> None:
    told = [HELLO, asking("a"), answering("a", "shortened"), HELLO]
    assert with_lost_results(told, {CallId("a"): CleanText("in full")}) == told
