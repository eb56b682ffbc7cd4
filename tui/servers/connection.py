"""One server, one task: it opens the server, stays while it lives, opens it again when it is lost, and closes it."""

import contextlib
from asyncio import Task, create_task, wait
from collections.abc import Awaitable, Callable, Iterator

import anyio
from mcp import Client

from tui.domain.errors import CallError
from tui.domain.events import CatalogChanged, ResourceChanged, ResourceWatched
from tui.domain.servers import Catalog, ServerSpec, ServerState
from tui.domain.text import CleanText, clean, clean_line
from tui.servers.asking.allowed import Allowed
from tui.servers.asking.requests import Requests
from tui.servers.calling.deadline import Deadlines
from tui.servers.faults import Trouble, disconnected, ended, explain, was_closed
from tui.servers.following import Announcements, set_log_level
from tui.servers.listing import fetch_catalog
from tui.servers.log import ServerLog
from tui.servers.oauth.signin import SignIn, takes_sign_in
from tui.servers.status import LiveStatus
from tui.servers.surroundings import Surroundings
from tui.servers.transports.link import LOG_LEVEL, LinkListener, open_link
from tui.servers.trust.identity import may_download
from tui.servers.watches import Watches

Vet = Callable[["Connection", Catalog], Awaitable[Catalog]]
"""Returns what of a server's offer may be used; see `agreements`."""
QUICK_RESTARTS = 3
"""Restarts in a row before a person must look."""
_REOPEN_POLL_S = 0.05
STABLE_AFTER_S = 60.0
"""A connection that lived this long starts the count anew."""


