"""Who calls over HTTP: the bearer key of each request becomes its caller."""

from collections.abc import Iterable
from typing import Protocol

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tui.domain.access import AccessKey
from tui.serve.caller import Caller
from tui.serve.ports import CallerFinder


class KeyBook(Protocol):
    """Where keys are kept."""

    async def find(self, key: str) -> AccessKey | None:
        """Returns what a shown key allows, None when it is not a key in use."""
        ...


class KeyCallers:
    """Finds callers by their keys. A key that was revoked opens nothing from the next request on."""

    def __init__(self, book: KeyBook) -> None:
        self._book = book

    async def caller_of(self, key: str) -> Caller | None:
        """Returns the caller a key belongs to, None when it is not a key in use."""
        found = await self._book.find(key)
        if found is None:
            return None
        return Caller(found.name, frozenset(found.scopes), found.id, found.day_budget)


class KeyHolder(AuthenticatedUser):
    """A caller as the MCP package knows one: it binds each session to the key that opened it.

    The key itself stays out: only its id goes further.
    """

    def __init__(self, caller: Caller) -> None:
        super().__init__(AccessToken(token="", client_id=caller.key_id, scopes=sorted(caller.scopes)))
        self.caller = caller


class Authentication:
    """Middleware that lets nobody through without a key, unless `keyless` says who such a caller is."""

    def __init__(self, app: ASGIApp, callers: CallerFinder, keyless: Caller | None = None) -> None:
        self._app = app
        self._callers = callers
        self._keyless = keyless

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        caller = await self._caller(HTTPConnection(scope).headers.getlist("authorization"))
        if caller is None:
            await refusal("This server takes a bearer key that it knows.", "invalid_api_key")(scope, receive, send)
            return
        scope["user"] = KeyHolder(caller)
        await self._app(scope, receive, send)

    async def _caller(self, headers: Iterable[str]) -> Caller | None:
        shown = list(headers)
        if not shown:
            return self._keyless
        scheme, _, key = shown[0].partition(" ")
        # Two headers could be read differently by two readers; one that is wrong is not made up for by being local.
        if len(shown) > 1 or scheme.lower() != "bearer":
            return None
        return await self._callers.caller_of(key.strip())


def caller_of_request(connection: HTTPConnection) -> Caller | None:
    """Returns who sent a request, None when it came past the authentication."""
    user = connection.scope.get("user")
    return user.caller if isinstance(user, KeyHolder) else None


def refusal(message: str, code: str) -> JSONResponse:
    """Returns the answer to a request without a valid key (RFC 6750, 3), in the shape that API clients read."""
    error = {"message": message, "type": "authentication_error", "param": None, "code": code}
    return JSONResponse({"error": error}, status_code=401, headers={"WWW-Authenticate": 'Bearer realm="mcp-tui"'})
