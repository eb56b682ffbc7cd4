"""MCP servers: added, agreed to, examined, and what they offer used by hand."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tui import __version__
from tui.config.paths import Paths
from tui.domain.errors import CallError, RefusedError
from tui.domain.ids import CallId, ServerName, new_id
from tui.domain.messages import Json, Message
from tui.domain.questions import Answer, Question
from tui.domain.servers import ResultBlock, ServerSpec, ToolInfo, ToolResult
from tui.domain.text import CleanText

if TYPE_CHECKING:
    from tui.assembly import Assembly
    from tui.config.discover import FoundClient
    from tui.config.foreign import FoundServer
    from tui.config.imports import Found
    from tui.domain.trust import LaunchReview
    from tui.servers.checking.examination import DoctorReport
    from tui.servers.oauth.by_hand import SignInOutcome
    from tui.servers.oauth.revocation import Revocation


class ServerOrders:
    """Every order raises McpTuiError with a hint when it cannot be carried out."""

    def __init__(self, parts: "Callable[[], Assembly]", paths: Paths) -> None:
        self._parts = parts
        self._paths = paths

    # --- the list of servers

    async def add(self, spec: ServerSpec) -> None:
        """Adds a server for this run and connects it."""
        await self._parts().pool.add(spec)

    def spec(self, name: ServerName) -> ServerSpec:
        """Returns a server's definition as it is now; it may hold secrets."""
        return self._parts().pool.spec(name)

    def target(self, spec: ServerSpec) -> CleanText:
        """Returns what a definition runs or reaches in one line, secrets masked."""
        from tui.servers.trust.identity import masked_target

        return masked_target(spec)

    async def remove(self, name: ServerName) -> None:
        """Closes a server and forgets it for this run."""
        await self._parts().pool.remove(name)

    async def reconnect(self, name: ServerName) -> None:
        """Closes and opens a server's connection again."""
        await self._parts().pool.reconnect(name)

    async def set_enabled(self, name: ServerName, enabled: bool) -> None:
        """Closes a server, or opens it again."""
        await self._parts().pool.set_enabled(name, enabled)

    async def refresh(self, name: ServerName) -> None:
        """Asks a server anew what it offers."""
        await self._parts().pool.refresh(name)

    async def settled(self, timeout_s: float) -> None:
        """Returns when no server is connecting any more, or after `timeout_s`."""
        await self._parts().pool.wait_settled(timeout_s)

    async def examine(self, name: ServerName) -> "DoctorReport":
        """Checks a server stage by stage on a connection of its own. Raises RefusedError without consent."""
        from tui.servers.checking.doctor import examine  # imports the SDK

        spec = self._consented(name, "a check would start it")
        return await examine(spec, grants=self._parts().pool.grants, client_version=__version__)

    # --- signing in

    async def sign_in(self, name: ServerName, ask: "Callable[[Question], Awaitable[Answer]]") -> "SignInOutcome":
        """Has `ask` lead a person through a server's sign-in and keeps what is granted, on a connection of its own.

        Raises UsageError where nobody can sign in, RefusedError without consent, CallError, ConnectError.
        """
        from tui.servers.oauth.by_hand import sign_in  # imports the SDK

        spec = self._consented(name, "signing in would reach it")
        return await sign_in(spec, grants=self._parts().pool.grants, ask=ask, client_version=__version__)

    async def sign_out(self, name: ServerName) -> "Revocation | None":
        """Forgets a server's sign-in on this machine, then has the tokens revoked where that is offered.

        Returns how the latter ended, None when nobody was signed in.
        """
        from tui.servers.oauth.revocation import Revocation, revoke  # imports the SDK

        spec, grants = self.spec(name), self._parts().pool.grants
        grant = await grants.load(spec.url)
        known = await grants.forget(spec.url)
        if grant is not None:
            return await revoke(spec, grant)
        return Revocation("failed", CleanText("it could not be read")) if known else None

    def _consented(self, name: ServerName, what: str) -> ServerSpec:
        spec = self.spec(name)
        if not spec.trusted:
            raise RefusedError(
                f"{name} was never started; {what}.",
                f"Look at what it is, then `mcp-tui servers trust {name}` or t on the Servers screen.",
            )
        return spec

    # --- consent

    async def trust(self, name: ServerName) -> None:
        """Stores the consent to a server's exact definition, then starts it; asks again about what it says."""
        parts = self._parts()
        spec = parts.pool.spec(name)
        if not spec.trusted:
            await parts.consent.remember(spec)
        await parts.pool.trust(name)

    async def launch_review(self, name: ServerName) -> "LaunchReview":
        """Returns what starting a server means, against what the person agreed to before."""
        return await asyncio.to_thread(self._parts().consent.launch_review, self.spec(name))

    async def switch_tool(self, server: ServerName, tool: str, on: bool) -> None:
        """Tells the model of a tool, or no longer, in this run and later ones; `""` stands for the whole server."""
        parts = self._parts()
        if tool:
            self.tool(server, tool)
        parts.pool.spec(server)
        await parts.consent.switches.switch(server, tool, on)
        await parts.pool.vet(server)

    # --- what a server offers, by hand

    def tool(self, server: ServerName, name: str) -> ToolInfo:
        """Returns a tool by the name its server gave it. Raises CallError naming the nearest ones."""
        pool = self._parts().pool
        tool = pool.find_tool(server, name)
        if tool is not None:
            return tool
        known = [each.name for each in pool.tools() if each.server == server]
        near = get_close_matches(name, known, n=3, cutoff=0.4) or known[:5]
        raise CallError(f"{server} has no tool {name!r}.", f"It has: {', '.join(near) or 'none'}.")

    async def call_tool(
        self, server: ServerName, tool: str, arguments: dict[str, Json], call_id: CallId | None = None
    ) -> ToolResult:
        """Runs a tool by hand; needs no approval, only consent to the server. Progress carries `call_id`."""
        found = self.tool(server, tool)
        return await self._parts().pool.call(found, arguments, call_id or CallId(new_id("call")))

    async def read_resource(self, server: ServerName, uri: str) -> tuple[ResultBlock, ...]:
        """Returns a resource's contents."""
        return await self._parts().pool.read_resource(server, uri)

    async def watch_resource(self, server: ServerName, uri: str) -> None:
        """Has a server tell when a resource changes; each change is a ResourceChanged. Raises CallError."""
        await self._parts().pool.watch_resource(server, uri)

    async def unwatch_resource(self, server: ServerName, uri: str) -> None:
        """Ends to watch a resource."""
        self._parts().pool.unwatch_resource(server, uri)

    async def get_prompt(self, server: ServerName, name: str, arguments: dict[str, str]) -> tuple[Message, ...]:
        """Returns a prompt's messages."""
        return await self._parts().pool.get_prompt(server, name, arguments)

    async def complete(
        self,
        server: ServerName,
        kind: Literal["prompt", "resource"],
        ref: str,
        argument: str,
        value: str,
        *,
        filled: Mapping[str, str],
    ) -> tuple[str, ...]:
        """Returns what fits an argument of a prompt or of a resource template, beside what is `filled` in already."""
        return await self._parts().pool.complete(server, kind, ref, argument, value, filled=filled)

    async def open_page(self, url: str) -> None:
        """Hands a page a server wants visited to the person's browser. Raises CallError when it cannot be opened."""
        from tui.browser import open_page  # not needed before

        await open_page(url, os.environ)

    # --- what other programs are configured with

    async def other_clients(self) -> "list[FoundClient]":
        """Looks for other programs whose configuration names MCP servers; nothing of it is started."""
        from tui.config.discover import find_clients  # only the first start looks around

        return await asyncio.to_thread(find_clients, os.environ, Path.home())

    async def found(self) -> "Found":
        """Reads the servers that other programs are configured with; nothing of it is started."""
        from tui.config.discover import client_files
        from tui.config.imports import found_servers

        return await asyncio.to_thread(lambda: found_servers(client_files(os.environ, Path.home())))

    async def take_over(self, found: "FoundServer") -> ServerName:
        """Writes another program's server into config.toml and lists it, untrusted. Returns its name here."""
        from tui.config.take_over import take_over

        spec = await asyncio.to_thread(take_over, found, self._paths, os.environ)
        await self.add(spec)
        return spec.name
