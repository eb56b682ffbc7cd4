"""What is found and told of models, and what nobody knows."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.unit.serve.multimodal.gateway_double import GatewayDouble, free, view
from tui.domain.gateway_answers import ModelView
from tui.domain.text import CleanText
from tui.serve.multimodal.choosing import ModelChoice, NoSuchModelError
from tui.serve.multimodal.model_tools import ModelTools, search
from tui.serve.tool import Call

SEES = view(
    "router/lab/sees",
    context_tokens=128_000,
    input_usd_per_million=2.0,
    output_usd_per_million=10.0,
    tools=True,
    vision=True,
    json_mode=False,
)
SMALL = free("local/small", 8_000, tools=False, vision=False, json_mode=True)
DARK = view("dark/horse", unknown=("context_tokens",))
ALL = [SEES, SMALL, DARK]


def found(**filters: Any) -> tuple[list[ModelView], int]:
    result = search(ALL, filters)
    return result.views, result.undecided


@pytest.mark.parametrize(
    ("filters", "views", "undecided"),
    [
        ({}, ALL, 0),
        ({"query": "LAB sees"}, [SEES], 0),
        ({"query": "nothing"}, [], 0),
        ({"provider": "local"}, [SMALL], 0),
        ({"provider": "Lab"}, [SEES], 0),
        ({"minContextLength": 8_001}, [SEES], 1),
        ({"maxContextLength": 8_000}, [SMALL], 1),
        ({"maxPromptPrice": 0.002}, [SEES, SMALL], 1),
        ({"maxPromptPrice": 0.0019}, [SMALL], 1),
        ({"maxCompletionPrice": 0}, [SMALL], 1),
        ({"capabilities": {"vision": True}}, [SEES], 1),
        ({"capabilities": {"vision": False}}, [SMALL], 1),
        ({"capabilities": {"functions": True}}, [SEES], 1),
        ({"capabilities": {"json_mode": True}}, [SMALL], 1),
        ({"query": "sees", "capabilities": {"json_mode": True}}, [], 0),
        ({"query": "horse", "maxPromptPrice": 1, "capabilities": {"tools": True}}, [], 1),
    ],
)
def test_only_what_is_known_to_fit_is_found(filters: dict[str, Any], views: list[ModelView], undecided: int) -> None:
    assert found(**filters) == (views, undecided)


async def answer_of(name: str, double: GatewayDouble, **arguments: Any) -> Any:
    """Calls a tool; its arguments and its answer fit its schemas."""
    [tool] = [tool for tool in ModelTools(ModelChoice(double)).tools() if tool.name == name]
    Draft202012Validator(tool.input_schema).validate(arguments)
    answer = await tool.handler(Call(arguments))
    Draft202012Validator(tool.output_schema).validate(answer.structured)
    return answer.structured


async def test_a_search_shows_so_many_and_counts_all() -> None:
    double = GatewayDouble(listed=[free(f"a/m{number}") for number in range(30)])
    ten = await answer_of("search_models", double)
    assert (len(ten["models"]), ten["total"]) == (10, 30)
    assert len((await answer_of("search_models", double, limit=2))["models"]) == 2


async def test_a_model_is_told_with_what_is_known_and_what_is_not() -> None:
    closed = view("a/m", open=False, reason=CleanText("its breaker is open"), unknown=("price",), context_tokens=5)
    told = await answer_of("get_model_info", GatewayDouble(listed=[closed]), model="m")
    assert told == {
        "id": "a/m",
        "provider": "a",
        "context_length": 5,
        "max_output_tokens": None,
        "pricing": {"inputPerMillion": None, "outputPerMillion": None},
        "capabilities": {"tools": None, "vision": None, "audio": None, "json_mode": None},
        "status": "closed",
        "reason": "its breaker is open",
        "unknown": ["price"],
    }


async def test_a_chain_is_told_by_the_model_it_asks_first() -> None:
    double = GatewayDouble([free("a/m", 7_000)], chains=("main",))
    assert (await answer_of("get_model_info", double, model="main"))["context_length"] == 7_000


async def test_an_unlisted_model_of_a_known_provider_has_no_facts_and_is_not_valid() -> None:
    double = GatewayDouble([free("a/m")])
    with pytest.raises(NoSuchModelError):
        await answer_of("get_model_info", double, model="a/other")
    assert (await answer_of("validate_model", double, model="a/other"))["valid"] is False


@pytest.mark.parametrize(("name", "target"), [("a/m", "a/m"), ("m", "a/m"), ("late", "b/late"), ("none", None)])
async def test_a_name_is_valid_when_it_leads_somewhere(name: str, target: str | None) -> None:
    double = GatewayDouble([free("a/m")], listed=[free("b/late")])
    told = await answer_of("validate_model", double, model=name)
    assert told == {"model": name, "valid": target is not None, "id": target}
