"""What is left out of a conversation that does not fit, and what never is."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tui.domain.ids import CallId
from tui.domain.messages import Message, TextPart, ToolCall, user_text
from tui.domain.text import CleanText
from tui.serve.multimodal.conversation import fitted

LONG = CleanText("word " * 200)
SYSTEM = Message("system", (TextPart(CleanText("Be brief.")),))


def said(text: str) -> Message:
    return Message("assistant", (TextPart(CleanText(text)),))


def called(name: str) -> list[Message]:
    call = ToolCall(CallId(name), "tool", "{}")
    return [Message("assistant", tool_calls=(call,)), Message("tool", (TextPart(LONG),), tool_call_id=call.id)]


def test_what_fits_stays_as_it_is() -> None:
    messages = [SYSTEM, user_text(CleanText("Hi")), said("Hello."), user_text(CleanText("Go on."))]
    assert fitted(messages, 8_000).messages == tuple(messages)
    assert fitted([*messages[:1], user_text(LONG), *messages[1:]], None).left_out == 0


def test_the_oldest_go_first_and_the_system_message_stays() -> None:
    messages = [SYSTEM]
    for number in range(20):
        messages += [user_text(CleanText(f"{number} {LONG}")), said(f"{number} {LONG}")]
    messages.append(user_text(CleanText("And now?")))
    kept = fitted(messages, 3_000)
    assert kept.messages[0] == SYSTEM
    assert kept.messages[1:] == tuple(messages[-len(kept.messages) + 1 :])
    assert 2 < len(kept.messages) < 10
    assert kept.left_out == len(messages) - len(kept.messages)


@given(st.lists(st.sampled_from(["user", "assistant", "call"]), max_size=12), st.integers(300, 3_000))
def test_a_call_and_its_result_are_never_parted(kinds: list[str], window: int) -> None:
    messages = [SYSTEM]
    for number, kind in enumerate(kinds):
        if kind == "call":
            messages += called(f"c{number}")
        else:
            messages.append(user_text(LONG) if kind == "user" else said(LONG))
    messages.append(user_text(CleanText("Last.")))
    kept = fitted(messages, window).messages
    assert kept[0] == SYSTEM
    assert kept[-1] == messages[-1]
    for before, message in pairwise(kept):
        if message.role == "tool":
            assert [call.id for call in before.tool_calls] == [message.tool_call_id]
        if before.tool_calls:
            assert message.role == "tool"


def test_a_result_without_a_call_is_left_out_and_a_call_without_a_result_answered() -> None:
    orphan = called("a")[1]
    asked = called("b")[0]
    kept = fitted([user_text(CleanText("Hi")), orphan, asked, user_text(CleanText("Well?"))], 8_000).messages
    assert [message.role for message in kept] == ["user", "assistant", "tool", "user"]
    assert "interrupted" in kept[2].text
