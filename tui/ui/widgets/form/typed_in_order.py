"""Text fields whose keys act in the order they were typed, also when many arrive at once.

Textual runs a binding only after its key went through the field and up to the app, while the letters behind it already
wait in the field's own queue: over a slow line, `wrld`, backspace, `orld` would lose the wrong letters.
"""

from typing import Any

from textual.binding import Binding
from textual.events import Key
from textual.widgets import Input, TextArea


def editing_actions(field: type[Input] | type[TextArea]) -> dict[str, str]:
    """Returns the field's own editing keys with their actions."""
    pairs = [(b.key, b.action) if isinstance(b, Binding) else (b[0], b[1]) for b in field.BINDINGS]
    return {key.strip(): action for keys, action in pairs for key in keys.split(",") if action != "submit"}


_IN_AREA = editing_actions(TextArea)
_IN_LINE = editing_actions(Input)


async def edited(field: Any, event: Key, actions: dict[str, str]) -> bool:
    """Carries out the key's editing action at once. Returns False when the key has none, or one of our own."""
    action = actions.get(event.key)
    if action is None or any(binding.id for binding in field._bindings.key_to_bindings.get(event.key, ())):
        return False
    event.stop()
    event.prevent_default()
    await field.run_action(action)
    return True


class TextLine(Input):
    """One line of text."""

    async def _on_key(self, event: Key) -> None:
        if not await edited(self, event, _IN_LINE):
            await super()._on_key(event)


class TextLines(TextArea):
    """Several lines of text."""

    async def _on_key(self, event: Key) -> None:
        if not await edited(self, event, _IN_AREA):
            await super()._on_key(event)
