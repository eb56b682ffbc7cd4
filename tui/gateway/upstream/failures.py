"""Failures named: from a status, a body, an in-band error or an exception to a kind, a sentence and a next step."""

import json
import re
import socket
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from tui.domain.completion import FailureKind
from tui.domain.text import CleanText, clean_line
from tui.gateway.upstream.rate_limits import MAX_WAIT_S, retry_after_s


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong and what a person can do."""

    kind: FailureKind
    reason: CleanText
    hint: CleanText = CleanText("")
    status: int | None = None
    retry_after_s: float | None = None
    affordable_tokens: int | None = None


_HINTS: Mapping[FailureKind, str] = {
    "provider-down": "Try again shortly, or choose another model.",
    "rate-limit": "Wait a moment, or choose another model.",
    "credits": "Add credit with the provider, or choose a cheaper model.",
    "auth": "Check this provider's key.",
    "request": "Check the model's name and the request's settings.",
    "context-overflow": "Start a new chat, shorten the conversation, or choose a model with a larger window.",
    "timeout": "Try again, or choose a faster model.",
    "malformed": "Try again; if it stays, this endpoint does not speak Chat Completions properly.",
    "empty": "Try again, or choose another model.",
    "cut": "Send the message again; what arrived is kept.",
}

_HEADINGS: Mapping[FailureKind, str] = {
    "provider-down": "The provider is in trouble",
    "rate-limit": "The provider asks to slow down",
    "credits": "The provider's credit is used up",
    "auth": "The provider refused the key",
    "request": "The provider refused the request",
    "context-overflow": "The conversation is too long for this model",
}

_STATUS_KINDS: Mapping[int, FailureKind] = {
    401: "auth",
    402: "credits",
    403: "auth",
    408: "provider-down",
    413: "context-overflow",
    429: "rate-limit",
}

_WORDS: tuple[tuple[FailureKind, str], ...] = (
    (
        "credits",
        r"insufficient_quota|insufficient.{0,20}(credit|balance|funds)|billing_hard_limit|your current quota"
        r"|budget.{0,20}exceeded|exceeded.{0,10}budget",
    ),
    ("rate-limit", r"rate.?limit|too.many.requests|overloaded|resource.?exhausted|throttl"),
    ("auth", r"invalid.api.key|incorrect api key|authentication|unauthori[sz]ed|permission.denied"),
    ("provider-down", r"server.?error|internal.error|unavailable|bad.gateway|timed?.?out|upstream|connection"),
)
_CONTEXT_OVERFLOW = re.compile(
    r"context_length_exceeded|maximum context length|context (window|length|size)|exceed_context_size"
    r"|prompt is too long"
    r"|input is too long|input token count|too many (input )?tokens|maximum number of (input )?tokens"
    r"|reduce the length|max_prompt_tokens|longer than the model|request_too_large|prompt contains \d+ tokens",
    re.IGNORECASE,
)
_CONTEXT_STATUSES = (None, 400, 413, 422, 500)
_AFFORDABLE = re.compile(r"can only afford (\d[\d,]{0,12})", re.IGNORECASE)
_MOST_CHARS = 2_000
"""More of an error's message is not shown."""
_MOST_DETAILS = 5
_KEY_LIKE = re.compile(r"\b(?:sk|pk|rk|key|gsk|xai|AIza)[-_A-Za-z0-9*]{12,}")


def failure(kind: FailureKind, reason: object, *, status: int | None = None, hint: str = "") -> Failure:
    """Returns a failure with the usual next step of its kind."""
    return Failure(kind, clean_line(reason), clean_line(hint or _HINTS.get(kind, "")), status)


def failure_from_response(
    status: int, headers: Mapping[str, str], body: bytes, now: float, *, secrets: Sequence[str] = ()
) -> Failure:
    """Names an answer that is no success. `headers` in lower case, `now` wall clock; HTML is never shown."""
    message, code = error_words(body)
    if 300 <= status < 400:
        hint = "Put the address it points to into this provider's base_url."
        reason = f"The endpoint answered {status}, a redirect; it was not followed"
        return failure("request", reason, status=status, hint=hint)
    kind = kind_of(status, f"{code} {message}", html=is_html(body))
    return _named(kind, status, masked(message, secrets), wait_s=retry_after_s(headers, now))


def failure_from_error(error: object, *, secrets: Sequence[str] = ()) -> Failure:
    """Names an error object or string that came inside a successful answer."""
    message, code = words_of(error)
    status = int(code) if code.isdecimal() and len(code) == 3 else None
    return _named(kind_of(status, f"{code} {message}"), status, masked(message or code, secrets))


