"""One server, one task: it opens the server, stays while it lives, opens it again when it is lost, and closes it."""

import contextlib
from asyncio import Task, create_task, wait
from collections.abc import Awaitable, Callable, Iterator

import anyio
from mcp import Client, MCPError
from mcp.client.subscriptions import SubscriptionLost
from mcp.types import Implementation

from tui.domain.clock import Clock
from tui.domain.errors import CallError
from tui.domain.events import CatalogChanged, Event
from tui.domain.questions import Answer, Question
from tui.domain.servers import Catalog, ServerSpec, ServerState
from tui.domain.text import CleanText, clean
from tui.servers.deadline import Deadlines
from tui.servers.faults import Trouble, disconnected, ended, explain, was_closed
from tui.servers.grants import GrantStore
from tui.servers.identity import may_download
from tui.servers.link import LinkListener, open_link
from tui.servers.listing import fetch_catalog
from tui.servers.log import ServerLog
from tui.servers.requests import Requests
from tui.servers.signin import SignIn
from tui.servers.status import LiveStatus

Vet = Callable[["Connection", Catalog], Awaitable[Catalog]]
"""Returns what of a server's offer may be used; see `agreements`."""
QUICK_RESTARTS = 3
"""Restarts in a row before a person must look."""
STABLE_AFTER_S = 60.0
"""A connection that lived this long starts the count anew."""
_QUIET_S = 0.2
_STORM_S = 5.0
_LISTEN_AGAIN_S = 5.0


class Connection:
    """Keeps one server open. All methods belong on the event loop's thread."""

    def __init__(
        self,
        spec: ServerSpec,
        *,
        publish: Callable[[Event], None],
        clock: Clock,
        ask: Callable[[Question], Awaitable[Answer]],
        client_info: Implementation,
        restart_delay_s: float,
        vet: Vet,
        grants: GrantStore,
    ) -> None:
        self.spec = spec
        self.status = LiveStatus(spec, publish, clock)
        self.catalog = Catalog(spec.name)
        self.listed = Catalog(spec.name)
        """What the server offers, before it was vetted."""
        self.log = ServerLog(spec.name, publish, clock)
        self.deadlines = Deadlines()
        self.requests = Requests(
            spec.name,
            ask=ask,
            log=lambda level, text: self.log.add("log", text, level),
            deadlines=self.deadlines,
        )
        self._publish = publish
        self._clock = clock
        self._client_info = client_info
        self._restart_delay_s = restart_delay_s
        self._vet = vet
        self._ask = ask
        self._grants = grants
        self._client: Client | None = None
        self._mode = "auto"
        self._return_code: int | None = None
        self._lists_changed = anyio.Event()
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
                opened_at = self._clock.monotonic()
                self._begin(restarts)
                trouble = await self._open()
                if self._clock.monotonic() - opened_at > STABLE_AFTER_S:
                    restarts = 0
                if trouble.permanent or restarts >= QUICK_RESTARTS:
                    break
                delay_s = self._restart_delay_s * 2**restarts
                restarts += 1
                self.status.move("reconnecting", trouble.message, trouble.hint, self._clock.wall() + delay_s)
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
                    client_info=self._client_info,
                    clock=self._clock,
                    mode=self._mode,
                    signin=self._sign_in(),
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
        """A server that was given credentials in its headers is not signed in at."""
        if self.spec.transport == "stdio" or any(name.lower() == "authorization" for name in self.spec.headers):
            return None
        return SignIn(self.spec, grants=self._grants, ask=self._ask, interlude=self._signing_in)

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
        def exited(return_code: int | None) -> None:
            self._return_code = return_code

        return LinkListener(
            show=self._publish,
            issue=self.status.issue,
            lists_changed=self._note_change,
            lost=lost.set,
            started=self.status.started,
            exited=exited,
        )

    def _note_change(self) -> None:
        self._lists_changed.set()

    # --- while it is open

    async def _stay(self, client: Client, lost: anyio.Event) -> None:
        modern = client.session.discover_result is not None
        self._mode = "auto" if modern else "legacy"
        self.status.greeted(client)
        self._lists_changed = anyio.Event()
        await self._fetch(client)
        if lost.is_set():
            return
        self._client = client
        self.status.move("ready")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._follow_changes, client)
            if modern:
                tasks.start_soon(self._listen, client)
            await lost.wait()
            self._client = None
            tasks.cancel_scope.cancel()

    async def _fetch(self, client: Client) -> None:
        self.listed = await fetch_catalog(client, self.spec.name, self.spec.call_timeout_s, self.status.issue)
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
            self._publish(CatalogChanged(catalog))
        self.status.offers(len(catalog.tools))

    async def _follow_changes(self, client: Client) -> None:
        """Fetches the lists anew once a burst of announcements has calmed down, or has lasted too long."""
        while True:
            await self._lists_changed.wait()
            with anyio.move_on_after(_STORM_S):
                while self._lists_changed.is_set():
                    self._lists_changed = anyio.Event()
                    await anyio.sleep(_QUIET_S)
            self._lists_changed = anyio.Event()
            await self._fetch(client)

    async def _listen(self, client: Client) -> None:
        """Asks a server of the 2026-07-28 era to announce changes; the tap hears them."""
        offers = client.server_capabilities
        tools = bool(offers.tools and offers.tools.list_changed)
        prompts = bool(offers.prompts and offers.prompts.list_changed)
        resources = bool(offers.resources and offers.resources.list_changed)
        while tools or prompts or resources:
            try:
                async with client.listen(
                    tools_list_changed=tools, prompts_list_changed=prompts, resources_list_changed=resources
                ) as subscription:
                    async for _ in subscription:
                        pass
            except MCPError as error:
                self.status.issue(f"announces no changes: {error.message}")
                return
            except (SubscriptionLost, TimeoutError):
                self._lists_changed.set()
            await anyio.sleep(_LISTEN_AGAIN_S)

    # --- requests

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
