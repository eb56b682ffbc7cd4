"""Telling the authorization server that a sign-in is over, so that what it granted is worth nothing any more.

Source: RFC 7009; RFC 8414 §2 (`revocation_endpoint`); RFC 6749 §2.3.1.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

import httpx2

from tui.domain.grants import Grant, OAuthSpec
from tui.domain.links import link_problem
from tui.domain.messages import Json
from tui.domain.servers import ServerSpec
from tui.domain.text import CleanText, clean_line
from tui.servers.oauth.reach import GuardedTransport
from tui.servers.transports.transport import proxy_for

TIME_LIMIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Revocation:
    """How it ended; `detail` says why it failed."""

    outcome: Literal["revoked", "not-offered", "failed"]
    detail: CleanText = CleanText("")


async def revoke(spec: ServerSpec, grant: Grant, time_limit_s: float = TIME_LIMIT_S) -> Revocation:
    """Revokes the tokens of a grant where the authorization server offers it. Raises nothing."""
    endpoint = (grant.metadata or {}).get("revocation_endpoint")
    if not isinstance(endpoint, str):
        return Revocation("not-offered")
    if problem := link_problem(endpoint, encrypted=True):
        return Revocation("failed", clean_line(problem, 200))
    tokens = grant.tokens or {}
    try:
        async with asyncio.timeout(time_limit_s), _client(spec) as client:
            # The longest lived first: with it, servers revoke what came out of it (RFC 7009 §2.1).
            for kind in ("refresh_token", "access_token"):
                if isinstance(tokens.get(kind), str):
                    form = {"token": str(tokens[kind]), "token_type_hint": kind}
                    await _post(client, endpoint, form, grant, spec.oauth or OAuthSpec())
    except TimeoutError:
        return Revocation("failed", CleanText(f"no answer within {time_limit_s:g} s"))
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return Revocation("failed", clean_line(str(error) or type(error).__name__, 200))
    return Revocation("revoked")


def _client(spec: ServerSpec) -> httpx2.AsyncClient:
    proxy = proxy_for(spec.url)
    outward = GuardedTransport(spec.url, httpx2.AsyncHTTPTransport(proxy=proxy), proxied=proxy is not None)
    return httpx2.AsyncClient(transport=outward, follow_redirects=False)


async def _post(
    client: httpx2.AsyncClient, endpoint: str, form: Mapping[str, str], grant: Grant, oauth: OAuthSpec
) -> None:
    """Raises HTTPStatusError unless it is 200; its text is never read, and nothing of it shown."""
    fields, auth = _credentials(grant.client or {}, grant.metadata or {}, oauth)
    async with client.stream("POST", endpoint, data={**form, **fields}, auth=auth) as answer:
        if answer.status_code != 200:
            said = f"HTTP {answer.status_code}"
            raise httpx2.HTTPStatusError(said, request=answer.request, response=answer)


def _credentials(
    client: Mapping[str, Json], metadata: Mapping[str, Json], oauth: OAuthSpec
) -> tuple[dict[str, str], httpx2.BasicAuth | None]:
    """Returns the form fields and the header by which the authorization server knows this program."""
    client_id = oauth.client_id or str(client.get("client_id") or "")
    secret = oauth.client_secret if oauth.client_id else str(client.get("client_secret") or "")
    if not secret:
        return {"client_id": client_id}, None
    methods = metadata.get("revocation_endpoint_auth_methods_supported")
    if isinstance(methods, list) and "client_secret_basic" not in methods and "client_secret_post" in methods:
        return {"client_id": client_id, "client_secret": secret}, None
    return {}, httpx2.BasicAuth(quote(client_id, safe=""), quote(secret, safe=""))
