"""Changes to config.toml that keep a person's comments and layout."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tui.config.atomic import replace_file
from tui.config.known import KNOWN_PROVIDERS
from tui.config.paths import Paths, make_private
from tui.config.source import read_json, read_toml
from tui.domain.errors import ConfigError, UsageError
from tui.domain.gateway import ComboSpec, ProviderSpec
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


def add_providers(paths: Paths, specs: Sequence[ProviderSpec]) -> None:
    """Writes providers into config.toml. Raises ConfigError, also when a name is taken; then nothing is changed."""
    import tomlkit

    document = _document(paths)
    tables = document.setdefault("providers", tomlkit.aot())
    if not isinstance(tables, list):
        raise ConfigError(f"{paths.config_file}: providers must be tables.", "Write each as [[providers]].")
    taken = {table.get("name") for table in tables if isinstance(table, dict)}
    for spec in specs:
        if spec.name in taken:
            raise ConfigError(
                f"{paths.config_file} has a provider {spec.name!r} already.",
                f"Run: mcp-tui providers remove {spec.name}",
            )
        table = tomlkit.table() if isinstance(tables, tomlkit.items.AoT) else tomlkit.inline_table()
        table.update(_provider_fields(spec))
        tables.append(table)
    _write(paths, document)


def remove_provider(paths: Paths, name: str) -> None:
    """Takes a provider out of config.toml. Raises ConfigError or UsageError; then nothing is changed."""
    document = _document(paths)
    tables = document.get("providers")
    found = [table for table in tables if isinstance(table, dict) and table.get("name") == name] if tables else []
    if not isinstance(tables, list) or not found:
        raise UsageError(f"{paths.config_file} has no provider {name!r}.", "See `mcp-tui providers list`.")
    users = _combos_through(document, name)
    if users:
        raise UsageError(f"{name!r} is a step of {', '.join(users)}.", f"Take it out of them in {paths.config_file}.")
    tables.remove(found[0])
    if not tables:
        del document["providers"]
    _write(paths, document)


def edit_combo(paths: Paths, combo: ComboSpec) -> None:
    """Writes a combo's steps, strategy and weights into config.toml; one that is not there yet is added.

    Raises ConfigError; then nothing is changed.
    """
    import tomlkit

    document = _document(paths)
    tables = document.setdefault("combos", tomlkit.aot())
    if not isinstance(tables, list):
        raise ConfigError(f"{paths.config_file}: combos must be tables.", "Write each as [[combos]].")
    table = next((one for one in tables if isinstance(one, dict) and one.get("name") == combo.name), None)
    if table is None:
        table = tomlkit.table() if isinstance(tables, tomlkit.items.AoT) else tomlkit.inline_table()
        table["name"] = combo.name
        tables.append(table)
        table = tables[-1]
    table["steps"] = list(combo.steps)
    table["strategy"] = combo.strategy
    if combo.weights:
        table["weights"] = list(combo.weights)
    else:
        table.pop("weights", None)
    _write(paths, document)


def _combos_through(document: "TOMLDocument", provider: str) -> list[str]:
    combos = document.get("combos")
    return [
        repr(combo.get("name"))
        for combo in (combos if isinstance(combos, list) else ())
        if isinstance(combo, dict) and any(str(step).startswith(f"{provider}/") for step in combo.get("steps", ()))
    ]


def _provider_fields(spec: ProviderSpec) -> Mapping[str, object]:
    """What is worth writing: a known name brings its own address and key variable."""
    known = KNOWN_PROVIDERS.get(spec.name)
    at_home = known is not None and known.base_url == spec.base_url
    usual_key = known is not None and at_home and spec.api_key_env == known.api_key_env
    optional: dict[str, object] = {
        "base_url": None if at_home else spec.base_url,
        "api_key_env": None if usual_key else spec.api_key_env,
        "keyring": spec.keyring,
        "headers": dict(spec.headers),
    }
    return {"name": spec.name} | {key: value for key, value in optional.items() if value}


def _fields(spec: ServerSpec) -> Mapping[str, object]:
    if spec.transport == "stdio":
        fields: dict[str, object] = {"command": spec.command, "args": list(spec.args)}
        optional: dict[str, object] = {"env": dict(spec.env), "cwd": spec.cwd}
    else:
        fields = {"url": spec.url}
        optional = {"transport": "sse" if spec.transport == "sse" else None, "headers": dict(spec.headers)}
    switched = {} if spec.enabled else {"enabled": False}
    return fields | {key: value for key, value in optional.items() if value} | switched


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
