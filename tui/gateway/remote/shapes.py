"""JSON of another shape than the documented one is an error, never an empty answer that somebody relies on. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from tui.domain.errors import CallError
from tui.domain.text import CleanText
from tui.gateway.fields import Fields
from tui.gateway.remote.reader import OTHER_PROGRAM
from tui.gateway.upstream.failures import masked, words_of


class ShapeError(CallError):
    """JSON came with a status of success, but not what this endpoint is known to answer."""


def part_of(source: str, document: object, *path: str) -> Fields:
    """Returns the object at the end of a path of fields. Raises ShapeError.

    `source` is the endpoint, as `GET /api/combos`.
    """
    return Fields(_found(source, document, path, dict))


def rows_of(source: str, document: object, *path: str, bare: bool = False) -> tuple[Fields, ...]:
    """Returns the objects of the list at the end of a path of fields; `bare`: or of the list that the document is.

    Raises ShapeError, also for a list that holds something else.
    """
    value = document if bare and isinstance(document, list) else _found(source, document, path, list)
    rows = Fields({"rows": value}).items("rows")
    if value and not rows:
        raise _misshapen(source, document, "a list of objects")
    return rows


def named_of(source: str, document: object, *path: str) -> Mapping[CleanText, Fields]:
    """Returns the objects, by their names, of the object at the end of a path of fields, the whole one without a path.

    Raises ShapeError, also for an object that holds something else.
    """
    value = _found(source, document, path, dict)
    named = Fields({"named": value}).named("named")
    if (value and not named) or (not path and _is_error(document)):
        raise _misshapen(source, document, "an object of objects")
    return named


def object_with(source: str, document: object, *names: str) -> Fields:
    """Returns the object that has at least one of some fields. Raises ShapeError."""
    if not (isinstance(document, dict) and any(name in document for name in names)):
        raise _misshapen(source, document, f"an object with {' or '.join(map(repr, names[:2]))}")
    return Fields(document)


def _found(source: str, document: object, path: Sequence[str], kind: type) -> Any:
    value = document
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    # Something empty beside an error is no answer either.
    if not isinstance(value, kind) or (not value and _is_error(document)):
        where = f" {'.'.join(path)!r}" if path else ""
        raise _misshapen(source, document, f"{'a list' if kind is list else 'an object'}{where}")
    return value


def _is_error(document: object) -> bool:
    return isinstance(document, dict) and bool(document.get("error"))


def _misshapen(source: str, document: object, wanted: str) -> ShapeError:
    return ShapeError(f"{source} answered with {_in_words(document)}, where {wanted} was expected.", OTHER_PROGRAM)


def _in_words(document: object) -> str:
    match document:
        case {"error": said} if said:
            return f"an error ({masked(words_of(said)[0], ())[:200] or 'without words'})"
        case dict():
            return "an object"
        case list():
            return "a list"
        case None:
            return "nothing"
        case _:
            return "a single value"
