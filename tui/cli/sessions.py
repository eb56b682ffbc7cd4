"""`mcp-tui sessions`: stored chats."""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from tui.cli.headless import Verb
from tui.cli.invocation import Invocation
from tui.domain.ids import ChatId
from tui.domain.money import format_usd
from tui.engine import Engine


def list_sessions(call: Invocation) -> int:
    """Prints stored chats, newest first."""

    async def verb(engine: Engine) -> int:
        chats = await engine.chats.stored(call.given.search)
        if call.output.as_json:
            call.output.document({"sessions": chats})
            return 0
        if not chats:
            call.output.say("No chat is stored." if not call.given.search else "No stored chat holds these words.")
        call.output.table(
            [
                (
                    chat.id,
                    datetime.fromtimestamp(chat.updated).strftime("%Y-%m-%d %H:%M"),
                    f"{chat.message_count} messages",
                    format_usd(chat.cost_microusd),
                    chat.title,
                )
                for chat in chats
            ]
        )
        return 0

    return _on_store(call, verb)


def print_session(call: Invocation) -> int:
    """Prints a chat as Markdown, with --json as JSON."""

    async def verb(engine: Engine) -> int:
        form: Literal["json", "markdown"] = "json" if call.output.as_json else "markdown"
        call.output.text(await engine.chats.export(ChatId(call.given.chat), form))
        return 0

    return _on_store(call, verb)


def delete_session(call: Invocation) -> int:
    """Deletes a chat for good."""

    async def verb(engine: Engine) -> int:
        await engine.chats.delete(ChatId(call.given.chat))
        call.output.done(f"Deleted {call.given.chat}.")
        return 0

    return _on_store(call, verb)


def _on_store(call: Invocation, verb: Verb) -> int:
    """Runs `verb` on stored chats; no server has a part in it."""
    return call.on_engine(verb, replace(call.settings, servers=()))
