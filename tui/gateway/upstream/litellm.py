"""The deployments of a LiteLLM proxy, and the model groups by which they are asked for. Pure.

Source: docs.litellm.ai (`GET /v1/model/info`), looked at with LiteLLM 1.106. `/model_group/info` is not believed: of an
ability nobody spoke of it says no.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tui.domain.gateway import ModelSpec
from tui.domain.ids import ProviderName
from tui.domain.money import Price
from tui.gateway.fields import Fields

MAX_DEPLOYMENTS = 5_000
PRICE_SOURCE = "LiteLLM"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Deployment:
    """One model at one provider, as the proxy calls it; several may answer to the name of one group."""

    id: str
    group: str
    """What a request asks for."""
    provider: ProviderName
    model: str
    """As its provider names it."""
    spec: ModelSpec
    """What is known of it, under the group's name."""
    weight: int | None = None

    @property
    def place(self) -> str:
        """The deployment as `provider/model`."""
        return f"{self.provider}/{self.model}"


def deployments_from(document: object) -> tuple[Deployment, ...]:
    """Returns the deployments of a `/model/info` document in its order; entries without a group are left out."""
    entries = Fields(document).items("data")[:MAX_DEPLOYMENTS]
    return tuple(_deployment(entry) for entry in entries if entry.text("model_name"))


def groups_of(deployments: Iterable[Deployment]) -> Mapping[str, tuple[Deployment, ...]]:
    """Returns the deployments by the name of their group, groups in the order of their first one."""
    groups: dict[str, list[Deployment]] = {}
    for deployment in deployments:
        groups.setdefault(deployment.group, []).append(deployment)
    return {group: tuple(members) for group, members in groups.items()}


def model_of(members: tuple[Deployment, ...]) -> ModelSpec:
    """Returns what can be relied on whichever of a group's deployments answers: least windows, dearest price."""
    specs = [member.spec for member in members]
    return ModelSpec(
        id=specs[0].id,
        context_tokens=min(_known(spec.context_tokens for spec in specs), default=None),
        max_output_tokens=min(_known(spec.max_output_tokens for spec in specs), default=None),
        price=_dearest([spec.price for spec in specs]),
        tools=_all(spec.tools for spec in specs),
        vision=_all(spec.vision for spec in specs),
        audio=_all(spec.audio for spec in specs),
        json_mode=_all(spec.json_mode for spec in specs),
    )


def with_details(listed: Sequence[ModelSpec], document: object) -> tuple[ModelSpec, ...]:
    """Returns the models of a proxy's plain list with what a `/v1/model/info` document tells of them."""
    told = {group: model_of(members) for group, members in groups_of(deployments_from(document)).items()}
    return tuple(told.get(model.id, model) for model in listed)


def _deployment(entry: Fields) -> Deployment:
    group, info, params = entry.text("model_name"), entry.inner("model_info"), entry.inner("litellm_params")
    model = params.text("model") or info.text("key") or group
    prefix, slash, _ = model.partition("/")
    provider = info.text("litellm_provider") or params.text("custom_llm_provider") or (prefix if slash else "?")
    return Deployment(
        id=info.text("id"),
        group=group,
        provider=ProviderName(provider),
        model=model.removeprefix(f"{provider}/"),
        spec=ModelSpec(
            id=group,
            context_tokens=info.count("max_input_tokens") or info.count("max_tokens"),
            max_output_tokens=info.count("max_output_tokens"),
            price=_price(info),
            tools=info.flag("supports_function_calling"),
            vision=info.flag("supports_vision"),
            audio=info.flag("supports_audio_input"),
            json_mode=info.flag("supports_response_schema"),
        ),
        weight=params.count("weight"),
    )


def _price(info: Fields) -> Price | None:
    per_input, per_output = info.usd_per_million("input_cost_per_token"), info.usd_per_million("output_cost_per_token")
    if per_input is None or per_output is None:
        return None
    return Price(per_input, per_output, info.usd_per_million("cache_read_input_token_cost"), PRICE_SOURCE)


def _dearest(prices: list[Price | None]) -> Price | None:
    """The dearest price, unknown as soon as one is."""
    known = [price for price in prices if price]
    if len(known) < len(prices):
        return None
    return max(known, key=lambda price: price.input_usd_per_million + price.output_usd_per_million)


def _all(abilities: Iterable[bool | None]) -> bool | None:
    told = set(abilities)
    return False if False in told else None if None in told else True


def _known(values: Iterable[T | None]) -> list[T]:
    return [value for value in values if value is not None]
