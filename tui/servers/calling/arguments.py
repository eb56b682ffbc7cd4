"""JSON Schema checks that a hostile schema can neither stall nor send to the network.

They run in a thread; every keyword looks at a deadline first, so that exponential schemas end. `$ref` reaches the
schema itself and nothing else. What needs a regular expression of the schema is left to the server: Python's cannot
be interrupted.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, UnknownType, best_match
from jsonschema.exceptions import ValidationError as Violation
from jsonschema.protocols import Validator
from jsonschema.validators import extend, validator_for
from referencing.exceptions import Unresolvable
from referencing.jsonschema import EMPTY_REGISTRY

from tui.domain.messages import Json
from tui.domain.text import CleanText, clean, clean_line

TIME_LIMIT_S = 1.0
_UNCHECKED = frozenset({"pattern", "patternProperties", "unevaluatedProperties", "unevaluatedItems", "format"})
_UNIQUE_CAP = 1_000
"""`uniqueItems` compares every pair; longer lists are left to the server."""

_DEADLINE: ContextVar[float] = ContextVar("deadline")
"""When the running check is to end, on the monotonic clock."""

Keyword = Callable[[Any, Any, Any, Any], Iterator[Violation] | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: the value's first fault, or why the schema could not be used; both None when all is well."""

    complaint: CleanText | None = None
    unusable: CleanText | None = None


class _TooSlow(Exception):  # noqa: N818 (control flow inside this module)
    """The deadline passed."""


async def check(value: Json, schema: Mapping[str, Json], time_limit_s: float = TIME_LIMIT_S) -> Finding:
    """Returns what is wrong with `value`, or with `schema`. Never takes the loop's time, never uses the network."""
    return await asyncio.to_thread(_check, value, schema, time_limit_s)


def _check(value: Json, schema: Mapping[str, Json], time_limit_s: float) -> Finding:
    token = _DEADLINE.set(time.monotonic() + time_limit_s)
    try:
        guarded = _guarded_class(validator_for(schema, default=Draft202012Validator))
        validator = guarded(dict(schema), registry=EMPTY_REGISTRY)
        violation = best_match(validator.iter_errors(value))
    except _TooSlow:
        return Finding(unusable=clean(f"its schema takes more than {time_limit_s:g} s to check"))
    except RecursionError:
        return Finding(unusable=clean("its schema is nested without end"))
    except Unresolvable as error:
        return Finding(unusable=clean_line(f"its schema refers to something out of reach: {error}", 200))
    except (SchemaError, UnknownType, TypeError, ValueError, AttributeError, KeyError, IndexError) as error:
        # The schema comes from a server and is not checked itself first: that would cost more than the call.
        return Finding(unusable=clean_line(f"its schema is malformed: {error}", 200))
    finally:
        _DEADLINE.reset(token)
    return Finding(complaint=_sentence(violation) if violation else None)


@cache
def _guarded_class(draft: type[Validator]) -> type[Validator]:
    """Made once a draft: making one costs more than most checks."""
    keywords = {name: _guarded(name, keyword) for name, keyword in draft.VALIDATORS.items()}
    made: type[Validator] = extend(draft, validators=keywords)  # type: ignore[no-untyped-call]
    return made


def _guarded(name: str, keyword: Keyword) -> Keyword:
    def run(validator: Any, rule: Any, value: Any, schema: Any) -> Iterator[Violation]:
        if time.monotonic() > _DEADLINE.get():
            raise _TooSlow
        if not _left_to_the_server(name, value, schema):
            yield from keyword(validator, rule, value, schema) or ()

    return run


def _left_to_the_server(keyword: str, value: Json, schema: Mapping[str, Json]) -> bool:
    if keyword == "uniqueItems":
        return isinstance(value, list) and len(value) > _UNIQUE_CAP
    if keyword == "additionalProperties":
        return "patternProperties" in schema
    return keyword in _UNCHECKED


def _sentence(violation: Violation) -> CleanText:
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in violation.absolute_path).lstrip(
        "."
    )
    said = clean_line(violation.message, 400)
    return clean_line(f"{where}: {said}" if where else said, 600)
