"""What callers' messages mean here; what is wrong with others is shown where they are refused over HTTP."""

from typing import Any

from tui.domain.ids import CallId
from tui.domain.messages import AudioPart, ImagePart, Message, TextPart, ToolCall
from tui.domain.text import CleanText
from tui.serve.multimodal.messages import decode_messages, unread


async def decoded(*raw: Any) -> list[Message]:
    return list(await decode_messages(list(raw), unread))


async def test_every_kind_of_message_is_understood() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "t", "arguments": '{"a":1}'}}
    parts = [
        {"type": "text", "text": "See"},
        {"type": "image_url", "image_url": {"url": "https://x.test/a"}},
        {"type": "input_audio", "input_audio": {"data": "SUQzAAAAAAAAAAAA", "format": "mp3"}},
    ]
    assert await decoded(
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": parts},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "done"}]},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}], "name": "x"},
    ) == [
        Message("system", (TextPart(CleanText("Be brief.")),)),
        Message("user", (TextPart(CleanText("See")), ImagePart("image/png", ""), AudioPart("mp3", "SUQzAAAAAAAAAAAA"))),
        Message("assistant", tool_calls=(ToolCall(CallId("c1"), "t", '{"a":1}'),)),
        Message("tool", (TextPart(CleanText("done")),), tool_call_id=CallId("c1")),
        Message("assistant", (TextPart(CleanText("No.")),)),
    ]


async def test_callers_text_is_cleaned_like_any_other() -> None:
    [message] = await decoded({"role": "user", "content": "a\x1b[2Jb\u202ec"})
    assert message.text == "a␛[2Jb<U+202E>c"


async def test_what_a_provider_wants_back_is_kept_and_nothing_else() -> None:
    fields = {
        "up": {"reasoning_details": [{"id": 1}], "call_ids": {"c1": "x"}, "reasoning_content": 5, "model": "other"},
        "odd": "text",
    }
    [message] = await decoded({"role": "assistant", "content": "Hi", "provider_specific_fields": fields})
    assert message.extras == {"up": {"reasoning_details": [{"id": 1}], "call_ids": {"c1": "x"}}}
    [message] = await decoded({"role": "assistant", "content": "Hi", "provider_specific_fields": "nonsense"})
    assert message.extras is None
