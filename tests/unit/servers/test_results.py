"""The protocol's blocks become ours: clean, measured, never sliced."""

from mcp import types as mcp_types

from tui.domain.messages import ImagePart, TextPart
from tui.domain.servers import AudioBlock, ImageBlock, ResourceBlock, ResourceLinkBlock, TextBlock
from tui.domain.text import clean
from tui.servers.calling.results import clean_long, prompt_messages, tool_result


async def test_every_kind_of_block_arrives_clean() -> None:
    answer = mcp_types.CallToolResult(
        content=[
            mcp_types.TextContent(type="text", text="a\x1b[2J"),
            mcp_types.ImageContent(type="image", data="aGVsbG8=", mime_type="image/png\x1b"),
            mcp_types.AudioContent(type="audio", data="aGk=", mime_type="audio/wav"),
            mcp_types.ResourceLink(type="resource_link", uri="x://1", name="one\n"),
            mcp_types.EmbeddedResource(
                type="resource", resource=mcp_types.TextResourceContents(uri="x://2", text="t\x07")
            ),
            mcp_types.EmbeddedResource(
                type="resource", resource=mcp_types.BlobResourceContents(uri="x://3", blob="aGVsbG8=")
            ),
        ]
    )
    result = await tool_result(answer, 5)
    assert result.blocks == (
        TextBlock(clean("a␛[2J")),
        ImageBlock(clean("image/png␛"), "aGVsbG8=", 5),
        AudioBlock(clean("audio/wav"), "aGk=", 2),
        ResourceLinkBlock(clean("x://1"), clean("one")),
        ResourceBlock(clean("x://2"), clean(""), clean("t␇"), size=4),
        ResourceBlock(clean("x://3"), clean(""), None, "aGVsbG8=", 5),
    )
    assert (result.outcome, result.duration_ms, result.size) == ("ok", 5, 7 + 5 + 2 + 4 + 5)


async def test_a_purely_structured_answer_is_text_for_the_model() -> None:
    result = await tool_result(mcp_types.CallToolResult(content=[], structured_content={"a": ["\x1b"]}), 0)
    assert (result.text, result.structured) == ('{"a":["␛"]}', {"a": ["␛"]})


async def test_a_failure_without_words_has_words() -> None:
    result = await tool_result(mcp_types.CallToolResult(content=[], is_error=True), 0)
    assert (result.outcome, bool(result.blocks)) == ("error", True)


async def test_long_texts_are_cleaned_as_short_ones_are() -> None:
    family = "👩‍👩‍👧"
    text = (family * 30_000 + "\n") * 3 + "\x1b" + "x" * 700_000
    assert await clean_long(text) == clean(text)


async def test_a_prompts_messages_carry_text_and_pictures() -> None:
    picture = mcp_types.ImageContent(type="image", data="aGk=", mime_type="image/png")
    messages = await prompt_messages(
        [
            mcp_types.PromptMessage(role="user", content=mcp_types.TextContent(type="text", text="hi")),
            mcp_types.PromptMessage(role="assistant", content=picture),
        ]
    )
    assert [(message.role, message.parts) for message in messages] == [
        ("user", (TextPart(clean("hi")),)),
        ("assistant", (ImagePart("image/png", "aGk="),)),
    ]
