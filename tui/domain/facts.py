"""What a fact consists of: its fields, and what it derives from them."""

from dataclasses import fields, is_dataclass
from typing import Any


def members(fact: object) -> list[tuple[str, Any]]:
    """Returns names and values, the fact's own fields first; anything but a dataclass is one `value`."""
    if not is_dataclass(fact):
        return [("value", fact)]
    names = [field.name for field in fields(fact)] + properties(type(fact))
    return [(name, getattr(fact, name)) for name in names]


def properties(kind: type) -> list[str]:
    """Returns the names of what a fact derives from its own fields."""
    return [name for name, member in vars(kind).items() if isinstance(member, property)]
