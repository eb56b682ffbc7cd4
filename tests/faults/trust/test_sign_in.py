"""Servers that lead a sign-in astray: into our own network, to somebody else's page, or with another's credentials."""

from typing import Any

import pytest

from tests.fakes.mcp_sign_in import SignInServer, sign_in_server
from tests.integration.servers.test_sign_in import Person, add, browse, opened, spec
from tui.servers.oauth.grants import MemoryGrants

INSIDE = "http://169.254.169.254"
"""Where cloud machines keep their credentials."""
NOT_REACHED, NOT_FOLLOWED = "lies inside a network the server may not reach into", "not followed"
LEADS_INSIDE: list[tuple[str, dict[str, Any], str]] = [
    ("the authorization server", {"protected": {"authorization_servers": [INSIDE]}}, NOT_REACHED),
    ("the registration", {"metadata": {"registration_endpoint": f"{INSIDE}/register"}}, NOT_REACHED),
    ("the token endpoint", {"metadata": {"token_endpoint": f"{INSIDE}/token"}}, NOT_REACHED),
    ("a redirect of the registration", {"redirects": {"/register": f"{INSIDE}/register"}}, NOT_FOLLOWED),
]
OTHER = "https://other.invalid"
MIXED_UP: list[tuple[str, dict[str, Any], str]] = [
    ("metadata of another issuer", {"metadata": {"issuer": OTHER}}, "issuer mismatch"),
    ("an answer of another issuer", {"iss": OTHER}, "iss mismatch"),
    (
        "an answer without the issuer that was promised",
        {"metadata": {"authorization_response_iss_parameter_supported": True}},
        "missing iss",
    ),
    ("a resource that is another server", {"protected": {"resource": f"{OTHER}/mcp"}}, "does not match"),
]


def changed(server: SignInServer, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(server, name, value)


@pytest.mark.parametrize(("what", "fields", "said"), LEADS_INSIDE, ids=[row[0] for row in LEADS_INSIDE])
async def test_a_sign_in_is_led_into_no_inner_network(what: str, fields: dict[str, Any], said: str) -> None:
    """S31: the addresses that answer there are never asked, whoever names them."""
    async with sign_in_server() as (server, url):
        changed(server, fields)
        async with opened(spec(url), Person(browse), MemoryGrants()) as (_, status):
            assert (status.state, said in status.error) == ("failed", True), status.error
        assert server.tokens == {}


@pytest.mark.parametrize(("what", "fields", "said"), MIXED_UP, ids=[row[0] for row in MIXED_UP])
async def test_a_code_goes_only_where_it_came_from(what: str, fields: dict[str, Any], said: str) -> None:
    """S33, C19: what is mixed up is given up before a code is redeemed."""
    async with sign_in_server() as (server, url):
        changed(server, fields)
        async with opened(spec(url), Person(browse), MemoryGrants()) as (_, status):
            assert (status.state, said in status.error) == ("failed", True), status.error
        assert "code" not in server.seen
        assert server.tokens == {}


@pytest.mark.parametrize(
    "fields", [{}, {"iss": "own", "metadata": {"authorization_response_iss_parameter_supported": True}}], ids=str
)
async def test_an_honest_sign_in_succeeds(fields: dict[str, Any]) -> None:
    """The control of both."""
    async with sign_in_server() as (server, url):
        changed(server, fields)
        async with opened(spec(url), Person(browse), MemoryGrants()) as (pool, status):
            assert status.state == "ready"
            assert await add(pool) == "ok"
        assert "code" in server.seen


async def test_what_one_authorization_server_granted_is_not_shown_to_another() -> None:
    """S33: the resource names another authorization server from now on; the old refresh token stays at home."""
    grants = MemoryGrants()
    async with sign_in_server() as (server, url), sign_in_server() as (other, other_url):
        async with opened(spec(url), Person(browse), grants) as (_, status):
            assert status.state == "ready"
        granted = {server.refresh_token, *server.tokens}
        server.revoke()
        server.protected = {"authorization_servers": [other_url.removesuffix("/mcp")]}
        server.refresh_status = 400
        async with opened(spec(url), Person(browse), grants):
            pass
        shown = {value for form in other.forms for value in form.values()}
        assert other.seen[:3] == ["register", "authorize", "code"]
        assert shown.isdisjoint(granted)


async def test_a_token_is_shown_to_its_own_server_only() -> None:
    """S34: not to another server, and not where a server sends its requests on to."""
    grants = MemoryGrants()
    async with sign_in_server() as (server, url), sign_in_server() as (other, other_url):
        async with opened(spec(url), Person(browse), grants) as (pool, _):
            assert await add(pool) == "ok"
            server.redirects = {"/mcp": other_url}
            assert await add(pool) == "error"
        tokens = set(server.tokens)
        async with opened(spec(other_url), Person(browse), grants) as (pool, _):
            assert await add(pool) == "ok"
        assert tokens.isdisjoint(other.bearers)
        assert tokens & server.bearers
