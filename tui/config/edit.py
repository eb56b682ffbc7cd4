"""Changes to config.toml that keep a person's comments and layout."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui.config.atomic import replace_file
from tui.config.paths import Paths, make_private
from tui.config.source import read_json, read_toml
from tui.domain.errors import ConfigError, UsageError
from tui.domain.servers import ServerSpec

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def add_server(paths: Paths, spec: ServerSpec) -> None:
    """Writes a server into config.toml. Raises ConfigError, also when the name is taken; then nothing is changed."""
    import tomlkit

    document = _document(paths)
    servers = document.setdefault("servers", tomlkit.table(is_super_table=True))
    if not isinstance(servers, dict):
        raise ConfigError(f"{paths.config_file}: servers must be a table.", "Write servers as [servers.NAME].")
    if spec.name in servers:
        raise ConfigError(
            f"{paths.config_file} has a server {spec.name!r} already.", f"Run: mcp-tui servers remove {spec.name}"
        )
    table = tomlkit.table()
    for key, value in _fields(spec).items():
        table.add(key, value)
    servers[spec.name] = table
    _write(paths, document)


def remove_server(paths: Paths, name: str) -> None:
    """Takes a server out of config.toml. Raises ConfigError or UsageError; then nothing is changed."""
    document = _document(paths)
    servers = document.get("servers")
    if not isinstance(servers, dict) or name not in servers:
        elsewhere = _in_mcp_file(paths, name)
        raise UsageError(
            f"{paths.config_file} has no server {name!r}.",
            f"It stands in {paths.mcp_file}; take it out there." if elsewhere else "See `mcp-tui servers list`.",
        )
    del servers[name]
    _write(paths, document)


def _fields(spec: ServerSpec) -> Mapping[str, object]:
    if spec.transport == "stdio":
        fields: dict[str, object] = {"command": spec.command, "args": list(spec.args)}
        optional: dict[str, object] = {"env": dict(spec.env), "cwd": spec.cwd}
    else:
        fields = {"url": spec.url}
        optional = {"transport": "sse" if spec.transport == "sse" else None, "headers": dict(spec.headers)}
    return fields | {key: value for key, value in optional.items() if value}


def _document(paths: Paths) -> "TOMLDocument":
    import tomlkit

    if not paths.config_file.exists():
        return tomlkit.document()
    return tomlkit.parse(read_toml(paths.config_file).text)


def _write(paths: Paths, document: "TOMLDocument") -> None:
    import tomlkit

    make_private(paths.config)
    replace_file(paths.config_file, tomlkit.dumps(document))


def _in_mcp_file(paths: Paths, name: str) -> bool:
    if not paths.mcp_file.exists():
        return False
    servers = read_json(paths.mcp_file).data.get("mcpServers")
    return isinstance(servers, dict) and name in servers
