"""The LiteLLM adapter against a real proxy. Opt-in: MCP_TUI_TEST_LITELLM names its command, as `…/venv/bin/litellm`.

The proxy runs on loopback, without a database, before our fake endpoint; its prices come from the configuration below.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.fakes.llm_endpoint import LlmEndpoint, Seen
from tests.fakes.llm_replies import Reply, fail, say
from tests.integration.gateway.remote.outside import Outside, outside
from tui.domain.errors import NotExposedError

COMMAND = os.environ.get("MCP_TUI_TEST_LITELLM", "")
MASTER_KEY = "sk-only-for-this-test"
START_S = 120.0
CONFIG = """
model_list:
  - model_name: house-small
    litellm_params: {{model: openai/fake-1, api_base: "{url}", api_key: sk-fake}}
    model_info: {{id: house-small-1, input_cost_per_token: 0.000001, output_cost_per_token: 0.000002, mode: chat}}
  - model_name: broken
    litellm_params: {{model: openai/fake-2, api_base: "http://127.0.0.1:9/v1", api_key: sk-fake}}
router_settings:
  num_retries: 0
  fallbacks: [{{"broken": ["house-small"]}}]
litellm_settings:
  include_cost_in_streaming_usage: true
"""

pytestmark = pytest.mark.skipif(not COMMAND, reason="MCP_TUI_TEST_LITELLM names no litellm command")


def reply(seen: Seen) -> Reply:
    if seen.body.get("stream"):
        return say("ready", usage={"prompt_tokens": 50, "completion_tokens": 10, "total_tokens": 60})
    choice = {"index": 0, "message": {"role": "assistant", "content": "ready"}, "finish_reason": "stop"}
    return fail(200, {"id": "c", "object": "chat.completion", "created": 1, "model": "fake-1", "choices": [choice]})


@asynccontextmanager
async def real_proxy(path: Path) -> AsyncIterator[Outside]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "LITELLM_MASTER_KEY": MASTER_KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    async with LlmEndpoint(reply) as endpoint:
        config = path / "litellm.yaml"
        config.write_text(CONFIG.format(url=endpoint.base_url))
        process = await asyncio.create_subprocess_exec(
            *(COMMAND, "--config", str(config), "--host", "127.0.0.1", "--port", str(port)),
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=1 << 20,
        )
        drained = None
        try:
            drained = await _ready(process)
            async with outside(path, "litellm", f"http://127.0.0.1:{port}", MASTER_KEY) as proxy:
                yield proxy
        finally:
            process.terminate()
            await process.wait()
            if drained is not None:
                await drained


async def _ready(process: asyncio.subprocess.Process) -> asyncio.Task[bytes]:
    """Returns once it says that it listens, with the task that reads on so that it never waits for a reader."""
    assert process.stdout
    said = []
    async with asyncio.timeout(START_S):
        async for line in process.stdout:
            if b"Uvicorn running on" in line:
                return asyncio.create_task(process.stdout.read())
            said.append(line.decode(errors="replace"))
    raise AssertionError(f"the proxy ended before it was ready: {''.join(said[-20:])}")


async def test_the_contract_holds_before_a_real_proxy(tmp_path: Path) -> None:
    async with real_proxy(tmp_path) as proxy:
        gateway = proxy.gateway
        health = await gateway.health()
        assert (health.verdict, health.providers[1].breaker.state) == ("ok", "UNKNOWN")
        assert health.version

        models = {view.id: view for view in (await gateway.models(refresh=True)).models}
        assert models["house-small"].input_usd_per_million == 1

        (chain,) = (await gateway.combos()).combos
        assert [step.step for step in chain.steps] == ["openai/fake-2", "openai/fake-1"]

        told = await proxy.ask("broken")
        assert told.end.outcome == "complete"
        assert told.end.cost.microusd is not None
        assert (await gateway.cost()).total.microusd == told.end.cost.microusd > 0
        explained = await gateway.explain(told.end.request_id)
        assert explained.attempts[0].served_by == "openai/fake-1"
        assert explained.attempts[0].answer_id

        tested = await gateway.test("broken")
        assert [trial.success for trial in tested.trials] == [False, True]
        with pytest.raises(NotExposedError):
            await gateway.combo_metrics("broken")
