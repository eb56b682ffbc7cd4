"""What one caller may take up of what all callers share: requests at once, and open sessions."""

from collections import Counter

from mcp.server.auth.middleware.bearer_auth import AuthorizationContext
from mcp.server.streamable_http import StreamableHTTPServerTransport
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tui.serve.auth import caller_of_request

REQUESTS_PER_CALLER = 64
"""A quarter of all connections; a stream that is listened to is a request, too."""
SESSIONS_PER_CALLER = 200
RETRY_AFTER_S = 1


class FairShare:
    """Middleware that lets each caller have so many requests under way and no more. Stands behind the keys."""

    def __init__(self, app: ASGIApp, most: int = REQUESTS_PER_CALLER) -> None:
        self._app = app
        self._most = most
        self._under_way: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = caller_of_request(HTTPConnection(scope)) if scope["type"] == "http" else None
        if caller is None:
            await self._app(scope, receive, send)
            return
        if self._under_way[caller.key_id] >= self._most:
            await _refusal(self._most)(scope, receive, send)
            return
        self._under_way[caller.key_id] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way[caller.key_id] -= 1


class SharedSessions(StreamableHTTPSessionManager):
    """Sessions of which no caller can take all; beyond its share an opening is refused like one beyond them all."""

    def _admit_session(self, requestor: AuthorizationContext | None) -> StreamableHTTPServerTransport | None:
        own = sum(owner == requestor for owner in self._session_owners.values())
        return super()._admit_session(requestor) if own < SESSIONS_PER_CALLER else None


def _refusal(most: int) -> JSONResponse:
    message = f"This caller has {most} requests under way, and may have no more. Wait for one to end."
    error = {"message": message, "type": "rate_limit_error", "param": None, "code": "too_many_requests"}
    return JSONResponse({"error": error}, status_code=429, headers={"retry-after": str(RETRY_AFTER_S)})
