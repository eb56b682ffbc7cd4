"""What the breakers did of late, newest first, as rows."""

from dataclasses import dataclass

from tui.domain.gateway import BreakerMoved
from tui.domain.gateway_answers import HealthAnswer
from tui.domain.ids import ProviderName
from tui.domain.text import clean_line
from tui.ui.format import age
from tui.ui.widgets.gateway.gateway_tables import BREAKERS
from tui.ui.widgets.lists.columns import Column, Columns
from tui.ui.widgets.lists.ink import Piece

MOVE_COLUMNS = Columns(
    Column("Breakers of late", 16),
    Column("Provider", 14),
    Column("Change", 17),
    Column("Why", least=10, rank=1),
)


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One change of one breaker."""

    provider: ProviderName
    move: BreakerMoved

    @property
    def key(self) -> tuple[str, float, str]:
        """What the cursor stays on."""
        return self.provider, self.move.at, self.move.new


def move_rows(health: HealthAnswer | None) -> list[MoveRow] | None:
    """Returns all known changes, newest first; None when nobody tells of any provider's."""
    if health is None or all(one.moves is None for one in health.providers):
        return None
    rows = [MoveRow(one.provider, move) for one in health.providers for move in one.moves or ()]
    return sorted(rows, key=lambda row: row.move.at, reverse=True)


def move_cells(row: MoveRow, now: float, width: int) -> list[Piece]:
    """Returns one row; `now` is the wall clock."""
    sign, word, ink = BREAKERS[row.move.new]
    old = BREAKERS[row.move.old][1]
    return MOVE_COLUMNS.cells(
        [
            (age(max(0.0, now - row.move.at)), "dim"),
            (clean_line(row.provider), "bold"),
            (f"{old} → {sign} {word}", ink),
            (row.move.reason, ""),
        ],
        width,
    )
