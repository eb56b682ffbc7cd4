"""What can be done on the gateway screen, through its keys."""

import asyncio
from dataclasses import replace

import pytest

from tests.ui.screens import facts
from tests.ui.screens.gateway_double import GatewayDouble
from tests.ui.screens.stage import Stage, press, settle
from tui.domain.completion import Usage
from tui.domain.errors import RefusedError
from tui.domain.gateway_answers import ComboMetricsAnswer, ConnectionTest, ModelListState, ModelsAnswer
from tui.domain.gateway_figures import CallFigures
from tui.domain.gateway_routing import Factor, SimulateAnswer, SimulatedStep, StepTrial, TestAnswer
from tui.domain.ids import ComboName, ProviderName
from tui.domain.money import Cost, MicroUsd
from tui.domain.text import clean
from tui.ui.screens.gateway import GatewayScreen

METRICS = ComboMetricsAnswer(ComboName("main"), CallFigures(41, 35))
SCORED = SimulatedStep(
    ProviderName("groq"),
    "llama-3.3-70b",
    0.9,
    120,
    "CLOSED",
    "ok",
    True,
    clean("best score: 0.82"),
    score=0.82,
    factors=(Factor("health", 0.97, 0.3, clean("40 of 41 calls succeeded")),),
)
WAY = SimulateAnswer("main", ComboName("main"), "auto", 1_000, 500, (SCORED,), (), 120, 480)
FIRST = StepTrial(ProviderName("groq"), "llama-3.3-70b", True, 412, 98, Cost(MicroUsd(40), "computed"), Usage())
SECOND = StepTrial(
    ProviderName("openai"), "gpt-5-mini", False, None, None, Cost.unknown(), Usage(), clean("503 overloaded")
)


def stage(**more) -> Stage:
    engine = GatewayDouble(**more)
    return Stage(GatewayScreen, engine=engine)


async def shown(app: Stage) -> None:
    app.tell(facts.gateway())
    await app.pilot.pause()


async def to_combos(app: Stage) -> None:
    app.screen._combos.focus()
    await app.pilot.pause()


@pytest.mark.parametrize(("key", "order"), [("t", "trip"), ("p", "probe"), ("r", "reset"), ("h", "hold")])
async def test_a_key_moves_the_breaker_of_the_chosen_provider(key: str, order: str) -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as app.pilot:
        await shown(app)
        await press(app, key)
        assert app.engine.orders == [("gateway.order_breaker", "openrouter", order)]


async def test_enter_on_a_provider_shows_how_it_did() -> None:
    app = stage(answers={"provider": METRICS})
    async with app.run_test(size=(120, 40)) as app.pilot:
        await shown(app)
        await press(app, "enter")
        assert app.engine.orders == [("gateway.operate", "provider", {"provider": "openrouter"})]
        assert "41" in app.text


async def test_enter_on_a_combo_shows_metrics_and_each_steps_score_with_its_reason() -> None:
    app = stage(answers={"combo-metrics": METRICS, "simulate": WAY})
    async with app.run_test(size=(120, 50)) as app.pilot:
        await shown(app)
        await to_combos(app)
        await press(app, "enter")
        assert "successes" in app.text
        await press(app, "end")
        assert "best score: 0.82" in app.text
        assert "40 of 41 calls succeeded" in app.text


async def test_space_first_goes_to_the_combos_then_switches_the_chosen_one() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as app.pilot:
        await shown(app)
        await press(app, "space")
        assert app.engine.orders == []
        await press(app, "space")
        assert app.engine.orders == [("gateway.operate", "switch", {"combo": "main", "active": False})]
        await press(app, "j", "j", "space")
        assert app.engine.orders[-1] == ("gateway.operate", "switch", {"combo": "off", "active": True})


async def test_a_refused_switch_says_why() -> None:
    refusal = RefusedError("Nothing would be left to route through.", "Switch another combo on first.")
    app = stage(refusal=refusal)
    async with app.run_test(size=(120, 40), notifications=True) as app.pilot:
        await shown(app)
        await to_combos(app)
        await press(app, "space")
        assert app.engine.reported == [refusal]
        assert "Nothing would be left" in app.text


