"""An engine without servers, models or files: it records the orders a screen gives and answers as told."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace

from tests.fakes.clock import FakeClock
from tui.config.imports import Found
from tui.config.schema import Settings
from tui.domain.errors import McpTuiError
from tui.domain.ids import ChatId
from tui.domain.servers import ServerSpec, TextBlock, ToolResult
from tui.domain.text import clean, clean_line
from tui.domain.trust import LaunchReview

OK = ToolResult("ok", (TextBlock(clean("done")),), duration_ms=12, size=4)


@dataclass
class EngineDouble:
    """The engine's commands by name; `orders` are (name, arguments) in the order they came."""

    settings: Settings = field(default_factory=Settings)
    clock: FakeClock = field(default_factory=FakeClock)
    orders: list[tuple] = field(default_factory=list)
    result: ToolResult = OK
    blocks: tuple = ()
    messages: tuple = ()
    report_of_doctor: object = None
    spec: ServerSpec | None = None
    review: LaunchReview = LaunchReview((("new", clean("runs: npx")),), known=False)
    found: Found = Found()
    suggested: tuple = ()
    places: list = field(default_factory=list)
    stored: list = field(default_factory=list)
    exported: str = "# A chat\n"
    refusal: McpTuiError | None = None
    held: asyncio.Event | None = None
    """When set, calls wait for it."""
    reported: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.servers = ServerOrdersDouble(self)
        self.chats = ChatOrdersDouble(self)

    async def do(self, name: str, *arguments: object, answer: object = None) -> object:
        self.orders.append((name, *arguments))
        if self.held is not None:
            await self.held.wait()
        if self.refusal is not None:
            raise self.refusal
        return answer

    def report(self, error):
        self.reported.append(error)


class ServerOrdersDouble:
    """Orders to servers."""

    def __init__(self, engine: EngineDouble) -> None:
        self._engine = engine

    async def reconnect(self, name):
        await self._engine.do("servers.reconnect", name)

    async def set_enabled(self, name, enabled):
        await self._engine.do("servers.set_enabled", name, enabled)

    async def trust(self, name):
        await self._engine.do("servers.trust", name)

    async def launch_review(self, name):
        return self._engine.review

    async def switch_tool(self, server, tool, on):
        await self._engine.do("servers.switch_tool", server, tool, on)

    async def found(self):
        return self._engine.found

    def target(self, spec):
        return clean_line(" ".join((spec.command, *spec.args)))

    async def take_over(self, found):
        return await self._engine.do("servers.take_over", found.spec.name, answer=found.spec.name)

    def spec(self, name):
        return self._engine.spec

    async def add(self, spec):
        await self._engine.do("servers.add", spec)

    async def remove(self, name):
        await self._engine.do("servers.remove", name)

    async def examine(self, name):
        return await self._engine.do("servers.examine", name, answer=self._engine.report_of_doctor)

    async def call_tool(self, server, tool, arguments, call_id=None):
        return await self._engine.do("servers.call_tool", server, tool, arguments, answer=self._engine.result)

    async def read_resource(self, server, uri):
        return await self._engine.do("servers.read_resource", server, uri, answer=self._engine.blocks)

    async def watch_resource(self, server, uri):
        await self._engine.do("servers.watch_resource", server, uri)

    async def unwatch_resource(self, server, uri):
        await self._engine.do("servers.unwatch_resource", server, uri)

    async def get_prompt(self, server, name, arguments):
        return await self._engine.do("servers.get_prompt", server, name, arguments, answer=self._engine.messages)

    async def complete(self, server, kind, ref, argument, value, *, filled):
        if self._engine.refusal is not None:
            raise self._engine.refusal
        return tuple(text for text in self._engine.suggested if text.startswith(value))


class ChatOrdersDouble:
    """Orders to stored chats."""

    def __init__(self, engine: EngineDouble) -> None:
        self._engine = engine

    async def stored(self, search=""):
        found = [chat for chat in self._engine.stored if search.lower() in chat.title.lower()]
        return await self._engine.do("chats.stored", search, answer=found)

    async def open(self, chat_id):
        await self._engine.do("chats.open", chat_id)

    async def rename(self, chat_id, title):
        await self._engine.do("chats.rename", chat_id, title)
        for chat in self._engine.stored:
            if chat.id == chat_id:
                chat.title = title

    async def delete(self, chat_id):
        await self._engine.do("chats.delete", chat_id)
        self._engine.stored = [chat for chat in self._engine.stored if chat.id != chat_id]

    async def fork(self, chat_id, message_count=None):
        return await self._engine.do("chats.fork", chat_id, message_count, answer=ChatId("copy"))

    async def places(self, chat_id):
        return self._engine.places

    async def export(self, chat_id, form):
        return await self._engine.do("chats.export", chat_id, form, answer=self._engine.exported)


def stored_chat(number: int, title: str, **more) -> SimpleNamespace:
    """A stored chat as the engine lists it."""
    facts = {"created": 1_000.0, "updated": 2_000.0, "message_count": 4, "cost_microusd": 1_200, "preview": "hello"}
    return SimpleNamespace(id=ChatId(f"chat_{number}"), title=title, **{**facts, **more})
