"""The demo's three providers: one fast with bad spells, one steady and dearer, one slow and free."""

from dataclasses import dataclass
from decimal import Decimal

from tui.domain.gateway import ComboSpec, ModelSpec, ProviderSpec
from tui.domain.ids import ComboName, ProviderName
from tui.domain.money import Price


@dataclass(frozen=True, slots=True)
class Spells:
    """A schedule of failure: `down_s` of every `period_s`, first after `first_after_s`."""

    period_s: float
    first_after_s: float
    down_s: float

    def down(self, elapsed_s: float) -> bool:
        """Whether the provider fails `elapsed_s` after its start."""
        return 0 <= (elapsed_s - self.first_after_s) % self.period_s < self.down_s and elapsed_s >= self.first_after_s


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a scripted provider answers."""

    provider: ProviderName
    model: ModelSpec
    tokens_per_s: float
    """0: as fast as it is read."""
    first_token_s: float = 0.0
    spells: Spells | None = None
    reports_cost: bool = False
    """Whether `usage.cost` is sent, as some providers do."""


def _model(name: str, input_usd: str, output_usd: str) -> ModelSpec:
    price = Price(Decimal(input_usd), Decimal(output_usd))
    return ModelSpec(name, context_tokens=32_768, max_output_tokens=4_096, price=price, tools=True, vision=False)


AURORA = Behaviour(
    ProviderName("aurora"),
    _model("swift-demo", "0.15", "0.60"),
    tokens_per_s=150,
    first_token_s=0.15,
    spells=Spells(period_s=75, first_after_s=40, down_s=25),
)
BOREALIS = Behaviour(
    ProviderName("borealis"),
    _model("steady-demo", "1.00", "4.00"),
    tokens_per_s=90,
    first_token_s=0.3,
    reports_cost=True,
)
CIRRUS = Behaviour(ProviderName("cirrus"), _model("patient-demo", "0", "0"), tokens_per_s=40, first_token_s=0.8)

BEHAVIOURS = (AURORA, BOREALIS, CIRRUS)

DEMO_PROVIDERS: tuple[ProviderSpec, ...] = tuple(
    ProviderSpec(
        behaviour.provider,
        f"http://demo.invalid/{behaviour.provider}/v1",
        models=(behaviour.model,),
        kind="scripted",
        origin="demo",
    )
    for behaviour in BEHAVIOURS
)

_PLACES = tuple(f"{behaviour.provider}/{behaviour.model.id}" for behaviour in BEHAVIOURS)

DEMO_COMBOS: tuple[ComboSpec, ...] = (
    ComboSpec(ComboName("main"), _PLACES),
    ComboSpec(ComboName("smart"), _PLACES, "auto"),
    ComboSpec(ComboName("thrifty"), _PLACES, "cost-optimized"),
    ComboSpec(ComboName("shared"), _PLACES[:2], "weighted", weights=(3, 1)),
)
