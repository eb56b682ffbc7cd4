"""Who said what a gateway answers: two witnesses of one fact may disagree, and then both are heard."""

from dataclasses import dataclass
from typing import Literal

from tui.domain.text import CleanText

MEASURED_HERE = CleanText("measured here")
"""The source of figures that this program took itself, from the requests it sent."""


@dataclass(frozen=True, slots=True)
class Witness:
    """One source of a part of an answer."""

    fact: CleanText
    """What it speaks of; empty for the whole answer."""
    source: CleanText
    """As `GET /api/monitoring/health`, `MCP omniroute_get_health`, `measured here`."""
    standing: Literal["relied on", "agrees", "disagrees", "silent"] = "relied on"
    """What the answer says is what those relied on said; a silent one could not be heard."""
    age_s: float | None = None
    """How old its word is; None for one that never spoke."""
    said: CleanText = CleanText("")
    """What it said instead when it disagrees, and why it is silent."""
