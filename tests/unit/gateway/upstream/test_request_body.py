"""What goes over the wire: messages, tools, ids and what is echoed."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from tui.domain.completion import ChatRequest
from tui.domain.ids import CallId
from tui.domain.messages import AudioPart, FilePart, ImagePart, Message, TextPart, ToolCall, ToolSpec, user_text
from tui.domain.text import CleanText
from tui.gateway.upstream.request_body import request_body, wire_id

URL = "http://127.0.0.1/v1"
TOOL = ToolSpec("x", CleanText("Does x"), {"type": "object", "properties": {}})
CALL = ToolCall(CallId("call_1"), "x", '{"a": 1}')


def body_of(*messages: Message, url: str = URL, **fields: Any) -> dict[str, Any]:
    return request_body(replace(ChatRequest("t", messages), **fields), "m", "p", url)


def test_usage_is_always_asked_for() -> None:
    assert body_of(user_text(CleanText("hi"))) == {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_openrouter_is_asked_for_the_cost_and_openai_gets_its_own_limit_field() -> None:
    assert body_of(url="https://openrouter.ai/api/v1")["usage"] == {"include": True}
    assert body_of(url="https://api.openai.com/v1", max_output_tokens=5)["max_completion_tokens"] == 5
    assert body_of(max_output_tokens=5)["max_tokens"] == 5


@pytest.mark.parametrize("choice", ["auto", "required", "none"])
def test_a_plain_tool_choice_goes_as_it_is(choice: str) -> None:
    assert body_of(tools=(TOOL,), tool_choice=choice)["tool_choice"] == choice


def test_a_forced_tool_is_named() -> None:
    wanted = {"type": "function", "function": {"name": "x"}}
    assert body_of(tools=(TOOL,), tool_choice="x")["tool_choice"] == wanted
    assert "tool_choice" not in body_of(tool_choice="x")


def test_pictures_become_data_urls_and_files_text_under_their_name() -> None:
    message = Message(
        "user",
        (
            TextPart(CleanText("see")),
            ImagePart("image/png", "AAAA"),
            FilePart(CleanText("a.md"), CleanText("```x```")),
        ),
    )
    text, picture, file = body_of(message)["messages"][0]["content"]
    assert text == {"type": "text", "text": "see"}
    assert picture["image_url"]["url"] == "data:image/png;base64,AAAA"
    assert file["text"] == "File a.md:\n````\n```x```\n````"


def test_a_call_and_its_result_share_an_id_every_provider_accepts() -> None:
    messages = (
        Message("assistant", tool_calls=(CALL,)),
        Message("tool", (TextPart(CleanText("r")),), tool_call_id=CALL.id),
    )
    asked, answered = body_of(*messages)["messages"]
    assert asked["content"] is None
    assert asked["tool_calls"][0]["id"] == answered["tool_call_id"] == wire_id(CALL.id)
    assert re.fullmatch("[A-Za-z0-9]{9}", wire_id(CALL.id))


def test_ids_of_many_calls_do_not_collide() -> None:
    assert len({wire_id(CallId(f"call_{number}")) for number in range(20_000)}) == 20_000


@pytest.mark.parametrize("broken", ["{a", "[1]", "", '"x"'])
def test_broken_arguments_go_back_as_an_object_strict_providers_accept(broken: str) -> None:
    call = replace(CALL, arguments_json=broken)
    sent = body_of(Message("assistant", tool_calls=(call,)))["messages"][0]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(sent) == {"invalid_arguments": broken}


def test_extras_go_back_only_to_the_provider_that_sent_them() -> None:
    extras = {"p": {"reasoning_details": [1], "reasoning_content": "r"}}
    plain = Message("assistant", (TextPart(CleanText("t")),), extras=extras)
    with_call = replace(plain, tool_calls=(CALL,))
    assert body_of(plain)["messages"][0].keys() == {"role", "content", "reasoning_details"}
    assert body_of(with_call)["messages"][0]["reasoning_content"] == "r"
    other = request_body(ChatRequest("t", (with_call,)), "m", "other", URL)
    assert "reasoning_details" not in other["messages"][0]


def test_an_id_that_carries_a_thought_signature_goes_back_unchanged() -> None:
    extras = {"p": {"call_ids": {"call_1": "c__thought__abc"}, "call_extra_content": {"call_1": {"google": 1}}}}
    messages = (
        Message("assistant", tool_calls=(CALL,), extras=extras),
        Message("tool", tool_call_id=CALL.id),
    )
    asked, answered = body_of(*messages)["messages"]
    assert asked["tool_calls"][0]["id"] == answered["tool_call_id"] == "c__thought__abc"
    assert asked["tool_calls"][0]["extra_content"] == {"google": 1}


def test_half_a_character_does_not_stop_a_request() -> None:
    body = body_of(
        user_text(CleanText("a\ud800b")),
        Message("assistant", tool_calls=(replace(CALL, arguments_json='{"a": "\ud800"}'),)),
    )
    assert json.dumps(body, ensure_ascii=False).encode()


def test_further_fields_go_as_they_are_and_never_replace_our_own() -> None:
    body = body_of(user_text(CleanText("hi")), options={"seed": 7, "stop": ["END"], "stream": False, "model": "other"})
    assert (body["seed"], body["stop"], body["stream"], body["model"]) == (7, ["END"], True, "m")


def test_a_recording_goes_as_input_audio_beside_its_question() -> None:
    message = Message("user", (TextPart(CleanText("what is said?")), AudioPart("mp3", "SUQz")))
    assert body_of(message)["messages"][0]["content"] == [
        {"type": "text", "text": "what is said?"},
        {"type": "input_audio", "input_audio": {"data": "SUQz", "format": "mp3"}},
    ]


def test_strictness_is_told_only_where_somebody_chose_it() -> None:
    [plain, strict] = body_of(tools=(TOOL, replace(TOOL, strict=True)))["tools"]
    assert "strict" not in plain["function"]
    assert strict["function"]["strict"] is True
