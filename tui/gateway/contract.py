"""What every gateway answers, the one inside this program and those outside."""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from tui.domain import gateway_accounts as accounts
from tui.domain import gateway_answers as answers
from tui.domain import gateway_routing as routing
from tui.domain.completion import TaskType
from tui.domain.gateway import BreakerOrder, BudgetAction, GatewaySnapshot, ProfileName
from tui.domain.gateway_figures import Window
from tui.domain.ids import ProviderName
from tui.domain.messages import Message
from tui.domain.text import CleanText


class Gateway(Protocol):
    """What every gateway answers. All raise McpTuiError with a hint; NotExposedError where it does not offer that."""

    @property
    def name(self) -> CleanText:
        """What it is called on screen."""
        ...

    async def health(self) -> answers.HealthAnswer: ...

    async def combos(self, include_metrics: bool = False) -> answers.CombosAnswer: ...

    async def combo_metrics(self, combo: str) -> answers.ComboMetricsAnswer: ...

    async def switch(self, combo: str, active: bool, force: bool = False) -> answers.SwitchAnswer: ...

    async def quota(self, provider: str | None = None, credential: str | None = None) -> accounts.QuotaAnswer: ...

    async def route(
        self,
        model: str,
        messages: Sequence[Message],
        combo: str | None = None,
        role: routing.Role | None = None,
        budget: float | None = None,
    ) -> routing.RouteAnswer: ...

    async def cost(self, period: accounts.CostPeriod = "session") -> accounts.CostAnswer: ...

    async def models(
        self, provider: str | None = None, capability: answers.Capability | None = None, refresh: bool = False
    ) -> answers.ModelsAnswer: ...

    async def simulate(
        self, model: str, prompt_tokens: int = 1_000, combo: str | None = None
    ) -> routing.SimulateAnswer: ...

    async def budget(
        self,
        max_cost: float | None = None,
        action: BudgetAction | None = None,
        tier: Literal["cheap", "free"] | None = None,
        period: accounts.BudgetScope = "session",
        reset: bool = False,
    ) -> accounts.BudgetAnswer: ...

    async def resilience(self, profile: ProfileName | None = None) -> answers.ResilienceAnswer: ...

    async def test(
        self,
        combo: str,
        prompt: str = "Answer with the word: ready",
        on_trial: Callable[[routing.StepTrial], None] | None = None,
    ) -> routing.TestAnswer:
        """`on_trial` is told each step's trial as it ends, where the gateway tells them one by one."""
        ...

    async def provider(self, provider: str, window: Window = "day") -> accounts.ProviderAnswer: ...

    async def best(
        self, task: TaskType, cost_limit: float | None = None, latency_limit: float | None = None
    ) -> routing.BestAnswer: ...

    async def explain(self, request_id: str) -> routing.ExplainAnswer: ...

    async def session(self) -> accounts.SessionAnswer: ...

    # --- beside the table of operations

    async def known_values(self, parameter: str) -> Sequence[str]:
        """Returns what an operation's parameter of that name may be called with; empty when anything may."""
        ...

    async def order_breaker(self, provider: ProviderName, order: BreakerOrder) -> None:
        """Moves a provider's breaker by hand."""
        ...

    async def snapshot(self) -> GatewaySnapshot:
        """Returns the gateway as it stands, of what is known: a look waits for nobody's answer."""
        ...
