"""A breaker's last changes of state, as this run saw them and as other runs of the profile tell of them."""

from collections.abc import Mapping
from typing import cast, get_args

from tui.domain.gateway import BreakerMoved, BreakerState
from tui.domain.messages import Json
from tui.domain.text import clean_line

MOVES_KEPT = 20


def with_move(moves: tuple[BreakerMoved, ...], move: BreakerMoved) -> tuple[BreakerMoved, ...]:
    """Returns moves, newest first, with one more; the oldest beyond `MOVES_KEPT` are dropped."""
    return (move, *moves)[:MOVES_KEPT]


def together(own: tuple[BreakerMoved, ...], told: tuple[BreakerMoved, ...]) -> tuple[BreakerMoved, ...]:
    """Returns what both know, each move once, newest first."""
    return tuple(sorted({*own, *told}, key=lambda move: move.at, reverse=True))[:MOVES_KEPT]


def moves_document(moves: tuple[BreakerMoved, ...]) -> list[Json]:
    """Returns moves as they are stored."""
    return [{"at": move.at, "old": move.old, "new": move.new, "reason": move.reason} for move in moves]


def moves_from(document: Json) -> tuple[BreakerMoved, ...]:
    """Returns stored moves; what cannot be one is left out."""
    found = document if isinstance(document, list) else []
    return tuple(move for one in found if isinstance(one, dict) and (move := _move(one)))[:MOVES_KEPT]


def _move(one: Mapping[str, Json]) -> BreakerMoved | None:
    at, old, new = one.get("at"), one.get("old"), one.get("new")
    states = get_args(BreakerState)
    if not isinstance(at, int | float) or not 0 < at < 1e12 or old not in states or new not in states:
        return None
    return BreakerMoved(
        float(at), cast(BreakerState, old), cast(BreakerState, new), clean_line(one.get("reason") or "")
    )
