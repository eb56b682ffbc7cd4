"""Health and breakers, through their keys."""

from dataclasses import replace

import pytest

from tests.ui import scene
from tests.ui.screens import facts
from tests.ui.screens import gateway_facts as known
from tests.ui.screens.gateway_stage import gateway_stage, line, pass_time
from tests.ui.screens.stage import press
from tui.domain.events import GatewaySampled
from tui.domain.gateway import TRIPPED_BY_HAND, BreakerView, GatewaySnapshot
from tui.domain.text import clean
from tui.ui.widgets.gateway.gateway_tables import provider_cells, provider_note


async def test_providers_in_trouble_stand_first_with_failures_and_seconds_to_the_probe() -> None:
    async with gateway_stage(answers=known.ANSWERS) as app:
        lines = app.text.splitlines()
        order = [
            next(number for number, text in enumerate(lines) if name in text)
            for name in ("openrouter  ", "openai  ", "mistral", "groq", "ollama")
        ]
        assert order == sorted(order)
        assert "5/6" in line(app, "○ OPEN")
        assert "39 s" in line(app, "○ OPEN")
        assert "missing" in line(app, "mistral")


async def test_the_countdown_ticks_between_two_samples() -> None:
    async with gateway_stage(answers=known.ANSWERS) as app:
        await pass_time(app, 10)
        assert "29 s" in line(app, "○ OPEN")
        assert "12 s ago" in line(app, "H Health")


async def test_the_chosen_provider_says_why() -> None:
    async with gateway_stage(answers=known.ANSWERS) as app:
        assert "503 upstream overloaded" in app.text
        await press(app, "j", "j", "j")
        assert "12 400 tok/min" in line(app, "last error")


def test_an_error_that_opened_the_breaker_is_said_once() -> None:
    opened = BreakerView("OPEN", 5, 6, 6, opened_because=clean("503 overloaded"), seconds_to_probe=39.0)
    note = provider_note(scene.provider("groq", opened, last_error=clean("503 overloaded")), known.NOW).plain
    assert note.count("503 overloaded") == 1
    assert "last error" not in note


@pytest.mark.parametrize(
    ("breaker", "told"),
    [
        (BreakerView("OPEN", 0, 0, 5, TRIPPED_BY_HAND, 300.0), "by hand"),
        (BreakerView("HALF_OPEN", 0, 0, 5, TRIPPED_BY_HAND), "by hand"),
        (BreakerView("OPEN", 0, 0, 5, clean("503 overloaded"), 39.0), "–"),
        (BreakerView("OPEN", 12, None, 12, seconds_to_probe=20.0), "12/12"),
        (BreakerView("CLOSED", 0, 3, 5), "0/5"),
    ],
)
def test_the_failures_of_a_breaker_that_is_open_are_those_that_opened_it(breaker: BreakerView, told: str) -> None:
    assert provider_cells(scene.provider("groq", breaker), known.NOW, known.NOW)[2][0] == told


@pytest.mark.parametrize(
    ("breaker", "told"),
    [
        (BreakerView("CLOSED", 2, 3, 5), "2 of 3 calls in the window failed"),
        (BreakerView("CLOSED", 0, 0, 5), "no call in the window"),
        (BreakerView("CLOSED", 1, None, 12), "1/12 failures"),
        (BreakerView("UNKNOWN", None, None, None), "failures not told"),
    ],
)
def test_a_closed_breaker_says_what_it_counted(breaker: BreakerView, told: str) -> None:
    assert told in provider_note(scene.provider("groq", breaker), known.NOW).plain


async def test_what_the_breakers_did_stands_below_newest_first_with_its_reason() -> None:
    async with gateway_stage(answers=known.ANSWERS) as app:
        opened, closed = line(app, "CLOSED → ○ OPEN"), line(app, "HALF → ● CLOSED")
        assert "openrouter" in opened
        assert "5 of 6 calls failed (503)" in opened
        assert "40 s ago" in opened
        assert "5 min ago" in closed
        assert app.text.index(opened) < app.text.index(closed)


async def test_before_any_breaker_moved_that_is_said() -> None:
    calm = replace(known.HEALTH, providers=(known.standing(known.GROQ),))
    async with gateway_stage(answers={"health": calm}) as app:
        assert "No breaker has moved yet" in app.text