async def test_a_benchmark_shows_each_step_as_it_answers_and_then_who_was_fastest() -> None:
    answer = TestAnswer(ComboName("main"), (FIRST, SECOND), clean("groq/llama-3.3-70b"))
    app = stage(answers={"test": answer}, trials=(FIRST, SECOND), held=asyncio.Event())
    async with app.run_test(size=(120, 40)) as app.pilot:
        await shown(app)
        await to_combos(app)
        await app.pilot.press("b")
        await app.pilot.pause()
        for words in ("412 ms", "503 overloaded", "waiting"):
            assert words in app.text, words
        assert "fastest" not in app.text
        app.engine.held.set()
        await settle(app)
        assert "fastest groq/llama-3.3-70b" in app.text


async def test_leaving_a_benchmark_stops_its_calls() -> None:
    app = stage(held=asyncio.Event())
    async with app.run_test(size=(120, 40)) as app.pilot:
        await shown(app)
        await to_combos(app)
        await app.pilot.press("b")
        await app.pilot.pause()
        await press(app, "escape")
        assert app.engine.stopped
        assert isinstance(app.screen, GatewayScreen)


async def test_the_models_come_with_the_age_of_their_list() -> None:
    models = ModelsAnswer((), (ModelListState(ProviderName("groq"), 24, 65.0, clean("")),))
    app = stage(answers={"models": models})
    async with app.run_test(size=(120, 40)) as app.pilot:
        await shown(app)
        await press(app, "m")
        assert "1 min 05 s" in app.text


async def test_the_chosen_provider_says_how_old_its_list_of_models_is() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as app.pilot:
        event = facts.gateway()
        listed = [replace(one, models=24, models_listed_at=facts.NOW - 300) for one in event.snapshot.providers]
        app.tell(replace(event, snapshot=replace(event.snapshot, providers=tuple(listed))))
        await app.pilot.pause()
        assert "24, listed" in app.text
        assert "never listed" not in app.text


# --- adding a provider


async def fill(app: Stage, name: str) -> None:
    """Opens the form, writes the name and accepts."""
    await shown(app)
    await app.pilot.press("n")
    await app.pilot.pause()
    await app.pilot.press(*name, "ctrl+s")
    await app.pilot.pause()
    await app.pilot.pause()


async def test_what_the_try_saw_is_shown_before_a_provider_is_added() -> None:
    app = stage()
    async with app.run_test(size=(120, 44)) as app.pilot:
        await fill(app, "ollama")
        assert "mine lists 2 models: a, b" in app.text
        assert "http://127.0.0.1:11434/v1" in app.text
        assert [order[0] for order in app.engine.orders] == ["gateway.test_provider"]
        await press(app, "y")
        name, spec, keep = app.engine.orders[-1]
        assert (name, spec.name, spec.base_url, keep) == (
            "gateway.add_provider",
            "ollama",
            "http://127.0.0.1:11434/v1",
            False,
        )


async def test_a_failed_try_may_be_given_up() -> None:
    app = stage(seen=ConnectionTest(False, clean("ollama does not answer"), clean("Is it running?")))
    async with app.run_test(size=(120, 44)) as app.pilot:
        await fill(app, "ollama")
        assert "ollama does not answer" in app.text
        assert "Is it running?" in app.text
        await press(app, "n")
        assert [order[0] for order in app.engine.orders] == ["gateway.test_provider"]


async def test_an_unknown_name_without_a_url_is_refused() -> None:
    app = stage()
    async with app.run_test(size=(120, 44), notifications=True) as app.pilot:
        await fill(app, "mine")
        assert app.engine.orders == []
        assert "needs a base URL" in app.text


async def test_a_typed_key_is_never_shown_and_is_stored_only_after_the_yes() -> None:
    app = stage()
    async with app.run_test(size=(120, 44)) as app.pilot:
        await shown(app)
        await app.pilot.press("n")
        await app.pilot.pause()
        form = app.screen._form
        form.fill({"name": "groq", "key from": "a private file, typed now", "add": "in config.toml"})
        await app.pilot.press("ctrl+s")
        await app.pilot.pause()
        await app.pilot.press(*"canary")
        await app.pilot.pause()
        assert "canary" not in app.text
        await app.pilot.press("enter")
        await app.pilot.pause()
        await app.pilot.pause()
        assert [order[0] for order in app.engine.orders] == ["gateway.test_provider"]
        assert app.engine.orders[0][2] == "canary"
        assert "canary" not in app.text
        await press(app, "y")
        assert app.engine.orders[1] == ("gateway.store_key", "https://api.groq.com/openai/v1", "canary", True)
        name, spec, keep = app.engine.orders[2]
        assert (name, spec.name, spec.keyring, keep) == ("gateway.add_provider", "groq", True, True)
