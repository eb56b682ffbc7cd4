"""Trying a provider out before it is used."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui.domain.errors import McpTuiError
from tui.domain.gateway import ModelSpec, ProviderSpec
from tui.domain.gateway_answers import ConnectionTest
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.providers.credentials import Credentials
from tui.gateway.embedded.requests.upstreams import Upstreams


@dataclass(frozen=True, slots=True)
class GivenKey:
    """Satisfies `gateway.ports.KeyFinder` with a key that was typed and is stored nowhere yet."""

    key: str

    def __repr__(self) -> str:
        return "GivenKey()"

    def key_for(self, provider: ProviderSpec) -> str | None:
        """Returns the key."""
        return self.key


async def test_connection(spec: ProviderSpec, credentials: Credentials, upstreams: Upstreams) -> ConnectionTest:
    """Tries a provider out, known or not, by listing its models; changes nothing."""
    credential = await credentials.find(spec)
    if credential.missing:
        return ConnectionTest(False, clean_line(f"{spec.name} cannot be tried: {credential.missing}"))
    upstream = upstreams.once(spec, credential.key)
    try:
        models = await upstream.models()
    except McpTuiError as error:
        return ConnectionTest(False, error.message, error.hint)
    finally:
        await upstream.close()
    return ConnectionTest(True, _seen(spec, models), models=models)


def _seen(spec: ProviderSpec, models: Sequence[ModelSpec]) -> CleanText:
    if not models:
        return clean_line(f"{spec.name} answered but lists no models")
    count = "1 model" if len(models) == 1 else f"{len(models):,} models"
    named = ", ".join(clean_line(model.id, 60) for model in models[:3])
    return clean_line(f"{spec.name} lists {count}: {named}{', …' if len(models) > 3 else ''}")
