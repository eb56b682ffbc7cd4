"""Tables of a configuration file read by the vocabulary: strictly, with a complaint that helps."""

import difflib
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tui.config.source import Keys, Source
from tui.config.vocabulary import Key, Kind
from tui.domain.errors import ConfigError
from tui.domain.messages import Json
from tui.domain.money import microusd_from_usd

MAX_NUMBER = 10**12


class Table:
    """One table of a file and the way to it."""

    def __init__(self, source: Source, data: Mapping[str, Json], keys: Keys = ()) -> None:
        self.source = source
        self.data = data
        self.keys = keys

    def error(self, key: str, message: str, hint: str = "") -> ConfigError:
        """Returns an error about one key of this table."""
        return self.source.error((*self.keys, key), message, hint)

    def read(self, vocabulary: Sequence[Key], also: Collection[str] = ()) -> dict[str, Any]:
        """Returns what is set, by field. Raises ConfigError on unknown keys (but those in `also`) and wrong values."""
        self.check_names([key.name for key in vocabulary], also)
        values: dict[str, Any] = {}
        for key in vocabulary:
            if key.name in self.data:
                values[key.target] = self._value(key)
            elif key.required:
                raise self.source.error(self.keys, f"lacks {key.name!r}.", key.help)
        return values

    def check_names(self, known: Collection[str], also: Collection[str] = ()) -> None:
        """Raises ConfigError on the first key that is neither in `known` nor in `also`."""
        for name in self.data:
            if name in ("api_key", "apiKey") and "api_key_env" in known:
                raise self.error(
                    name,
                    "holds a key in plain text, which is not read.",
                    "Put the key into an environment variable and name that in api_key_env, and revoke this one.",
                )
            if name not in known and name not in also:
                near = difflib.get_close_matches(name, known, 1)
                hint = f"Did you mean {near[0]!r}?" if near else f"Known are: {', '.join(sorted(known))}."
                raise self.error(name, "is not a key that is known here.", hint)

    def table(self, name: str) -> "Table | None":
        """Returns a table within this one, None when it is not there."""
        if name not in self.data:
            return None
        data = self.data[name]
        if not isinstance(data, dict):
            raise self.error(name, f"must be a table, not {_kind_of(data)}.")
        return Table(self.source, data, (*self.keys, name))

    def tables(self, name: str, named_by: str = "") -> list["Table"]:
        """Returns an array of tables within this one; empty when it is not there.

        Where `named_by` is given, a bare text stands for a table with nothing but that key.
        """
        rows = self.data.get(name, [])
        if isinstance(rows, list) and named_by:
            rows = [{named_by: row} if isinstance(row, str) else row for row in rows]
        if not isinstance(rows, list):
            raise self.error(name, f"must be a list of tables ([[{name}]]), not {_kind_of(rows)}.")
        if strange := [row for row in rows if not isinstance(row, dict)]:
            raise self.error(name, f"must be a list of tables ([[{name}]]); it holds {_kind_of(strange[0])}.")
        return [Table(self.source, row, (*self.keys, name, index)) for index, row in enumerate(rows)]

    def _value(self, key: Key) -> Any:
        value, (expected, decode) = self.data[key.name], _DECODERS[key.kind]
        try:
            decoded = decode(value)
        except (TypeError, ValueError):
            raise self.error(key.name, f"must be {expected}, not {_kind_of(value)}.", key.help) from None
        if isinstance(decoded, int | float) and not isinstance(decoded, bool) and decoded < key.minimum:
            raise self.error(key.name, f"must be at least {key.minimum}.", key.help)
        several = decoded.values() if isinstance(decoded, dict) else decoded
        chosen = several if isinstance(decoded, dict | tuple) else [decoded]
        for choice in chosen if key.choices else ():
            if choice not in key.choices:
                near = difflib.get_close_matches(str(choice), key.choices, 1)
                hint = f"Did you mean {near[0]!r}?" if near else key.help
                raise self.error(key.name, f"must be one of {', '.join(key.choices)}, not {choice!r}.", hint)
        return decoded


def _text(value: Json) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise TypeError
    return value


def _flag(value: Json) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _integer(value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    if abs(value) > MAX_NUMBER:
        raise ValueError
    return value


def _decimal(value: Json) -> Decimal:
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        raise TypeError
    number = Decimal(value)
    if not number.is_finite() or abs(number) > MAX_NUMBER:
        raise ValueError
    return number


def _number(value: Json) -> float:
    number = float(_decimal(value))
    if not math.isfinite(number) or number < 0:
        raise ValueError
    return number


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _mapping(value: Json) -> dict[str, str]:
    if not isinstance(value, dict):
        raise TypeError
    return {name: _text(text) for name, text in value.items()}


def _dotted(value: Json) -> dict[str, str]:
    """TOML reads `a.b = "c"` as nested tables; both ways of writing it mean the same here."""
    if not isinstance(value, dict):
        raise TypeError
    flat: dict[str, str] = {}
    for name, inner in value.items():
        if isinstance(inner, dict):
            flat |= {f"{name}.{rest}": text for rest, text in _dotted(inner).items()}
        else:
            flat[name] = _text(inner)
    return flat


_DECODERS: Mapping[Kind, tuple[str, Callable[[Json], Any]]] = {
    "text": ("text", _text),
    "flag": ("true or false", _flag),
    "integer": ("a whole number", _integer),
    "number": ("a number of 0 or more", _number),
    "usd": ("an amount of US dollars", lambda value: microusd_from_usd(_decimal(value))),
    "texts": ("a list of texts", lambda value: tuple(_text(each) for each in _list(value))),
    "integers": ("a list of whole numbers", lambda value: tuple(_integer(each) for each in _list(value))),
    "mapping": ("a table of texts", _mapping),
    "dotted": ("a table of texts", _dotted),
}


def _kind_of(value: Json) -> str:
    match value:
        case bool():
            return "true or false"
        case str():
            return "text with a NUL in it" if "\0" in value else "text"
        case int() | float() | Decimal():
            return f"the number {value}"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return f"{value!r}"
