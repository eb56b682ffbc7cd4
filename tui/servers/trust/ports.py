"""What servers need from the store to be trusted for what they are; `storage` satisfies it structurally."""

from collections.abc import Mapping
from typing import Protocol

from tui.domain.ids import ServerName
from tui.domain.trust import Pin, PinKey, PinSet


class PinBook(Protocol):
    """The definitions a person agreed to. What is asked of it never waits."""

    def pinned(self, server: ServerName) -> PinSet | None:
        """Returns what was agreed to of a server, None when nothing was."""
        ...

    async def pin(self, server: ServerName, fingerprint: str, pins: Mapping[PinKey, Pin]) -> None:
        """Stores an agreement: it holds at once, and is on disk when this returns. Raises StorageError.

        It is added to what was agreed to of the same way of starting the server, and replaces that of another.
        """
        ...


class ToolSwitches(Protocol):
    """What a person switched off for the model."""

    def is_off(self, server: ServerName, tool: str) -> bool:
        """Returns whether a tool, or the whole server it belongs to, is switched off. Never waits."""
        ...


class PinsInMemory:
    """Agreements that last as long as this object."""

    def __init__(self) -> None:
        self._sets: dict[ServerName, PinSet] = {}

    def pinned(self, server: ServerName) -> PinSet | None:
        return self._sets.get(server)

    async def pin(self, server: ServerName, fingerprint: str, pins: Mapping[PinKey, Pin]) -> None:
        before = self._sets.get(server)
        kept = before.pins if before and before.fingerprint == fingerprint else {}
        self._sets[server] = PinSet(fingerprint, {**kept, **pins})


class EverythingOn:
    """No switch was ever used."""

    def is_off(self, server: ServerName, tool: str) -> bool:
        return False
