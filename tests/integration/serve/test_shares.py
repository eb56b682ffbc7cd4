"""One caller that takes all it can get leaves enough for the others."""

import asyncio

import httpx
from mcp.server.lowlevel import Server
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.integration.serve.everything.kept import NothingKept
from tests.integration.serve.served import Served
from tests.integration.serve.test_callers import HEADERS, INITIALIZE
from tui.domain.clock import SystemClock
from tui.domain.text import CleanText
from tui.serve.admission import Admission
from tui.serve.app import http_app
from tui.serve.caller import Caller
from tui.serve.shares import REQUESTS_PER_CALLER, SESSIONS_PER_CALLER


async def test_no_caller_can_open_all_sessions(house: Served) -> None:
    greedy = await house.make_key("read:health")
    async with house.http(greedy) as http, house.http() as other:
        for _ in range(SESSIONS_PER_CALLER):
            opened = await http.post("/mcp", headers=HEADERS, json=INITIALIZE)
            assert opened.status_code == 200
        assert (await http.post("/mcp", headers=HEADERS, json=INITIALIZE)).status_code == 503
        assert (await other.post("/mcp", headers=HEADERS, json=INITIALIZE)).status_code == 200
        one = HEADERS | {"mcp-session-id": opened.headers["mcp-session-id"]}
        assert (await http.delete("/mcp", headers=one)).status_code == 200
        assert (await http.post("/mcp", headers=HEADERS, json=INITIALIZE)).status_code == 200


class TwoCallers:
    """Whoever shows a key is the caller of that name."""

    async def caller_of(self, key: str) -> Caller:
        return Caller(CleanText(key), frozenset(), key_id=key)


async def test_no_caller_can_have_all_requests_under_way() -> None:
    hold, begun = asyncio.Event(), asyncio.Semaphore(0)

    async def held(_: Request) -> Response:
        begun.release()
        await hold.wait()
        return Response(b"done")

    kept = NothingKept()
    admission = Admission(kept, kept, SystemClock(), "http")
    app = http_app(Server("test"), TwoCallers(), admission, names=["test"], routes=[Route("/held", held)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", timeout=60) as http:

        def ask(key: str) -> asyncio.Task[httpx.Response]:
            return asyncio.create_task(http.get("/held", headers={"authorization": f"Bearer {key}"}))

        asked = [ask("greedy") for _ in range(REQUESTS_PER_CALLER)]
        for _ in asked:
            await begun.acquire()
        refused = await ask("greedy")
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        asked.append(ask("other"))
        await begun.acquire()
        hold.set()
        assert [(await each).status_code for each in asked] == [200] * (REQUESTS_PER_CALLER + 1)
        assert (await ask("greedy")).status_code == 200
