"""Failures as OpenAI's clients read them: a status, and an `error` object with type, code and parameter.

Source: platform.openai.com/docs/guides/error-codes; 402 for spent money, which clients do not try again.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tui.domain.completion import FailureKind, ReplyEnded
from tui.domain.errors import McpTuiError, RefusedError, UsageError
from tui.domain.text import CleanText
from tui.serve.multimodal.choosing import NoSuchModelError
from tui.serve.multimodal.messages import InvalidRequestError

_MISSING = (404, 410)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What goes back in place of an answer."""

    status: int
    type: str
    code: str
    message: str
    param: str | None = None
    retry_in_s: float | None = None

    @property
    def document(self) -> dict[str, Any]:
        """The body, and the event that ends a stream."""
        return {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}

    @property
    def headers(self) -> dict[str, str]:
        """When to come again, and that coming again at once is of no use: the gateway has tried all there is."""
        if self.retry_in_s is None:
            return {"x-should-retry": "false"}
        return {"retry-after": str(max(1, math.ceil(self.retry_in_s)))}


class KeyBudgetError(RefusedError):
    """The budget of the caller's key does not suffice."""


class TooLargeError(UsageError):
    """The body is larger than this server takes."""


_BY_FAILURE: Mapping[FailureKind, tuple[int, str, str]] = MappingProxyType(
    {
        "budget": (402, "insufficient_quota", "budget_exceeded"),
        "credits": (402, "insufficient_quota", "provider_credits_exhausted"),
        "rate-limit": (429, "rate_limit_error", "rate_limit_exceeded"),
        "request": (400, "invalid_request_error", "provider_refused"),
        "context-overflow": (400, "invalid_request_error", "context_length_exceeded"),
        "auth": (502, "api_error", "provider_key_refused"),
        "provider-down": (502, "api_error", "provider_down"),
        "cut": (502, "api_error", "answer_cut"),
        "malformed": (502, "api_error", "answer_malformed"),
        "empty": (502, "api_error", "answer_empty"),
        "no-route": (503, "api_error", "no_route"),
        "timeout": (504, "api_error", "timeout"),
        "local": (500, "api_error", "gateway_fault"),
    }
)


def of_end(end: ReplyEnded, status: int | None) -> Refusal:
    """Returns a request's failure; `status` is what the provider answered, None when it did not."""
    message = _joined(end.reason, end.hint)
    if end.failure == "request" and status in _MISSING:
        return Refusal(404, "invalid_request_error", "model_not_found", message, "model")
    code, kind, name = _BY_FAILURE[end.failure or "local"]
    return Refusal(code, kind, name, message, retry_in_s=end.retry_in_s if code >= 429 else None)


def broken_off(reason: CleanText) -> Refusal:
    """Returns the failure of a stream whose beginning was sent already; nothing else can take its place."""
    return Refusal(502, "api_error", "answer_cut", f"The answer broke off: {reason}. Send the request again.")


def of_error(error: McpTuiError) -> Refusal:
    """Returns what stopped a request before it was sent."""
    message = _joined(error.message, error.hint)
    match error:
        case TooLargeError():
            return Refusal(413, "invalid_request_error", "request_too_large", message)
        case InvalidRequestError():
            return Refusal(400, "invalid_request_error", "invalid_value", message, error.place)
        case NoSuchModelError():
            return Refusal(404, "invalid_request_error", "model_not_found", message, "model")
        case UsageError():
            return Refusal(400, "invalid_request_error", "invalid_request", message)
        case KeyBudgetError():
            return Refusal(402, "insufficient_quota", "budget_exceeded", message)
        case RefusedError():
            return Refusal(403, "permission_error", "missing_scope", message)
        case _:
            return Refusal(500, "api_error", "gateway_fault", message)


def _joined(message: str, hint: str) -> str:
    return f"{message} {hint}".strip()