async def test_a_gateway_that_tells_no_history_says_so() -> None:
    async with gateway_stage(answers={"health": known.WITHOUT_MOVES}) as app:
        assert "not exposed by this gateway" in app.text


async def test_what_nobody_measured_is_unknown() -> None:
    async with gateway_stage(answers=known.ANSWERS) as app:
        app.tell(GatewaySampled(GatewaySnapshot(clean("embedded"), facts.NOW)))
        await app.pilot.pause()
        assert "? unknown" in app.text
        assert "?" in line(app, "p95", "?")
        assert "No providers yet." in app.text


async def test_at_80_by_24_breaker_provider_failures_history_and_latency_stay() -> None:
    async with gateway_stage(size=(80, 24), answers=known.ANSWERS) as app:
        assert "5/6" in line(app, "○ OPEN", "openrouter")
        assert "CLOSED → ○ OPEN" in app.text
        assert "p95 1.2 s" in app.text


@pytest.mark.parametrize(("key", "order"), [("t", "trip"), ("p", "probe"), ("c", "reset"), ("h", "hold")])
async def test_a_key_moves_the_breaker_of_the_chosen_provider_and_asks_anew(key: str, order: str) -> None:
    async with gateway_stage(answers=known.ANSWERS) as app:
        await press(app, key)
        assert app.engine.orders == [("gateway.order_breaker", "openrouter", order)]
        assert app.engine.count("health") == 2


@pytest.mark.parametrize(
    ("orders", "offered"),
    [((), ""), (("reset",), "close"), (("trip", "probe", "reset", "hold"), "trip probe close hold")],
)
async def test_only_what_the_gateway_lets_be_done_to_a_breaker_is_offered(orders: tuple, offered: str) -> None:
    async with gateway_stage(answers=known.ANSWERS) as app:
        event = facts.gateway()
        rows = [replace(one, breaker_orders=orders) for one in event.snapshot.providers]
        app.tell(replace(event, snapshot=replace(event.snapshot, providers=tuple(rows))))
        await press(app)
        keys = {"t": "trip", "p": "probe", "c": "close", "h": "hold"}
        shown = [label for key, label in keys.items() if f"{key} {label}" in app.text]
        assert " ".join(shown) == offered
        await press(app, "t")
        assert bool(app.engine.orders) == ("trip" in orders)


async def test_a_held_breaker_is_released() -> None:
    async with gateway_stage(answers=known.ANSWERS) as app:
        event = facts.gateway()
        held = [replace(one, breaker=replace(one.breaker, held=True)) for one in event.snapshot.providers]
        app.tell(replace(event, snapshot=replace(event.snapshot, providers=tuple(held))))
        await press(app, "h")
        assert app.engine.orders[0][2] == "release"


async def test_a_click_on_a_key_does_what_the_key_does() -> None:
    async with gateway_stage(answers=known.ANSWERS) as app:
        row = next(number for number, text in enumerate(app.text.splitlines()) if "t trip" in text)
        await app.pilot.click(offset=(app.text.splitlines()[row].index("probe"), row))
        await press(app)
        assert app.engine.orders == [("gateway.order_breaker", "openrouter", "probe")]


async def test_enter_on_a_provider_shows_how_it_did() -> None:
    async with gateway_stage(answers={**known.ANSWERS, "provider": known.METRICS}) as app:
        await press(app, "enter")
        assert ("provider", {"provider": "openrouter"}) in app.engine.asked
        assert "successes" in app.text


async def test_the_chosen_provider_says_how_old_its_list_of_models_is() -> None:
    async with gateway_stage(answers=known.ANSWERS) as app:
        event = facts.gateway()
        listed = [replace(one, models=24, models_listed_at=facts.NOW - 300) for one in event.snapshot.providers]
        app.tell(replace(event, snapshot=replace(event.snapshot, providers=tuple(listed))))
        await app.pilot.pause()
        assert "24, listed" in app.text
        assert "never listed" not in app.text


async def test_what_witnesses_disagree_about_is_said() -> None:
    async with gateway_stage(answers=known.ANSWERS) as app:
        event = facts.gateway()
        notes = (clean("MCP omniroute_get_health says openai is CLOSED."),)
        app.tell(replace(event, snapshot=replace(event.snapshot, notes=notes)))
        await app.pilot.pause()
        assert notes[0] in app.text
