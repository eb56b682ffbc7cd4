"""`mcp-tui servers`: list, check, add, remove."""

from tui.cli.addressing import not_started, only_server, settled
from tui.cli.invocation import Invocation
from tui.config.edit import add_server, remove_server
from tui.config.schema import Settings
from tui.config.servers import server_name, url_spec
from tui.domain.errors import UsageError
from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec
from tui.engine import Engine
from tui.ui.format import duration


def list_servers(call: Invocation) -> int:
    """Connects to all and prints the state of each."""

    async def verb(engine: Engine) -> int:
        statuses = await settled(engine)
        if call.output.as_json:
            call.output.document({"servers": statuses})
            return 0
        if not statuses:
            call.output.say("No server is configured. Add one: mcp-tui servers add NAME -- COMMAND ARGS")
        call.output.table(
            [
                (s.name, s.state, s.transport, s.era or "–", f"{s.tool_count} tools", s.error or s.title or s.target)
                for s in statuses
            ]
        )
        return 0

    return call.on_engine(verb)


def examine(call: Invocation) -> int:
    """Prints every stage of the check; 3 when one failed."""
    name, output = call.given.name, call.output
    chosen = only_server(call.settings, name)

    async def verb(engine: Engine) -> int:
        report = await engine.servers.examine(ServerName(name))
        if output.as_json:
            output.document({"server": name, "ok": report.healthy, "report": report})
        else:
            output.table(
                [(stage.name, stage.outcome, duration(stage.duration_ms), stage.detail) for stage in report.stages]
            )
            for line in report.stderr_tail:
                output.say(f"  stderr: {line}")
            if report.hint:
                output.say(f"Next: {report.hint}")
        return 0 if report.healthy else 3

    # The check makes a connection of its own; a second one beside it would only confuse the server.
    return call.on_engine(verb, not_started(chosen))


def add(call: Invocation) -> int:
    """Writes a server into config.toml; typing it is consent, stored with it."""
    name = server_name(call.given.name)
    command: list[str] = call.given.command
    urls: list[str] = getattr(call.given, "typed_urls", [])
    if any(command[:1]) == bool(urls):
        raise UsageError("Give either a command behind `--` or one --url.", "mcp-tui servers add NAME -- COMMAND ARGS")
    if any(spec.name == name for spec in call.settings.servers):
        raise UsageError(f"{name!r} exists already.", f"`mcp-tui servers remove {name}` first.")
    spec = url_spec(name, urls[0]) if urls else ServerSpec(name, "stdio", command=command[0], args=tuple(command[1:]))
    add_server(call.paths, spec)
    return _typed(call, spec, f"Added {name} to {call.paths.config_file}.")


def remove(call: Invocation) -> int:
    """Takes a server out of config.toml."""
    remove_server(call.paths, call.given.name)
    call.output.done(f"Removed {call.given.name} from {call.paths.config_file}.")
    return 0


def _typed(call: Invocation, spec: ServerSpec, message: str) -> int:
    """Stores the consent to a server that was just typed."""

    async def verb(engine: Engine) -> int:
        await engine.parts.consent.remember(spec, typed=True)
        call.output.done(message)
        return 0

    return call.on_engine(verb, not_started(Settings(servers=(spec,))))
