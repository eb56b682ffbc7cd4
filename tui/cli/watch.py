"""`mcp-tui resources watch`: a line each time a resource changes, until it is interrupted."""

from tui.bus import Inbox
from tui.cli.addressing import connected, only_server
from tui.cli.invocation import Invocation
from tui.domain.errors import CallError, ConnectError
from tui.domain.events import ResourceChanged, ResourceWatched, ServerChanged
from tui.domain.ids import ServerName
from tui.domain.servers import ServerState
from tui.domain.text import clean_line
from tui.engine import Engine
from tui.ui.format import clock_to_the_second

_OVER: frozenset[ServerState] = frozenset({"failed", "closed", "disabled", "untrusted"})


def watch_resource(call: Invocation) -> int:
    """Prints each change; 130 when interrupted, 3 when the server is lost for good, 1 when it tells of no changes."""
    server, uri = ServerName(call.given.server), call.given.uri

    async def verb(engine: Engine) -> int:
        await connected(engine, server)
        inbox = engine.bus.subscribe()
        await engine.servers.watch_resource(server, uri)
        call.output.say(f"Watching {clean_line(uri)}; ctrl+c ends it.")
        await _Watch(call, engine, server, uri).follow(inbox)
        return 0

    return call.on_engine(verb, only_server(call.settings, server))


class _Watch:
    """One resource and what is told of it."""

    def __init__(self, call: Invocation, engine: Engine, server: ServerName, uri: str) -> None:
        self._output = call.output
        self._clock = engine.clock
        self._server = server
        self._uri = uri

    async def follow(self, inbox: Inbox) -> None:
        """Never returns. Raises ConnectError, CallError when nothing more will be told."""
        while True:
            await inbox.wait()
            for event in inbox.drain():
                match event:
                    case ResourceChanged():
                        self._tell()
                    case ServerChanged() if event.status.state in _OVER:
                        status = event.status
                        raise ConnectError(f"{self._server} is {status.state}: {status.error}", status.hint)
                    case ServerChanged() if event.status.state == "reconnecting":
                        self._output.say(f"mcp-tui: {self._server} is lost: {event.status.error}. It is opened again.")
                    case ResourceWatched(on=False):
                        raise CallError(f"{self._server} does not tell when {self._uri} changes any more.")

    def _tell(self) -> None:
        at = self._clock.wall()
        if self._output.as_json:
            self._output.event({"event": "resource_changed", "server": self._server, "uri": self._uri, "at": at})
        else:
            self._output.text(f"{clock_to_the_second(at)}  {clean_line(self._uri)} changed")
