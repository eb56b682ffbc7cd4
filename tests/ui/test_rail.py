"""The gateway's rail in the cockpit says what is wrong with a provider, and nothing where nothing is."""

from dataclasses import replace
from pathlib import Path

from tests.ui import scene
from tests.ui.stage import Stage, staged
from tui.domain.events import GatewaySampled
from tui.domain.gateway import BreakerView, ProviderHealth
from tui.domain.text import clean


def below(stage: Stage, name: str) -> str:
    """Returns the line under a provider's own."""
    lines = [line[104:] for line in stage.lines]
    return lines[next(number for number, line in enumerate(lines) if f" {name} " in line) + 1]


async def shown(stage: Stage, *providers: ProviderHealth) -> None:
    await stage.tell(GatewaySampled(replace(scene.SNAPSHOT, providers=providers)))


async def test_failures_are_counted_against_the_threshold_with_the_newest_error(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        failing = BreakerView("CLOSED", 2, 9, 5)
        await shown(
            stage,
            scene.provider("mistral", failing, requests=9, errors=2, last_error=clean("read timed out")),
            scene.provider("groq", BreakerView("CLOSED", 0, 9, 5), requests=9),
        )
        assert "2/5 failed · read timed out" in below(stage, "mistral")
        assert "failed" not in below(stage, "groq")


async def test_an_open_breaker_says_when_it_is_tried_again_and_a_tripped_one_who_opened_it(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        tripped = BreakerView("OPEN", 0, 0, 5, opened_because=clean("tripped by hand"), seconds_to_probe=43.0)
        await shown(stage, scene.provider("mistral", tripped))
        assert "4" in stage.line(" mistral ")
        assert "tripped by hand" in below(stage, "mistral")


async def test_trouble_with_a_key_is_said_in_words(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        for state, words in {
            "missing": "no key",
            "cooling": "cooling down",
            "expired": "key expired",
            "credits_exhausted": "credits used up",
        }.items():
            await shown(stage, scene.provider("mistral", BreakerView("CLOSED", 0, 0, 5), credential=state))
            assert words in below(stage, "mistral")


async def test_what_nobody_tells_is_a_question_mark_and_never_well(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        untold = scene.provider("mistral", BreakerView("UNKNOWN", None, None, None), credential="unknown")
        notes = (clean("breakers: the MCP server says that all are closed, not alpha OPEN"), *map(clean, "abc"))
        spend = replace(scene.SNAPSHOT.spend, today_microusd=None)
        snapshot = replace(scene.SNAPSHOT, providers=(untold,), spend=spend, notes=notes)
        await stage.tell(GatewaySampled(snapshot))
        assert "? mistral" in stage.line("mistral")
        assert "CLOSED" not in stage.line("mistral")
        assert "today $?" in stage.line("Cost")
        assert "breakers: the MCP server" in stage.line("breakers: ")
        assert "and 1 more note" in stage.line("more note")
