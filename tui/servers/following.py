"""Keeping in step with what an open server announces: its lists, and the resources somebody watches."""

from collections.abc import Awaitable, Callable

import anyio
from mcp import Client, MCPError
from mcp import types as mcp_types
from mcp.client.subscriptions import SubscriptionLost

from tui.domain.errors import CallError
from tui.servers.faults import REQUEST_FAILURES

WATCH_CAP = 100
_QUIET_S = 0.2
_STORM_S = 5.0
_LISTEN_AGAIN_S = 5.0


class Announcements:
    """What one server announces. Survives its connections, so that watched resources stay watched."""

    def __init__(self, resource_changed: Callable[[str], None], issue: Callable[[str], None]) -> None:
        self._resource_changed = resource_changed
        self._issue = issue
        self._lists_changed = anyio.Event()
        self._lists_stale = False
        self._changed: set[str] = set()
        self._watched: set[str] = set()
        self._watched_differently = anyio.Event()

    # --- heard by the tap, which must not wait

    def lists_changed(self) -> None:
        """Notes that a list is not what it was."""
        self._lists_stale = True
        self._lists_changed.set()

    def resource_changed(self, uri: str) -> None:
        """Notes that a watched resource is not what it was; others were never asked for."""
        if uri in self._watched:
            self._changed.add(uri)
            self._lists_changed.set()

    # --- while the server is open

    async def follow(self, client: Client, fetch: Callable[[], Awaitable[None]]) -> None:
        """Acts on announcements once a burst of them has calmed down, or has lasted too long. Never returns."""
        while True:
            await self._lists_changed.wait()
            with anyio.move_on_after(_STORM_S):
                while self._lists_changed.is_set():
                    self._lists_changed = anyio.Event()
                    await anyio.sleep(_QUIET_S)
            self._lists_changed = anyio.Event()
            changed, self._changed = self._changed, set()
            for uri in sorted(changed):
                self._resource_changed(uri)
            if self._lists_stale:
                self._lists_stale = False
                await fetch()

    async def subscribe(self, client: Client) -> None:
        """Asks for the announcements, and keeps asking. Returns when the server announces nothing."""
        if client.session.discover_result is None:
            await self._subscribe_one_by_one(client)
        else:
            await self._listen(client)

    async def _subscribe_one_by_one(self, client: Client) -> None:
        """The eras of the handshake announce lists unasked; only resources are subscribed to."""
        subscribed: set[str] = set()
        while True:
            self._watched_differently = anyio.Event()
            for uri in self._watched - subscribed:
                params = mcp_types.SubscribeRequestParams(uri=uri)
                await self._tell(client, mcp_types.SubscribeRequest(params=params), uri)
            for uri in subscribed - self._watched:
                ended = mcp_types.UnsubscribeRequestParams(uri=uri)
                await self._tell(client, mcp_types.UnsubscribeRequest(params=ended), uri)
            subscribed = set(self._watched)
            await self._watched_differently.wait()

    async def _tell(self, client: Client, request: mcp_types.ClientRequest, uri: str) -> None:
        try:
            await client.session.send_request(request, mcp_types.EmptyResult)
        except REQUEST_FAILURES as error:
            self._issue(f"cannot say when {uri} changes: {error}")

    async def _listen(self, client: Client) -> None:
        """The era of 2026-07-28 announces along one stream, opened anew when what is watched changes."""
        offers = client.server_capabilities
        lists = {
            "tools_list_changed": bool(offers.tools and offers.tools.list_changed),
            "prompts_list_changed": bool(offers.prompts and offers.prompts.list_changed),
            "resources_list_changed": bool(offers.resources and offers.resources.list_changed),
        }
        while True:
            self._watched_differently = anyio.Event()
            if not any(lists.values()) and not self._watched:
                await self._watched_differently.wait()
                continue
            try:
                await self._hear(client, lists)
            except MCPError as error:
                self._issue(f"announces no changes: {error.message}")
                return
            except (SubscriptionLost, TimeoutError):
                self.lists_changed()
                await anyio.sleep(_LISTEN_AGAIN_S)

    async def _hear(self, client: Client, lists: dict[str, bool]) -> None:
        """Returns when something else is watched; the tap hears the announcements themselves.

        Raises MCPError, SubscriptionLost, TimeoutError.
        """
        failures: list[Exception] = []
        async with anyio.create_task_group() as tasks:

            async def listen() -> None:
                try:
                    async with client.listen(**lists, resource_subscriptions=sorted(self._watched)) as stream:
                        async for _ in stream:
                            pass
                    await anyio.sleep(_LISTEN_AGAIN_S)
                except (MCPError, SubscriptionLost, TimeoutError) as error:
                    failures.append(error)
                tasks.cancel_scope.cancel()

            tasks.start_soon(listen)
            await self._watched_differently.wait()
            tasks.cancel_scope.cancel()
        if failures:
            raise failures[0]

    # --- asked for by a person

    def watch(self, uri: str, watched: bool) -> None:
        """Begins or ends to watch a resource. Raises CallError when too many are watched."""
        if watched and uri not in self._watched and len(self._watched) >= WATCH_CAP:
            raise CallError(f"{WATCH_CAP} resources are watched already.", "Stop watching one first.")
        (self._watched.add if watched else self._watched.discard)(uri)
        self._watched_differently.set()


async def set_log_level(client: Client, level: mcp_types.LoggingLevel, note: Callable[[str], None]) -> None:
    """Tells a server of the handshake eras which log lines to send; later ones are told with every request."""
    if client.session.discover_result is not None or client.server_capabilities.logging is None:
        return
    try:
        params = mcp_types.SetLevelRequestParams(level=level)
        await client.session.send_request(mcp_types.SetLevelRequest(params=params), mcp_types.EmptyResult)
    except REQUEST_FAILURES as error:
        note(f"It takes no log level: {error}")
