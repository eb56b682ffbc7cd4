"""Whatever is stored, what is sent has each call's one result right behind it."""

from hypothesis import given
from hypothesis import strategies as st

from tui.domain.ids import CallId
from tui.domain.messages import Message, TextPart, ToolCall, user_text
from tui.domain.text import CleanText, clean
from tui.storage.history import INTERRUPTED, repaired


def asking(*ids: str, text: str = "") -> Message:
    parts = (TextPart(CleanText(text)),) if text else ()
    return Message("assistant", parts, tuple(ToolCall(CallId(id_), "tool", "{}") for id_ in ids))


def answering(id_: str, text: str = "result") -> Message:
    return Message("tool", (TextPart(CleanText(text)),), tool_call_id=CallId(id_))


HELLO = user_text(clean("hello"))


def test_a_call_without_a_result_gets_one_that_says_so() -> None:
    assert repaired([HELLO, asking("a", "b"), answering("a"), HELLO], {}) == [
        HELLO,
        asking("a", "b"),
        answering("a"),
        answering("b", INTERRUPTED),
        HELLO,
    ]


def test_a_result_that_strayed_is_moved_behind_its_call() -> None:
    assert repaired([asking("a"), HELLO, answering("a")], {}) == [asking("a"), answering("a"), HELLO]


def test_results_without_a_call_and_empty_answers_are_left_out() -> None:
    assert repaired([answering("x"), HELLO, asking(), asking("a"), answering("a"), answering("a", "again")], {}) == [
        HELLO,
        asking("a"),
        answering("a"),
    ]


MESSAGES = st.one_of(
    st.just(HELLO),
    st.builds(answering, st.sampled_from("abcde")),
    st.lists(st.sampled_from("abcde"), unique=True, max_size=3).map(lambda ids: asking(*ids, text="x")),
)


@given(st.lists(MESSAGES, max_size=12))
def test_every_history_becomes_one_that_providers_accept(messages: list[Message]) -> None:
    whole = repaired(messages, {})
    awaited: list[CallId] = []
    for message in whole:
        if message.role == "tool":
            assert message.tool_call_id == awaited.pop(0)
        else:
            assert awaited == []
            awaited = [call.id for call in message.tool_calls]
    assert awaited == []
    assert [message for message in whole if message.role != "tool"] == [
        message for message in messages if message.role != "tool"
    ]
    assert repaired(whole, {}) == whole
