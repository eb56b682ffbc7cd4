"""One server as another client's file defines it, read as plain data in any of their spellings. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tui.config.servers import as_name
from tui.domain.ids import ServerName
from tui.domain.messages import Json
from tui.domain.servers import ServerSpec, TransportKind
from tui.domain.text import CleanText, clean_line

_INPUT = re.compile(r"\$\{input:([^}]+)\}")
_OPENCODE = re.compile(r"\{env:([A-Za-z_][A-Za-z0-9_]*)\}")
_VARIABLE = re.compile(r"\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)\}")
_URL_KEYS = ("url", "serverUrl", "httpUrl", "uri")
_ENV_KEYS = ("env", "environment")
_HEADER_KEYS = ("headers", "http_headers", "requestInit")


@dataclass(frozen=True, slots=True)
class Ask:
    """Something a definition leaves to be asked of the person (VS Code `inputs`)."""

    id: str
    description: CleanText
    secret: bool

    @property
    def variable(self) -> str:
        """The environment variable that may stand for it."""
        return re.sub(r"[^A-Z0-9_]+", "_", self.id.upper()).strip("_") or "INPUT"


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A server of another client; not trusted, not started."""

    spec: ServerSpec
    client: CleanText
    asks: tuple[Ask, ...] = ()


class NotUsableError(ValueError):
    """A definition that names nothing this program could start or reach; the message says why."""


def foreign_server(name: str, data: Json, client: str, origin: str, asks: Mapping[str, Ask]) -> FoundServer:
    """Returns one definition. Raises NotUsableError."""
    if not isinstance(data, dict):
        raise NotUsableError("its definition is no table")
    command, args, env = _command(data)
    url = next((data[key] for key in _URL_KEYS if isinstance(data.get(key), str) and data[key]), "")
    if bool(command) == bool(url):
        raise NotUsableError("it has both a command and a URL" if command else "it has neither a command nor a URL")
    if url and not re.match(r"https?://[^\s/]", url):
        raise NotUsableError("its URL is not http or https")
    spec = ServerSpec(
        ServerName(as_name(name)),
        _transport(data, command),
        command=command,
        args=args,
        env=env if command else {},
        cwd=data["cwd"] if command and isinstance(data.get("cwd"), str) and data["cwd"] else None,
        url=url,
        headers=_headers(data) if url else {},
        enabled=data.get("disabled") is not True and data.get("enabled") is not False,
        origin=origin,
    )
    used = dict.fromkeys(found for text in _texts(spec) for found in _INPUT.findall(text))
    return FoundServer(
        _each_text(spec, _own_spelling),
        CleanText(client),
        tuple(asks.get(each) or Ask(each, clean_line(each, 100), True) for each in used),
    )


def answered(found: FoundServer, answers: Mapping[str, str], environ: Mapping[str, str]) -> ServerSpec:
    """Returns the server with what was asked filled in; what nobody answered is taken from the environment.

    A variable that is not set stands with an empty default: one server that lacks its key must not keep the whole
    configuration from being read.
    """
    variables = {ask.id: ask.variable for ask in found.asks}

    def fill(text: str) -> str:
        text = _INPUT.sub(lambda match: answers.get(match[1]) or f"${{{variables[match[1]]}}}", text)
        return _VARIABLE.sub(lambda match: f"${{{match[1]}{'' if match[1] in environ else ':-'}}}", text)

    return _each_text(found.spec, fill)


def with_variables(spec: ServerSpec, is_secret: Callable[[str], bool]) -> ServerSpec:
    """Returns the server with the values of secret-looking names taken from the environment instead."""

    def taken(values: Mapping[str, str]) -> dict[str, str]:
        return {
            name: f"${{{_as_variable(name)}:-}}" if is_secret(name) and "${" not in value else value
            for name, value in values.items()
        }

    return replace(spec, env=taken(spec.env), headers=taken(spec.headers))


def _command(data: dict[str, Json]) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """Zed nests command, args and env in a table; opencode writes command and args as one list."""
    command = data.get("command")
    source = data
    if isinstance(command, dict):
        source, command = command, command.get("path") or command.get("command")
    words = _strings(command) if isinstance(command, list) else [command] if isinstance(command, str) else []
    args = _strings(source.get("args"))
    env: Json = next((source[key] for key in _ENV_KEYS if isinstance(source.get(key), dict)), {})
    first, *rest = [*words, ""]
    return first, (*rest[:-1], *args), _mapping(env)


def _transport(data: dict[str, Json], command: str) -> TransportKind:
    if command:
        return "stdio"
    said = str(data.get("type") or data.get("transport") or "").lower()
    return "sse" if said == "sse" else "http"


def _headers(data: dict[str, Json]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for key in _HEADER_KEYS:
        value = data.get(key)
        if key == "requestInit" and isinstance(value, dict):
            value = value.get("headers")
        headers |= _mapping(value)
    token = data.get("bearer_token_env_var")  # Codex
    if isinstance(token, str) and token:
        headers["Authorization"] = f"Bearer ${{{token}}}"
    named = _mapping(data.get("env_http_headers"))
    return headers | {name: f"${{{variable}}}" for name, variable in named.items()}


def _own_spelling(text: str) -> str:
    return _OPENCODE.sub(r"${\1}", text).replace("${userHome}", "${HOME}").replace("${workspaceFolder}", ".")


def _each_text(spec: ServerSpec, change: Callable[[str], str]) -> ServerSpec:
    return replace(
        spec,
        args=tuple(change(arg) for arg in spec.args),
        url=change(spec.url),
        env={name: change(value) for name, value in spec.env.items()},
        headers={name: change(value) for name, value in spec.headers.items()},
    )


def _texts(spec: ServerSpec) -> list[str]:
    return [*spec.args, spec.url, *spec.env.values(), *spec.headers.values()]


def _strings(value: Json) -> list[str]:
    return [str(item) for item in value if isinstance(item, str | int | float)] if isinstance(value, list) else []


def _mapping(value: Json) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {str(name): str(item) for name, item in value.items() if isinstance(item, str | int | float)}


def _as_variable(name: str) -> str:
    return re.sub(r"[^A-Z0-9_]+", "_", name.upper()).strip("_") or "SECRET"
