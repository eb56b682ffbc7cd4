"""What all parts of one turn share."""

from dataclasses import dataclass
from pathlib import Path

from tui.chat.approval import Approver
from tui.chat.guard import Taint
from tui.chat.limits import Limits
from tui.chat.memory import Memory
from tui.chat.ports import Gatekeeper, LanguageModel, Ledger, Publish, ToolRules
from tui.chat.searchable import SearchableToolbox
from tui.config.schema import ChatSettings, PolicySettings
from tui.domain.clock import Clock
from tui.domain.gateway import ModelSpec
from tui.domain.ids import TurnId
from tui.domain.money import MicroUsd


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything beyond the chat that a turn reaches, and the settings it runs under."""

    model: LanguageModel
    toolbox: SearchableToolbox
    gatekeeper: Gatekeeper
    ledger: Ledger
    rules: ToolRules
    publish: Publish
    clock: Clock
    chat: ChatSettings
    policy: PolicySettings
    spill: Path
    max_turn_cost: MicroUsd | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """One turn: where it happens, what it may use, what it has read."""

    outside: Outside
    memory: Memory
    turn_id: TurnId
    target: str
    spec: ModelSpec | None
    """What is known of the model."""
    approver: Approver
    limits: Limits
    taint: Taint

    @property
    def vision(self) -> bool:
        """Whether the model is known to see."""
        return bool(self.spec and self.spec.vision)
