"""What can be found without being told: providers named by environment variables, other clients' lists of servers.

Nothing found here is started or asked; a list of servers is read as plain data, and a broken one is passed over.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tui.config.known import KNOWN_PROVIDERS, origin_of
from tui.domain.errors import ConfigError
from tui.domain.gateway import ProviderSpec
from tui.domain.ids import ProviderName
from tui.domain.text import CleanText, clean_line

ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class FoundClient:
    """Another client's configuration that names MCP servers."""

    client: CleanText
    path: Path
    servers: tuple[CleanText, ...]


def providers_from_environment(environ: Mapping[str, str]) -> list[ProviderSpec]:
    """Returns a provider for each address or key the environment names, in the order of the table of known ones.

    A base URL and a key under the same prefix belong together: the person set both.
    """
    found = []
    for name, known in KNOWN_PROVIDERS.items():
        prefix = name.upper()
        key_env = known.api_key_env if known.api_key_env and environ.get(known.api_key_env) else None
        url = environ.get(f"{prefix}_BASE_URL", "")
        if name == "ollama":
            url = _ollama_url(environ.get("OLLAMA_HOST", ""))
        if not url and not key_env:
            continue
        try:
            origin_of(url or known.base_url)
        except ConfigError as error:
            raise ConfigError(f"{prefix}_BASE_URL: {error.message}", error.hint) from error
        found.append(
            ProviderSpec(
                ProviderName(name),
                url or known.base_url,
                api_key_env=key_env,
                origin=ENVIRONMENT,
                key_chosen=bool(url and key_env),
            )
        )
    return found


def describe(provider: ProviderSpec) -> CleanText:
    """Returns one sentence on where a found provider came from; never the key."""
    where = f"{provider.name} at {origin_of(provider.base_url)}"
    return clean_line(f"{where}, key in {provider.api_key_env}" if provider.api_key_env else f"{where}, no key")


def find_clients(environ: Mapping[str, str], home: Path) -> list[FoundClient]:
    """Returns the other clients on this machine whose configuration names MCP servers."""
    from tui.config.imports import servers_in  # for the welcome only; the start looks for providers

    found = []
    for client, path in client_files(environ, home):
        servers = servers_in(path, client).servers
        if servers:
            names = tuple(CleanText(server.spec.name) for server in servers)
            found.append(FoundClient(CleanText(client), path, names))
    return found


def _ollama_url(host: str) -> str:
    """`OLLAMA_HOST` is a host, `host:port` or a URL; 0.0.0.0 is where it listens, not where it is reached."""
    if not host:
        return ""
    url = host if "://" in host else f"http://{host}"
    scheme, _, rest = url.partition("://")
    rest = rest.rstrip("/").removesuffix("/v1").replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - replaced, not bound
    if "/" not in rest and ":" not in rest.rpartition("]")[2]:
        rest = f"{rest}:11434"
    return f"{scheme}://{rest}/v1"


def client_files(environ: Mapping[str, str], home: Path) -> list[tuple[str, Path]]:
    """Returns the known clients and where each keeps its configuration, whether it is there or not."""
    if sys.platform == "darwin":
        support = home / "Library" / "Application Support"
    elif os.name == "nt":
        support = Path(environ.get("APPDATA", home / "AppData" / "Roaming"))
    else:
        support = Path(environ.get("XDG_CONFIG_HOME", home / ".config"))
    return [
        ("Claude Desktop", support / "Claude" / "claude_desktop_config.json"),
        ("Claude Code", home / ".claude.json"),
        ("Cursor", home / ".cursor" / "mcp.json"),
        ("VS Code", support / "Code" / "User" / "mcp.json"),
        ("Windsurf", home / ".codeium" / "windsurf" / "mcp_config.json"),
        ("Gemini CLI", home / ".gemini" / "settings.json"),
        ("Codex", home / ".codex" / "config.toml"),
        ("Zed", (home / ".config" if sys.platform == "darwin" else support) / "zed" / "settings.json"),
        ("opencode", home / ".config" / "opencode" / "opencode.json"),
    ]
