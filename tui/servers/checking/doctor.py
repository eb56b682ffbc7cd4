"""A connection checked stage by stage: what works, where it stops, how long each took, and what to do next."""

import asyncio
import math
import ssl
from collections.abc import Awaitable, Callable, Sized
from contextlib import nullcontext
from typing import TypeVar
from urllib.parse import urlsplit

import anyio
from mcp import Client
from mcp.types import Implementation

from tui.domain.clock import Clock, SystemClock
from tui.domain.questions import Answer, Question, refusal
from tui.domain.servers import ServerSpec
from tui.domain.text import clean_line
from tui.servers.asking.requests import Requests
from tui.servers.calling.deadline import Deadlines
from tui.servers.checking.examination import DoctorReport, Examination, is_https
from tui.servers.faults import ended, explain, was_closed
from tui.servers.listing import Lists
from tui.servers.log import ServerLog
from tui.servers.oauth.grants import GrantStore
from tui.servers.oauth.signin import SignIn, takes_sign_in
from tui.servers.transports import process
from tui.servers.transports.link import LinkListener, open_link

FoundT = TypeVar("FoundT")
_NETWORK_TIMEOUT_S = 10.0


async def examine(
    spec: ServerSpec, *, grants: GrantStore | None = None, clock: Clock | None = None, client_version: str = ""
) -> DoctorReport:
    """Starts or reaches the server, asks what it offers, and closes it again. Raises nothing but CancelledError.

    A sign-in that is kept in `grants` is used; nobody is asked for a new one, and questions of the server are refused.
    It is started whatever its `trusted` says: ask before.
    """
    time = clock or SystemClock()
    examination = Examination(spec, time, ServerLog(spec.name, lambda _: None, time))
    examination.mark()
    before = _before_stdio if spec.transport == "stdio" else _before_http
    await before(examination)
    if not examination.failed:
        await _talk(examination, Implementation(name="mcp-tui", version=client_version), grants)
    return examination.report()


async def _before_stdio(examination: Examination) -> None:
    try:
        found, _ = process.resolve(examination.spec)
    except OSError as error:
        trouble = explain(error, examination.spec)
        examination.broke("resolve", trouble.message, trouble.hint)
        return
    examination.passed("resolve", found)


async def _before_http(examination: Examination) -> None:
    spec = examination.spec
    try:
        parts = urlsplit(spec.url)
        host, port = parts.hostname or "", parts.port or (443 if is_https(spec) else 80)
    except ValueError as error:
        examination.broke("resolve", f"The URL cannot be read: {error}", "Correct `url` in its definition.")
        return
    if parts.scheme not in ("http", "https") or not host:
        examination.broke("resolve", "The URL has no host or is not http(s).", "Write it as https://host/mcp.")
        return
    loop = asyncio.get_running_loop()
    addresses = await _step(
        examination,
        "resolve",
        "Check the host's name and your network.",
        lambda: loop.getaddrinfo(host, port),
        lambda found: ", ".join(sorted({str(entry[4][0]) for entry in found})),
    )
    if addresses and await _dial(examination, "connect", host, port, None) and is_https(spec):
        await _dial(examination, "encrypt", host, port, ssl.create_default_context())


async def _dial(examination: Examination, stage: str, host: str, port: int, tls: ssl.SSLContext | None) -> bool:
    async def dial() -> bool:
        _, writer = await asyncio.open_connection(host, port, ssl=tls)
        writer.close()
        return True

    hint = "Check its certificate, or the clock of this machine." if tls else "Check that the server runs there."
    return bool(await _step(examination, stage, hint, dial, lambda _: f"{host}:{port}"))


async def _step(
    examination: Examination,
    name: str,
    hint: str,
    take: Callable[[], Awaitable[FoundT]],
    describe: Callable[[FoundT], str],
) -> FoundT | None:
    try:
        async with asyncio.timeout(_NETWORK_TIMEOUT_S):
            outcome = await take()
    except TimeoutError:
        examination.broke(name, f"No answer within {_NETWORK_TIMEOUT_S:g} s", hint)
        return None
    except OSError as error:
        examination.broke(name, error.strerror or str(error), hint)
        return None
    examination.passed(name, describe(outcome))
    return outcome


async def _talk(examination: Examination, client_info: Implementation, grants: GrantStore | None) -> None:
    spec = examination.spec
    requests = Requests(spec.name, ask=_refuse, deadlines=Deadlines())
    greeted = False
    examination.mark()
    try:
        with anyio.fail_after(spec.start_timeout_s) as patience:
            async with open_link(
                spec,
                _listener(examination),
                log=examination.log,
                requests=requests,
                client_info=client_info,
                clock=examination.clock,
                signin=await _kept_sign_in(spec, grants),
            ) as client:
                patience.deadline = math.inf
                greeted = True
                _note_greeting(examination, client)
                await _list_everything(examination, client)
    except Exception as error:  # noqa: BLE001 (edge: the failure is the finding)
        if not greeted:
            _note_failure(examination, error)


async def _kept_sign_in(spec: ServerSpec, grants: GrantStore | None) -> SignIn | None:
    """Without a grant the refusal itself is the finding: nothing is registered for a mere look."""
    if grants is None or not takes_sign_in(spec) or await grants.load(spec.url) is None:
        return None
    return SignIn(spec, grants=grants, ask=_refuse, interlude=nullcontext)


def _listener(examination: Examination) -> LinkListener:
    def started(pid: int) -> None:
        examination.passed("start", f"pid {pid}")

    def exited(return_code: int | None) -> None:
        examination.return_code = return_code

    return LinkListener(issue=examination.issue, started=started, exited=exited)


def _note_greeting(examination: Examination, client: Client) -> None:
    info = client.server_info
    examination.era = clean_line(client.protocol_version, 40)
    examination.title = clean_line(f"{info.title or info.name} {info.version}" if info else "", 120)
    examination.passed("greet", f"{examination.title or 'a server without a name'}, {examination.era}")


def _note_failure(examination: Examination, error: Exception) -> None:
    spec = examination.spec
    trouble = explain(error, spec)
    if was_closed(error):
        stdio = spec.transport == "stdio"
        trouble = ended(examination.return_code, examination.log.tail) if stdio else trouble
    spawned = any(stage.name in ("start", "connect") for stage in examination.stages)
    examination.broke("greet" if spawned else "start", trouble.message, trouble.hint)


async def _list_everything(examination: Examination, client: Client) -> None:
    failures: list[str] = []

    def report(text: str) -> None:
        failures.append(text)
        examination.issue(text)

    lists = Lists(client, examination.spec.name, examination.spec.call_timeout_s, report)
    fetches: dict[str, Callable[[], Awaitable[Sized]]] = {
        "tools": lists.tools,
        "prompts": lists.prompts,
        "resources": lists.resources,
        "resource templates": lists.templates,
    }
    for noun, fetch in fetches.items():
        examination.mark()
        found = await fetch()
        if failures:
            examination.broke(noun, failures[0], "Look at its stderr, or update the server.")
            return
        examination.passed(noun, f"{len(found):,}")


async def _refuse(question: Question) -> Answer:
    return refusal(question)
