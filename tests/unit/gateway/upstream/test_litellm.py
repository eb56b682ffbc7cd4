"""What a LiteLLM proxy tells of its models; entries are as version 1.106.2 sent them, without their nulls."""

from decimal import Decimal

from tui.domain.gateway import ModelSpec
from tui.domain.money import Price
from tui.gateway.upstream.litellm import deployments_from, groups_of, model_of, with_details

HOUSE = {
    "model_name": "house-small",
    "litellm_params": {"api_base": "http://127.0.0.1:18991/v1", "model": "openai/fake-1", "weight": 2},
    "model_info": {
        "id": "house-small-1",
        "input_cost_per_token": 1e-06,
        "output_cost_per_token": 2e-06,
        "max_input_tokens": 32000,
        "supports_vision": True,
        "litellm_provider": "openai",
    },
}
MINI = {
    "model_name": "gpt-4o-mini",
    "litellm_params": {"model": "openai/gpt-4o-mini"},
    "model_info": {
        "id": "0f57a83a",
        "max_input_tokens": 128000,
        "max_output_tokens": 16384,
        "input_cost_per_token": 1.5e-07,
        "output_cost_per_token": 6e-07,
        "cache_read_input_token_cost": 7.5e-08,
        "litellm_provider": "openai",
        "mode": "chat",
        "supports_vision": True,
        "supports_function_calling": True,
    },
}
UNPRICED = {"model_name": "x", "litellm_params": {"model": "openai/x"}, "model_info": {"litellm_provider": "openai"}}


def spec_of(*entries: object) -> ModelSpec:
    (members,) = groups_of(deployments_from({"data": [*entries]})).values()
    return model_of(members)


def test_a_deployment_has_its_group_provider_and_weight() -> None:
    (house,) = deployments_from({"data": [HOUSE]})
    assert (house.id, house.group, house.provider, house.model) == (
        "house-small-1",
        "house-small",
        "openai",
        "fake-1",
    )
    assert house.place == "openai/fake-1"
    assert house.weight == 2


def test_prices_are_exact_and_what_nobody_said_is_unknown() -> None:
    price = Price(Decimal("0.150000"), Decimal("0.600000"), Decimal("0.0750000"), "LiteLLM")
    assert spec_of(MINI) == ModelSpec("gpt-4o-mini", 128000, 16384, price, tools=True, vision=True, audio=None)
    assert spec_of(UNPRICED) == ModelSpec("x")


def test_of_a_group_only_what_holds_for_every_deployment_is_relied_on() -> None:
    other = {**MINI, "model_name": "house-small"}
    both = spec_of(HOUSE, other)
    assert (both.context_tokens, both.tools, both.vision) == (32000, None, True)
    assert both.price is not None
    assert both.price.input_usd_per_million == 1
    assert spec_of(HOUSE, {**UNPRICED, "model_name": "house-small"}).price is None


def test_the_plain_list_decides_what_there_is() -> None:
    listed = [ModelSpec("gpt-4o-mini"), ModelSpec("wild/card")]
    mini, wild = with_details(listed, {"data": [HOUSE, MINI]})
    assert mini.context_tokens == 128000
    assert wild == ModelSpec("wild/card")


def test_a_provider_is_found_in_the_model_where_nobody_names_it() -> None:
    entry = {"model_name": "a", "litellm_params": {"model": "azure/gpt-4o"}}
    bare = {"model_name": "a", "litellm_params": {"model": "gpt-4o"}}
    assert [one.provider for one in deployments_from({"data": [entry, bare]})] == ["azure", "?"]


def test_nonsense_tells_nothing() -> None:
    documents: list[object] = [None, [], "page", {"data": None}, {"data": [None, {}, {"model_name": 3}]}]
    for nonsense in documents:
        assert deployments_from(nonsense) == ()
