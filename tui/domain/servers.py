"""MCP servers: how each is started, what state it is in, what it offers and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tui.domain.grants import OAuthSpec
from tui.domain.ids import ServerName
from tui.domain.messages import Json
from tui.domain.text import CleanText

Allowance = Literal["sampling", "roots"]
"""`sampling`: requests to the model, paid by the person; `roots`: the name of the working directory."""
TransportKind = Literal["stdio", "http", "sse"]
ServerState = Literal[
    "idle", "connecting", "ready", "reconnecting", "failed", "disabled", "untrusted", "signing-in", "closed"
]


@dataclass(frozen=True, slots=True)
class ServerSpec:
    """How to reach one server. stdio uses command, args, env, cwd; http and sse use url and headers."""

    name: ServerName
    transport: TransportKind
    command: str = ""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str | None = None
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    enabled: bool = True
    trusted: bool = False
    """The person consented to this exact definition (typed it, or `servers trust`)."""
    origin: str = "config"
    """Where the definition came from: a file's path, `command line`, `demo`."""
    start_timeout_s: float = 180.0
    call_timeout_s: float = 60.0
    review: bool = False
    """Named by a file, not typed: what it offers is kept from the model until the person has read it."""
    oauth: OAuthSpec | None = None
    """How to sign in, where that is not found out by itself."""
    allow: tuple[Allowance, ...] = ()
    """What it may ask of us beyond questions to the person."""
    secrets: tuple[str, ...] = field(default=(), repr=False, compare=False)
    """Values that came from the environment into args, env, url or headers; masked wherever those are shown."""


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """One server as it stands now."""

    name: ServerName
    transport: TransportKind
    state: ServerState
    target: CleanText
    """The command line or URL, secrets masked."""
    error: CleanText = CleanText("")
    hint: CleanText = CleanText("")
    era: CleanText = CleanText("")
    """The protocol version that was negotiated, `2025-11-25` and the like; empty before."""
    title: CleanText = CleanText("")
    """What the server calls itself, with its version."""
    version: CleanText = CleanText("")
    instructions: CleanText = CleanText("")
    awaiting: int = 0
    """Definitions that are new or changed and wait for the person's consent."""
    tool_count: int = 0
    issues: tuple[CleanText, ...] = ()
    """What was repaired or dropped in its answers."""
    origin: CleanText = CleanText("")
    trusted: bool = False
    pid: int | None = None
    since: float = 0.0
    """Wall clock of the last change of state."""
    retry_at: float | None = None
    """Wall clock of the next automatic attempt."""
    calls: int = 0
    call_errors: int = 0
    p50_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ToolInfo:
    """A tool of a server. Names keep what the server said; shown texts are clean."""

    server: ServerName
    name: str
    model_name: str
    """Provider-legal and unique over all servers."""
    title: CleanText
    description: CleanText
    input_schema: Mapping[str, Json]
    output_schema: Mapping[str, Json] | None = None
    read_only: bool = False
    destructive: bool = True
    idempotent: bool = False
    open_world: bool = True
    schema_tokens: int = 0
    """Estimated tokens the definition costs in every request."""
    task_required: bool = False
    """Only callable as a task (2025-11-25 `execution.taskSupport: required`)."""
    definition: str = field(default="", repr=False)
    """Canonical JSON of the whole definition, as the server sent it."""
    launch: str = field(default="", repr=False)
    """The fingerprint of how its server is started or reached: another server may have the same name."""
    withheld: CleanText = CleanText("")
    """Why no model is told of it and no call runs; empty normally."""
    offered: bool = True
    """False when the person switched it off for the model."""


@dataclass(frozen=True, slots=True)
class ResourceInfo:
    """A resource, or a template when `template` is true."""

    server: ServerName
    uri: str
    name: CleanText
    description: CleanText = CleanText("")
    mime_type: CleanText = CleanText("")
    size: int | None = None
    template: bool = False


@dataclass(frozen=True, slots=True)
class PromptArgument:
    """One argument of a prompt."""

    name: str
    description: CleanText = CleanText("")
    required: bool = False


@dataclass(frozen=True, slots=True)
class PromptInfo:
    """A prompt a server offers."""

    server: ServerName
    name: str
    title: CleanText
    description: CleanText = CleanText("")
    arguments: tuple[PromptArgument, ...] = ()
    definition: str = field(default="", repr=False)
    """Canonical JSON of the whole definition, as the server sent it."""
    withheld: CleanText = CleanText("")
    """Why it cannot be used; empty normally."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything one server offers."""

    server: ServerName
    tools: tuple[ToolInfo, ...] = ()
    resources: tuple[ResourceInfo, ...] = ()
    prompts: tuple[PromptInfo, ...] = ()


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Text in a result."""

    text: CleanText


@dataclass(frozen=True, slots=True)
class ImageBlock:
    """A picture in a result."""

    mime_type: CleanText
    data_base64: str
    size: int
    """Bytes once decoded."""


@dataclass(frozen=True, slots=True)
class AudioBlock:
    """A sound in a result."""

    mime_type: CleanText
    data_base64: str
    size: int


@dataclass(frozen=True, slots=True)
class ResourceLinkBlock:
    """A link to a resource; nothing is fetched."""

    uri: CleanText
    name: CleanText
    description: CleanText = CleanText("")
    mime_type: CleanText = CleanText("")


@dataclass(frozen=True, slots=True)
class ResourceBlock:
    """An embedded resource: text, or base64 data."""

    uri: CleanText
    mime_type: CleanText
    text: CleanText | None
    data_base64: str | None = None
    size: int = 0


ResultBlock = TextBlock | ImageBlock | AudioBlock | ResourceLinkBlock | ResourceBlock
CallOutcome = Literal["ok", "error", "denied", "timeout", "cancelled", "invalid"]


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The one answer to a tool call, whatever went wrong. `blocks` are never empty on an error."""

    outcome: CallOutcome
    blocks: tuple[ResultBlock, ...]
    structured: Json = None
    duration_ms: int = 0
    size: int = 0
    """Bytes of text and data."""
    spill_path: str | None = None
    """Where the full text is when `blocks` hold a shortened one."""

    @property
    def text(self) -> CleanText:
        """Text blocks and embedded texts joined by newlines; what a model is told."""
        texts = [block.text for block in self.blocks if isinstance(block, TextBlock | ResourceBlock) and block.text]
        return CleanText("\n".join(texts))


def error_result(outcome: CallOutcome, text: CleanText, duration_ms: int = 0) -> ToolResult:
    """Returns a result that tells the model and the person what went wrong."""
    return ToolResult(outcome, (TextBlock(text),), duration_ms=duration_ms, size=len(text))
