"""How servers, tools and arguments are named on the command line."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tui.config.schema import Settings
from tui.domain.errors import ConnectError, UsageError
from tui.domain.ids import ServerName
from tui.domain.jsonable import MAX_NESTING, nested_too_deeply
from tui.domain.servers import ServerSpec, ServerStatus
from tui.domain.text import clean_line
from tui.engine import Engine

_MARGIN_S = 5.0
"""A server that takes all of its time to start still has to tell what it offers."""


def only_server(settings: Settings, name: str) -> Settings:
    """Returns settings with this one server. Raises UsageError naming the servers there are."""
    matching = tuple(spec for spec in settings.servers if spec.name == name)
    if not matching:
        known = ", ".join(spec.name for spec in settings.servers) or "none is configured"
        raise UsageError(f"No server is called {name!r}.", f"Servers: {known}. Add one with `mcp-tui servers add`.")
    return replace(settings, servers=matching)


def not_started(settings: Settings) -> Settings:
    """Returns settings whose servers are known and left alone."""
    return replace(settings, servers=tuple(replace(spec, enabled=False) for spec in settings.servers))


def split_name(address: str, servers: Sequence[ServerSpec]) -> tuple[ServerName, str]:
    """Splits `SERVER.NAME`; a server's own name may hold dots. Raises UsageError."""
    for spec in sorted(servers, key=lambda spec: -len(spec.name)):
        if address.startswith(f"{spec.name}.") and len(address) > len(spec.name) + 1:
            return spec.name, address[len(spec.name) + 1 :]
    known = ", ".join(spec.name for spec in servers) or "none is configured"
    raise UsageError(f"{address!r} does not begin with a server's name and a dot.", f"Servers: {known}.")


async def settled(engine: Engine) -> Sequence[ServerStatus]:
    """Waits until no server is being started any more; returns how each stands."""
    pool = engine.parts.pool
    longest_s = max((pool.spec(status.name).start_timeout_s for status in pool.statuses()), default=0.0)
    await engine.servers.settled(longest_s + _MARGIN_S)
    return pool.statuses()


async def settled_server(engine: Engine, name: ServerName) -> ServerStatus:
    """Waits as `settled` does; returns how one server stands."""
    return next(status for status in await settled(engine) if status.name == name)


async def connected(engine: Engine, name: ServerName) -> ServerStatus:
    """Waits for one server. Raises ConnectError with the reason when it cannot be used."""
    status = await settled_server(engine, name)
    if status.state == "untrusted":
        raise ConnectError(
            f"{name} is named by {status.origin} and was never started: {status.target}",
            f"Look at the command; `mcp-tui servers trust {name}` lets it run.",
        )
    if status.state != "ready":
        raise ConnectError(
            f"{name} is {status.state}: {status.error or 'no answer'}",
            status.hint or f"`mcp-tui servers doctor {name}` tells which stage fails.",
        )
    return status


def parse_arguments(pairs: Sequence[str], as_json: str | None, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Returns tool arguments from `key=value` pairs, typed by the schema, over those of a JSON object.

    Raises UsageError on a pair without `=`, on broken or too deep JSON and on a value that does not fit its type.
    """
    arguments: dict[str, Any] = {}
    if as_json is not None:
        try:
            loaded = json.loads(as_json)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"--args is not JSON: {error}", "Quote it for the shell: --args '{\"a\": 1}'") from error
        if not isinstance(loaded, dict):
            raise UsageError("--args must be a JSON object.", "Quote it for the shell: --args '{\"a\": 1}'")
        arguments.update(loaded)
    properties = schema.get("properties")
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"{pair!r} is not KEY=VALUE.", "Write arguments as key=value, or all as --args JSON.")
        arguments[key] = _typed(key, text, properties.get(key) if isinstance(properties, Mapping) else None)
    if nested_too_deeply(arguments):
        raise UsageError("The arguments are nested too deeply.", f"Give at most {MAX_NESTING} levels.")
    return arguments


def _typed(key: str, text: str, schema: Any) -> Any:
    """A value as its schema wants it; text where the schema says text or nothing."""
    kinds = _kinds(schema)
    if not kinds or "string" in kinds:
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        wanted = " or ".join(sorted(kinds))
        raise UsageError(f"{key} must be {wanted}, not {clean_line(text, 60)!r}.", "Write it as JSON.") from error


def _kinds(schema: Any) -> set[str]:
    if not isinstance(schema, Mapping):
        return set()
    kind = schema.get("type")
    kinds = {kind} if isinstance(kind, str) else set(kind) if isinstance(kind, list) else set()
    for branch in (*(schema.get("anyOf") or ()), *(schema.get("oneOf") or ())):
        kinds |= _kinds(branch)
    return kinds
