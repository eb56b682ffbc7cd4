"""What the way can be told of: targets to be simulated, and requests of late to be explained."""

from collections.abc import Iterable
from dataclasses import dataclass

from tui.domain.gateway_routing import ExplainAnswer
from tui.domain.money import format_cost
from tui.domain.text import clean_line
from tui.ui.format import UNKNOWN, clock_to_the_second
from tui.ui.widgets.lists.ink import Piece, fit

_LEAST_NAME = 16
"""Cells a way keeps before its cost goes."""


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A heading, a target, or a past request."""

    label: str
    target: str = ""
    request: ExplainAnswer | None = None

    @property
    def is_heading(self) -> bool:
        """Whether no cursor stops there."""
        return not self.target and self.request is None

    @property
    def key(self) -> str:
        """What the cursor stays on."""
        return self.request.request_id if self.request else f"{self.label} {self.target}"


def route_rows(targets: Iterable[str], requests: Iterable[ExplainAnswer], note: str = "") -> list[RouteRow]:
    """Returns targets and requests, each below its heading; `note` stands where requests would."""
    rows = [RouteRow("Simulate"), *(RouteRow("", target) for target in targets)]
    asked = [RouteRow("", request=request) for request in requests]
    return [*rows, RouteRow(""), RouteRow("Explain a request"), *(asked or [RouteRow(note)])]


def route_cells(row: RouteRow, width: int) -> list[Piece]:
    """Returns one row of the list."""
    if row.is_heading:
        return [(row.label, "bold" if row.label in ("Simulate", "Explain a request") else "dim")]
    if row.request is None:
        return [(clean_line(row.target, width), "")]
    request = row.request
    good = request.provider is not None and not request.refused
    cost = format_cost(request.cost)
    when = clock_to_the_second(request.at) if request.at else UNKNOWN
    went = clean_line(f"{request.provider}/{request.model}" if request.provider else request.target)
    room = width - 13 - len(cost)
    if room < _LEAST_NAME:
        # The cost stands in the explanation, too.
        room, cost = width - 12, ""
    return [
        ("✓ " if good else "✗ ", "ok" if good else "bad"),
        (f"{when} ", "dim"),
        (fit(went, max(4, room)), ""),
        (f" {cost}", "dim"),
    ]
