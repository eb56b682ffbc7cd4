"""Which columns a list is shown with where a person could not read all figures of its records; `--json` has them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from tui.domain.gateway_accounts import ModelCost, ProviderCost, QuotaView
from tui.domain.gateway_answers import ModelView, ProviderStanding
from tui.domain.gateway_jobs import PricedModel
from tui.domain.gateway_routing import StepTrial
from tui.ui.format import UNKNOWN


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and what stands below it: `{breaker.failures} of {breaker.threshold}`."""

    heading: str
    cell: str
    spare: bool = False
    """Goes where space is short, the last such column first."""


_SPENT = (
    Column("cost", "{figures.microusd}"),
    Column("requests", "{figures.requests}"),
    Column("calls", "{figures.calls}", spare=True),
    Column("in", "{figures.input_tokens}"),
    Column("out", "{figures.output_tokens}"),
    Column("unknown calls", "{figures.unknown_calls}", spare=True),
)
COLUMNS: Mapping[type, tuple[Column, ...]] = MappingProxyType(
    {
        ProviderStanding: (
            Column("provider", "{provider}"),
            Column("breaker", "{breaker.state}"),
            Column("failures", "{breaker.failures} of {breaker.threshold}"),
            Column("to probe", "{breaker.seconds_to_probe}"),
            Column("credential", "{credential}"),
            Column("rate limit", "{rate_limit.remaining_requests} of {rate_limit.limit_requests}", spare=True),
            Column("age", "{rate_limit.age_s}", spare=True),
        ),
        ModelView: (
            Column("model", "{provider}/{id}"),
            Column("context", "{context_tokens}"),
            Column("in $/M", "{input_usd_per_million}"),
            Column("out $/M", "{output_usd_per_million}"),
            Column("tools", "{tools}", spare=True),
            Column("vision", "{vision}", spare=True),
            Column("usable", "{open}"),
            Column("age", "{age_s}", spare=True),
            Column("why not", "{reason}"),
        ),
        ProviderCost: (Column("provider", "{provider}"), *_SPENT),
        ModelCost: (Column("model", "{provider}/{model}"), *_SPENT),
        QuotaView: (
            Column("provider", "{provider}"),
            Column("credential", "{credential}", spare=True),
            Column("health", "{health}"),
            Column("left", "{remaining}"),
            Column("credits", "{credits.remaining_microusd}"),
            Column("requests", "{rate_limit.remaining_requests} of {rate_limit.limit_requests}", spare=True),
            Column("why", "{reason}"),
        ),
        StepTrial: (
            Column("step", "{provider}/{model}"),
            Column("success", "{success}"),
            Column("latency", "{latency_ms}"),
            Column("first token", "{first_token_ms}", spare=True),
            Column("cost", "{cost.microusd}"),
            Column("error", "{error}"),
        ),
        PricedModel: (
            Column("model", "{model}"),
            Column("request", "{request_microusd}"),
            Column("in $/M", "{input_usd_per_million}"),
            Column("out $/M", "{output_usd_per_million}"),
            Column("context", "{context_tokens}"),
            Column("usable", "{open}"),
            Column("why not", "{reason}"),
        ),
    }
)
"""By the kind of record."""
_PLACE = re.compile(r"\{([\w.]+)\}")
Figure = Callable[[str, Any], str]
"""Writes the value of a name."""
Rows = list[tuple[str, ...]]


def leaves_out(item: Any) -> bool:
    """Whether a record of this kind has figures that its columns do not show."""
    cells = "".join(column.cell for column in COLUMNS.get(type(item), ()))
    shown = {path.partition(".")[0] for path in _PLACE.findall(cells)}
    return bool(shown) and any(field.name not in shown for field in fields(item))


def chosen_rows(items: Sequence[object], figure: Figure, width: int | None) -> Rows:
    """Returns the headings and a row for each record, without columns that are empty and spare ones that do not fit."""
    columns = [c for c in COLUMNS[type(items[0])] if any(_cell(c, item, figure) for item in items)]
    rows = _rows(columns, items, figure)
    while width is not None and _breadth(rows) > width and any(column.spare for column in columns):
        columns.remove([column for column in columns if column.spare][-1])
        rows = _rows(columns, items, figure)
    return rows


def _rows(columns: Sequence[Column], items: Sequence[object], figure: Figure) -> Rows:
    head = tuple(column.heading for column in columns)
    return [head, *(tuple(_cell(column, item, figure) for column in columns) for item in items)]


def _breadth(rows: Rows) -> int:
    return sum(max(map(len, cells)) for cells in zip(*rows, strict=True)) + 2 * (len(rows[0]) - 1)


def _cell(column: Column, item: object, figure: Figure) -> str:
    parts = [figure(path.rpartition(".")[2], _value(item, path)) for path in _PLACE.findall(column.cell)]
    if set(parts) == {UNKNOWN}:
        return UNKNOWN
    told = iter(parts)
    return _PLACE.sub(lambda _: next(told), column.cell)


def _value(item: object, path: str) -> Any:
    """What stands at the path; None below a part that is None itself."""
    value: Any = item
    for name in path.split("."):
        value = None if value is None else getattr(value, name)
    return value
