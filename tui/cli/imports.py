"""`mcp-tui servers import`: takes over what other clients are configured with; nothing is started."""

import os
import sys
from dataclasses import replace
from pathlib import Path

from tui.cli.invocation import Invocation
from tui.cli.output import Output
from tui.config.discover import client_files
from tui.config.edit import add_server
from tui.config.foreign import FoundServer, answered, with_variables
from tui.config.imports import found_servers
from tui.config.servers import with_own_name
from tui.domain.errors import UsageError
from tui.domain.servers import ServerSpec
from tui.servers.transports.preview import is_secret_name
from tui.servers.trust.launch import cautions, launch_lines


def import_servers(call: Invocation) -> int:
    """Writes the chosen servers into config.toml, untrusted; without a choice, lists what was found."""
    given, output = call.given, call.output
    found = found_servers(client_files(os.environ, Path.home()), given.source)
    for sentence in found.skipped:
        output.say(f"mcp-tui: left out {sentence}")
    chosen = _chosen(list(found.servers), given.names, everything=given.all)
    if not given.names and not given.all:
        return _list(output, chosen)
    taken = {spec.name for spec in call.settings.servers}
    written = []
    for server in chosen:
        spec = answered(server, _answers(server), os.environ)
        if given.env_secrets:
            spec = with_variables(spec, is_secret_name)
        own = with_own_name(spec.name, taken)
        if own != spec.name:
            output.say(f"{spec.name} is taken; it is called {own} here.")
        taken.add(own)
        spec = replace(spec, name=own)
        add_server(call.paths, spec)
        written.append(spec)
        _tell(output, server, spec)
    names = ", ".join(spec.name for spec in written) or "nothing: no server was found"
    output.done(f"Imported {names}. Nothing was started: look at each, then mcp-tui servers trust NAME.")
    return 0


def _chosen(servers: list[FoundServer], names: list[str], *, everything: bool) -> list[FoundServer]:
    if everything or not names:
        return servers
    known: dict[str, FoundServer] = {server.spec.name: server for server in servers}
    for name in names:
        if name not in known:
            raise UsageError(f"No server called {name!r} was found.", f"Found: {', '.join(known) or 'none'}.")
    return [known[name] for name in names]


def _list(output: Output, servers: list[FoundServer]) -> int:
    if output.as_json:
        output.document(
            {
                "servers": [
                    {"name": one.spec.name, "client": one.client, "origin": one.spec.origin, "launch": _lines(one.spec)}
                    for one in servers
                ]
            }
        )
        return 0
    for server in servers:
        _tell(output, server, server.spec)
    if servers:
        output.say("\nNothing was written. Take over: mcp-tui servers import NAME… or --all")
    else:
        output.say("No other client on this machine names a server. Name a file: mcp-tui servers import --from FILE")
    return 0


def _tell(output: Output, server: FoundServer, spec: ServerSpec) -> None:
    output.say(f"\n{spec.name}  of {server.client}, {spec.origin}{'' if spec.enabled else '  (disabled)'}")
    for line in _lines(spec):
        output.say(f"  {line}")
    for ask in server.asks:
        output.say(f"  asks for {ask.description}: set the environment variable {ask.variable}")
    for caution in cautions(spec):
        output.say(f"! {caution}")
    secret = [name for name, value in (*spec.env.items(), *spec.headers.items()) if _is_plain_secret(name, value)]
    if secret:
        output.say(f"! {', '.join(secret)}: in plain text there. --env-secrets takes it from the environment instead.")


def _lines(spec: ServerSpec) -> list[str]:
    return launch_lines(spec, "")


def _is_plain_secret(name: str, value: str) -> bool:
    return is_secret_name(name) and "${" not in value


def _answers(server: FoundServer) -> dict[str, str]:
    """Asks what the definition wants asked, when somebody is there; a secret is never written into a file."""
    if not sys.stdin.isatty():
        return {}
    answers = {}
    for ask in server.asks:
        if not ask.secret:
            answers[ask.id] = input(f"{server.spec.name}: {ask.description}: ").strip()
    return answers
