"""A model's arguments, parsed strictly and frozen as the one text that is shown, approved and sent.

JSON leaves duplicate names, non-numbers and the size of numbers open (RFC 8259, sections 4 and 6); a server and this
program could read them differently, so they are refused.
"""

import json
from dataclasses import dataclass
from typing import cast

from tui.domain.errors import CallError
from tui.domain.messages import Json
from tui.domain.servers import ToolInfo

MAX_CHARS = 2_000_000
MAX_INTEGER = 2**64
MAX_FLOAT = 1e300


@dataclass(frozen=True, slots=True)
class FrozenCall:
    """A tool and the exact JSON text of its arguments: what a person approves is what is sent."""

    tool: ToolInfo
    arguments_json: str

    def arguments(self) -> dict[str, Json]:
        """Returns the arguments as a fresh object, so that no holder can change what another one sends."""
        return cast("dict[str, Json]", json.loads(self.arguments_json))


def canonical(text: str) -> str:
    """Returns the arguments as one JSON object in one spelling; an empty text is an empty object.

    An object that was encoded twice (a JSON string holding JSON) is unwrapped once. Raises CallError with a reason
    that a model can act on.
    """
    value = _parsed(text) if text.strip() else {}
    if isinstance(value, str):
        value = _parsed(value)
    if not isinstance(value, dict):
        raise CallError(f"The arguments must be a JSON object, not {_kind(value)}.")
    try:
        frozen = json.dumps(value, ensure_ascii=False, allow_nan=False)
        frozen.encode()
    except RecursionError:
        raise CallError("The arguments are nested too deeply.") from None
    except UnicodeEncodeError:
        raise CallError("The arguments hold half of a surrogate pair, which is no character.") from None
    return frozen


def _parsed(text: str) -> Json:
    if len(text) > MAX_CHARS:
        raise CallError(f"The arguments are longer than {MAX_CHARS:,} characters.")
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_no_constant, parse_int=_integer, parse_float=_float
        )
    except json.JSONDecodeError as error:
        raise CallError(f"The arguments are not valid JSON: {error}.") from error
    except RecursionError:
        raise CallError("The arguments are nested too deeply.") from None


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result: dict[str, Json] = {}
    for name, value in pairs:
        if name in result:
            raise CallError(f"The arguments name {name[:100]!r} twice.")
        result[name] = value
    return result


def _no_constant(name: str) -> Json:
    raise CallError(f"The arguments hold {name}, which JSON does not know.")


def _integer(digits: str) -> int:
    if len(digits) > 21 or abs(int(digits)) >= MAX_INTEGER:
        raise CallError(f"The arguments hold a number too large to send: {digits[:24]}….")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if abs(number) > MAX_FLOAT:
        raise CallError(f"The arguments hold a number too large to send: {digits[:24]}.")
    return number


def _kind(value: Json) -> str:
    kinds = {list: "an array", str: "a string", bool: "a boolean", int: "a number", float: "a number"}
    return kinds.get(type(value), "null")
