"""The tools that ask a model: what they send, what they answer, what they may cost."""

import base64
import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from PIL import Image

from tests.unit.serve.multimodal.gateway_double import ANSWERED, GatewayDouble, free, view
from tui.domain.completion import RouteTaken, Usage
from tui.domain.errors import McpTuiError
from tui.domain.messages import AudioPart, ImagePart, TextPart
from tui.domain.money import Cost, MicroUsd
from tui.domain.text import CleanText
from tui.serve.multimodal.chat_tools import ChatTools
from tui.serve.multimodal.choosing import ModelChoice
from tui.serve.multimodal.messages import PictureSource
from tui.serve.multimodal.pictures import PictureReader
from tui.serve.multimodal.sources import Sources
from tui.serve.tool import Call, ServedTool, ToolAnswer

HI: Any = {"messages": [{"role": "user", "content": "hi"}]}


def picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (4, 4)).save(written, "PNG")
    return written.getvalue()


WEB = {"https://x.test/a.png": picture(), "https://x.test/a.mp3": b"ID3" + b"\0" * 1_000}


async def from_web(url: str, limit_bytes: int) -> bytes:
    return WEB[url]


def tool(name: str, double: GatewayDouble, default: str = "a/m") -> ServedTool:
    pictures = PictureSource(Sources(from_web), PictureReader())
    tools = ChatTools(double, ModelChoice(double, default), pictures, 60.0).tools()
    [named] = [one for one in tools if name in (one.name, *one.aliases)]
    return named


async def called(
    name: str, double: GatewayDouble, arguments: Mapping[str, Any], allowance: int | None = None
) -> ToolAnswer:
    """Calls a tool as the server does: its arguments and its answer fit its schemas."""
    asked = tool(name, double)
    Draft202012Validator(asked.input_schema).validate(arguments)
    answer = await asked.handler(Call(arguments, allowance=None if allowance is None else MicroUsd(allowance)))
    Draft202012Validator(asked.output_schema).validate(answer.structured)
    return answer


@pytest.fixture
def double() -> GatewayDouble:
    return GatewayDouble([free("a/m", 8_000)])


async def test_an_answer_tells_its_request_its_model_its_tokens_and_its_cost(double: GatewayDouble) -> None:
    answer = await called("chat_completion", double, {**HI, "temperature": 0.5, "max_tokens": 9}, allowance=77)
    assert answer.text == "An answer."
    assert answer.structured == {
        "id": "request_1",
        "model": "a/m",
        "content": "An answer.",
        "finish_reason": "stop",
        "usage": {"prompt_tokens": 50, "completion_tokens": 10, "total_tokens": 60},
        "cost": 0.0002,
        "cost_source": "computed",
        "messages_left_out": 0,
        "error": None,
        "unknown": [],
    }
    assert (answer.cost, answer.failed) == (ANSWERED.cost, False)
    [request] = double.requests
    assert (request.target, request.temperature, request.max_output_tokens) == ("a/m", 0.5, 9)
    assert request.max_cost_microusd == 77


async def test_what_nobody_knows_is_null_and_named(double: GatewayDouble) -> None:
    double.end = replace(ANSWERED, usage=Usage(), cost=Cost.unknown())
    told = (await called("chat_completion", double, HI)).structured
    assert (told["cost"], told["usage"]["total_tokens"], told["cost_source"]) == (None, None, "unknown")
    assert told["unknown"] == ["usage.prompt_tokens", "usage.completion_tokens", "usage.total_tokens", "cost"]


async def test_a_request_that_reached_nobody_cost_nothing(double: GatewayDouble) -> None:
    nowhere = RouteTaken(ANSWERED.request_id)
    double.end = replace(ANSWERED, outcome="failed", failure="no-route", cost=Cost.unknown(), route=nowhere)
    answer = await called("chat_completion", double, HI)
    assert (answer.cost.microusd, answer.structured["cost"], answer.structured["model"]) == (0, 0, None)


async def test_a_failure_is_a_failed_answer_with_what_came_and_what_it_cost(double: GatewayDouble) -> None:
    reason, hint = CleanText("The connection was lost."), CleanText("Send it again.")
    double.end = replace(ANSWERED, outcome="partial", failure="cut", text=CleanText("Half"), reason=reason, hint=hint)
    answer = await called("chat_completion", double, HI)
    assert answer.failed
    assert answer.text == "Half\n\nThe connection was lost. Send it again."
    assert answer.structured["error"] == "The connection was lost. Send it again."
    assert answer.cost == ANSWERED.cost


async def test_a_long_chat_is_cut_to_the_models_window_and_it_is_said(double: GatewayDouble) -> None:
    many = [{"role": "user", "content": "word " * 1_000}, {"role": "assistant", "content": "Yes."}] * 40
    messages = [{"role": "system", "content": "Be brief."}, *many, {"role": "user", "content": "And now?"}]
    told = (await called("chat_completion", double, {"messages": messages})).structured
    sent = double.requests[0].messages
    assert (sent[0].role, sent[-1].text) == ("system", "And now?")
    assert told["messages_left_out"] == len(messages) - len(sent) > 0


