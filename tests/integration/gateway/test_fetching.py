"""What a stranger's address leads to is fetched within bounds, and nothing inside our network ever."""

import ipaddress
from collections.abc import Sequence

import pytest

from tests.fakes.web import ok, redirect, unmeasured, web
from tui.domain.addresses import Address, Zone
from tui.domain.errors import CallError, ConnectError, McpTuiError, RefusedError, UsageError
from tui.gateway.fetching import Fetcher

LIMIT = 1_000


class Names:
    """A name service that gives each name its addresses in turn, the last again and again."""

    def __init__(self, **addresses: Sequence[str]) -> None:
        self._addresses = {name.replace("_", "."): list(found) for name, found in addresses.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        self.asked.append(host)
        found = self._addresses[host]
        return [ipaddress.ip_address(found.pop(0) if len(found) > 1 else found[0])]


def inside(names: Names | None = None, timeout_s: float = 20.0) -> Fetcher:
    """One that may reach this machine, as somebody who allowed it has it."""
    here = names or Names(**{"127.0.0.1": ["127.0.0.1"]})
    return Fetcher(reach=Zone.OWN_MACHINE, resolve=here, timeout_s=timeout_s)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "169.254.169.254",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "[fe80::1]",
        "[fd00::1]",
        "[ff02::1]",
    ],
)
async def test_no_spelling_of_an_inner_address_is_asked(host: str) -> None:
    async with web({"/": ok(b"secret")}) as served:
        # Some spellings are no address at all to some systems.
        with pytest.raises((RefusedError, ConnectError, UsageError)):
            await Fetcher().fetch(served.url("/", host), LIMIT)
        assert served.heads == []


async def test_metadata_stays_closed_to_whoever_may_reach_this_machine() -> None:
    with pytest.raises(RefusedError):
        await Fetcher(reach=Zone.NOWHERE).fetch("http://169.254.169.254/latest/meta-data", LIMIT)


async def test_one_inner_address_among_public_ones_is_enough_to_refuse() -> None:
    async def both(host: str, port: int) -> Sequence[Address]:
        return [ipaddress.ip_address("93.184.216.34"), ipaddress.ip_address("127.0.0.1")]

    with pytest.raises(RefusedError):
        await Fetcher(resolve=both).fetch("http://two.test/", LIMIT)


async def test_the_connection_goes_to_the_address_that_was_looked_at() -> None:
    """A name that answers differently the second time (DNS rebinding) is never asked a second time."""
    names = Names(pictures_test=["127.0.0.1", "169.254.169.254"])
    async with web({"/a.png": ok(b"picture")}) as served:
        assert await inside(names).fetch(served.url("/a.png", "pictures.test"), LIMIT) == b"picture"
        assert names.asked == ["pictures.test"]
        assert f"Host: pictures.test:{served.port}" in served.heads[0]


async def test_a_redirect_is_looked_at_like_the_first_address() -> None:
    names = Names(pictures_test=["127.0.0.1"], inner_test=["169.254.169.254"])
    async with web() as served:
        served.answers = {"/": redirect("http://inner.test/latest/meta-data")}
        with pytest.raises(RefusedError):
            await inside(names).fetch(served.url("/", "pictures.test"), LIMIT)
    assert names.asked == ["pictures.test", "inner.test"]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://pictures.test/a", "gopher://x", "http://"])
async def test_a_redirect_leads_nowhere_but_into_the_web(target: str) -> None:
    async with web({"/": redirect(target)}) as served:
        with pytest.raises(McpTuiError):
            await inside().fetch(served.url("/"), LIMIT)


async def test_a_few_redirects_are_followed_without_cookies_and_a_circle_ends() -> None:
    answers = {"/1": redirect("/2", 301), "/2": redirect("/3", 307), "/3": ok(b"there"), "/round": redirect("/round")}
    async with web(answers) as served:
        assert await inside().fetch(served.url("/1"), LIMIT) == b"there"
        assert not any("cookie:" in head.lower() for head in served.heads)
        served.heads.clear()
        with pytest.raises(CallError, match="more than 3 redirects"):
            await inside().fetch(served.url("/round"), LIMIT)
        assert len(served.heads) == 4


async def test_nothing_of_ours_goes_along() -> None:
    async with web({"/": ok(b"x")}) as served:
        await inside().fetch(served.url("/"), LIMIT)
        fields = {line.partition(":")[0].lower() for line in served.heads[0].split("\r\n")[1:] if line}
    assert fields == {"host", "user-agent", "accept", "accept-encoding", "connection"}


@pytest.mark.parametrize("answer", [ok(b"x" * 1_001), unmeasured(b"x" * 100_000)])
async def test_a_body_beyond_the_limit_is_not_read_to_its_end(answer: bytes) -> None:
    async with web({"/": answer}) as served:
        with pytest.raises(CallError, match="more than 1,000 bytes"):
            await inside().fetch(served.url("/"), LIMIT)


async def test_a_server_that_stays_silent_is_left() -> None:
    async with web() as served:
        with pytest.raises(ConnectError, match=r"did not answer within 0.2 s"):
            await inside(timeout_s=0.2).fetch(served.url("/silent"), LIMIT)


@pytest.mark.parametrize("url", ["", "pictures", "/etc/passwd", "file:///etc/passwd", "http://", "http://a:b:c/"])
async def test_what_is_no_web_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises(UsageError):
        await Fetcher().fetch(url, LIMIT)


async def test_an_address_with_a_password_is_refused_and_never_repeated() -> None:
    with pytest.raises(RefusedError) as refused:
        await Fetcher().fetch("http://me:secret@pictures.test/", LIMIT)
    assert "secret" not in f"{refused.value.message} {refused.value.hint}"


async def test_an_error_names_the_host_and_not_the_rest() -> None:
    answers = {"/a?token=secret": b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"}
    async with web(answers) as served:
        with pytest.raises(CallError, match="answered 404") as failed:
            await inside().fetch(served.url("/a?token=secret"), LIMIT)
        assert "secret" not in failed.value.message
    with pytest.raises(ConnectError, match="could not be fetched"):
        await inside().fetch(served.url("/a?token=secret"), LIMIT)
