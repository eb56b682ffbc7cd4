"""The gateway screen through its keys."""

from tests.ui.screens import facts
from tests.ui.screens.stage import Stage, press
from tui.domain.events import GatewaySampled
from tui.domain.gateway import GatewaySnapshot
from tui.domain.text import clean
from tui.ui.screens.gateway import GatewayScreen


def rows(app: Stage, *names: str) -> list[str]:
    return [next(line for line in app.text.splitlines() if name in line) for name in names]


async def test_providers_in_trouble_stand_first_with_failures_and_seconds_to_the_probe():
    app = Stage(GatewayScreen)
    async with app.run_test(size=(120, 40)) as pilot:
        app.tell(facts.gateway())
        await pilot.pause()
        lines = app.text.splitlines()
        order = [
            next(number for number, line in enumerate(lines) if name in line)
            for name in ("openrouter  ", "openai  ", "mistral", "groq", "ollama")
        ]
        assert order == sorted(order)
        (openrouter,) = rows(app, "○ OPEN")
        assert "5/6" in openrouter
        assert "39 s" in openrouter
        assert "missing" in rows(app, "mistral")[0]


async def test_the_countdown_ticks_between_two_samples():
    app = Stage(GatewayScreen)
    async with app.run_test(size=(120, 40)) as pilot:
        app.tell(facts.gateway())
        app.engine.clock.advance(10)
        app.screen.tick()
        await pilot.pause()
        assert "29 s" in rows(app, "○ OPEN")[0]
        assert "12 s ago" in app.text


async def test_the_chosen_provider_says_why():
    app = Stage(GatewayScreen)
    async with app.run_test(size=(120, 40)) as app.pilot:
        app.tell(facts.gateway())
        await app.pilot.pause()
        assert "5 of 6 calls failed (503)" in app.text
        assert "503 upstream overloaded" in app.text
        await press(app, "j", "j", "j")
        assert "12 400 tok/min" in app.text


async def test_cost_combos_and_latency_stand_side_by_side_when_there_is_room():
    app = Stage(GatewayScreen)
    async with app.run_test(size=(120, 40)) as pilot:
        app.tell(facts.gateway())
        await pilot.pause()
        (headings,) = rows(app, "Combos")
        assert "Cost" in headings
        assert "Latency" in headings
        for words in (
            "$0.0231+?",
            "without 1 call of unknown price",
            "$5.00, then block",
            "3 ○ openrouter/auto",
            "fallbacks",
        ):
            assert words in app.text


async def test_what_nobody_measured_is_unknown():
    app = Stage(GatewayScreen)
    async with app.run_test(size=(120, 40)) as pilot:
        app.tell(GatewaySampled(GatewaySnapshot(clean("embedded"), facts.NOW)))
        await pilot.pause()
        assert "? unknown" in app.text
        assert "p50" in app.text
        assert "?" in rows(app, "p95")[0]
        assert "No providers yet." in app.text


async def test_before_the_first_sample_nothing_is_invented():
    app = Stage(GatewayScreen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "has not reported yet" in app.text
        assert "$" not in app.text.replace("$?", "")


async def test_at_80_by_24_breaker_provider_and_failures_stay():
    app = Stage(GatewayScreen)
    async with app.run_test(size=(80, 24)) as pilot:
        app.tell(facts.gateway())
        await pilot.pause()
        assert "5/6" in rows(app, "○ OPEN")[0]
        assert "Combos" in app.text