async def test_pictures_in_a_chat_are_read(double: GatewayDouble) -> None:
    parts = [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}}]
    await called("mcp_openrouter_chat_completion", double, {"messages": [{"role": "user", "content": parts}]})
    assert [type(part) for part in double.requests[0].messages[0].parts] == [TextPart, ImagePart]


@pytest.mark.parametrize(
    "arguments",
    [
        {"messages": []},
        {"messages": [{"role": "user", "content": "x"}] * 101},
        {"messages": [{"role": "boss", "content": "x"}]},
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "user", "content": []}]},
        {**HI, "temperature": 2.1},
        {**HI, "temperature": -1},
        {**HI, "model": ""},
        {**HI, "budget": 5},
    ],
)
def test_what_does_not_fit_the_schema_is_known_before_anything_is_done(arguments: Any) -> None:
    schema = tool("chat_completion", GatewayDouble()).input_schema
    assert not Draft202012Validator(schema).is_valid(arguments)


async def test_one_picture_is_asked_about(double: GatewayDouble) -> None:
    await called("analyze_image", double, {"image_path": "https://x.test/a.png", "question": "Whose?"})
    url = f"data:image/png;base64,{base64.b64encode(picture()).decode()}"
    await called("mcp_openrouter_analyze_image", double, {"image_path": url})
    asked = [request.messages[0] for request in double.requests]
    assert [message.text for message in asked] == ["Whose?", "What is in this picture?"]
    assert all(isinstance(message.parts[1], ImagePart) for message in asked)


async def test_several_pictures_are_named_and_the_form_of_the_answer_can_be_chosen(double: GatewayDouble) -> None:
    images = [{"url": "https://x.test/a.png", "alt": "before"}, {"url": "https://x.test/a.png"}]
    await called("multi_image_analysis", double, {"images": images, "prompt": "Compare."})
    await called("multi_image_analysis", double, {"images": images, "prompt": "Compare.", "markdown_response": False})
    marked, plain = (request.messages[0] for request in double.requests)
    assert marked.text == "Compare.Picture 1: beforePicture 2:"
    assert "without Markdown" in plain.text
    assert sum(isinstance(part, ImagePart) for part in marked.parts) == 2


async def test_a_recording_is_listened_to(double: GatewayDouble) -> None:
    await called("analyze_audio", double, {"audio_url": "https://x.test/a.mp3"})
    text, sound = double.requests[0].messages[0].parts
    assert isinstance(text, TextPart)
    assert "Write down what is said" in text.text
    assert sound == AudioPart("mp3", base64.b64encode(WEB["https://x.test/a.mp3"]).decode())


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("analyze_image", {"image_path": "https://x.test/a.mp3"}),
        ("analyze_image", {"image_path": "/etc/passwd"}),
        ("analyze_image", {"image_path": "a.png"}),
        ("multi_image_analysis", {"images": [{"url": "data:,x"}], "prompt": "?"}),
        ("analyze_audio", {"audio_url": "https://x.test/a.png"}),
        ("chat_completion", {**HI, "model": "nobody/nothing"}),
    ],
)
async def test_what_cannot_be_read_or_found_is_said_and_nothing_is_sent(
    double: GatewayDouble, name: str, arguments: Any
) -> None:
    with pytest.raises(McpTuiError) as error:
        await called(name, double, arguments)
    assert error.value.hint
    assert double.requests == []


async def test_the_most_a_call_may_cost_is_told_without_reading_anything() -> None:
    double = GatewayDouble([view("a/m")], ceiling=500)
    estimate = tool("multi_image_analysis", double).estimate
    assert estimate is not None
    arguments = {"images": [{"url": "https://nowhere.test/x"}] * 3, "prompt": "?", "model": "a/m"}
    assert await estimate(arguments) == 500
    [(request, more)] = double.estimated
    assert sum(isinstance(part, ImagePart) for part in request.messages[0].parts) == 3
    assert more == 0
    estimate = tool("analyze_audio", double).estimate
    assert estimate is not None
    await estimate({"audio_url": "https://nowhere.test/x"})
    assert double.estimated[-1][1] > 25_000, "as for the longest recording that is taken"


def test_asking_takes_its_own_scope_and_says_that_it_reaches_out() -> None:
    for name in ("chat_completion", "analyze_image", "multi_image_analysis", "analyze_audio"):
        asked = tool(f"mcp_openrouter_{name}", GatewayDouble())
        assert (asked.name, asked.scopes) == (name, ("execute:completions",))
        assert asked.hints.open_world
        assert asked.estimate is not None
