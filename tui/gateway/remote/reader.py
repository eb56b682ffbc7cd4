"""Asks one gateway's management endpoints: bounded bodies, JSON only, no redirects; the key never leaves its origin."""

import asyncio
import json
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

import anyio
import httpx2

from tui.config.known import origin_of
from tui.domain.clock import Clock
from tui.domain.errors import CallError, ConnectError
from tui.domain.gateway import GatewaySpec, ProviderSpec
from tui.domain.ids import ProviderName
from tui.domain.messages import Json
from tui.domain.text import clean_line
from tui.gateway.embedded.providers.credentials import Credentials
from tui.gateway.ports import KeyFinder
from tui.gateway.upstream.events import Timeouts
from tui.gateway.upstream.failures import error_words, failure_from_exception, masked
from tui.gateway.upstream.http import OwnHeaders, Refusal, bounded_body, guarded_client

MAX_BYTES = 8 * 1024 * 1024
TIMEOUT_S = 10.0
_CONNECT_S = 4.0
_TIMEOUTS = Timeouts(connect_s=_CONNECT_S)
_BROKEN = (httpx2.HTTPError, httpx2.StreamError, OSError, anyio.EndOfStream, ExceptionGroup)
_UNSENDABLE = (httpx2.InvalidURL, ValueError, TypeError, RecursionError)
OTHER_PROGRAM = "Another version of the gateway, or another program, may answer there."
"""What to do about an answer that is not what was expected."""