class Connection:
    """Keeps one server open. All methods belong on the event loop's thread."""

    def __init__(self, spec: ServerSpec, host: Surroundings, vet: Vet) -> None:
        self.spec = spec
        self.status = LiveStatus(spec, host.publish, host.clock)
        self.catalog = Catalog(spec.name)
        self.listed = Catalog(spec.name)
        """What the server offers, before it was vetted."""
        self.log = ServerLog(spec.name, host.publish, host.clock)
        self.watches = Watches(lambda uri, on: host.publish(ResourceWatched(spec.name, clean_line(uri, 2_000), on)))
        self.announcements = Announcements(
            self.watches,
            lambda uri: host.publish(ResourceChanged(spec.name, clean_line(uri, 2_000))),
            self.status.issue,
        )
        self.deadlines = Deadlines()
        self.requests = Requests(
            spec.name,
            ask=host.ask,
            deadlines=self.deadlines,
        )
        self._host = host
        self._vet = vet
        self._allowed = Allowed(spec, sampler=host.sampler, publish=host.publish, clock=host.clock)
        self._client: Client | None = None
        self._mode = "auto"
        self._return_code: int | None = None
        self._task: Task[None] | None = None
        self._scope = anyio.CancelScope()

    # --- lifetime

    def start(self) -> None:
        """Begins to open the server; returns at once."""
        self._scope = anyio.CancelScope()
        self._task = create_task(self._run(self._scope), name=f"mcp:{self.spec.name}")

    async def stop(self, state: ServerState = "closed") -> None:
        """Closes the server, its process and that process's children."""
        if self._task is not None:
            # Cancelled through the scope, not the task: the shutdown of the process is shielded from the former only.
            self._scope.cancel()
            await wait({self._task})
            self._task = None
        self._withdraw()
        self.status.move(state)

    async def _run(self, scope: anyio.CancelScope) -> None:
        with scope:
            restarts = 0
            while True:
                opened_at = self._host.clock.monotonic()
                self._begin(restarts)
                trouble = await self._open()
                if self._host.clock.monotonic() - opened_at > STABLE_AFTER_S:
                    restarts = 0
                if trouble.permanent or restarts >= QUICK_RESTARTS:
                    break
                delay_s = self._host.restart_delay_s * 2**restarts
                restarts += 1
                self.status.move("reconnecting", trouble.message, trouble.hint, self._host.clock.wall() + delay_s)
                await anyio.sleep(delay_s)
            self._withdraw()
            gave_up = (
                ""
                if trouble.permanent
                else f"Given up after {restarts} restarts in a row; reconnect it when that is mended. "
            )
            self.status.move("failed", trouble.message, clean(f"{gave_up}{trouble.hint}"))

    def _begin(self, restarts: int) -> None:
        self._return_code = None
        self.status.forget_issues()
        runner = may_download(self.spec)
        hint = CleanText(f"starting ({runner} may be downloading)" if runner else "")
        self.status.move("reconnecting" if restarts else "connecting", hint=hint)

    async def _open(self) -> Trouble:
        """Returns why it is no longer open."""
        lost = anyio.Event()
        greeted = False
        try:
            with self.deadlines.limit(self.spec.start_timeout_s) as lift_limit:
                async with open_link(
                    self.spec,
                    self._listener(lost),
                    log=self.log,
                    requests=self.requests,
                    client_info=self._host.client_info,
                    clock=self._host.clock,
                    mode=self._mode,
                    signin=self._sign_in(),
                    allowed=self._allowed,
                ) as client:
                    lift_limit()
                    greeted = True
                    await self._stay(client, lost)
        except Exception as error:  # noqa: BLE001 (edge: whatever breaks one server must not reach another)
            if not was_closed(error):
                return explain(error, self.spec)
        finally:
            self._client = None
        if self.spec.transport != "stdio":
            return disconnected(self.log.last_http)
        if not greeted:
            # Some old servers exit at the first message they do not know: greet them the old way next time.
            self._mode = "legacy" if self._mode == "auto" else "auto"
        return ended(self._return_code, self.log.tail)

    def _sign_in(self) -> SignIn | None:
        if not takes_sign_in(self.spec):
            return None
        return SignIn(self.spec, grants=self._host.grants, ask=self._host.ask, interlude=self._signing_in)

    @contextlib.contextmanager
    def _signing_in(self) -> Iterator[None]:
        """Shows that the server waits for the person, who takes the time of no request."""
        before = self.status.now
        self.status.move("signing-in", hint=CleanText("sign in with your browser"))
        try:
            with self.deadlines.paused():
                yield
        finally:
            self.status.move(before.state, before.error, before.hint)

    def _listener(self, lost: anyio.Event) -> LinkListener:
        def started(pid: int) -> None:
            self.status.started(pid)
            if self._host.children:
                self._host.children.started(pid)

        def exited(return_code: int | None) -> None:
            self._return_code = return_code

        return LinkListener(
            show=self._host.publish,
            issue=self.status.issue,
            lists_changed=self.announcements.lists_changed,
            resource_changed=self.announcements.resource_changed,
            lost=lost.set,
            started=started,
            exited=exited,
        )

    # --- while it is open

    async def _stay(self, client: Client, lost: anyio.Event) -> None:
        modern = client.session.discover_result is not None
        self._mode = "auto" if modern else "legacy"
        self.status.greeted(client)
        async with anyio.create_task_group() as tasks:
            # Before anything is listed: what changes from then on is told.
            await tasks.start(self.announcements.subscribe, client)
            await self._fetch(client)
            if not lost.is_set():
                self._client = client
                self.status.move("ready")
                tasks.start_soon(self.announcements.follow, self.refresh)
                tasks.start_soon(set_log_level, client, LOG_LEVEL, self._note)
            await lost.wait()
            self._client = None
            tasks.cancel_scope.cancel()

    def _note(self, text: str) -> None:
        self.log.add("log", text, "warning")

    async def _fetch(self, client: Client) -> None:
        self.listed = await fetch_catalog(client, self.spec, self.status.issue)
        await self.vet()

    async def vet(self) -> None:
        """Judges anew what the server offered last, after the person agreed to something or used a switch."""
        listed = self.listed
        catalog = await self._vet(self, listed)
        if listed is self.listed:
            self._offer(catalog)

    def _withdraw(self) -> None:
        self.listed = Catalog(self.spec.name)
        self.status.awaits(0)
        self._offer(self.listed)

    def _offer(self, catalog: Catalog) -> None:
        if catalog != self.catalog:
            self.catalog = catalog
            self._host.publish(CatalogChanged(catalog))
        self.status.offers(len(catalog.tools))

    # --- requests

    @property
    def is_open(self) -> bool:
        """Whether requests can be sent now."""
        return self._client is not None

    @property
    def client(self) -> Client:
        """The open client. Raises CallError when the server is not ready."""
        if self._client is None:
            status = self.status.now
            because = f": {status.error}" if status.error else ""
            raise CallError(f"{self.spec.name} is {status.state}{because}.", status.hint or "Reconnect it first.")
        return self._client

    async def refresh(self) -> None:
        """Fetches everything the server offers. Raises CallError when it is not ready."""
        await self._fetch(self.client)

    async def reopened(self) -> None:
        """Returns once a client is open that is not the one open now, or none was. Raises CallError when it fails."""
        before = self._client
        while self._client is None or self._client is before:
            if self.status.now.state in ("failed", "closed", "disabled"):
                raise CallError(f"{self.spec.name} is {self.status.now.state}.", "Reconnect it first.")
            await anyio.sleep(_REOPEN_POLL_S)
