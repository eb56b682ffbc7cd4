"""Which model answers: the caller's, else the default, else the free one with the largest window."""

import pytest

from tests.unit.serve.multimodal.gateway_double import GatewayDouble, free, view
from tui.domain.errors import UsageError
from tui.serve.multimodal.choosing import ModelChoice, NoSuchModelError


def choice(*views: object, default: str = "", chains: tuple[str, ...] = ()) -> ModelChoice:
    return ModelChoice(GatewayDouble(list(views), chains=chains), default)  # type: ignore[arg-type]


async def test_the_callers_model_comes_first_then_the_default() -> None:
    chosen = choice(view("a/m"), view("b/n"), free("c/free"), default="b/n")
    assert await chosen.choose("a/m") == "a/m"
    assert await chosen.choose(None) == "b/n"
    assert await chosen.choose("") == "b/n"
    assert await chosen.choose("auto") == "b/n"
    assert await choice(view("a/m"), chains=("auto",), default="a/m").choose("auto") == "auto"


async def test_without_a_default_the_free_model_with_the_largest_window_answers() -> None:
    models = [
        view("a/paid", context_tokens=1_000_000, input_usd_per_million=1.0, output_usd_per_million=1.0),
        view("a/unknown", context_tokens=1_000_000),
        free("a/closed", 900_000, open=False),
        free("a/small", 8_000),
        free("b/large", 128_000),
        free("b/windowless"),
    ]
    assert await choice(*models).choose(None) == "b/large"


async def test_nothing_free_is_said_and_nothing_is_paid_for_unasked() -> None:
    with pytest.raises(UsageError, match="No model was named"):
        await choice(view("a/m", input_usd_per_million=1.0, output_usd_per_million=1.0)).choose(None)


async def test_pictures_go_to_a_free_model_that_is_known_to_see() -> None:
    models = [free("a/blind", 128_000, vision=False), free("a/unsure", 64_000), free("a/sees", 8_000, vision=True)]
    assert await choice(*models).choose(None, ("vision",)) == "a/sees"
    assert await choice(*models, default="a/blind").choose(None, ("vision",)) == "a/sees"
    assert await choice(*models, default="a/unsure").choose(None, ("vision",)) == "a/unsure"
    assert await choice(*models).choose("a/blind", ("vision",)) == "a/blind", "who names a model gets it"


@pytest.mark.parametrize(
    ("name", "listed"),
    [("main", "main"), ("b/lab/large", "b/lab/large"), ("lab/large", "b/lab/large"), ("m", "a/m"), ("a/new", None)],
)
async def test_a_chain_a_place_and_a_models_own_name_are_left_to_the_gateway(name: str, listed: str | None) -> None:
    chosen = choice(view("a/m"), view("b/m"), view("b/lab/large"), chains=("main",))
    assert await chosen.find(name) == name
    assert await chosen.listed(name) == listed


async def test_lists_are_fetched_before_a_name_is_given_up() -> None:
    double = GatewayDouble([view("a/m")], listed=[view("b/late")])
    assert await ModelChoice(double).find("late") == "late"
    assert double.times_listed == 1
    assert await ModelChoice(double).find("late") == "late"
    assert await ModelChoice(double).listed("late") == "b/late"
    assert double.times_listed == 1, "what is known needs no list"


async def test_an_unknown_name_comes_with_those_that_are_near() -> None:
    with pytest.raises(NoSuchModelError) as unknown:
        await choice(view("a/llama-3"), view("a/other")).find("lama-3\x1b[2J")
    assert "a/llama-3" in unknown.value.hint
    assert "\x1b" not in unknown.value.message
