"""The OpenAI-compatible endpoint beside a direct call, and beside LiteLLM's proxy where one is installed.

Each program runs in a process of its own before the same endpoint; calls go to all of them in turn. LiteLLM is asked
when MCP_TUI_BENCH_LITELLM names its command, as in a scratch environment with `litellm[proxy]`.
"""

import asyncio
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from openai import AsyncOpenAI

from tests.bench.calling import endpoint
from tests.bench.measurement import Measurement, percentile

LITELLM = "MCP_TUI_BENCH_LITELLM"
CALLS, WARM_UP, AT_ONCE, ROUNDS = 100, 10, 16, 12
TOKENS = 8
START_S = 120.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where calls go."""

    url: str
    model: str
    key: str = "none"


Times = Mapping[str, list[float]]
"""Seconds a call, by where it went: `direct`, `ours`, `litellm`."""


def measure_serving() -> list[Measurement]:
    """Returns what serving adds to a call, one at a time and sixteen at a time."""
    command = os.environ.get(LITELLM, "")
    with ExitStack() as stack:
        direct = stack.enter_context(endpoint(TOKENS))
        places = {"direct": Place(direct, "fake-1"), "ours": stack.enter_context(_ours(direct))}
        if command:
            places["litellm"] = stack.enter_context(_litellm(command, direct))
        one_by_one, at_once = asyncio.run(_measured(places))
    return [_added("served: added to a call, p50", one_by_one), _added(f"served: {AT_ONCE} at a time, p50", at_once)]


def _added(row: str, times: Times) -> Measurement:
    added = {name: (percentile(each, 0.5) - percentile(times["direct"], 0.5)) * 1e3 for name, each in times.items()}
    theirs = added.get("litellm")
    words = "LiteLLM's proxy" if theirs is not None else f"LiteLLM's proxy, not measured: {LITELLM} is not set"
    return Measurement(row, "ms", added["ours"], theirs, words, None, 1.0)


async def _measured(places: Mapping[str, Place]) -> tuple[Times, Times]:
    clients = {
        name: AsyncOpenAI(base_url=place.url, api_key=place.key, max_retries=0) for name, place in places.items()
    }

    async def call(name: str) -> float:
        began = time.perf_counter()
        stream = await clients[name].chat.completions.create(
            model=places[name].model, messages=[{"role": "user", "content": "hi"}], stream=True
        )
        async for _ in stream:
            pass
        return time.perf_counter() - began

    one_by_one: dict[str, list[float]] = {name: [] for name in places}
    at_once: dict[str, list[float]] = {name: [] for name in places}
    try:
        for number in range(WARM_UP + CALLS):
            for name in places:
                took = await call(name)
                if number >= WARM_UP:
                    one_by_one[name].append(took)
        for number in range(1 + ROUNDS):
            for name in places:
                took_each = await asyncio.gather(*(call(name) for _ in range(AT_ONCE)))
                if number:
                    at_once[name] += took_each
    finally:
        for client in clients.values():
            await client.close()
    return one_by_one, at_once


@contextmanager
def _ours(upstream: str) -> Iterator[Place]:
    """Serves the endpoint as provider `up`."""
    with tempfile.TemporaryDirectory() as home:
        config = Path(home) / "bench.toml"
        config.write_text(f'[[providers]]\nname = "up"\nbase_url = "{upstream}"\nmodels = [{{ id = "fake-1" }}]\n')
        program = [sys.executable, "-m", "tui", "serve"]
        environ = {**os.environ, "MCP_TUI_HOME": home}
        made = subprocess.run(
            [*program, "keys", "add", "bench", "--scope", "execute:completions", "--json"],
            env=environ,
            check=True,
            stdout=subprocess.PIPE,
        )
        listen = [*program, "--http", "--port", "0", "--json", "--config", str(config)]
        with subprocess.Popen(listen, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environ) as process:
            assert process.stdout is not None
            try:
                url = json.loads(process.stdout.readline())["url"]
                yield Place(f"{url}/v1", "up/fake-1", json.loads(made.stdout)["key"])
            finally:
                process.terminate()


@contextmanager
def _litellm(command: str, upstream: str) -> Iterator[Place]:
    """Runs LiteLLM's proxy before the endpoint, one worker, quiet."""
    with tempfile.TemporaryDirectory() as home, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        parameters = {"model": "openai/fake-1", "api_base": upstream, "api_key": "none"}
        config = Path(home) / "config.yaml"
        # JSON is YAML.
        config.write_text(json.dumps({"model_list": [{"model_name": "fake-1", "litellm_params": parameters}]}))
        words = ["--config", str(config), "--host", "127.0.0.1", "--port", str(port), "--num_workers", "1"]
        key = f"sk-{secrets.token_hex(32)}"
        environ = {**os.environ, "LITELLM_TELEMETRY": "False", "LITELLM_LOG": "ERROR", "LITELLM_MASTER_KEY": key}
        with subprocess.Popen(
            [command, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environ, cwd=home
        ) as process:
            try:
                _wait_for(f"http://127.0.0.1:{port}/health/liveliness", process)
                yield Place(f"http://127.0.0.1:{port}/v1", "fake-1", key)
            finally:
                process.terminate()


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("LiteLLM's proxy did not start")