def failure_from_exception(error: BaseException, address: str) -> Failure:
    """Names a failed connection by its innermost known cause; the exception's own text is not shown."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return failure(
                "provider-down", f"TLS: the certificate of {address} is not trusted ({cause.verify_message})"
            )
        if isinstance(cause, ssl.SSLError):
            return failure(
                "provider-down", f"TLS: no safe connection to {address} ({cause.reason or 'handshake failed'})"
            )
        if isinstance(cause, socket.gaierror):
            hint = "Check the address in base_url and your connection."
            return failure("provider-down", f"The name in {address} is not known", hint=hint)
        if isinstance(cause, ConnectionRefusedError):
            hint = "Start it, or check the port in base_url."
            return failure("provider-down", f"Nothing listens at {address}", hint=hint)
        if isinstance(cause, ConnectionResetError | httpx2.RemoteProtocolError):
            hint = "Try again; if it stays, look at the endpoint's own log."
            return failure("provider-down", f"{address} hung up without an answer", hint=hint)
    return failure("provider-down", f"No connection to {address}")


def kind_of(status: int | None, words: str, *, html: bool = False) -> FailureKind:
    """Returns the kind by table: what the words say of context and credit first, then the status, then the words."""
    if status in _CONTEXT_STATUSES and _CONTEXT_OVERFLOW.search(words):
        return "context-overflow"
    named = next((kind for kind, pattern in _WORDS if re.search(pattern, words, re.IGNORECASE)), None)
    if named == "credits" and status in (None, 400, 403, 429):
        return "credits"
    if status == 403 and html:
        # A block page in front of the provider says nothing about the key.
        return "provider-down"
    if status is None:
        return named or "provider-down"
    if status in _STATUS_KINDS:
        return _STATUS_KINDS[status]
    return "request" if 400 <= status < 500 else "provider-down"


def error_words(body: bytes) -> tuple[str, str]:
    """Returns message and code of an error body; both empty for HTML and for nothing."""
    text = body[:65_536].decode("utf-8", "replace").strip()
    if not text or is_html(body):
        return "", ""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return text[:300], ""
    if isinstance(document, list) and document:
        document = document[0]
    if isinstance(document, dict):
        error = document.get("error")
        return words_of(error if isinstance(error, dict) and error else document)
    return str(document)[:300], ""


def is_html(body: bytes) -> bool:
    """Whether a body looks like a page for a browser."""
    return body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def masked(message: str, secrets: Iterable[str]) -> str:
    """Returns `message` without the secrets that were sent and without anything that looks like a key."""
    for secret in secrets:
        message = message.replace(secret, "[key]")
    return _KEY_LIKE.sub("[key]", message)


def words_of(error: object) -> tuple[str, str]:
    """Returns message and code of the JSON of an error, as they were said; both may be empty."""
    if not isinstance(error, dict):
        return str(error)[:_MOST_CHARS], ""
    message = _first_text(error, "message", "detail", "msg", "error", "reason")
    metadata = error.get("metadata")
    if isinstance(metadata, dict) and metadata.get("raw"):
        # OpenRouter wraps the real cause.
        message = f"{message}: {metadata['raw']}"
    if details := _details(error.get("details")):
        message = f"{message}: {details}" if message else details
    code = _first_text(error, "code", "status", "type")
    return message[:_MOST_CHARS], code[:100]


def _details(details: object) -> str:
    """What a validation found, as OmniRoute tells it: `dailyLimitUsd: must be greater than zero; name: Required`."""
    if not isinstance(details, list):
        return ""
    words = [_finding(row) for row in details[:_MOST_DETAILS]]
    left = len(details) - _MOST_DETAILS
    return "; ".join(word for word in (*words, f"and {left} more" if left > 0 else "") if word)


def _finding(row: object) -> str:
    if not isinstance(row, dict):
        return row[:200] if isinstance(row, str) else ""
    path = row.get("path")
    field = (".".join(map(str, path)) if isinstance(path, list) else _first_text(row, "field", "path"))[:80]
    said = _first_text(row, "message", "msg")[:200]
    return (said if field in said else f"{field}: {said}") if said else field


def _first_text(fields: dict[str, Any], *names: str) -> str:
    values = (fields.get(name) for name in names)
    return next((str(value) for value in values if value not in (None, "", [], {})), "")


def _named(kind: FailureKind, status: int | None, message: str, *, wait_s: float | None = None) -> Failure:
    heading = _HEADINGS.get(kind, "The request failed") + (f" ({status})" if status else "")
    affordable = _AFFORDABLE.search(message)
    return Failure(
        kind,
        clean_line(f"{heading}: {message}" if message else heading),
        clean_line(_HINTS.get(kind, "")),
        status,
        min(wait_s, MAX_WAIT_S) if wait_s is not None else None,
        int(affordable.group(1).replace(",", "")) if affordable else None,
    )


def _causes(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        current = current.__cause__ or current.__context__
    return chain[::-1]
