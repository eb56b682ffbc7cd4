"""Asking a server for everything it offers, page by page, with an end even when the server knows none."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import anyio
from mcp import Client
from mcp import types as mcp_types

from tui.domain.ids import ServerName
from tui.domain.servers import Catalog, ServerSpec
from tui.servers.catalog import build_catalog
from tui.servers.faults import REQUEST_FAILURES, explain_call
from tui.servers.transports.process import executable_of
from tui.servers.transports.repair import Report
from tui.servers.transports.threaded import at_length
from tui.servers.trust.identity import spec_fingerprint

ITEM_CAP = 20_000


class Page(Protocol):
    """One page of a list."""

    next_cursor: str | None


PageT = TypeVar("PageT", bound=Page)
ItemT = TypeVar("ItemT")


async def fetch_catalog(client: Client, spec: ServerSpec, report: Report) -> Catalog:
    """Returns what the server offers. A list that fails or takes longer than a call may is reported and cut there."""
    lists = Lists(client, spec.name, spec.call_timeout_s, report)
    launch = spec_fingerprint(spec, executable_of(spec))
    tools, prompts = await lists.tools(), await lists.prompts()
    resources, templates = await lists.resources(), await lists.templates()

    def build(told: Report) -> Catalog:
        return build_catalog(
            spec.name,
            tools=tools,
            prompts=prompts,
            resources=resources,
            templates=templates,
            report=told,
            launch=launch,
        )

    return await at_length(len(tools) + len(prompts) + len(resources) + len(templates), build, report)


@dataclass(frozen=True, slots=True)
class Lists:
    """The four lists of one server; a list it does not offer is empty and not asked for."""

    client: Client
    server: ServerName
    timeout_s: float
    report: Report

    async def tools(self) -> list[mcp_types.Tool]:
        """Returns its tools."""
        offered = self.client.server_capabilities.tools
        return await self._all("tools", self.client.list_tools, lambda page: page.tools) if offered else []

    async def prompts(self) -> list[mcp_types.Prompt]:
        """Returns its prompts."""
        offered = self.client.server_capabilities.prompts
        return await self._all("prompts", self.client.list_prompts, lambda page: page.prompts) if offered else []

    async def resources(self) -> list[mcp_types.Resource]:
        """Returns its resources."""
        if not self.client.server_capabilities.resources:
            return []
        return await self._all("resources", self.client.list_resources, lambda page: page.resources)

    async def templates(self) -> list[mcp_types.ResourceTemplate]:
        """Returns its resource templates."""
        if not self.client.server_capabilities.resources:
            return []
        fetch = self.client.list_resource_templates
        return await self._all("resource templates", fetch, lambda page: page.resource_templates)

    async def _all(
        self, noun: str, fetch: Callable[..., Awaitable[PageT]], items_of: Callable[[PageT], list[ItemT]]
    ) -> list[ItemT]:
        items: list[ItemT] = []
        try:
            with anyio.fail_after(self.timeout_s):
                await self._collect(items, noun, fetch, items_of)
        except TimeoutError:
            self.report(f"the list of its {noun} did not arrive within {self.timeout_s:g} s")
        except REQUEST_FAILURES as error:
            self.report(f"the list of its {noun} failed: {explain_call(error, self.server)}")
        return items

    async def _collect(
        self,
        items: list[ItemT],
        noun: str,
        fetch: Callable[..., Awaitable[PageT]],
        items_of: Callable[[PageT], list[ItemT]],
    ) -> None:
        cursor: str | None = None
        seen: set[str] = set()
        while True:
            page = await fetch(cursor=cursor)
            items.extend(items_of(page))
            cursor = page.next_cursor
            if cursor is None:
                return
            if cursor in seen or len(items) >= ITEM_CAP:
                self.report(f"the list of its {noun} does not end; {len(items):,} were kept")
                return
            seen.add(cursor)
