"""A gateway's answers for people: figures with their units, lists as tables, the unknown as `?`."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from datetime import datetime
from typing import Any

from tui.domain.facts import members
from tui.domain.money import format_usd
from tui.domain.text import clean, clean_line
from tui.ui import format as written
from tui.ui.answer_columns import COLUMNS, chosen_rows, leaves_out

WIDEST_TABLE = 9
"""Columns."""
MOMENTS = ("since", "started", "at")
WIDEST_TEXT = 100
"""Characters."""
LONGEST_NAME = 40
"""Characters; a list of longer texts has a line for each."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an answer under its name; the answer's own figures have none."""

    title: str
    lines: tuple[str, ...]
    shortened: bool = False
    """Whether only the columns that matter most are shown."""


def sections(answer: object, title: str = "", width: int | None = None) -> Iterator[Section]:
    """Yields a result dataclass: its own figures first, then its parts, each under its name.

    Lists stand as tables, unless one is wider than `width` characters; without a width all that could be are.
    """
    parts: list[tuple[str, Any]] = []
    rows: list[tuple[str, ...]] = []
    for name, value in members(answer):
        if _is_part(value) or _is_told(value):
            parts.append((name, value))
        elif value not in ((), {}, ""):
            rows.append((_spoken(name), figure(name, value)))
    if rows or title:
        yield Section(title, _facts_in(aligned(rows), rows, width))
    for name, value in parts:
        if is_dataclass(value):
            yield from sections(value, _spoken(name), width)
        elif _is_told(value):
            yield Section(_spoken(name), _sentences(value, width or WIDEST_TEXT))
        else:
            yield Section(_spoken(name), _listed(value, width), shortened=leaves_out(value[0]))


def answer_text(found: Iterable[Section]) -> str:
    """Returns the sections of an answer as one text."""
    return "\n\n".join("\n".join([section.title, *section.lines]).strip("\n") for section in found)


def aligned(rows: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Returns rows as lines with their columns aligned; the last column runs on."""
    if not rows:
        return ()
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    cells = ((cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return tuple("  ".join(row).rstrip() for row in cells)


def _facts_in(told: Sequence[str], rows: Sequence[tuple[str, ...]], width: int | None) -> tuple[str, ...]:
    """Names and figures as lines; with a width a long figure goes on below its own beginning."""
    if width is None:
        return tuple(told)
    indent = " " * (max(len(name) for name, _ in rows) + 2)
    found = (line for each in told for line in each.split("\n"))
    wrapped = (textwrap.wrap(line, width, subsequent_indent=indent) if len(line) > width else [line] for line in found)
    return tuple(line for lines in wrapped for line in lines)


def figure(name: str, value: Any) -> str:
    """Returns a figure with the unit its name says."""
    if name.endswith("limit_microusd") and value is None:
        return "none"
    if name.endswith("microusd"):
        return format_usd(value)
    if value is None:
        return written.UNKNOWN
    match value:
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return _number(name, value)
        case Mapping():
            return ", ".join(f"{clean_line(key)} {figure(str(key), item)}" for key, item in value.items())
        case list() | tuple() | set() | frozenset():
            return ", ".join(_spoken(item) if name == "unknown" else figure(name, item) for item in value)
        case _:
            # What a model answered is the answer itself; all other texts are remarks.
            return clean(value) if name == "content" else clean_line(value, 200)


def _number(name: str, value: float) -> str:
    if name.endswith("_ms"):
        return written.duration(value)
    if name.endswith("_s") or name.startswith("seconds_"):
        return written.duration(value * 1_000)
    if name.endswith("_bytes"):
        return written.byte_size(round(value))
    if name in MOMENTS or name.endswith("_at"):
        return datetime.fromtimestamp(value).strftime("%Y-%m-%d %H:%M:%S")
    if name.endswith("_rate") or name in ("probability", "reached", "share"):
        return written.percent(value)
    if isinstance(value, int):
        return written.whole(value)
    return f"{value:,.3f}".rstrip("0").rstrip(".")


def _listed(items: Sequence[Any], width: int | None) -> tuple[str, ...]:
    """Flat records as a table; records with parts, or too wide for one, one after the other."""
    if type(items[0]) in COLUMNS:
        return aligned(chosen_rows(items, figure, width))
    columns = [name for name, value in members(items[0]) if not _is_part(value)]
    if len(columns) <= WIDEST_TABLE and not any(_is_part(value) for item in items for _, value in members(item)):
        head = tuple(_spoken(column) for column in columns)
        table = aligned([head, *(tuple(figure(c, getattr(item, c)) for c in columns) for item in items)])
        if width is None or max(map(len, table)) <= width:
            return table
    return tuple(line for item in items for line in _described(item, width or WIDEST_TEXT))


def _described(item: object, width: int) -> list[str]:
    """The item's name, its figures run together, and its lists below them."""
    (_, name), *rest = _facts(item)
    text = " · ".join(f"{label} {value}" for label, value in rest)
    lines = [name, *textwrap.wrap(text, min(width, WIDEST_TEXT), initial_indent="  ", subsequent_indent="  ")]
    for label, value in members(item):
        if _is_part(value) and not is_dataclass(value):
            lines += [f"  {_spoken(label)}", *(f"    {line}" for line in _listed(value, width - 4))]
    return lines


def _facts(item: object, of: str = "") -> list[tuple[str, str]]:
    """An item's figures and those of its parts, each under its name."""
    found: list[tuple[str, str]] = []
    for name, value in members(item):
        spoken = _spoken(name)
        # "figures" only says that figures follow.
        label = of if of.endswith(spoken) or spoken == "figures" else f"{of} {spoken}".strip()
        if is_dataclass(value):
            found += _facts(value, label)
        elif not _is_part(value) and value not in ((), {}, ""):
            found.append((label, figure(name, value)))
    return found


def _is_part(value: object) -> bool:
    return is_dataclass(value) or (isinstance(value, list | tuple) and bool(value) and is_dataclass(value[0]))


def _is_told(value: object) -> bool:
    """Whether it is texts too long to stand one after the other."""
    return isinstance(value, tuple) and any(isinstance(one, str) and len(one) > LONGEST_NAME for one in value)


def _sentences(told: Sequence[str], width: int) -> tuple[str, ...]:
    return tuple(line for one in told for line in textwrap.wrap(clean_line(one, 600), width, subsequent_indent="  "))


def _spoken(name: str) -> str:
    for ending in ("_microusd", "_ms", "_s", "_bytes"):
        name = name.removesuffix(ending)
    return "cost" if name == "microusd" else name.replace("_", " ")
