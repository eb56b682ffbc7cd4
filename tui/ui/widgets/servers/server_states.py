"""How a server's state is written, wherever servers are listed."""

from tui.domain.servers import ServerState

STATES: dict[ServerState, tuple[str, str, str]] = {
    "ready": ("●", "ready", "ok"),
    "connecting": ("◌", "connecting", "warn"),
    "reconnecting": ("◌", "reconnecting", "warn"),
    "signing-in": ("◌", "signing in", "live"),
    "failed": ("✗", "failed", "bad"),
    "untrusted": ("?", "untrusted", "warn"),
    "disabled": ("–", "disabled", "dim"),
    "idle": ("○", "idle", "dim"),
    "closed": ("○", "closed", "dim"),
}
"""Sign, word and ink of each state."""

MOVING: frozenset[ServerState] = frozenset({"connecting", "reconnecting", "signing-in"})
"""Something is under way."""
