"""One bus, one merging inbox for every listener: publishing never waits and never drops."""

import asyncio

from tui.domain.events import Event, ServerRemoved, TextArrived, merged, stream_key, turn_of


class Inbox:
    """The events one listener has not read yet; floods merge, order within a turn is kept."""

    def __init__(self) -> None:
        self._waiting: list[Event] = []
        self._slots: dict[tuple[str, str], int] = {}
        self._text_slots: dict[str, tuple[str, str]] = {}
        self._arrived = asyncio.Event()

    def put(self, event: Event) -> None:
        """Queues `event`, or merges it into the last waiting event of its stream."""
        key = stream_key(event)
        slot = self._slots.get(key) if key else None
        if slot is not None:
            self._waiting[slot] = merged(self._waiting[slot], event)
            return
        self._close_text_of_turn(event, key)
        if isinstance(event, ServerRemoved):
            # What a server of the same name does next must not merge into what came before its removal.
            self._slots.pop(("server", event.name), None)
            self._slots.pop(("catalog", event.name), None)
        if key:
            self._slots[key] = len(self._waiting)
        self._waiting.append(event)
        self._arrived.set()

    def _close_text_of_turn(self, event: Event, key: tuple[str, str] | None) -> None:
        """Text after another event of its turn must not jump before that event."""
        turn = turn_of(event)
        if turn is None:
            return
        earlier = self._text_slots.pop(turn, None)
        if earlier:
            self._slots.pop(earlier, None)
        if key and (isinstance(event, TextArrived) or key[0] == "reasoning"):
            self._text_slots[turn] = key

    def drain(self) -> list[Event]:
        """Returns everything that waits, oldest first, and empties the inbox."""
        events, self._waiting = self._waiting, []
        self._slots.clear()
        self._text_slots.clear()
        self._arrived.clear()
        return events

    async def wait(self) -> None:
        """Returns as soon as something waits."""
        await self._arrived.wait()

    def __len__(self) -> int:
        return len(self._waiting)


class Bus:
    """Hands every event to every inbox."""

    def __init__(self) -> None:
        self._inboxes: list[Inbox] = []

    def subscribe(self) -> Inbox:
        """Returns a new inbox; subscribe before the engine starts, or miss what was said before."""
        inbox = Inbox()
        self._inboxes.append(inbox)
        return inbox

    def unsubscribe(self, inbox: Inbox) -> None:
        """Stops delivery to `inbox`."""
        if inbox in self._inboxes:
            self._inboxes.remove(inbox)

    def publish(self, event: Event) -> None:
        """Delivers `event` to all; call it on the event loop's thread."""
        for inbox in self._inboxes:
            inbox.put(event)
