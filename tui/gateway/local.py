"""Finds model servers that run on this machine, by asking the loopback ports they usually listen on."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from tui.domain.gateway import ModelSpec, ProviderSpec
from tui.domain.ids import ProviderName
from tui.domain.money import Price
from tui.gateway.upstream.catalog import models_from

TIMEOUT_S = 0.5
_MOST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class LocalPort:
    """A usual port of a local model server."""

    name: ProviderName
    port: int
    free: bool
    """True when the server runs models itself; a proxy in front of paid providers has no price of its own."""


USUAL_PORTS = (
    LocalPort(ProviderName("ollama"), 11434, True),
    LocalPort(ProviderName("lmstudio"), 1234, True),
    LocalPort(ProviderName("llama-cpp"), 8080, True),
    LocalPort(ProviderName("vllm"), 8000, True),
    LocalPort(ProviderName("litellm"), 4000, False),
    LocalPort(ProviderName("omniroute"), 20128, False),
)

_FREE = Price(Decimal(0), Decimal(0), source="local")


async def find_local_providers(ports: Iterable[LocalPort] = USUAL_PORTS) -> tuple[ProviderSpec, ...]:
    """Returns the servers that answered with a list of models, in the order of `ports`; asks all at once."""
    found = await asyncio.gather(*map(_ask, ports))
    return tuple(provider for provider in found if provider)


async def _ask(local: LocalPort) -> ProviderSpec | None:
    import httpx

    base_url = f"http://127.0.0.1:{local.port}/v1"
    try:
        # Proxies from the environment are for the world outside; redirects would lead there.
        async with (
            asyncio.timeout(TIMEOUT_S),
            httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=TIMEOUT_S) as client,
            client.stream("GET", f"{base_url}/models", headers={"accept-encoding": "identity"}) as response,
        ):
            if response.status_code != 200:
                return None
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _MOST_BYTES:
                    return None
    except (httpx.HTTPError, OSError, TimeoutError):
        return None
    models = _models(bytes(body), local)
    return ProviderSpec(local.name, base_url, models=models, origin="local") if models else None


def _models(body: bytes, local: LocalPort) -> tuple[ModelSpec, ...]:
    try:
        listed = models_from(json.loads(body)) or ()
    except (ValueError, RecursionError):
        return ()
    if not local.free:
        return listed
    return tuple(replace(model, price=_FREE) for model in listed)
