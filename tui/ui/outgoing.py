"""From the message field to the engine: mentioned resources are read and attached, prompts become text."""

import os
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import App, SuspendNotSupported

from tui.domain.errors import McpTuiError
from tui.domain.messages import FilePart, Json, Part, TextPart
from tui.domain.servers import PromptInfo, ResourceBlock, ResultBlock, TextBlock
from tui.domain.state import State
from tui.domain.text import CleanText, clean_line
from tui.engine import Engine
from tui.ui.candidates import Mention, mentions
from tui.ui.editor import edit
from tui.ui.widgets.composer.composer import Composer

if TYPE_CHECKING:
    from tui.ui.dialogs.form import FormDialog


class Outgoing:
    """Prepares what a person sends."""

    def __init__(self, engine: Engine, state: State) -> None:
        self._engine = engine
        self._state = state

    async def send(self, text: CleanText, attachments: tuple[Part, ...]) -> None:
        """Sends a message; one written while the engine still starts waits for it."""
        await self._engine.wait_ready()
        found = mentions(self._state.catalogs, text)
        resources = [part for mention in found for part in await self._read(mention)]
        self._engine.send((TextPart(text), *attachments, *resources))

    async def take_back(self, composer: Composer) -> None:
        """Puts the newest message that waits back into the message field, unless its turn has begun."""
        parts = self._engine.chats.take_back()
        if parts is None:
            return
        text = text_of(parts)
        # What a mention stands for is read again when the message is sent again.
        read = {_mentioned(mention) for mention in mentions(self._state.catalogs, text)}
        kept = (part for part in parts if not isinstance(part, TextPart))
        composer.put_back(text, [part for part in kept if not (isinstance(part, FilePart) and part.name in read)])

    async def insert_prompt(self, prompt: PromptInfo, composer: Composer, app: App[Any]) -> None:
        """Asks for the prompt's arguments, if it has any, and puts its text into the message field."""
        arguments: Mapping[str, Json] | None = {}
        if prompt.arguments:
            arguments = await app.push_screen_wait(_form(self._engine, prompt))
        if arguments is None:
            return
        named = {name: str(value) for name, value in arguments.items()}
        messages = await self._engine.servers.get_prompt(prompt.server, prompt.name, named)
        composer.insert("\n\n".join(message.text for message in messages))
        composer.focus()

    async def edit(self, text: str, composer: Composer, app: App[Any]) -> None:
        """Gives the terminal to the person's editor until it ends."""
        try:
            with app.suspend():
                composer.text = await edit(text, os.environ)
        except SuspendNotSupported as error:
            raise McpTuiError("This terminal cannot be lent to an editor.") from error

    async def _read(self, mention: Mention) -> list[Part]:
        blocks = await self._engine.servers.read_resource(mention.server, mention.uri)
        return [FilePart(_mentioned(mention), text) for block in blocks if (text := _text_in(block))]


def _form(engine: Engine, prompt: PromptInfo) -> "FormDialog":
    from tui.ui.dialogs.form import FormDialog  # none of these is needed at start-up
    from tui.ui.hand_calls import suggestions
    from tui.ui.widgets.tools.catalog_list import entry_of, schema_of

    entry = entry_of(prompt.server, prompt)
    title = prompt.title or clean_line(prompt.name)
    return FormDialog(title, prompt.description, schema_of(entry), suggest=partial(suggestions, engine, entry))


def text_of(parts: tuple[Part, ...]) -> str:
    """Returns what a person typed of a message."""
    return "".join(part.text for part in parts if isinstance(part, TextPart))


def _mentioned(mention: Mention) -> CleanText:
    return clean_line(f"{mention.server}:{mention.uri}")


def _text_in(block: ResultBlock) -> CleanText | None:
    return block.text if isinstance(block, TextBlock | ResourceBlock) else None
