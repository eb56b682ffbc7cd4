"""Where may be listened, and which requests are read at all."""

from collections.abc import Iterable

import pytest
from starlette.applications import Starlette
from starlette.types import Message, Scope

from tui.domain.errors import RefusedError
from tui.serve.front_door import FrontDoor
from tui.serve.listening import Place, check_place

LOOPBACK = ["127.0.0.1", "localhost", "::1", "127.8.8.8"]
BEYOND = ["0.0.0.0", "::", "192.168.1.20", "example.org", ""]


@pytest.mark.parametrize("host", LOOPBACK)
def test_this_machine_needs_neither_key_nor_word(host: str) -> None:
    check_place(Place(host), keys_in_use=0, keyless=True)


@pytest.mark.parametrize("host", BEYOND)
@pytest.mark.parametrize(
    ("exposed", "keys", "keyless"), [(False, 1, False), (True, 0, False), (True, 1, True), (False, 0, True)]
)
def test_other_machines_need_a_key_and_a_word(host: str, exposed: bool, keys: int, keyless: bool) -> None:
    with pytest.raises(RefusedError):
        check_place(Place(host, exposed=exposed), keys_in_use=keys, keyless=keyless)


@pytest.mark.parametrize("host", BEYOND)
def test_with_a_key_and_a_word_others_are_served(host: str) -> None:
    check_place(Place(host, exposed=True), keys_in_use=1, keyless=False)


async def status(headers: Iterable[tuple[str, str]], names: Iterable[str] = ()) -> int:
    """Returns what the door answers; 404 is what stands behind it."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    scope: Scope = {"type": "http", "method": "POST", "path": "/mcp", "headers": raw, "query_string": b""}
    await FrontDoor(Starlette(), names)(scope, receive, send)
    code: int = sent[0]["status"]
    return code


HOSTS = {
    **dict.fromkeys(["127.0.0.1:20129", "localhost", "LOCALHOST:1", "[::1]:20129", "box.local:80"], 404),
    **dict.fromkeys(["evil.example", "127.0.0.1.evil.example", "localhost.evil:20129", "0.0.0.0:20129"], 421),
    **dict.fromkeys(["127.0.0.1@evil.example", "evil.example#127.0.0.1", "", "::1", "127.0.0.1:x", "[::1"], 421),
    **dict.fromkeys(["2130706433", "127.1", "localhost.", "ⅼocalhost".encode().decode("latin-1")], 421),
}


@pytest.mark.parametrize(("host", "expected"), HOSTS.items())
async def test_a_request_is_read_only_under_a_name_of_this_server(host: str, expected: int) -> None:
    assert await status([("host", host)], names=["Box.local"]) == expected


ORIGINS = {
    **dict.fromkeys(["http://127.0.0.1:20129", "https://127.0.0.1:20129"], 404),
    **dict.fromkeys(["http://evil.example", "null", "http://127.0.0.1:3000", "http://localhost:20129", ""], 403),
    **dict.fromkeys(["http://127.0.0.1:20129.evil", "http://127.0.0.1", "chrome-extension://x", "file://"], 403),
}


@pytest.mark.parametrize(("origin", "expected"), ORIGINS.items())
async def test_a_browsers_page_must_be_of_this_server_itself(origin: str, expected: int) -> None:
    assert await status([("host", "127.0.0.1:20129"), ("origin", origin)]) == expected


async def test_headers_that_could_be_read_in_two_ways_are_refused() -> None:
    assert await status([]) == 421
    assert await status([("host", "127.0.0.1"), ("host", "evil.example")]) == 421
    twice = [("host", "127.0.0.1"), ("origin", "http://127.0.0.1"), ("origin", "http://evil.example")]
    assert await status(twice) == 403
