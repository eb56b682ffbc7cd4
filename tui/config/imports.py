"""Servers that other clients on this machine are configured with, found in their files; nothing is started."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tui.config.foreign import Ask, FoundServer, NotUsableError, foreign_server
from tui.config.servers import with_own_name
from tui.config.source import MAX_BYTES
from tui.domain.errors import UsageError
from tui.domain.ids import ServerName
from tui.domain.messages import Json
from tui.domain.servers import ServerSpec
from tui.domain.text import CleanText, clean_line

_TABLES = ("mcpServers", "servers", "mcp_servers", "context_servers", "mcp")
_MAX_FILE_BYTES = MAX_BYTES * 10
_MAX_SERVERS = 500
# What is never closed ends with the text: looking for its end again from every place in it would take forever.
_COMMENTS = re.compile(r'("(?:\\.|[^"\\])*(?:"|\\?\Z))|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_COMMAS = re.compile(r'("(?:\\.|[^"\\])*(?:"|\\?\Z))|,(?=\s*[}\]])', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought: usable servers under names of their own, and a sentence for each that is not."""

    servers: tuple[FoundServer, ...] = ()
    skipped: tuple[CleanText, ...] = ()


def found_servers(places: list[tuple[str, Path]], source: str = "") -> Found:
    """Returns the servers of all known clients, of one of them, or of the file `source`. Raises UsageError."""
    if not source:
        return _joined([servers_in(path, client) for client, path in places])
    known = {_plain(client): (client, path) for client, path in places}
    if _plain(source) in known:
        client, path = known[_plain(source)]
        if not path.exists():
            raise UsageError(f"{client} has no file {path}.", "Name the file itself with --from FILE.")
        return servers_in(path, client)
    path = Path(source).expanduser()
    if not path.is_file():
        names = ", ".join(client.lower().replace(" ", "-") for client, _ in places)
        raise UsageError(f"{source!r} is neither a file nor a client that is known.", f"Known clients: {names}.")
    found = servers_in(path, path.name)
    if not found.servers and not found.skipped:
        raise UsageError(f"{path} names no MCP server.", "It should hold mcpServers, servers or [mcp_servers].")
    return found


def servers_in(path: Path, client: str) -> Found:
    """Returns the servers a file names; nothing when it cannot be read."""
    data = _read(path)
    asks = _asks(data)
    servers: list[FoundServer] = []
    skipped: list[CleanText] = []
    taken: set[ServerName] = set()
    for name, definition in list(_definitions(data))[:_MAX_SERVERS]:
        try:
            server = foreign_server(name, definition, client, str(path), asks)
        except NotUsableError as error:
            skipped.append(clean_line(f"{name} of {client}: {error}", 300))
            continue
        own = with_own_name(server.spec.name, taken)
        taken.add(own)
        servers.append(replace(server, spec=replace(server.spec, name=own)))
    return Found(tuple(servers), tuple(skipped))


def _joined(founds: list[Found]) -> Found:
    """One list with every name once; the same server in two clients is listed once."""
    servers: list[FoundServer] = []
    for server in (server for found in founds for server in found.servers):
        spec = server.spec
        if any(_same(spec, other.spec) for other in servers):
            continue
        own = with_own_name(spec.name, {other.spec.name for other in servers})
        servers.append(replace(server, spec=replace(spec, name=own)))
    return Found(tuple(servers), tuple(sentence for found in founds for sentence in found.skipped))


def _same(one: ServerSpec, other: ServerSpec) -> bool:
    return replace(one, name=other.name, origin=other.origin) == other


def _read(path: Path) -> dict[str, Json]:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_FILE_BYTES + 1)
        if len(content) > _MAX_FILE_BYTES:
            return {}
        text = content.decode("utf-8-sig")
        data: Json = tomllib.loads(text) if path.suffix == ".toml" else _json(text)
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _json(text: str) -> Json:
    """Zed and VS Code allow comments and trailing commas."""
    try:
        return json.loads(text)
    except ValueError:
        kept = _COMMENTS.sub(lambda match: match[1] or " ", text)
        return json.loads(_COMMAS.sub(lambda match: match[1] or "", kept))


def _definitions(data: dict[str, Json]) -> Iterator[tuple[str, Json]]:
    for key in _TABLES:
        table = data.get(key)
        if isinstance(table, dict) and table:
            # VS Code's settings.json nests them once more.
            inner = table.get("servers") if key == "mcp" else None
            yield from (inner if isinstance(inner, dict) else table).items()
            break
    projects = data.get("projects")  # Claude Code keeps servers by directory as well
    for project in projects.values() if isinstance(projects, dict) else ():
        servers = project.get("mcpServers") if isinstance(project, dict) else None
        yield from servers.items() if isinstance(servers, dict) else ()


def _asks(data: dict[str, Json]) -> Mapping[str, Ask]:
    inner = data.get("mcp")
    inputs = data.get("inputs") or (inner.get("inputs") if isinstance(inner, dict) else None)
    return {
        item["id"]: Ask(
            item["id"], clean_line(item.get("description") or item["id"], 200), item.get("password") is True
        )
        for item in (inputs if isinstance(inputs, list) else ())
        if isinstance(item, dict) and isinstance(item.get("id"), str)
    }


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
