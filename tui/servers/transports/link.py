"""One open client: transport, tap and SDK session put together; connection and doctor both stand on it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from mcp import Client
from mcp.types import Implementation, LoggingLevel

from tui.domain.clock import Clock
from tui.domain.events import FrameSeen
from tui.domain.servers import ServerSpec
from tui.servers.asking.allowed import Allowed
from tui.servers.asking.requests import Requests
from tui.servers.faults import REQUEST_FAILURES, refuses_post
from tui.servers.log import ServerLog
from tui.servers.oauth.signin import SignIn
from tui.servers.transports.parcels import Parcels
from tui.servers.transports.stdio import PipeListener
from tui.servers.transports.surviving import HttpListener
from tui.servers.transports.tap import Tap, TappedReading, TappedWriting, tapped
from tui.servers.transports.transport import HTTP_FAILURES, open_transport

LOG_LEVEL: LoggingLevel = "info"
"""What servers are asked to log from."""
INPUT_ROUNDS = 5
"""How often one request may be answered with another question (2026-07-28, multi round-trip requests)."""


def _unheard(*_: object) -> None:
    return


@dataclass(frozen=True, slots=True)
class LinkListener:
    """Who hears what happens on the link; unless named, nobody. All are called on the loop and must not wait."""

    show: Callable[[FrameSeen], None] = _unheard
    issue: Callable[[str], None] = _unheard
    lists_changed: Callable[[], None] = _unheard
    resource_changed: Callable[[str], None] = _unheard
    lost: Callable[[], None] = _unheard
    started: Callable[[int], None] = _unheard
    exited: Callable[[int | None], None] = _unheard


@asynccontextmanager
async def open_link(
    spec: ServerSpec,
    listener: LinkListener,
    *,
    log: ServerLog,
    requests: Requests,
    client_info: Implementation,
    clock: Clock,
    mode: str = "auto",
    signin: SignIn | None = None,
    allowed: Allowed | None = None,
) -> AsyncIterator[Client]:
    """Yields a client that has negotiated. Raises whatever the SDK or the system raises: see `faults.explain`.

    A URL that refuses the first POST is tried over the older HTTP+SSE transport before it is given up
    (MCP specification, transports, backwards compatibility).
    """

    def client_of(tried: ServerSpec, heard_by: LinkListener) -> Client:
        return Client(
            _listened(tried, heard_by, log, clock, signin),
            mode=mode,
            client_info=client_info,
            elicitation_callback=requests.elicit,
            sampling_callback=allowed.sample if allowed and allowed.sampling else None,
            list_roots_callback=allowed.list_roots if allowed and allowed.roots else None,
            message_handler=requests.heard,
            log_level=LOG_LEVEL,
            input_required_max_rounds=INPUT_ROUNDS,
            cache=None,
        )

    held_back = _HeldBack(listener.lost)
    async with AsyncExitStack() as undo:
        try:
            client = await undo.enter_async_context(client_of(spec, replace(listener, lost=held_back.tell)))
        except REQUEST_FAILURES as refused:
            if spec.transport != "http" or not refuses_post(refused):
                raise
            client = await _over_sse(undo, client_of(replace(spec, transport="sse"), listener), refused)
            listener.issue("speaks only the older HTTP+SSE transport")
        else:
            held_back.let_go()
        yield client


async def _over_sse(undo: AsyncExitStack, client: Client, refused: Exception) -> Client:
    """Raises the refusal of the first attempt when this one fails too: it says more about the URL."""
    try:
        return await undo.enter_async_context(client)
    except (*REQUEST_FAILURES, *HTTP_FAILURES) as error:
        raise refused from error


class _HeldBack:
    """News of a loss that counts only once the link is open: a first attempt that failed was not lost."""

    def __init__(self, lost: Callable[[], None]) -> None:
        self._lost = lost
        self._open = self._told = False

    def tell(self) -> None:
        self._told = True
        if self._open:
            self._lost()

    def let_go(self) -> None:
        self._open = True
        if self._told:
            self._lost()


def _listened(
    spec: ServerSpec, listener: LinkListener, log: ServerLog, clock: Clock, signin: SignIn | None
) -> AbstractAsyncContextManager[tuple[TappedReading, TappedWriting]]:
    """The transport with everything that is heard on it told to `listener` and `log`."""

    def junk(text: str) -> None:
        listener.issue("writes lines to stdout that are no messages; they are skipped and logged")
        log.add("junk", text, "warning")

    parcels = Parcels()
    tap = Tap(
        spec.name,
        show=listener.show,
        issue=listener.issue,
        junk=junk,
        logged=log.told,
        unpacked=parcels.unpacked,
        lists_changed=listener.lists_changed,
        resource_changed=listener.resource_changed,
        lost=listener.lost,
        clock=clock,
        allow=spec.allow,
    )
    pipes = PipeListener(
        started=listener.started,
        stderr=lambda text: log.add("stderr", text),
        issue=listener.issue,
        exited=listener.exited,
    )
    http = HttpListener(failed=lambda text: log.add("http", text, "warning"), unreachable=listener.lost)
    return tapped(open_transport(spec, pipes, http, signin, parcels), tap)
