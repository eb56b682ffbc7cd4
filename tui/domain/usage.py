"""Questions to the ledger about what happened, and its answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui.domain.completion import FailureKind
from tui.domain.gateway_figures import CallFigures
from tui.domain.ids import ComboName, ProviderName
from tui.domain.money import CostSource


@dataclass(frozen=True, slots=True)
class Selection:
    """Which attempts are meant; None is any."""

    since: float | None = None
    """Wall clock; attempts that ended at or after it."""
    provider: ProviderName | None = None
    combo: ComboName | None = None
    session_id: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class SpentRow:
    """What the attempts at one model cost whose cost was found in one way."""

    provider: ProviderName
    model: str
    source: CostSource
    requests: int
    """Requests that began there: fallbacks and second tries are calls, but no requests."""
    calls: int
    microusd: int
    """0 when `source` is `unknown`."""
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class LastFailure:
    """The newest attempt that failed."""

    at: float
    kind: FailureKind | None
    status: int | None


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """How the selected attempts, or the requests they belong to, went."""

    figures: CallFigures
    failures: Mapping[str, int]
    """Failed attempts by kind."""
    first_at: float | None = None
    """Wall clock of the oldest, None when there was none."""
    last_failure: LastFailure | None = None
