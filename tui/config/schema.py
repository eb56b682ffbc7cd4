"""The settings of one run, decoded and checked. Environment and command line are already folded in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tui.domain.gateway import BudgetSpec, ComboSpec, GatewaySpec, ProfileName, ProviderSpec
from tui.domain.money import MicroUsd
from tui.domain.servers import ServerSpec

ApproveMode = Literal["ask", "none", "read-only", "all"]
"""`ask` asks a person; the others are the headless answers of `ask --approve`."""
ToolRule = Literal["allow", "ask", "deny"]
ServerRule = Literal["allow", "read-only", "ask", "deny"]
"""`read-only`: the server is believed when it says of a tool that it only reads; all others are asked for."""


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """How a turn runs."""

    target: str = ""
    """A combo or `provider/model`; empty: chosen from what is there, and said."""
    system_prompt: str = ""
    temperature: float | None = None
    max_output_tokens: int | None = None
    tool_choice: str = "auto"
    max_rounds: int = 25
    max_identical_calls: int = 3
    turn_timeout_s: float = 900.0
    request_timeout_s: float = 300.0
    max_result_bytes: int = 64 * 1024
    """A text part of a result above this is shortened in the history, the whole kept in a file."""
    max_turn_bytes: int = 4 * 1024 * 1024
    """All results of a turn together."""
    max_tools: int = 128


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """What may run without a question. The key of `tools` is `server.tool`, of `servers` the alias."""

    approve: ApproveMode = "ask"
    servers: Mapping[str, ServerRule] = field(default_factory=dict)
    tools: Mapping[str, ToolRule] = field(default_factory=dict)

    def believes(self, server: str) -> bool:
        """Returns whether the person chose to believe what this server says about its tools."""
        return self.approve == "read-only" or self.servers.get(server) == "read-only"


@dataclass(frozen=True, slots=True)
class UiSettings:
    """How it looks."""

    theme: str = "night"
    keys: Mapping[str, str] = field(default_factory=dict)
    """Binding id to key, as in `chat.interrupt = "ctrl+x"`."""


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """What callers of `mcp-tui serve` may have read for them."""

    files: tuple[Path, ...] = ()
    """Directories whose pictures and recordings may be read; none unless named."""
    fetch: Literal["public", "private"] = "public"
    """`private`: addresses inside this network and on this machine are fetched, too."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All of it."""

    profile: str = "default"
    providers: tuple[ProviderSpec, ...] = ()
    combos: tuple[ComboSpec, ...] = ()
    gateways: tuple[GatewaySpec, ...] = ()
    gateway: str = ""
    """The name of the gateway in use; empty for the one inside this program."""
    servers: tuple[ServerSpec, ...] = ()
    chat: ChatSettings = ChatSettings()
    policy: PolicySettings = PolicySettings()
    budget: BudgetSpec = BudgetSpec()
    max_cost_microusd: MicroUsd | None = None
    """What was typed; `budget` is within it."""
    resilience: ProfileName = "balanced"
    ui: UiSettings = UiSettings()
    serve: ServeSettings = ServeSettings()
    demo: bool = False
    resume: str = ""
    """A stored chat to open first: its id, or `last`."""
    follow_session: bool = False
    """Look at the session of the run before instead of beginning one: for verbs that only report."""
    sources: tuple[Path, ...] = ()
    """The files that were read."""
    found: tuple[str, ...] = ()
    """What discovery found, one sentence each, for the welcome."""
