"""Combos: metrics, switching, trying with progress, changing."""

import asyncio
from dataclasses import replace

from tests.ui.screens import gateway_facts as known
from tests.ui.screens.gateway_stage import gateway_stage, line, pass_time
from tests.ui.screens.stage import press, settle
from tui.domain.errors import CallError, NotExposedError, RefusedError
from tui.domain.gateway import ComboSpec
from tui.domain.ids import ComboName
from tui.domain.text import clean
from tui.ui.screens.gateway import GatewayScreen

PLACES = {"model": ("main", "groq/llama-3.3-70b", "groq/new", "openai/gpt-5-mini")}


async def test_each_combo_says_what_went_through_it_and_an_unused_one_is_unknown() -> None:
    async with gateway_stage("O", answers=known.ANSWERS) as app:
        main, turns = line(app, "● on", "main"), line(app, "● on", "turns")
        for words in ("priority", "2/3", "41", "90%", "400 ms", "$0.0231+?"):
            assert words in main
        assert turns.count("?") >= 5
        assert "$0.00" not in turns


async def test_the_chosen_combo_shows_its_steps_reasons_and_providers() -> None:
    async with gateway_stage("O", answers=known.ANSWERS) as app:
        assert "its breaker is open (503)" in line(app, "openrouter/auto")
        assert "38 calls" in line(app, "groq  ", "p95")
        await press(app, "j")
        assert "weight 3" in line(app, "groq/a")


async def test_at_80_columns_a_reason_stands_indented_below_its_step() -> None:
    main, *others = known.COMBOS.combos
    steps = (*main.steps[:-1], replace(main.steps[-1], reason=clean("its breaker is open (tripped by hand)")))
    combos = replace(known.COMBOS, combos=(replace(main, steps=steps), *others))
    async with gateway_stage("O", (80, 24), answers={"combos": combos}) as app:
        step = line(app, "openrouter/auto")
        reason = line(app, "its breaker is open (tripped by hand)")
        assert reason != step
        assert reason.index("its") == step.index("openrouter")


async def test_metrics_are_dear_and_asked_for_seldom() -> None:
    async with gateway_stage("O", answers=known.ANSWERS) as app:
        for _ in range(5):
            await pass_time(app, 10)
        asked = [given for name, given in app.engine.asked if name == "combos"]
        assert asked.count({"include_metrics": True}) == 1
        assert asked.count({}) == 6


async def test_metrics_that_cannot_be_had_leave_the_combos_and_say_why() -> None:
    def combos(given):
        return CallError("the ledger is locked") if given else known.COMBOS

    async with gateway_stage("O", answers={"combos": combos}) as app:
        assert "2/3" in line(app, "● on", "main")
        assert "the ledger is locked" in line(app, "What went through it")


async def test_metrics_a_gateway_does_not_keep_are_not_exposed() -> None:
    def combos(given):
        return NotExposedError("no") if given else known.COMBOS

    async with gateway_stage("O", answers={"combos": combos}) as app:
        assert "not exposed by this gateway" in line(app, "What went through it")


async def test_space_switches_the_chosen_combo() -> None:
    async with gateway_stage("O", answers=known.ANSWERS) as app:
        await press(app, "space")
        assert app.engine.orders == [("gateway.operate", "switch", {"combo": "main", "active": False})]
        await press(app, "j", "j", "space")
        assert app.engine.orders[-1] == ("gateway.operate", "switch", {"combo": "off", "active": True})


async def test_a_refused_switch_says_why() -> None:
    refusal = RefusedError("Nothing would be left to route through.", "Switch another combo on first.")
    async with gateway_stage("O", answers=known.ANSWERS, refusal=refusal, notifications=True) as app:
        await press(app, "space")
        assert app.engine.reported == [refusal]
        assert "Nothing would be left" in app.text


async def test_a_benchmark_shows_each_step_as_it_answers_and_then_who_was_fastest() -> None:
    answers = {**known.ANSWERS, "test": known.TRIED}
    async with gateway_stage("O", answers=answers, trials=(known.GOOD, known.BAD), held=asyncio.Event()) as app:
        await app.pilot.press("b")
        await app.pilot.pause()
        for words in ("412 ms", "503 overloaded", "waiting"):
            assert words in app.text, words
        assert "fastest" not in app.text
        app.engine.held.set()
        await settle(app)
        assert "fastest groq/llama-3.3-70b" in app.text