class StatusError(CallError):
    """An answer with a status other than 2xx."""

    def __init__(self, status: int, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.status = status

    @property
    def not_there(self) -> bool:
        """Whether this version of the gateway has no such endpoint."""
        return self.status in (404, 405, 410, 501)


class KeyRefusedError(StatusError):
    """The key was refused (401), or may not do this (403)."""


class NoJsonError(CallError):
    """A page for a browser, or a broken document, where JSON was expected."""


class Reader:
    """Speaks to one gateway with its management key, which is looked up when first needed and again once refused."""

    def __init__(
        self,
        spec: GatewaySpec,
        keys: KeyFinder,
        clock: Clock,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._spec = spec
        self._account = _account(spec)
        self._credentials = Credentials(keys, clock)
        self._transport = transport
        self._refused = False
        self._signed: Mapping[str, str] | None = None
        self._client: httpx2.AsyncClient | None = None

    def __repr__(self) -> str:
        return f"Reader({self._spec.name})"

    async def key(self) -> str | None:
        """Returns the management key, None where there is none."""
        return (await self._credentials.find(self._account, suspect=self._refused)).key

    async def chat_key(self) -> str | None:
        """Returns the key that chats are sent with, None where there is none."""
        return (await self._credentials.find(self._spec.provider)).key

    def sign_with(self, headers: Mapping[str, str] | None) -> None:
        """Sends these headers in place of the key from now on, such as a session's cookie; None: the key again."""
        self._signed, self._refused = headers, False

    async def get(self, *path: str, timeout_s: float = TIMEOUT_S, **query: str | int) -> object:
        """Returns the JSON at a path. Raises as `send` does."""
        return await self.send("GET", *path, timeout_s=timeout_s, **query)

    async def send(
        self, method: str, *path: str, body: Json = None, timeout_s: float = TIMEOUT_S, **query: str | int
    ) -> object:
        """Returns the JSON an endpoint answers; each piece of `path` but the first is quoted, and `body` sent as JSON.

        Raises ConnectError when nobody answers in time, KeyRefusedError, StatusError, NoJsonError or CallError.
        """
        response, _ = await self.exchange(method, *path, body=body, timeout_s=timeout_s, **query)
        return response

    async def exchange(
        self, method: str, *path: str, body: Json = None, timeout_s: float = TIMEOUT_S, **query: str | int
    ) -> tuple[object, Mapping[str, str]]:
        """As `send`, and returns the answer's headers too, their names in lower case."""
        what, url = f"{method} /{'/'.join(path)}", self._url(path, query)
        key, signed = await self._key_to_send(), self._signed
        try:
            async with asyncio.timeout(timeout_s):
                document, headers = await self._ask(method, url, body, what, OwnHeaders(key, self._headers(signed)))
            self._refused = False
            return document, headers
        except Refusal as refusal:
            # What only the gateway may know: the key, the session, headers out of the environment.
            secrets = (*([key] if key else []), *(signed or {}).values(), *self._spec.secrets)
            raise self._status_error(refusal, what, secrets) from None
        except TimeoutError:
            raise ConnectError(f"{self._place} did not answer {what} in time.", "Try again shortly.") from None
        except _BROKEN as error:
            trouble = failure_from_exception(error, self._place)
            raise ConnectError(trouble.reason, f"Check the url of the gateway {self._spec.name!r}.") from None
        except _UNSENDABLE:
            raise CallError(f"{what} could not be sent to {self._place}.", "Check the gateway's url.") from None

    async def close(self) -> None:
        """Closes every connection."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _ask(
        self, method: str, url: str, body: Json, what: str, signature: OwnHeaders
    ) -> tuple[object, Mapping[str, str]]:
        if self._client is None:
            self._client = guarded_client(None, {}, _TIMEOUTS, self._transport)
        async with self._client.stream(method, url, json=body, auth=signature) as response:
            content = await bounded_body(response.aiter_bytes(), MAX_BYTES + 1)
            if len(content) > MAX_BYTES:
                raise CallError(f"{what} answered with more than {MAX_BYTES:,} bytes.", "Ask for less.")
            headers = {name.lower(): value for name, value in response.headers.items()}
            kind = headers.get("content-type", "").partition(";")[0].strip()
            return await self._parsed(content, kind, what), headers

    async def _parsed(self, content: bytes, kind: str, what: str) -> object:
        if not content:
            return None
        if not (kind.endswith("json") or kind == ""):
            raise NoJsonError(f"{what} answered with {clean_line(kind, 60)} in place of JSON.", OTHER_PROGRAM)
        try:
            # Off the loop: a list of models may have many megabytes.
            return await asyncio.to_thread(json.loads, content)
        except (ValueError, RecursionError):
            raise NoJsonError(f"{what} answered with JSON that is broken.", OTHER_PROGRAM) from None

    async def _key_to_send(self) -> str | None:
        key = await self.key() if self._signed is None else None
        if key and not (key.isascii() and key.isprintable()):
            raise CallError(f"The key of {self._spec.name!r} holds characters that no key has.", "Enter it anew.")
        return key

    def _headers(self, signed: Mapping[str, str] | None) -> Mapping[str, str]:
        return {**self._spec.headers, **(signed or {})}

    def _status_error(self, refusal: Refusal, what: str, secrets: tuple[str, ...]) -> StatusError:
        said = masked(error_words(refusal.body)[0], secrets)
        words = clean_line(f"{what} answered {refusal.status}{f': {said}' if said else ''}", 400)
        if refusal.status in (401, 403):
            self._refused = True
            return KeyRefusedError(refusal.status, words, self._key_hint())
        if 300 <= refusal.status < 400:
            return StatusError(refusal.status, f"{words}, a redirect; it was not followed.", "Correct the url.")
        return StatusError(refusal.status, words, "The gateway's own log may tell more.")

    def _key_hint(self) -> str:
        account = self._account
        where = f"Set {account.api_key_env}" if account.api_key_env else "Name its variable in admin_key_env"
        return f"{where} to a key that may manage the gateway {self._spec.name!r}."

    @property
    def _place(self) -> str:
        return urlsplit(self._spec.url).netloc.rpartition("@")[2]

    def _url(self, path: tuple[str, ...], query: Mapping[str, str | int]) -> str:
        first, *rest = path
        written = "/".join([first, *(quote(piece, safe="") for piece in rest)])
        return f"{self._spec.url}/{written}" + (f"?{urlencode(query)}" if query else "")


def _account(spec: GatewaySpec) -> ProviderSpec:
    """The management key as the key finder knows keys: bound to scheme, host and port."""
    origin_of(spec.url)
    if spec.admin_key_env is None:
        return spec.provider
    name = ProviderName(f"{spec.name} management")
    return ProviderSpec(name, spec.url, api_key_env=spec.admin_key_env, origin="gateway", key_chosen=True)
