"""Broken, huge and endless requests: each gets its answer, and the next good one is served as if nothing was."""

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from tests.integration.serve.agents import agent, answer
from tests.integration.serve.served import Served
from tui.serve.app import BODY_LIMIT_BYTES
from tui.serve.listening import Place, bound, listen, url_of
from tui.serve.patience import ImpatientConnection

BODIES = 10_000
GOOD = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "gateway_health", "arguments": {}}}


def malformed(count: int) -> Iterator[bytes]:
    """Bodies that are no request, made from one that is."""
    dice = random.Random(7)
    good = json.dumps(GOOD).encode()
    fixed = [
        *(b"", b"null", b"[]", b"{}", b"0", b'"x"', b"[[[[", b"\xff\xfe", b"\x00" * 64, b'{"jsonrpc": "2.0"}'),
        *(b"[" * 50_000, b'{"a":' * 20_000, b"1e999999", b'{"jsonrpc":"2.0","id":{},"method":[]}', good + good),
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":1,"arguments":[]}}',
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"gateway_health","arguments":"\\ud800"}}',
    ]
    yield from fixed
    for _ in range(count - len(fixed)):
        spoilt = bytearray(good)
        for _ in range(dice.randint(1, 8)):
            place = dice.randrange(len(spoilt))
            match dice.randrange(3):
                case 0:
                    spoilt[place] = dice.randrange(256)
                case 1:
                    del spoilt[place : place + dice.randint(1, 20)]
                case _:
                    spoilt[place:place] = dice.randbytes(dice.randint(1, 8))
            spoilt = spoilt or bytearray(b"{")
        yield bytes(spoilt)


