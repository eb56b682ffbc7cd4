"""The client of one OpenAI-compatible endpoint: raw bytes from the SDK, our own reading of them, no retries."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import anyio
import httpx2
import openai

from tui.domain.clock import Clock, SystemClock
from tui.domain.completion import ChatRequest
from tui.domain.errors import CallError, ConnectError
from tui.domain.gateway import ModelSpec, ProviderSpec
from tui.gateway.upstream.account import Account, read_account
from tui.gateway.upstream.answer_headers import answer_headers
from tui.gateway.upstream.catalog import models_from
from tui.gateway.upstream.events import Opened, Piece, Timeouts, UpstreamEvent
from tui.gateway.upstream.failures import Failure, failure, failure_from_exception, failure_from_response
from tui.gateway.upstream.http import UNREAD, Refusal, bounded_body, guarded_client
from tui.gateway.upstream.litellm import with_details
from tui.gateway.upstream.rate_limits import rate_limits_from
from tui.gateway.upstream.reading import BodyReader
from tui.gateway.upstream.request_body import request_body
from tui.gateway.upstream.verdict import done_after, done_without_answer
from tui.gateway.upstream.watchdog import Watchdog

_PATH = "/chat/completions"
MAX_MODELS_BYTES = 32 * 1024 * 1024
_LINGER_S = 0.05
"""How long the end of a finished body may take; in time, the connection can be used again."""

_BROKEN = (httpx2.HTTPError, httpx2.StreamError, openai.OpenAIError, OSError, anyio.EndOfStream, ExceptionGroup)
_UNSENDABLE = (httpx2.InvalidURL, ValueError, TypeError, RecursionError)


class UpstreamClient:
    """Streams chats from one provider. The key never leaves this object except in the request's header."""

    def __init__(
        self,
        spec: ProviderSpec,
        key: str | None,
        timeouts: Timeouts,
        transport: httpx2.AsyncBaseTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._spec = spec
        self._key = (key or "").strip() or None
        self._secrets = (*([self._key] if self._key else []), *spec.secrets)
        self._timeouts = timeouts
        self._transport = transport
        self._clock = clock or SystemClock()
        self._address = _address(spec.base_url)
        self._http: httpx2.AsyncClient | None = None
        self._sdk: openai.AsyncOpenAI | None = None

    def __repr__(self) -> str:
        return f"UpstreamClient({self._spec.name})"

    async def stream(self, request: ChatRequest, model: str) -> AsyncIterator[UpstreamEvent]:
        """Yields what happens, `Done` last and exactly once; raises nothing but CancelledError.

        Closing the iterator, or cancelling the task that reads it, closes the socket at once.
        """
        watchdog = Watchdog(self._timeouts, request.timeout_s)
        reader = BodyReader(self._secrets)
        async with AsyncExitStack() as stack:
            stack.callback(watchdog.close)
            opened, answer = await self._open(stack, request, model, watchdog)
            if opened:
                yield opened
            if isinstance(answer, httpx2.Response):
                reader.content_type = answer.headers.get("content-type", "")
                chunks = await stack.enter_async_context(contextlib.aclosing(answer.aiter_bytes()))
                pieces = await stack.enter_async_context(contextlib.aclosing(_pieces(chunks, reader, watchdog)))
                async for piece in pieces:
                    yield piece
        if isinstance(answer, Failure):
            yield done_without_answer(answer)
        else:
            told = answer_headers(answer.headers)
            yield done_after(reader, self._spec.name, answer.status_code, told)

    async def models(self) -> tuple[ModelSpec, ...]:
        """Returns what the endpoint says it serves. Raises ConnectError or CallError, each with a hint."""
        listed = models_from(await self.read("models", "list of models"))
        if listed is None:
            raise CallError(f"{self._address} answered with no list of models", "Check this provider's base_url.")
        if "litellm" in (self._spec.kind, self._spec.name):
            with contextlib.suppress(CallError, ConnectError):
                return with_details(listed, await self.read("model/info", "details of models"))
        return listed

    async def account(self) -> Account | None:
        """Returns what the endpoint says is left for this key, None when it has no word for that.

        Raises ConnectError or CallError, each with a hint.
        """
        return await read_account(self._spec, lambda path: self.read(path, "account"))

    async def read(self, path: str, what: str) -> object:
        """Returns the JSON at a path below the endpoint's address. Raises ConnectError or CallError with a hint."""
        if self._address is None:
            raise ConnectError(self._no_address().reason, self._no_address().hint)
        url = f"{self._spec.base_url.rstrip('/')}/{path}"
        try:
            async with asyncio.timeout(self._timeouts.first_token_s), self._client().stream("GET", url) as response:
                body = await bounded_body(response.aiter_bytes(), MAX_MODELS_BYTES)
                # Off the loop: a list of models may have many megabytes.
                return await asyncio.to_thread(json.loads, body)
        except Refusal as refusal:
            trouble = self._named(refusal)
            raise CallError(trouble.reason, trouble.hint) from None
        except TimeoutError:
            raise ConnectError(f"No {what} from {self._address} in time", "Try again shortly.") from None
        except _BROKEN as error:
            trouble = failure_from_exception(error, self._address)
            raise ConnectError(trouble.reason, trouble.hint) from None
        except _UNSENDABLE:
            raise CallError(f"{self._address} gave no {what}", "Check this provider's base_url.") from None

    async def close(self) -> None:
        """Closes every connection."""
        http, self._http, self._sdk = self._http, None, None
        if http is not None:
            await http.aclose()

    async def _open(
        self, stack: AsyncExitStack, request: ChatRequest, model: str, watchdog: Watchdog
    ) -> tuple[Opened | None, httpx2.Response | Failure]:
        """Sends the request; returns when status and headers are there."""
        if self._key and not (self._key.isascii() and self._key.isprintable()):
            return None, failure("auth", "The key holds characters that no key has")
        if self._address is None:
            return None, self._no_address()
        try:
            body = request_body(request, model, self._spec.name, self._spec.base_url)
            # `chat.completions.create` would check every field against its types again.
            post = self._openai().post
            async with asyncio.timeout_at(watchdog.deadline):
                response = await post(_PATH, cast_to=httpx2.Response, body=body, options={"headers": UNREAD})
            stack.push_async_callback(response.aclose)
            return self._opened(response.status_code, dict(response.headers)), response
        except Refusal as refusal:
            return self._opened(refusal.status, refusal.headers), self._named(refusal)
        except TimeoutError:
            return None, watchdog.expired()
        except openai.APITimeoutError:
            limit_s = self._timeouts.connect_s
            return None, failure("provider-down", f"No connection to {self._address} within {limit_s:g} s")
        except _BROKEN as error:
            return None, failure_from_exception(error, self._address)
        except _UNSENDABLE as error:
            reason = f"The request could not be written: {type(error).__name__}"
            return None, failure("local", reason, hint="Check this provider's base_url and the tools' schemas.")

    def _opened(self, status: int, headers: Mapping[str, str]) -> Opened:
        return Opened(status, rate_limits_from(headers, self._clock.wall()))

    def _named(self, refusal: Refusal) -> Failure:
        now = self._clock.wall()
        return failure_from_response(refusal.status, refusal.headers, refusal.body, now, secrets=self._secrets)

    def _no_address(self) -> Failure:
        hint = "Set base_url to an address such as https://host/v1."
        return failure("request", f"{self._spec.name} has no http address", hint=hint)

    def _client(self) -> httpx2.AsyncClient:
        if self._http is None:
            self._http = guarded_client(self._key, self._spec.headers, self._timeouts, self._transport)
        return self._http

    def _openai(self) -> openai.AsyncOpenAI:
        if self._sdk is None:
            # The key travels in our own header; a placeholder keeps the SDK from looking for one elsewhere.
            self._sdk = openai.AsyncOpenAI(
                api_key="unused", base_url=self._spec.base_url, max_retries=0, http_client=self._client()
            )
        return self._sdk


def _address(base_url: str) -> str | None:
    """Returns host and port of an http address (never what else it holds), None when it is none."""
    try:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            return None
    except ValueError:
        return None
    return parts.netloc.rpartition("@")[2]


async def _pieces(
    chunks: AsyncGenerator[bytes, None], reader: BodyReader, watchdog: Watchdog
) -> AsyncGenerator[Piece, None]:
    """Reads the body to its end, to its failure or to a deadline; the reader knows which."""
    while not reader.finished:
        chunk = await _next_chunk(chunks, watchdog)
        if chunk is None:
            break
        if isinstance(chunk, Failure):
            reader.interrupted = chunk
            break
        before = reader.reply.progress
        for piece in reader.feed(chunk):
            yield piece
        if reader.reply.progress > before:
            watchdog.progressed()
    for piece in reader.end():
        yield piece
    if reader.done_marker:
        await _read_last_bytes(chunks)


async def _next_chunk(chunks: AsyncGenerator[bytes, None], watchdog: Watchdog) -> bytes | Failure | None:
    try:
        return await watchdog.wait_for(anext(chunks, None))
    except TimeoutError:
        return watchdog.expired()
    except httpx2.DecodingError:
        return failure("malformed", "The answer's compression is broken")
    except _BROKEN:
        return failure("cut", "The connection was lost before the answer ended")


async def _read_last_bytes(chunks: AsyncGenerator[bytes, None]) -> None:
    """Reads the very end of a finished body, so that its connection can be used again."""
    with contextlib.suppress(TimeoutError, *_BROKEN):
        async with asyncio.timeout(_LINGER_S):
            await anext(chunks, None)
