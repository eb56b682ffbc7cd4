"""A JSON-RPC message in a few hundred characters: shortened by a bounded walk, secrets masked. Pure."""

import json
import re

from mcp.types import JSONRPCError, JSONRPCMessage, JSONRPCNotification, JSONRPCRequest

from tui.domain.messages import Json
from tui.domain.text import CleanText, clean, clean_line

PREVIEW_CHARS = 2_000
_STRING_CHARS = 400
_ITEMS = 24
_DEPTH = 8
_SECRET_KEY = re.compile(r"(?i)(api[-_]?key|secret|passw|credential|authori[sz]ation|bearer|cookie|private[-_]?key)")
_TOKEN_KEY = re.compile(r"(?i)(^|[-_])(access|auth|refresh|id|api|session)?[-_]?token$")
_SECRET_VALUE = re.compile(
    r"(?i)\b(bearer\s+)[\w.~+/=-]{8,}|\b(sk|pk|ghp|gho|ghs|ghu|github_pat|glpat|xox[abprs]|AKIA|AIza)[-_]?[\w-]{12,}"
)
MASK = "•••"


def is_secret_name(name: str) -> bool:
    """Returns whether a key, header, flag or variable of this name holds a secret."""
    return bool(_SECRET_KEY.search(name) or _TOKEN_KEY.search(name))


def mask_values(text: str) -> str:
    """Returns `text` with everything that looks like a key or a bearer token masked."""
    return _SECRET_VALUE.sub(lambda match: (match.group(1) or "") + MASK, text)


def preview(value: Json, limit: int = PREVIEW_CHARS) -> CleanText:
    """Returns `value` as JSON text, cleaned, shortened to about `limit` characters."""
    return clean(json.dumps(_shorten(value, 0), ensure_ascii=False), limit)


def _shorten(value: Json, depth: int) -> Json:
    if isinstance(value, str):
        cut = value if len(value) <= _STRING_CHARS else f"{value[:_STRING_CHARS]}… ({len(value):,} characters)"
        return mask_values(cut)
    if not isinstance(value, dict | list):
        return value
    if depth >= _DEPTH:
        return "…"
    if isinstance(value, list):
        shown = [_shorten(item, depth + 1) for item in value[:_ITEMS]]
        return [*shown, f"… ({len(value) - _ITEMS:,} more)"] if len(value) > _ITEMS else shown
    pairs = list(value.items())
    kept = {key[:200]: MASK if is_secret_name(key) else _shorten(item, depth + 1) for key, item in pairs[:_ITEMS]}
    return kept | {"…": f"{len(pairs) - _ITEMS:,} more"} if len(pairs) > _ITEMS else kept


def body_of(message: JSONRPCMessage) -> Json:
    """Returns what a message carries: its params, its result or its error."""
    if isinstance(message, JSONRPCRequest | JSONRPCNotification):
        return message.params
    if isinstance(message, JSONRPCError):
        return message.error.model_dump(exclude_none=True)
    return message.result


def label_of(message: JSONRPCMessage, answered_method: str | None) -> CleanText:
    """Returns a message's name: its method, or what it answers."""
    if isinstance(message, JSONRPCRequest | JSONRPCNotification):
        return clean_line(message.method, 120)
    if isinstance(message, JSONRPCError):
        return clean_line(f"error {message.error.code} of {answered_method or 'an unknown request'}", 120)
    return clean_line(f"result of {answered_method or 'an unknown request'}", 120)
