"""The fields of a JSON object that a stranger sent, each read as what it should be or not at all. Pure."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tui.domain.money import MicroUsd, microusd_from_usd
from tui.domain.text import CleanText, clean_line

_MOST = 1 << 53
"""Beyond it numbers in JSON are not exact (RFC 8259, section 6)."""
_MILLION = Decimal(1_000_000)


class Fields:
    """Reads an object's fields by name; what is missing or of another kind is None, empty or left out."""

    def __init__(self, document: object) -> None:
        self._fields: Mapping[str, Any] = document if isinstance(document, dict) else {}

    def __bool__(self) -> bool:
        return bool(self._fields)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all fields, as they came."""
        return tuple(self._fields)

    def text(self, name: str, limit: int = 300) -> CleanText:
        """Returns a text, cleaned and on one line; empty when there is none."""
        value = self._fields.get(name)
        return clean_line(value, limit) if isinstance(value, str) else CleanText("")

    def count(self, name: str) -> int | None:
        """Returns a number of things: whole and not negative."""
        number = self.number(name)
        return int(number) if number is not None and number >= 0 and number == int(number) else None

    def number(self, name: str) -> float | None:
        """Returns a number, also one written as text."""
        value = self._fields.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        try:
            number = float(value)
        except (ValueError, OverflowError):
            return None
        return number if math.isfinite(number) and abs(number) <= _MOST else None

    def flag(self, name: str) -> bool | None:
        """Returns a yes or no."""
        value = self._fields.get(name)
        return value if isinstance(value, bool) else None

    def usd(self, name: str) -> MicroUsd | None:
        """Returns an amount of US dollars as micro-dollars."""
        amount = self._decimal(name)
        try:
            return None if amount is None else microusd_from_usd(amount)
        except InvalidOperation:
            return None

    def usd_per_million(self, name: str) -> Decimal | None:
        """Returns a price in US dollars per token as one per million tokens; what is no price is unknown."""
        amount = self._decimal(name)
        return amount * _MILLION if amount is not None and 0 <= amount <= 1 else None

    def moment(self, name: str) -> float | None:
        """Returns an ISO 8601 time as wall clock; one without a zone is UTC."""
        value = self._fields.get(name)
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else None
            if moment is None:
                return None
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return None

    def inner(self, name: str) -> "Fields":
        """Returns the object in a field, an empty one when there is none."""
        return Fields(self._fields.get(name))

    def items(self, name: str) -> tuple["Fields", ...]:
        """Returns the objects of the list in a field."""
        value = self._fields.get(name)
        return tuple(Fields(one) for one in value if isinstance(one, dict)) if isinstance(value, list) else ()

    def texts(self, name: str) -> tuple[CleanText, ...] | None:
        """Returns the texts of the list in a field, None when there is no list."""
        value = self._fields.get(name)
        return tuple(clean_line(one, 300) for one in value if isinstance(one, str)) if isinstance(value, list) else None

    def named(self, name: str) -> Mapping[CleanText, "Fields"]:
        """Returns the objects of the object in a field by their names."""
        value = self._fields.get(name)
        if not isinstance(value, dict):
            return {}
        return {clean_line(key, 300): Fields(one) for key, one in value.items() if isinstance(one, dict)}

    def _decimal(self, name: str) -> Decimal | None:
        # Within the bounds of `number` every operation on a Decimal is exact enough and none overflows.
        return None if self.number(name) is None else Decimal(str(self._fields[name]).strip())
