"""What is checked of a request before anybody reads it: where it was sent to, where it comes from, how large it is."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


class FrontDoor:
    """Middleware against pages that reach this machine through a visitor's browser (DNS rebinding, CSRF).

    The Host must be a name of this server, and a browser's Origin the server itself: no page of another origin is
    served. Source: MCP, Streamable HTTP, Security Warning.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str] = ()) -> None:
        self._app = app
        self._names = LOOPBACK_NAMES | {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            return
        if scope["type"] == "http":
            headers = HTTPConnection(scope).headers
            refused = self._refusal(headers.getlist("host"), headers.getlist("origin"))
            if refused is not None:
                await refused(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, hosts: list[str], origins: list[str]) -> JSONResponse | None:
        if len(hosts) != 1 or _name(hosts[0]) not in self._names:
            return _answer(421, "The Host header names another server.", "wrong_host")
        if origins and origins not in ([f"http://{hosts[0]}"], [f"https://{hosts[0]}"]):
            return _answer(403, "Pages of another origin are not served.", "wrong_origin")
        return None


def _name(host: str) -> str:
    """The name in a Host header, without its port; empty when it is none."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return ""
    return (parts.hostname or "") if "@" not in host else ""


def _answer(status: int, message: str, code: str) -> JSONResponse:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return JSONResponse({"error": error}, status_code=status)
