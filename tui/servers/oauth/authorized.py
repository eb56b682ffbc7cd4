"""Requests with an access token, renewed or asked for when the server demands one.

The SDK's own flow holds a lock while a request waits for its answer, so that one slow call stops all others of its
server. Here requests pass freely, and only a refused one enters the flow.
"""

from collections.abc import Callable

import httpx2
from mcp.client.auth import OAuthFlowError

from tui.domain.text import clean_line
from tui.servers.oauth.reach import GuardedTransport, OutOfReachError
from tui.servers.oauth.signin import SignIn
from tui.servers.transports.preview import mask_values
from tui.servers.transports.surviving import made_up, read_body

_AUTHORITY_TIMEOUT_S = 30.0


class _AuthorityDownError(Exception):
    """The authorization server gave no usable answer for now."""


class AuthorizedTransport(httpx2.AsyncBaseTransport):
    """Puts the access token on every request; what is fetched from an authorization server goes a guarded way."""

    def __init__(
        self,
        signin: SignIn,
        inner: httpx2.AsyncBaseTransport,
        outward: httpx2.AsyncBaseTransport,
        *,
        proxied: bool,
        failed: Callable[[str], None],
    ) -> None:
        self._signin = signin
        self._failed = failed
        self._inner = inner
        self._authority = httpx2.AsyncClient(
            transport=GuardedTransport(signin.home, outward, proxied=proxied),
            headers={"accept-encoding": "identity"},
            timeout=_AUTHORITY_TIMEOUT_S,
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        signin = self._signin
        await signin.load()
        used = signin.bearer()
        refused: httpx2.Response | None = None
        if used or not signin.renewable:
            if used:
                request.headers["authorization"] = f"Bearer {used}"
            refused = await self._inner.handle_async_request(request)
            if not _is_challenge(refused):
                return refused
        answer: httpx2.Response | None = None
        try:
            answer = await self._answered(request, used, refused)
        except _AuthorityDownError as error:
            self._failed(str(error))
            answer = made_up(request, 503, str(error), None)
        finally:
            if refused is not None and answer is not refused:
                await refused.aclose()
        return answer

    async def _answered(
        self, request: httpx2.Request, used: str | None, refused: httpx2.Response | None
    ) -> httpx2.Response:
        """Returns the answer once the server may be asked; without a sign-in, why there is none."""
        signin = self._signin
        if not signin.gave_up:
            try:
                async with signin.negotiating(used):
                    if not signin.gave_up:
                        return await self._negotiate(request, used, refused)
            except (OAuthFlowError, OutOfReachError) as error:
                signin.gave_up = clean_line(mask_values(str(error)), 200)
        sentence = f"HTTP 401, and the sign-in failed: {signin.gave_up}"
        self._failed(sentence)
        return made_up(request, 401, sentence, 401, sign_in=True)

    async def _negotiate(
        self, request: httpx2.Request, used: str | None, refused: httpx2.Response | None
    ) -> httpx2.Response:
        """Renews the token or signs in, then sends the request again.

        Raises OAuthFlowError, AuthorityDownError, TransportError.
        """
        signin = self._signin
        if refused is not None and refused.status_code == 401 and used and used == signin.bearer():
            signin.expire()
        if refused is not None and _may_pass_now(signin, used, refused.status_code):
            await refused.aclose()
            refused = None
        flow = signin.provider.async_auth_flow(request)
        try:
            outgoing = await anext(flow)
            while True:
                if outgoing is not request:
                    answer = await self._ask_authority(outgoing)
                elif refused is not None:
                    # Already sent and refused: that answer is what the flow starts from.
                    answer, refused = refused, None
                else:
                    answer = await self._inner.handle_async_request(request)
                try:
                    following = await flow.asend(answer)
                except StopAsyncIteration:
                    return answer
                await answer.aclose()
                outgoing = following
        finally:
            await flow.aclose()

    async def _ask_authority(self, request: httpx2.Request) -> httpx2.Response:
        """Raises AuthorityDownError also when a renewal failed for now: the refresh token is not given up for that."""
        try:
            response = await self._authority.send(request, stream=True, follow_redirects=False)
            try:
                body = await read_body(response)
            finally:
                await response.aclose()
        except OutOfReachError:
            raise
        except httpx2.TransportError as error:
            raise _AuthorityDownError(f"{request.url.host} cannot be reached for the sign-in: {error}") from error
        if body is None:
            raise _AuthorityDownError(f"{request.url.host} answers the sign-in with too much.")
        renewal = request.method == "POST" and b"grant_type=refresh_token" in request.content
        if renewal and (response.status_code >= 500 or response.status_code == 429):
            raise _AuthorityDownError(f"{request.url.host} cannot renew the sign-in now (HTTP {response.status_code}).")
        headers = [(k, v) for k, v in response.headers.items() if k not in ("content-encoding", "content-length")]
        whole = httpx2.Response(response.status_code, headers=headers, content=body, request=request)
        whole.next_request = response.next_request
        return whole

    async def aclose(self) -> None:
        await self._authority.aclose()
        await self._inner.aclose()


def _may_pass_now(signin: SignIn, used: str | None, status: int) -> bool:
    """Whether there is, or soon will be, another token to send the request with."""
    return signin.bearer() not in (None, used) or (status == 401 and signin.renewable)


def _is_challenge(response: httpx2.Response) -> bool:
    if response.status_code == 403:
        return "insufficient_scope" in response.headers.get("www-authenticate", "")
    return response.status_code == 401
