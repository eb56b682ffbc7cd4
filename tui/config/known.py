"""Endpoints whose address and key variable are public knowledge, so that a name is enough."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from tui.domain.errors import ConfigError


@dataclass(frozen=True, slots=True)
class KnownProvider:
    """Where a provider answers and which variable usually holds its key; None when it needs none."""

    base_url: str
    api_key_env: str | None


KNOWN_PROVIDERS: Mapping[str, KnownProvider] = MappingProxyType(
    {
        "openai": KnownProvider("https://api.openai.com/v1", "OPENAI_API_KEY"),
        "openrouter": KnownProvider("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
        "groq": KnownProvider("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
        "mistral": KnownProvider("https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
        "deepseek": KnownProvider("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
        "together": KnownProvider("https://api.together.xyz/v1", "TOGETHER_API_KEY"),
        "fireworks": KnownProvider("https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
        "cerebras": KnownProvider("https://api.cerebras.ai/v1", "CEREBRAS_API_KEY"),
        "xai": KnownProvider("https://api.x.ai/v1", "XAI_API_KEY"),
        "gemini": KnownProvider("https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY"),
        "omniroute": KnownProvider("http://127.0.0.1:20128/v1", "OMNIROUTE_API_KEY"),
        "litellm": KnownProvider("http://127.0.0.1:4000/v1", "LITELLM_API_KEY"),
        "ollama": KnownProvider("http://127.0.0.1:11434/v1", None),
        "lmstudio": KnownProvider("http://127.0.0.1:1234/v1", None),
        "llamacpp": KnownProvider("http://127.0.0.1:8080/v1", None),
        "vllm": KnownProvider("http://127.0.0.1:8000/v1", None),
    }
)

_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """Returns `scheme://host:port`, what a key is bound to (RFC 6454). Raises ConfigError when it is no http URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigError(f"{url!r} is no URL: {error}.", _URL_HINT) from error
    if parts.scheme not in _DEFAULT_PORTS or not host or any(char <= " " for char in url):
        raise ConfigError(f"{url!r} is no http or https URL.", _URL_HINT)
    shown_host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown_host}:{port or _DEFAULT_PORTS[parts.scheme]}"


_URL_HINT = "Write it like https://api.example.com/v1."


def known_origins(api_key_env: str) -> frozenset[str]:
    """Returns the origins a well-known key variable belongs to; empty for any other variable."""
    return frozenset(
        origin_of(known.base_url) for known in KNOWN_PROVIDERS.values() if known.api_key_env == api_key_env
    )
