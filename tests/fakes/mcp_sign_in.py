"""An MCP server behind OAuth over real sockets: protected resource, authorization server and consent page in one."""

import json
import time
import urllib.request
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.fakes.mcp_http import make_server, serving


class SignInServer:
    """Counts what it was asked in `seen`: `401`, `register`, `authorize`, `code`, `refresh`, `revoke`."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.tokens: dict[str, float] = {}
        self.refresh_token = "refresh-0"
        self.expires_in = 3_600
        self.metadata: dict[str, Any] = {}
        """Replaces fields of the authorization server's metadata."""
        self.protected: dict[str, Any] = {}
        """Replaces fields of the protected resource's metadata."""
        self.redirects: dict[str, str] = {}
        """By path: where it sends on to instead of answering."""
        self.iss: str | None = None
        """What the browser brings back as the issuer (RFC 9207); `own` stands for the right one."""
        self.bearers: set[str] = set()
        """Every token that was shown to it, good or not."""
        self.refresh_status = 200
        self.revoke_status = 200
        self.forms: list[dict[str, str]] = []
        self._inner: ASGIApp = make_server().streamable_http_app()

    def revoke(self) -> None:
        """No access token is taken any more."""
        self.tokens.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        request = Request(scope, receive)
        if scope["path"] in self.redirects:
            await RedirectResponse(self.redirects[scope["path"]])(scope, receive, send)
            return
        if scope["path"] == "/mcp":
            bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
            self.bearers.add(bearer)
            if self.tokens.get(bearer, 0) >= time.time():
                await self._inner(scope, receive, send)
                return
            self.seen.append("401")
            where = f"{_base(request)}/.well-known/oauth-protected-resource/mcp"
            challenge = {"www-authenticate": f'Bearer resource_metadata="{where}"'}
            await Response(status_code=401, headers=challenge)(scope, receive, send)
            return
        await (await self._answer(request))(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        base = _base(request)
        match request.url.path:
            case "/.well-known/oauth-protected-resource/mcp":
                return JSONResponse({"resource": f"{base}/mcp", "authorization_servers": [base]} | self.protected)
            case "/.well-known/oauth-authorization-server":
                return JSONResponse(_metadata(base) | self.metadata)
            case "/register":
                self.seen.append("register")
                return JSONResponse({**json.loads(await request.body()), "client_id": "registered"}, 201)
            case "/authorize":
                self.seen.append("authorize")
                query = request.query_params
                iss = f"&iss={base if self.iss == 'own' else self.iss}" if self.iss else ""
                return RedirectResponse(f"{query['redirect_uri']}?code=c0de&state={query['state']}{iss}")
            case "/oauth2/token":
                return await self._token(request)
            case "/revoke":
                self.seen.append("revoke")
                self.forms.append({key: str(value) for key, value in (await request.form()).items()})
                return Response("secret words", self.revoke_status)
        return Response(status_code=404)

    async def _token(self, request: Request) -> Response:
        form = {key: str(value) for key, value in (await request.form()).items()}
        self.forms.append(form)
        if form["grant_type"] == "refresh_token":
            self.seen.append("refresh")
            if self.refresh_status != 200:
                return JSONResponse({"error": "invalid_grant"}, self.refresh_status)
            if form["refresh_token"] != self.refresh_token:
                return JSONResponse({"error": "invalid_grant"}, 400)
        else:
            self.seen.append("code")
        token = f"access-{uuid.uuid4().hex}"
        self.tokens[token] = time.time() + self.expires_in
        self.refresh_token = f"refresh-{uuid.uuid4().hex}"
        return JSONResponse(
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": self.expires_in,
                "refresh_token": self.refresh_token,
            }
        )


def _base(request: Request) -> str:
    return f"http://127.0.0.1:{request.url.port}"


def _metadata(base: str) -> dict[str, Any]:
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/authorize",
        "token_endpoint": f"{base}/oauth2/token",
        "registration_endpoint": f"{base}/register",
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
    }


@asynccontextmanager
async def sign_in_server() -> AsyncIterator[tuple[SignInServer, str]]:
    """Yields the server and its URL."""
    server = SignInServer()
    async with serving(server) as port:
        yield server, f"http://127.0.0.1:{port}/mcp"


def visit(url: str) -> str:
    """Does what a browser does, and returns the address it ends at."""
    with urllib.request.urlopen(url, timeout=10) as page:
        page.read()
        return str(page.url)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def visit_elsewhere(url: str) -> str:
    """A browser on another machine: returns the address it was sent back to and could not open."""
    try:
        urllib.request.build_opener(_Stay).open(url, timeout=10)
    except urllib.error.HTTPError as answer:
        return str(answer.headers["location"])
    raise AssertionError("no redirect")
