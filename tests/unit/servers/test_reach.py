"""How far a server may send us (S31): every spelling of an inner address is the inner address."""

import httpx2
import pytest

from tui.servers.oauth.reach import GuardedTransport, OutOfReachError


class Recorder(httpx2.AsyncBaseTransport):
    """Answers everything, and remembers where it went."""

    def __init__(self) -> None:
        self.went: list[tuple[str, str, str]] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.went.append((request.url.host, request.headers["host"], request.extensions.get("sni_hostname", "")))
        return httpx2.Response(200, request=request)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/token",
        "https://localhost:6379/",
        "https://2130706433/",
        "https://[::ffff:127.0.0.1]/",
        "https://10.0.0.5/token",
        "https://169.254.169.254/latest/meta-data/",
        "http://93.184.216.34/token",
        "https://user@93.184.216.34/token",
        "ftp://93.184.216.34/token",
    ],
)
async def test_a_public_server_cannot_send_us_inside(url: str) -> None:
    inner = Recorder()
    guarded = GuardedTransport("https://93.184.216.34/mcp", inner)
    with pytest.raises(OutOfReachError):
        await guarded.handle_async_request(httpx2.Request("GET", url))
    assert inner.went == []


@pytest.mark.parametrize(
    ("home", "url"),
    [
        ("https://93.184.216.34/mcp", "https://93.184.216.35/token"),
        ("http://10.0.0.1/mcp", "http://10.0.0.5/token"),
        ("http://127.0.0.1:9/mcp", "http://127.0.0.1:8/token"),
        ("http://127.0.0.1:9/mcp", "https://93.184.216.34/token"),
    ],
)
async def test_a_server_can_send_us_to_its_own_neighbours_and_outwards(home: str, url: str) -> None:
    inner = Recorder()
    await GuardedTransport(home, inner).handle_async_request(httpx2.Request("GET", url))
    assert len(inner.went) == 1


async def test_the_connection_goes_to_the_address_that_was_looked_at_under_the_name_that_was_asked_for() -> None:
    inner = Recorder()
    request = httpx2.Request("GET", "http://localhost:8/token")
    await GuardedTransport("http://127.0.0.1:9/mcp", inner).handle_async_request(request)
    (host, header, name) = inner.went[0]
    assert host in ("127.0.0.1", "::1")
    assert (header, name) == ("localhost:8", "localhost")
    assert request.url.host == "localhost"


async def test_even_a_server_of_this_machine_cannot_send_us_to_a_metadata_service() -> None:
    guarded = GuardedTransport("http://127.0.0.1:9/mcp", Recorder())
    with pytest.raises(OutOfReachError):
        await guarded.handle_async_request(httpx2.Request("GET", "https://169.254.169.254/"))
