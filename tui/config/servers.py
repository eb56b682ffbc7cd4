"""Servers as a person defines them: in config.toml, in mcp.json, on the command line."""

import re
import shlex
from collections.abc import Mapping
from pathlib import PurePath
from urllib.parse import urlsplit

from tui.config.decode import Table
from tui.config.known import origin_of
from tui.config.variables import Expansion
from tui.config.vocabulary import FOREIGN_SERVER_KEYS, OAUTH, SERVER
from tui.domain.errors import UsageError
from tui.domain.grants import OAuthSpec
from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec, TransportKind

COMMAND_LINE = "command line"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NAMED = re.compile(r"([A-Za-z0-9_-]{1,64})=(.+)", re.DOTALL)
_TRANSPORTS: Mapping[str, TransportKind] = {
    "stdio": "stdio",
    "http": "http",
    "streamable-http": "http",
    "streamableHttp": "http",
    "streamable_http": "http",
    "sse": "sse",
}


def servers_of(table: Table, environ: Mapping[str, str]) -> list[ServerSpec]:
    """Returns the servers of a table `name → definition`; none of them is trusted. Raises ConfigError."""
    return [_server(table, name, environ) for name in table.data]


def command_spec(text: str) -> ServerSpec:
    """Returns the server of `[NAME=]COMMAND ARGS…`; typing it was consent. Raises UsageError."""
    named = _NAMED.fullmatch(text)
    name, command_line = named.groups() if named else ("", text)
    try:
        words = shlex.split(command_line)
    except ValueError as error:
        raise UsageError(f"--server {text!r}: {error}.", "Close the quotation.") from error
    if not words:
        raise UsageError(f"--server {text!r} names no command.", 'Write it like --server "npx -y some-server".')
    return ServerSpec(
        ServerName(name or _name_of_command(words)),
        "stdio",
        command=words[0],
        args=tuple(words[1:]),
        trusted=True,
        origin=COMMAND_LINE,
    )


def named_url_spec(text: str) -> ServerSpec:
    """Returns the server of `[NAME=]URL`. Raises UsageError."""
    named = _NAMED.fullmatch(text)
    if named:
        return url_spec(named.group(1), named.group(2))
    origin_of(text)
    host = urlsplit(text).hostname or "server"
    labels = [label for label in host.split(".") if label not in ("www", "api", "mcp")]
    return url_spec(host if host[0].isdigit() else labels[0] if labels else host, text)


def url_spec(name: str, url: str) -> ServerSpec:
    """Returns a remote server typed by a person. Raises UsageError when it is no URL, or holds a password."""
    origin_of(url)
    if "@" in urlsplit(url).netloc:
        raise UsageError(
            "A server's URL must not hold a password.",
            f"Leave it out, and give headers in config.toml: [servers.{as_name(name)}] "
            'headers = { Authorization = "Basic ${VARIABLE}" }.',
        )
    return ServerSpec(ServerName(as_name(name)), "http", url=url, trusted=True, origin=COMMAND_LINE)


def with_own_name(spec_name: ServerName, taken: set[ServerName]) -> ServerName:
    """Returns the name, with a number behind it when it is taken."""
    name, number = spec_name, 2
    while name in taken:
        name = ServerName(f"{spec_name[:60]}-{number}")
        number += 1
    return name


def is_named(text: str) -> bool:
    """Returns whether a command line server was given its name."""
    return _NAMED.fullmatch(text) is not None


def _server(parent: Table, name: str, environ: Mapping[str, str]) -> ServerSpec:
    if not _NAME.fullmatch(name):
        raise parent.error(name, "is no name for a server.", _naming(name))
    table = parent.table(name)
    if table is None:
        raise parent.error(name, "must be a table.")
    foreign = FOREIGN_SERVER_KEYS if parent.source.path.suffix == ".json" else frozenset()
    values = table.read(SERVER, also={*foreign, "oauth"})
    transport = _transport(table, values.pop("transport", ""), values.pop("type", ""))
    expansion = Expansion(table, environ)
    for key in ("args", "url", "env", "headers"):
        if key in values:
            fill = {"args": expansion.texts, "url": expansion.text}.get(key, expansion.mapping)
            values[key] = fill(key, values[key])
    if values.get("url"):
        origin_of(values["url"])
    values["oauth"] = _oauth(table, environ)
    if table.data.get("disabled") is True:
        values["enabled"] = False
    return ServerSpec(
        ServerName(name), transport, origin=str(table.source.path.absolute()), secrets=expansion.secrets, **values
    )


def _oauth(server: Table, environ: Mapping[str, str]) -> OAuthSpec | None:
    table = server.table("oauth")
    if table is None:
        return None
    values = table.read(OAUTH)
    document = values.get("client_metadata_url")
    if document and not (document.startswith("https://") and urlsplit(document).path.strip("/")):
        raise table.error("client_metadata_url", "must be an https address with a path.")
    variable = values.pop("client_secret_env", "")
    # A newline behind a secret, left by `export NAME=$(cat file)`, would break the header.
    return OAuthSpec(client_secret=environ.get(variable, "").strip() if variable else "", **values)


def _transport(table: Table, transport: str, type_: str) -> TransportKind:
    has_command, has_url = bool(table.data.get("command")), bool(table.data.get("url"))
    if has_command == has_url:
        found = "both command and url" if has_command else "neither command nor url"
        raise table.source.error(table.keys, f"has {found}.", "Give command (and args) or url.")
    said = transport or type_
    if said and said not in _TRANSPORTS:
        raise table.error("type", f"must be stdio, http or sse, not {said!r}.")
    kind = _TRANSPORTS[said] if said else ("stdio" if has_command else "http")
    if (kind == "stdio") != has_command:
        key = "transport" if transport else "type"
        raise table.error(key, f"is {said!r}, which does not go with {'command' if has_command else 'url'}.")
    return kind


def _name_of_command(words: list[str]) -> str:
    """The package or module a launcher starts says more than the launcher's own name."""
    program = PurePath(words[0]).name
    if program in ("npx", "uvx", "bunx", "pipx", "uv", "node", "deno", "docker") or program.startswith("python"):
        plain = [word for word in words[1:] if not word.startswith("-") and word not in ("run", "tool", "exec", "-m")]
        program = PurePath(plain[0]).name if plain else program
    program = program.removesuffix(".py").removesuffix(".js").split("@")[0]
    return as_name(re.sub(r"^(mcp-)?server-|^mcp-", "", program))


def server_name(text: str) -> ServerName:
    """Returns what a person typed as a server's name. Raises UsageError when it can be none."""
    if not _NAME.fullmatch(text):
        raise UsageError(f"{text!r} is no name for a server.", _naming(text))
    return ServerName(text)


def _naming(text: str) -> str:
    return f"Use letters, digits, - and _: for example {as_name(text)!r}."


def as_name(text: str) -> str:
    """Returns the nearest thing to `text` that can name a server."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-")[:64] or "server"
