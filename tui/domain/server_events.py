"""What MCP servers did, as frozen past-tense facts."""

from dataclasses import dataclass
from typing import Literal

from tui.domain.ids import CallId, ServerName
from tui.domain.servers import Catalog, ServerStatus
from tui.domain.text import CleanText


@dataclass(frozen=True, slots=True)
class ServerChanged:
    """A server's state is now this."""

    status: ServerStatus


@dataclass(frozen=True, slots=True)
class ServerRemoved:
    """A server is gone from the list."""

    name: ServerName


@dataclass(frozen=True, slots=True)
class CatalogChanged:
    """A server's tools, resources and prompts are now these."""

    catalog: Catalog


@dataclass(frozen=True, slots=True)
class ResourceWatched:
    """A server tells of a resource's changes from now on, or (`on` false) no longer."""

    server: ServerName
    uri: CleanText
    on: bool


@dataclass(frozen=True, slots=True)
class ResourceChanged:
    """A watched resource has other contents now."""

    server: ServerName
    uri: CleanText


@dataclass(frozen=True, slots=True)
class ServerLogged:
    """A line of a server's stderr, a log notification, or junk on its stdout."""

    server: ServerName
    channel: Literal["stderr", "log", "junk", "http"]
    level: CleanText
    text: CleanText
    at: float


@dataclass(frozen=True, slots=True)
class FrameSeen:
    """One JSON-RPC message, shortened, secrets masked."""

    server: ServerName
    direction: Literal["sent", "received"]
    label: CleanText
    """Method, or `result of …`, or `error …`."""
    request_id: CleanText
    size: int
    preview: CleanText
    at: float


@dataclass(frozen=True, slots=True)
class ToolProgressed:
    """A running call reported progress."""

    call_id: CallId
    progress: float
    total: float | None
    message: CleanText
