"""Models: the cheapest first, the unknown last, found by words, abilities and price."""

import pytest

from tests.ui.screens import gateway_facts as known
from tests.ui.screens.gateway_stage import gateway_stage, line, pass_time
from tests.ui.screens.stage import Stage, press, settle
from tui.ui.screens.gateway_views.catalog import SELDOM_S
from tui.ui.widgets.gateway.choice_line import ChoiceLine
from tui.ui.widgets.gateway.model_table import ModelFilter, found_models

ALL = ["tiny-free", "llama-3.3-70b", "gpt-5-mini", "gpt-5", "mystery"]


def listed(app: Stage) -> list[str]:
    return [row.id for row in app.screen._views["models"]._rows.items]


async def test_the_cheapest_stands_first_and_an_unknown_price_last_as_a_question_mark() -> None:
    async with gateway_stage("M", answers=known.ANSWERS) as app:
        assert listed(app) == ALL
        assert "free" in line(app, "tiny-free", "groq ")
        assert line(app, "mystery").count("?") >= 3


async def test_typing_finds_at_once_and_counts() -> None:
    async with gateway_stage("M", answers=known.ANSWERS) as app:
        await press(app, "slash", *"gpt")
        assert listed(app) == ["gpt-5-mini", "gpt-5"]
        assert "2/5 models" in app.text
        await press(app, *"zzz")
        assert "No model fits." in app.text
        await press(app, "escape")
        assert listed(app) == ALL


async def test_capitals_typed_into_the_search_stay_there() -> None:
    async with gateway_stage("M", answers=known.ANSWERS) as app:
        await press(app, "slash", *"GPT-5-M")
        assert listed(app) == ["gpt-5-mini"]


async def test_a_and_p_filter_by_ability_and_price_and_say_what_nobody_knows() -> None:
    async with gateway_stage("M", answers=known.ANSWERS) as app:
        await press(app, "a")
        assert listed(app) == ["llama-3.3-70b", "gpt-5-mini", "gpt-5"]
        assert "1 model left out: nobody says." in app.text
        assert "--capability tools" in app.text
        await press(app, "p", "p", "p")
        assert listed(app) == ["llama-3.3-70b", "gpt-5-mini"]


async def test_a_click_filters_as_well() -> None:
    async with gateway_stage("M", answers=known.ANSWERS) as app:
        prices = app.screen.query_one("#prices", ChoiceLine)
        await app.pilot.click(prices, offset=(line(app, "up to").index("free") - 1, 0))
        await settle(app)
        assert listed(app) == ["tiny-free"]


async def test_the_chosen_model_and_a_list_that_failed_are_explained() -> None:
    async with gateway_stage("M", answers=known.ANSWERS) as app:
        assert "openrouter: 503 overloaded" in app.text
        assert "cheapest that is usable: groq/tiny-free" in app.text
        await press(app, "j", "j")
        assert "its breaker is open" in line(app, "openai/gpt-5-mini")


async def test_lists_are_asked_for_seldom_and_anew_by_hand() -> None:
    async with gateway_stage("M", answers=known.ANSWERS) as app:
        await pass_time(app, SELDOM_S - 1)
        assert app.engine.count("models") == 1
        await press(app, "r")
        assert app.engine.asked[-1] == ("models", {"refresh": True})
        await pass_time(app, 301)
        assert app.engine.asked[-1] == ("models", {})


async def test_u_sends_the_next_messages_there() -> None:
    async with gateway_stage("M", answers=known.ANSWERS, notifications=True) as app:
        await press(app, "u")
        assert app.engine.orders == [("gateway.set_target", "groq/tiny-free")]
        assert "The next messages go to groq/tiny-free." in app.text


CASES = [
    (ModelFilter(), ALL, 0),
    (ModelFilter(("groq",)), ["tiny-free", "llama-3.3-70b"], 0),
    (ModelFilter(("open", "5")), ["gpt-5-mini", "gpt-5"], 0),
    (ModelFilter(price="free"), ["tiny-free"], 1),
    (ModelFilter(price="$5"), ["tiny-free", "llama-3.3-70b", "gpt-5-mini"], 1),
    (ModelFilter(ability="vision"), ["gpt-5"], 0),
    (ModelFilter(ability="audio"), [], 5),
    (ModelFilter(ability="tools", price="free"), [], 1),
]


@pytest.mark.parametrize(("wanted", "ids", "undecided"), CASES, ids=str)
def test_a_filter_takes_what_is_known_to_fit_and_counts_what_nobody_knows(
    wanted: ModelFilter, ids: list[str], undecided: int
) -> None:
    found = found_models(known.MODELS.models, wanted)
    assert [model.id for model in found.rows] == ids
    assert found.undecided == undecided
