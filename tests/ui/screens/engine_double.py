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
from tui.domain.text import clean
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

    async def _do(self, name: str, *arguments: object, answer: object = None) -> object:
        self.orders.append((name, *arguments))
        if self.held is not None:
            await self.held.wait()
        if self.refusal is not None:
            raise self.refusal
        return answer

    async def reconnect(self, name):
        await self._do("reconnect", name)

    async def set_server_enabled(self, name, enabled):
        await self._do("set_server_enabled", name, enabled)

    async def trust_server(self, name):
        await self._do("trust_server", name)

    async def launch_review(self, name):
        return self.review

    async def switch_tool(self, server, tool, on):
        await self._do("switch_tool", server, tool, on)

    async def found_servers(self):
        return self.found

    async def import_server(self, found):
        await self._do("import_server", found.spec.name)

    def server_spec(self, name):
        return self.spec

    async def add_server(self, spec):
        await self._do("add_server", spec)

    async def remove_server(self, name):
        await self._do("remove_server", name)

    async def examine_server(self, name):
        return await self._do("examine_server", name, answer=self.report_of_doctor)

    async def call_tool(self, server, tool, arguments, call_id=None):
        return await self._do("call_tool", server, tool, arguments, answer=self.result)

    async def read_resource(self, server, uri):
        return await self._do("read_resource", server, uri, answer=self.blocks)

    async def get_prompt(self, server, name, arguments):
        return await self._do("get_prompt", server, name, arguments, answer=self.messages)

    async def complete(self, server, kind, ref, argument, value):
        if self.refusal is not None:
            raise self.refusal
        return tuple(text for text in self.suggested if text.startswith(value))

    async def chats(self, search=""):
        found = [chat for chat in self.stored if search.lower() in chat.title.lower()]
        return await self._do("chats", search, answer=found)

    async def open_chat(self, chat_id):
        await self._do("open_chat", chat_id)

    async def rename_chat(self, chat_id, title):
        await self._do("rename_chat", chat_id, title)
        for chat in self.stored:
            if chat.id == chat_id:
                chat.title = title

    async def delete_chat(self, chat_id):
        await self._do("delete_chat", chat_id)
        self.stored = [chat for chat in self.stored if chat.id != chat_id]

    async def fork_chat(self, chat_id, message_count=None):
        return await self._do("fork_chat", chat_id, message_count, answer=ChatId("copy"))

    async def chat_places(self, chat_id):
        return self.places

    async def export_chat(self, chat_id, form):
        return await self._do("export_chat", chat_id, form, answer=self.exported)

    def report(self, error):
        self.reported.append(error)


def stored_chat(number: int, title: str, **more) -> SimpleNamespace:
    """A stored chat as the engine lists it."""
    facts = {"created": 1_000.0, "updated": 2_000.0, "message_count": 4, "cost_microusd": 1_200, "preview": "hello"}
    return SimpleNamespace(id=ChatId(f"chat_{number}"), title=title, **{**facts, **more})
