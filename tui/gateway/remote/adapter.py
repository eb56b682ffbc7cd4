"""What every gateway outside this program starts from: it does not expose anything until its adapter says how."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn, Protocol

from tui.domain import gateway_accounts as accounts
from tui.domain import gateway_answers as answers
from tui.domain import gateway_routing as routing
from tui.domain.clock import Clock
from tui.domain.completion import TaskType
from tui.domain.errors import NotExposedError
from tui.domain.events import Event
from tui.domain.gateway import BreakerOrder, BudgetAction, GatewaySnapshot, GatewaySpec, ProfileName, SpendView
from tui.domain.gateway_figures import Window
from tui.domain.ids import ProviderName
from tui.domain.messages import Json, Message
from tui.domain.text import clean_line
from tui.gateway.contract import Gateway
from tui.gateway.remote.reader import Reader


class SecondWitness(Protocol):
    """The gateway's own MCP server, asked what its HTTP API was asked as well."""

    async def ask(self, tool: str, arguments: dict[str, Json]) -> object:
        """Returns the JSON a tool answers. Raises McpTuiError when it cannot be asked or answers with an error."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an adapter is given."""

    spec: GatewaySpec
    reader: Reader
    here: Gateway
    """The gateway inside this program: it sends the chats, as `provider/model`, and measures them."""
    clock: Clock
    chat_reader: Reader | None = None
    """Speaks with the key of the chats, where management has one of its own."""
    witness: SecondWitness | None = None
    publish: Callable[[Event], None] = lambda _: None
    """Told what a person should know of an order beside its answer."""
    hushed: Callable[[], bool] = lambda: False
    """Whether a chat waits for its first words, so that polls should wait too."""

    @property
    def own_reader(self) -> Reader:
        """What asks after the key of the chats itself."""
        return self.chat_reader or self.reader

    @property
    def provider(self) -> ProviderName:
        """The gateway as the gateway inside this program knows it."""
        return self.spec.provider.name


class NotExposed:
    """Satisfies `gateway.contract.Gateway` by refusing each operation; an adapter overrides what there is.

    An adapter is made with its `Surroundings` alone. Every answer it gives names its witnesses.
    """

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self.name = clean_line(around.spec.name, 40)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name})"

    # --- lifetime

    async def run(self) -> None:
        """Keeps what `snapshot` tells up to date, until it is cancelled."""

    async def close(self) -> None:
        """Closes every connection."""
        await self._around.reader.close()
        if self._around.chat_reader is not None:
            await self._around.chat_reader.close()

    async def snapshot(self) -> GatewaySnapshot:
        """Returns what is known now, without waiting for anybody; an adapter tells more.

        What our own session spent and how long our calls took is filled in by the switchboard.
        """
        spend = SpendView(session_microusd=None, today_microusd=None)
        return GatewaySnapshot(self.name, self._around.clock.wall(), spend=spend, unknown=("today_microusd",))

    # --- operations; the table in `gateway.operations` says what each means

    async def health(self) -> answers.HealthAnswer:
        self._refuse("health")

    async def combos(self, include_metrics: bool = False) -> answers.CombosAnswer:
        self._refuse("combos")

    async def combo_metrics(self, combo: str) -> answers.ComboMetricsAnswer:
        self._refuse("combo-metrics")

    async def switch(self, combo: str, active: bool, force: bool = False) -> answers.SwitchAnswer:
        self._refuse("switch")

    async def quota(self, provider: str | None = None, credential: str | None = None) -> accounts.QuotaAnswer:
        self._refuse("quota")

    async def route(
        self,
        model: str,
        messages: Sequence[Message],
        combo: str | None = None,
        role: routing.Role | None = None,
        budget: float | None = None,
    ) -> routing.RouteAnswer:
        self._refuse("route")

    async def cost(self, period: accounts.CostPeriod = "session") -> accounts.CostAnswer:
        self._refuse("cost")

    async def models(
        self, provider: str | None = None, capability: answers.Capability | None = None, refresh: bool = False
    ) -> answers.ModelsAnswer:
        self._refuse("models")

    async def simulate(
        self, model: str, prompt_tokens: int = 1_000, combo: str | None = None
    ) -> routing.SimulateAnswer:
        self._refuse("simulate")

    async def budget(
        self,
        max_cost: float | None = None,
        action: BudgetAction | None = None,
        tier: Literal["cheap", "free"] | None = None,
        period: accounts.BudgetScope = "session",
        reset: bool = False,
    ) -> accounts.BudgetAnswer:
        self._refuse("budget")

    async def resilience(self, profile: ProfileName | None = None) -> answers.ResilienceAnswer:
        self._refuse("resilience")

    async def test(
        self,
        combo: str,
        prompt: str = "Answer with the word: ready",
        on_trial: Callable[[routing.StepTrial], None] | None = None,
    ) -> routing.TestAnswer:
        self._refuse("test")

    async def provider(self, provider: str, window: Window = "day") -> accounts.ProviderAnswer:
        self._refuse("provider")

    async def best(
        self, task: TaskType, cost_limit: float | None = None, latency_limit: float | None = None
    ) -> routing.BestAnswer:
        self._refuse("best")

    async def explain(self, request_id: str) -> routing.ExplainAnswer:
        self._refuse("explain")

    async def session(self) -> accounts.SessionAnswer:
        self._refuse("session")

    async def known_values(self, parameter: str) -> Sequence[str]:
        """Returns the names that the newest snapshot holds."""
        snapshot = await self.snapshot()
        match parameter:
            case "combo":
                return [combo.name for combo in snapshot.combos]
            case "provider" | "credential":
                return [provider.name for provider in snapshot.providers]
            case _:
                return ()

    async def order_breaker(self, provider: ProviderName, order: BreakerOrder) -> None:
        self._refuse(f"to {order} a breaker")

    def _refuse(self, what: str, why: str = "") -> NoReturn:
        raise NotExposedError(
            f"{what}: not exposed by this gateway ({self.name}, {self._around.spec.kind}).{f' {why}' if why else ''}",
            "`--gateway embedded` answers it for this program's own chats.",
        )
