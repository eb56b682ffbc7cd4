"""Keeping in step with what an open server announces: its lists, and the resources somebody watches."""

from collections.abc import Awaitable, Callable

import anyio
from anyio.abc import TaskStatus
from mcp import Client, MCPError
from mcp import types as mcp_types
from mcp.client.subscriptions import SubscriptionLost

from tui.servers.faults import REQUEST_FAILURES
from tui.servers.watches import Watches

_QUIET_S = 0.2
_STORM_S = 5.0
_LISTEN_AGAIN_S = 5.0
_ANSWER_S = 30.0
_FIRST_ANSWER_S = 2.0
"""How long the lists are not asked for because the server has not said yet that it will tell of changes."""


class Announcements:
    """What one server announces. Survives its connections, so that watched resources stay watched."""

    def __init__(self, watches: Watches, resource_changed: Callable[[str], None], issue: Callable[[str], None]) -> None:
        self._watches = watches
        self._resource_changed = resource_changed
        self._issue = issue
        self._lists_changed = anyio.Event()
        self._lists_stale = False
        self._changed: set[str] = set()

    # --- heard by the tap, which must not wait

    def lists_changed(self) -> None:
        """Notes that a list is not what it was."""
        self._lists_stale = True
        self._lists_changed.set()

    def resource_changed(self, uri: str) -> None:
        """Notes that a watched resource is not what it was; others were never asked for."""
        watched = self._watches.covering(uri)
        if watched is not None:
            self._changed.add(watched)
            self._lists_changed.set()

    # --- while the server is open

    async def follow(self, fetch: Callable[[], Awaitable[None]]) -> None:
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

    async def subscribe(self, client: Client, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Asks for the announcements, and keeps asking. Has started once the lists are announced, or will not be."""
        if client.session.discover_result is None:
            task_status.started()
            await self._subscribe_one_by_one(client)
        else:
            listening = anyio.Event()
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._listen, client, listening)
                with anyio.move_on_after(_FIRST_ANSWER_S):
                    await listening.wait()
                task_status.started()

    async def _subscribe_one_by_one(self, client: Client) -> None:
        """The eras of the handshake announce lists unasked; only resources are subscribed to."""
        subscribed: set[str] = set()
        while True:
            wanted = self._watches.begin()
            for uri in sorted(wanted - subscribed):
                params = mcp_types.SubscribeRequestParams(uri=uri)
                problem = await _ask(client, mcp_types.SubscribeRequest(params=params))
                self._watches.answer(uri, problem)
                subscribed |= set() if problem else {uri}
            for uri in sorted(subscribed - wanted):
                ended = mcp_types.UnsubscribeRequestParams(uri=uri)
                await _ask(client, mcp_types.UnsubscribeRequest(params=ended))
            subscribed &= wanted
            await self._watches.changed()

    async def _listen(self, client: Client, listening: anyio.Event) -> None:
        """The era of 2026-07-28 announces along one stream, opened anew when what is watched changes."""
        offers = client.server_capabilities
        lists = {
            "tools_list_changed": bool(offers.tools and offers.tools.list_changed),
            "prompts_list_changed": bool(offers.prompts and offers.prompts.list_changed),
            "resources_list_changed": bool(offers.resources and offers.resources.list_changed),
        }
        while True:
            wanted = self._watches.begin()
            if not any(lists.values()) and not wanted:
                listening.set()
                await self._watches.changed()
                continue
            try:
                await self._hear(client, lists, wanted, listening)
            except MCPError as error:
                listening.set()
                if not self._watches.refuse_new(error.message):
                    self._issue(f"announces no changes: {error.message}")
                    await self._watches.changed()
            except (SubscriptionLost, TimeoutError):
                listening.set()
                # Nothing is told again of what was missed meanwhile.
                self._changed |= wanted
                self.lists_changed()
                await anyio.sleep(_LISTEN_AGAIN_S)

    async def _hear(
        self, client: Client, lists: dict[str, bool], wanted: frozenset[str], listening: anyio.Event
    ) -> None:
        """Returns when something else is watched; the tap hears the announcements themselves.

        Raises MCPError, SubscriptionLost, TimeoutError.
        """
        failures: list[Exception] = []
        async with anyio.create_task_group() as tasks:

            async def listen() -> None:
                try:
                    async with client.listen(**lists, resource_subscriptions=sorted(wanted)) as stream:
                        listening.set()
                        honored = frozenset(stream.honored.resource_subscriptions or ())
                        for uri in sorted(wanted):
                            self._watches.answer(uri, "" if uri in honored else "it takes no such subscription")
                        async for _ in stream:
                            pass
                    await anyio.sleep(_LISTEN_AGAIN_S)
                except (MCPError, SubscriptionLost, TimeoutError) as error:
                    failures.append(error)
                tasks.cancel_scope.cancel()

            tasks.start_soon(listen)
            await self._watches.changed()
            tasks.cancel_scope.cancel()
        if failures:
            raise failures[0]


async def _ask(client: Client, request: mcp_types.ClientRequest) -> str:
    """Returns why the request was refused; empty when it was not."""
    try:
        with anyio.fail_after(_ANSWER_S):
            await client.session.send_request(request, mcp_types.EmptyResult)
    except TimeoutError:
        return f"no answer within {_ANSWER_S:g} s"
    except REQUEST_FAILURES as error:
        return str(error) or type(error).__name__
    return ""


async def set_log_level(client: Client, level: mcp_types.LoggingLevel, note: Callable[[str], None]) -> None:
    """Tells a server of the handshake eras which log lines to send; later ones are told with every request."""
    if client.session.discover_result is not None or client.server_capabilities.logging is None:
        return
    try:
        params = mcp_types.SetLevelRequestParams(level=level)
        await client.session.send_request(mcp_types.SetLevelRequest(params=params), mcp_types.EmptyResult)
    except REQUEST_FAILURES as error:
        note(f"It takes no log level: {error}")