async def test_at_80_columns_a_trials_error_stands_below_its_step_and_figures_on_its_line() -> None:
    error = clean("[openai-compatible-chat-749c90d9/fake-fast] [503]: alpha is told to answer 503")
    async with gateway_stage(
        "O",
        (80, 24),
        answers={**known.ANSWERS, "test": known.TRIED},
        trials=(known.GOOD, replace(known.BAD, error=error)),
    ) as app:
        await press(app, "b")
        await settle(app)
        good, bad = line(app, "✓ ", "412 ms"), line(app, "[503]: alpha is told")
        assert "$" in good
        assert "✗" not in bad


async def test_leaving_a_benchmark_stops_its_calls() -> None:
    async with gateway_stage("O", answers=known.ANSWERS, held=asyncio.Event()) as app:
        await app.pilot.press("b")
        await app.pilot.pause()
        await press(app, "escape")
        assert app.engine.stopped
        assert isinstance(app.screen, GatewayScreen)


async def test_enter_shows_metrics_and_each_steps_score_with_its_reason() -> None:
    answers = {**known.ANSWERS, "combo-metrics": known.METRICS}
    async with gateway_stage("O", (120, 60), answers=answers) as app:
        await press(app, "enter")
        assert "successes" in app.text
        await press(app, "end")
        assert "best score: 0.82" in app.text
        assert "40 of 41 calls succeeded" in app.text


# --- changing


async def test_order_strategy_and_steps_are_changed_and_applied_at_once() -> None:
    async with gateway_stage("O", answers=known.ANSWERS, known=PLACES) as app:
        await press(app, "e", "J", "s")
        assert "for this run only" in app.text
        await press(app, "G", "x", "a")
        assert "groq/new" in app.text
        assert "openai/gpt-5-mini" not in line(app, "groq/new")
        await press(app, "enter", "ctrl+s")
        changed = ComboSpec(ComboName("main"), ("openai/gpt-5-mini", "groq/llama-3.3-70b", "groq/new"), "round-robin")
        assert app.engine.orders == [("gateway.edit_combo", changed, False)]


async def test_a_change_can_be_kept_in_the_file() -> None:
    async with gateway_stage("O", answers=known.ANSWERS) as app:
        await press(app, "e", "shift+down", "w")
        assert "written into config.toml" in app.text
        await press(app, "ctrl+s")
        assert app.engine.orders[0][2] is True


async def test_weights_belong_to_the_strategy_weighted() -> None:
    async with gateway_stage("O", answers=known.ANSWERS) as app:
        await press(app, "j", "e", "plus", "j", "minus", "minus")
        assert "groq/a" in line(app, "weight 4")
        assert "openai/b" in line(app, "weight 0")
        await press(app, "ctrl+s")
        [(_, combo, _)] = app.engine.orders
        assert (combo.strategy, combo.weights) == ("weighted", (4, 0))


async def test_nothing_changed_is_no_order_and_escape_changes_nothing() -> None:
    async with gateway_stage("O", answers=known.ANSWERS) as app:
        await press(app, "e", "ctrl+s")
        await press(app, "e", "J", "escape")
        assert app.engine.orders == []


async def test_a_change_that_leads_nowhere_says_why() -> None:
    refusal = RefusedError("A chain needs at least one step.", "Add a provider/model.")
    async with gateway_stage("O", answers=known.ANSWERS, refusal=refusal, notifications=True) as app:
        await press(app, "e", "x", "x", "x")
        assert "No steps." in app.text
        await press(app, "ctrl+s")
        assert "at least one step" in app.text


async def test_without_combos_it_says_what_names_them() -> None:
    async with gateway_stage("O", answers={"combos": replace(known.COMBOS, combos=())}) as app:
        assert "[[combos]]" in app.text
        await press(app, "space", "b", "e", "enter")
        assert app.engine.orders == []
