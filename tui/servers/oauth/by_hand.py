"""Signing in at a server because a person said so: on a connection of its own that is closed again."""

from collections.abc import Awaitable, Callable
from typing import Literal

from mcp.types import Implementation

from tui.domain.clock import Clock, SystemClock
from tui.domain.errors import CallError, ConnectError, UsageError
from tui.domain.questions import Answer, Question
from tui.domain.servers import ServerSpec
from tui.servers.asking.requests import Requests
from tui.servers.calling.deadline import Deadlines
from tui.servers.faults import REQUEST_FAILURES, explain, wants_sign_in
from tui.servers.log import ServerLog
from tui.servers.oauth.grants import GrantStore
from tui.servers.oauth.signin import SignIn, takes_sign_in
from tui.servers.transports.link import LinkListener, open_link
from tui.servers.transports.transport import HTTP_FAILURES

SignInOutcome = Literal["signed-in", "already", "not-needed"]


async def sign_in(
    spec: ServerSpec,
    *,
    grants: GrantStore,
    ask: Callable[[Question], Awaitable[Answer]],
    client_version: str = "",
    clock: Clock | None = None,
) -> SignInOutcome:
    """Reaches the server and has the person sign in when it wants that; what is granted is kept in `grants`.

    `ask` is given the page to visit, then asked for the address the browser ended at; the browser's own return makes
    the latter fall away. Raises UsageError for a server nobody signs in at, CallError when nobody did, ConnectError.
    """
    if not takes_sign_in(spec):
        reason = "is a local process" if spec.transport == "stdio" else "is given credentials in its `headers`"
        raise UsageError(f"{spec.name} {reason}: there is nothing to sign in at.")
    time, deadlines = clock or SystemClock(), Deadlines()
    asked = False

    async def asking(question: Question) -> Answer:
        nonlocal asked
        asked = True
        return await ask(question)

    log = ServerLog(spec.name, lambda _: None, time)
    try:
        with deadlines.limit(spec.start_timeout_s):
            async with open_link(
                spec,
                LinkListener(),
                log=log,
                requests=Requests(spec.name, ask=asking, deadlines=deadlines),
                client_info=Implementation(name="mcp-tui", version=client_version),
                clock=time,
                signin=SignIn(spec, grants=grants, ask=asking, interlude=deadlines.paused),
            ) as client:
                if client.server_capabilities.tools is not None:
                    await client.list_tools()  # some let strangers in and show them nothing
    except (*REQUEST_FAILURES, *HTTP_FAILURES) as error:
        trouble = explain(error, spec)
        failure = CallError if wants_sign_in(error) else ConnectError
        raise failure(f"{spec.name}: {trouble.message}", trouble.hint) from error
    if asked:
        return "signed-in"
    return "already" if await grants.load(spec.url) is not None else "not-needed"
