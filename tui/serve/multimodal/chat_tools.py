"""The tools that ask a model: a chat, a picture, several pictures, a recording."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tui.domain.completion import ChatRequest
from tui.domain.messages import AudioPart, Json, Message, Part, TextPart
from tui.domain.text import clean
from tui.domain.tokens import estimate_audio_tokens
from tui.serve.multimodal import schemas
from tui.serve.multimodal.answers import ANSWER_SCHEMA, answer, ask
from tui.serve.multimodal.choosing import ModelChoice, needs_of
from tui.serve.multimodal.conversation import fitted
from tui.serve.multimodal.messages import PictureSource, ReadPicture, decode_messages, unread
from tui.serve.multimodal.ports import ModelGateway
from tui.serve.multimodal.recordings import MAX_BYTES, recording
from tui.serve.tool import Call, Hints, ServedTool, ToolAnswer

_ABOUT_A_PICTURE = "What is in this picture?"
_ABOUT_A_RECORDING = "Write down what is said in this recording, and say what else is heard."
_PLAIN = "\n\nAnswer in plain text, without Markdown."

Arguments = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Reader:
    """What turns a caller's addresses into parts of a message; the dry one looks at none of them."""

    picture: ReadPicture
    recording: Callable[[str], Awaitable[AudioPart]]


async def _unheard(_: str) -> AudioPart:
    return AudioPart("mp3", "")


DRY = Reader(unread, _unheard)

Prepare = Callable[[Arguments, Reader], Awaitable[tuple[Message, ...]]]


@dataclass(frozen=True, slots=True)
class ChatTools:
    """Makes the tools; each prepares its messages in its own way, and all send them in the same."""

    gateway: ModelGateway
    choice: ModelChoice
    pictures: PictureSource
    timeout_s: float

    def tools(self) -> Sequence[ServedTool]:
        """Returns the four tools."""
        return (
            self._tool(schemas.CHAT_COMPLETION, _chat),
            self._tool(schemas.ANALYZE_IMAGE, _one_picture),
            self._tool(schemas.MULTI_IMAGE_ANALYSIS, _several_pictures),
            self._tool(schemas.ANALYZE_AUDIO, _one_recording, more_tokens=estimate_audio_tokens(MAX_BYTES)),
        )

    def _tool(self, words: schemas.Words, prepare: Prepare, more_tokens: int = 0) -> ServedTool:
        reader = Reader(self.pictures, self._recording)

        async def carry_out(call: Call) -> ToolAnswer:
            messages = await prepare(call.arguments, reader)
            request, left_out = await self._request(call.arguments, messages)
            return answer(await ask(self.gateway, _limited(request, call)), left_out)

        async def estimate(arguments: Arguments) -> int | None:
            request, _ = await self._request(arguments, await prepare(arguments, DRY))
            return await self.gateway.price_ceiling(request, more_tokens)

        return ServedTool(
            name=words.name,
            title=words.title,
            description=words.description,
            input_schema=words.schema,
            output_schema=ANSWER_SCHEMA,
            hints=Hints(read_only=True, open_world=True),
            scopes=("execute:completions",),
            handler=carry_out,
            aliases=words.aliases,
            estimate=estimate,
        )

    async def _request(self, arguments: Arguments, messages: tuple[Message, ...]) -> tuple[ChatRequest, int]:
        """Returns the request as it is sent, and how many messages were left out of it."""
        target = await self.choice.choose(arguments.get("model"), needs_of(messages))
        model = self.gateway.model(target)
        limit = arguments.get("max_tokens")
        kept = fitted(messages, model.context_tokens if model else None, limit)
        request = ChatRequest(
            target,
            kept.messages,
            max_output_tokens=limit,
            temperature=arguments.get("temperature"),
            timeout_s=self.timeout_s,
        )
        return request, kept.left_out

    async def _recording(self, source: str) -> AudioPart:
        data = await self.pictures.sources.read(source, MAX_BYTES)
        return await asyncio.to_thread(recording, data)


def _limited(request: ChatRequest, call: Call) -> ChatRequest:
    return replace(request, max_cost_microusd=call.allowance)


async def _chat(arguments: Arguments, reader: Reader) -> tuple[Message, ...]:
    return await decode_messages(arguments["messages"], reader.picture)


async def _one_picture(arguments: Arguments, reader: Reader) -> tuple[Message, ...]:
    question = clean(arguments.get("question") or _ABOUT_A_PICTURE)
    return (Message("user", (TextPart(question), await reader.picture(arguments["image_path"]))),)


async def _several_pictures(arguments: Arguments, reader: Reader) -> tuple[Message, ...]:
    prompt = arguments["prompt"] + ("" if arguments.get("markdown_response", True) else _PLAIN)
    parts: list[Part] = [TextPart(clean(prompt))]
    for number, image in enumerate(arguments["images"], 1):
        name = f"Picture {number}: {image['alt']}" if image.get("alt") else f"Picture {number}:"
        parts += [TextPart(clean(name)), await reader.picture(image["url"])]
    return (Message("user", tuple(parts)),)


async def _one_recording(arguments: Arguments, reader: Reader) -> tuple[Message, ...]:
    question = clean(arguments.get("question") or _ABOUT_A_RECORDING)
    return (Message("user", (TextPart(question), await reader.recording(arguments["audio_url"]))),)
