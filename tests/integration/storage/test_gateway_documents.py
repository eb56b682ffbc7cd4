"""What the gateway keeps across runs."""

from tui.domain.ids import RequestId
from tui.gateway.ports import GatewayStore
from tui.storage.database import Database
from tui.storage.gateway_documents import DECISIONS_KEPT, GatewayDocuments


async def test_documents_come_back_and_the_newest_wins(database: Database) -> None:
    store: GatewayStore = GatewayDocuments(database)
    assert await store.load("breakers") is None
    for document in ({"groq": {"state": "OPEN", "until": 12.5}}, [1, None, "ä"]):
        await store.save("breakers", document)
        assert await store.load("breakers") == document
    assert await store.load("combos") is None


async def test_decisions_are_kept_for_explaining_until_there_are_too_many(database: Database) -> None:
    store = GatewayDocuments(database)
    await store.add_decision(RequestId("request_old"), {"chosen": "groq"}, 0.0)
    assert await store.decision(RequestId("request_old")) == {"chosen": "groq"}
    assert await store.decision(RequestId("request_none")) is None
    await store.add_decision(RequestId("request_next"), {}, 0.0)
    assert await store.recent_decisions(5) == ("request_next", "request_old")
    assert await store.recent_decisions(1) == ("request_next",)
    await database.write(
        lambda c: c.executemany(
            "INSERT INTO decisions (request_id, document, at) VALUES (?, '{}', ?)",
            [(f"filler_{number}", 10.0 + number) for number in range(DECISIONS_KEPT - 1)],
        )
    )
    await store.add_decision(RequestId("request_new"), {"chosen": "openai"}, 1e6)
    assert await store.decision(RequestId("request_old")) is None
    assert await store.decision(RequestId("filler_0")) == {}
    assert await store.decision(RequestId("request_new")) == {"chosen": "openai"}


async def test_many_documents_are_read_at_once_and_those_not_stored_left_out(database: Database) -> None:
    store: GatewayStore = GatewayDocuments(database)
    await store.save("breaker/o'neil", {"state": "OPEN"})
    await store.save("budget", None)
    await store.save("other", 3)
    assert await store.load_all(["breaker/o'neil", "budget", "gone"]) == {
        "breaker/o'neil": {"state": "OPEN"},
        "budget": None,
    }
    assert await store.load_all([]) == {}
