"""An answer of the gateway for people: figures with their units, lists as tables, the unknown as `?`."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from tui.cli.jsonable import properties
from tui.cli.output import Output
from tui.domain.money import format_usd
from tui.domain.text import clean_line
from tui.ui import format as written

WIDEST_TABLE = 9
"""Columns."""
MOMENTS = ("since", "started", "at")
WIDEST_TEXT = 100
"""Characters."""


def print_answer(output: Output, answer: object) -> None:
    """Prints a result dataclass: its own figures first, then its parts, each under its name."""
    parts: list[tuple[str, Any]] = []
    rows: list[tuple[str, ...]] = []
    for name, value in _members(answer):
        if _is_part(value):
            parts.append((name, value))
        elif value not in ((), {}, ""):
            rows.append((_spoken(name), figure(name, value)))
    output.table(rows)
    for name, value in parts:
        output.text(f"\n{_spoken(name)}")
        if is_dataclass(value):
            print_answer(output, value)
        else:
            _print_list(output, value)


def figure(name: str, value: Any) -> str:
    """Returns a figure with the unit its name says."""
    if name.endswith("microusd"):
        return format_usd(value)
    if value is None:
        return "?"
    match value:
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return _number(name, value)
        case Mapping():
            return ", ".join(f"{key} {figure(str(key), item)}" for key, item in value.items())
        case list() | tuple() | set() | frozenset():
            return ", ".join(figure(name, item) for item in value)
        case _:
            return clean_line(value, 200)


def _number(name: str, value: float) -> str:
    if name.endswith("_ms"):
        return written.duration(value)
    if name in MOMENTS or name.endswith("_at"):
        return datetime.fromtimestamp(value).strftime("%Y-%m-%d %H:%M:%S")
    if name.endswith("_rate") or name in ("probability", "reached", "share"):
        return written.percent(value)
    if isinstance(value, int):
        return written.whole(value)
    return f"{value:,.3f}".rstrip("0").rstrip(".")


def _print_list(output: Output, items: Sequence[Any]) -> None:
    """Flat records as a table; records with parts one after the other."""
    columns = [name for name, value in _members(items[0]) if not _is_part(value)]
    if len(columns) <= WIDEST_TABLE and not any(_is_part(value) for item in items for _, value in _members(item)):
        head = tuple(_spoken(column) for column in columns)
        output.table([head, *(tuple(figure(c, getattr(item, c)) for c in columns) for item in items)])
        return
    for item in items:
        (_, name), *rest = _facts(item)
        text = " · ".join(f"{label} {value}" for label, value in rest)
        lines = textwrap.wrap(text, WIDEST_TEXT, initial_indent="  ", subsequent_indent="  ")
        output.text("\n".join([name, *lines]))


def _facts(item: object, of: str = "") -> list[tuple[str, str]]:
    """An item's figures and those of its parts, each under its name."""
    found: list[tuple[str, str]] = []
    for name, value in _members(item):
        spoken = _spoken(name)
        label = of if of.endswith(spoken) else f"{of} {spoken}".strip()
        if is_dataclass(value):
            found += _facts(value, label)
        elif _is_part(value):
            inner = [", ".join(f"{key} {text}" for key, text in _facts(one)) for one in value]
            found.append((label, "; ".join(f"({text})" for text in inner)))
        elif value not in ((), {}, ""):
            found.append((label, figure(name, value)))
    return found


def _members(answer: object) -> list[tuple[str, Any]]:
    if not is_dataclass(answer):
        return [("value", answer)]
    own = [(field.name, getattr(answer, field.name)) for field in fields(answer)]
    return own + [(name, getattr(answer, name)) for name in properties(type(answer))]


def _is_part(value: object) -> bool:
    return is_dataclass(value) or (isinstance(value, list | tuple) and bool(value) and is_dataclass(value[0]))


def _spoken(name: str) -> str:
    for ending in ("_microusd", "_ms"):
        name = name.removesuffix(ending)
    return "cost" if name == "microusd" else name.replace("_", " ")
