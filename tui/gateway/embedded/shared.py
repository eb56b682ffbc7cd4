"""Documents several processes of one profile write: each takes over what another wrote last, and never its own echo."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui.domain.clock import Clock
from tui.domain.errors import McpTuiError
from tui.domain.events import Event, NoticePosted
from tui.domain.messages import Json
from tui.domain.text import CleanText
from tui.gateway.embedded.chores import Chores
from tui.gateway.ports import GatewayStore


@dataclass(frozen=True, slots=True)
class Topic:
    """One document: how this process tells it, and how it takes over what another told."""

    key: str
    describe: Callable[[], Mapping[str, Json]]
    adopt: Callable[[Mapping[str, Json]], None]


class SharedDocuments:
    """Keeps topics in step with the store. Saving happens soon, in the background, the newest state once."""

    def __init__(self, store: GatewayStore, *, chores: Chores, clock: Clock, publish: Callable[[Event], None]) -> None:
        self._store = store
        self._chores = chores
        self._clock = clock
        self._publish = publish
        self._topics: dict[str, Topic] = {}
        self._seen: dict[str, Json] = {}
        self._saves: dict[str, int] = {}
        self._unsaved: dict[str, None] = {}
        self._saving = False
        self._adopting = ""

    def add(self, topic: Topic) -> None:
        """Takes a topic in; it is read at the next `refresh`."""
        self._topics[topic.key] = topic

    async def refresh(self) -> None:
        """Takes over what other processes, or earlier runs, have stored since. Raises StorageError."""
        topics, saves = dict(self._topics), dict(self._saves)
        documents = await self._store.load_all(topics)
        for key, topic in topics.items():
            document = documents.get(key)
            # What this process has to say, or said while the store was read, is newer.
            if key in self._unsaved or saves.get(key) != self._saves.get(key) or document == self._seen.get(key):
                continue
            self._seen[key] = document
            if isinstance(document, dict):
                self._adopting = key
                try:
                    topic.adopt(document)
                finally:
                    self._adopting = ""

    def save_soon(self, key: str) -> None:
        """Stores a topic as it will stand in a moment. What is being taken over is not told again."""
        if key == self._adopting:
            return
        self._unsaved[key] = None
        if not self._saving:
            self._saving = True
            self._chores.add(self._save_all())

    async def save(self, key: str) -> None:
        """Stores a topic as it stands. Raises StorageError."""
        document = dict(self._topics[key].describe())
        self._unsaved.pop(key, None)
        self._saves[key] = self._saves.get(key, 0) + 1
        await self._store.save(key, document)
        self._seen[key] = document
        self._saves[key] += 1

    async def _save_all(self) -> None:
        try:
            while self._unsaved:
                key = next(iter(self._unsaved))
                try:
                    await self.save(key)
                except McpTuiError as error:
                    text = CleanText(f"The gateway's state ({key}) could not be stored: {error.message}")
                    self._publish(NoticePosted("warning", text, error.hint, at=self._clock.wall()))
        finally:
            # Whatever one topic stumbled over, what changes later is stored again.
            self._saving = False
