"""What requests can be sent to, as OpenAI's clients list it."""

import time
from pathlib import Path

from tests.fakes.llm_endpoint import LlmEndpoint, models, say
from tests.integration.serve.served import served


async def test_chains_and_all_models_are_listed_and_found(tmp_path: Path) -> None:
    listed = models([{"id": "lab/large", "context_length": 200_000}, "plain"])
    async with (
        LlmEndpoint([say("hi")], models_reply=listed) as endpoint,
        served(tmp_path, {"a": endpoint}) as house,
        house.openai() as client,
    ):
        found = {entry.id: entry for entry in (await client.models.list()).data}
        assert list(found) == ["main", "a/fake-1", "a/lab/large", "a/plain"]
        assert [entry.owned_by for entry in found.values()] == ["mcp-tui", "a", "a", "a"]
        assert all(abs(entry.created - time.time()) < 600 for entry in found.values())
        large = await client.models.retrieve("a/lab/large")
        assert large == found["a/lab/large"]
        assert (large.model_extra or {})["context_length"] == 200_000
        assert (found["a/plain"].model_extra or {})["context_length"] is None
        assert (await client.models.retrieve("main")).id == "main"
        assert [call.tool for call in await house.audited()] == ["/v1/models"] * 3