async def post_all(house: Served, bodies: Sequence[bytes]) -> list[int]:
    """Posts over one connection, half of the bodies in each era. Returns the answers' status codes."""
    place = urlsplit(house.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    lines = [
        *("POST /mcp HTTP/1.1", f"host: {place.netloc}", f"authorization: Bearer {house.key}"),
        *("accept: application/json, text/event-stream", "content-type: application/json"),
    ]
    codes = []
    for number, body in enumerate(bodies):
        era = ["mcp-protocol-version: 2026-07-28"] if number % 2 else []
        head = "\r\n".join([*lines, *era, f"content-length: {len(body)}", "", ""])
        writer.write(head.encode() + body)
        codes.append(await status_of_answer(reader))
    writer.close()
    return codes


async def status_of_answer(reader: asyncio.StreamReader) -> int:
    """Reads one answer to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = re.search(r"content-length: (\d+)", head)
    if length:
        await reader.readexactly(int(length[1]))
    else:
        while (size := int(await reader.readline(), 16)) > 0:
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
    return int(head[9:12])


async def test_after_ten_thousand_malformed_bodies_the_next_good_call_is_answered(house: Served) -> None:
    bodies = list(malformed(BODIES))
    parts = await asyncio.gather(*(post_all(house, bodies[start::4]) for start in range(4)))
    codes = [code for part in parts for code in part]
    assert len(codes) == BODIES
    assert [code for code in codes if code >= 500] == []
    async with agent(house) as client:
        assert (await answer(client, "gateway_health"))["gateway"] == "embedded"


async def first_line(house: Served, request: str, header: str) -> bytes:
    """Announces a terabyte, sends none of it, and returns version and code of the answer."""
    place = urlsplit(house.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    lines = [f"{request} HTTP/1.1", f"host: {place.netloc}", header, f"content-length: {1 << 40}", "", ""]
    writer.write("\r\n".join(lines).encode())
    async with asyncio.timeout(20):
        line = await reader.readline()
    writer.close()
    return line[:12]


@pytest.mark.parametrize("path", ["/mcp", "/v1/chat/completions"])
async def test_a_body_beyond_the_bound_is_refused_unread(house: Served, path: str) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(BODY_LIMIT_BYTES // 65_536 + 2):
            yield b" " * 65_536

    headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    async with house.http() as http:
        assert (await http.post(path, headers=headers, content=endless())).status_code == 413


async def test_a_body_that_is_announced_too_large_is_refused_at_once(house: Served) -> None:
    assert await first_line(house, "POST /mcp", f"authorization: Bearer {house.key}") == b"HTTP/1.1 413"


async def test_a_stranger_cannot_make_it_read_a_body_at_all(house: Served) -> None:
    assert await first_line(house, "POST /mcp", "x-key: none") == b"HTTP/1.1 401"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"host": "evil.example"}, 421),
        ({"host": "evil.example:80", "origin": "http://evil.example"}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
@pytest.mark.parametrize("path", ["/mcp", "/v1/models", "/"])
async def test_a_page_in_a_browser_reaches_nothing(
    house: Served, path: str, headers: dict[str, str], code: int
) -> None:
    async with house.http() as http:
        for method in ("GET", "POST", "OPTIONS", "DELETE"):
            told = await http.request(method, path, headers=headers)
            assert told.status_code == code
            assert "access-control-allow-origin" not in told.headers


async def test_headers_without_end_are_cut_off(house: Served) -> None:
    place = urlsplit(house.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(f"POST /mcp HTTP/1.1\r\nhost: {place.netloc}\r\nx-long: ".encode() + b"a" * 200_000)
    async with asyncio.timeout(20):
        assert b" 400 " in await reader.readline()
    writer.close()
    async with httpx.AsyncClient(base_url=house.url, trust_env=False) as http:
        assert (await http.get("/mcp")).status_code == 401


class Hasty(ImpatientConnection):
    headers_s = 0.2
    body_s = 0.5


@asynccontextmanager
async def hastily_served(
    app: Starlette, connection: type[ImpatientConnection] = Hasty
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server without patience."""
    listener, ready = bound(Place(port=0)), asyncio.Event()
    place = urlsplit(url_of(listener))
    serving = asyncio.create_task(listen(app, listener, ready.set, connection))
    await ready.wait()
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        async with asyncio.timeout(30):
            yield reader, writer
    finally:
        writer.close()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


@pytest.mark.parametrize(
    "begun", [b"", b"POST /mcp HTTP/1.1\r\nhost: x\r\nx: ", b"GET / HTTP/1.1\r\nhost: x\r\n\r\nGET /"]
)
async def test_who_connects_and_asks_nothing_is_let_go(begun: bytes) -> None:
    async with hastily_served(Starlette()) as (reader, writer):
        writer.write(begun)
        await reader.read()


async def test_who_asks_again_and_again_is_kept_and_let_go_after_two_looks_without_a_request() -> None:
    made: list[ImpatientConnection] = []

    class Watched(ImpatientConnection):
        headers_s = 3_600.0

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            made.append(self)
            super().connection_made(transport)

    async def well(_request: Request) -> Response:
        return Response(b"done")

    async with hastily_served(Starlette(routes=[Route("/", well)]), Watched) as (reader, writer):
        for _ in range(4):
            writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            assert await status_of_answer(reader) == 200
            made[0].look()
        made[0].look()
        assert await reader.read() == b""


@pytest.mark.parametrize("size", ["content-length: 1000", "transfer-encoding: chunked"])
async def test_a_body_that_trickles_in_without_end_is_let_go(size: str) -> None:
    left = asyncio.Event()

    async def body(request: Request) -> Response:
        try:
            return Response(await request.body())
        except ClientDisconnect:
            left.set()
            raise

    async with hastily_served(Starlette(routes=[Route("/", body, methods=["POST"])])) as (reader, writer):
        writer.write(f"POST / HTTP/1.1\r\nhost: x\r\n{size}\r\n\r\n".encode())
        trickling = asyncio.create_task(trickle(writer))
        await left.wait()
        trickling.cancel()
        with suppress(OSError):
            assert await reader.read() == b""


async def trickle(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while True:
            writer.write(b"1\r\nx\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)


async def test_an_answer_that_takes_its_time_is_not_cut_off() -> None:
    async def slow(request: Request) -> Response:
        assert await request.body() == b"x"
        await asyncio.sleep(3 * Hasty.body_s)
        return Response(b"done")

    async with hastily_served(Starlette(routes=[Route("/", slow, methods=["POST"])])) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx")
        assert (await reader.read()).endswith(b"done")
