"""What all connections of a pool share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mcp.types import Implementation

from tui.domain.clock import Clock
from tui.domain.events import Event
from tui.domain.questions import Answer, Question
from tui.servers.asking.allowed import Sampler
from tui.servers.oauth.grants import GrantStore
from tui.servers.transports.orphans import ChildBook


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The host around a connection."""

    publish: Callable[[Event], None]
    clock: Clock
    ask: Callable[[Question], Awaitable[Answer]]
    client_info: Implementation
    restart_delay_s: float
    grants: GrantStore
    sampler: Sampler | None
    """Asks a model for a server that is allowed it; None without a model."""
    children: ChildBook | None
    """Where processes are noted, so that a later run finds them when this one is killed."""
