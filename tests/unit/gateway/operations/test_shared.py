"""Documents of several processes: the newest word counts, and nobody takes his own echo for news."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from tests.fakes.clock import FakeClock
from tests.unit.gateway.embedded.stage import MemoryStore
from tui.domain.errors import StorageError
from tui.domain.events import Event, NoticePosted
from tui.domain.messages import Json
from tui.gateway.embedded.chores import Chores
from tui.gateway.embedded.shared import SharedDocuments, Topic


@dataclass
class SlowStore(MemoryStore):
    """A store whose reading can be held up."""

    gate: asyncio.Event | None = None
    reading: asyncio.Event = field(default_factory=asyncio.Event)
    broken: bool = False

    reads: int = 0

    async def load_all(self, keys: Collection[str]) -> Mapping[str, Json]:
        self.reads += 1
        found: Mapping[str, Json] = await super().load_all(keys)
        if self.gate:
            self.reading.set()
            await self.gate.wait()
        return found

    async def save(self, key: str, document: Json) -> None:
        if self.broken:
            raise StorageError("the disk is full", "Free some space.")
        await super().save(key, document)


class Process:
    """One process with one topic, `number`; taking it over saves it, as a breaker's move does."""

    def __init__(self, store: SlowStore) -> None:
        self.number: Json = 0
        self.adopted: list[Json] = []
        self.published: list[Event] = []
        self.chores = Chores()
        self.shared = SharedDocuments(store, chores=self.chores, clock=FakeClock(), publish=self.published.append)
        self.shared.add(Topic("number", lambda: {"is": self.number}, self.adopt))

    def adopt(self, document: Mapping[str, Json]) -> None:
        self.number = document["is"]
        self.adopted.append(self.number)
        self.shared.save_soon("number")

    async def say(self, number: int) -> None:
        self.number = number
        self.shared.save_soon("number")
        await self.chores.close()


async def test_the_newest_word_reaches_the_others_once() -> None:
    store = SlowStore()
    one, two = Process(store), Process(store)
    await one.say(1)
    await one.say(2)
    for _ in range(3):
        await one.shared.refresh()
        await two.shared.refresh()
    assert (one.adopted, two.adopted) == ([], [2])
    await two.say(3)
    await one.shared.refresh()
    assert one.adopted == [3]


async def test_a_reading_that_was_overtaken_by_our_own_word_is_no_news() -> None:
    store = SlowStore()
    one, two = Process(store), Process(store)
    await two.say(1)
    store.gate = asyncio.Event()
    reading = asyncio.create_task(one.shared.refresh())
    await store.reading.wait()
    await one.say(7)
    store.gate.set()
    await reading
    assert (one.number, one.adopted) == (7, [])
    assert store.documents["number"] == {"is": 7}


async def test_many_topics_are_read_at_once() -> None:
    store = SlowStore()
    one = Process(store)
    for name in "abc":
        one.shared.add(Topic(name, dict, lambda _: None))
    await one.shared.refresh()
    assert store.reads == 1


async def test_many_changes_are_stored_as_the_last_one() -> None:
    store = SlowStore()
    one = Process(store)
    for number in range(5):
        one.number = number
        one.shared.save_soon("number")
    await one.chores.close()
    assert store.documents["number"] == {"is": 4}


async def test_a_fault_while_one_word_is_stored_does_not_silence_the_next() -> None:
    store = SlowStore()
    one = Process(store)
    one.shared.add(Topic("faulty", lambda: {"is": 1 // 0}, lambda _: None))
    one.shared.save_soon("faulty")
    await one.chores.close()
    one.shared.add(Topic("faulty", lambda: {"is": "well"}, lambda _: None))
    await one.say(7)
    assert store.documents == {"faulty": {"is": "well"}, "number": {"is": 7}}


async def test_a_store_that_cannot_be_written_is_told_and_work_goes_on() -> None:
    store = SlowStore(broken=True)
    one = Process(store)
    await one.say(1)
    assert [event.text for event in one.published if isinstance(event, NoticePosted)]
    store.broken = False
    await one.say(2)
    assert store.documents["number"] == {"is": 2}
