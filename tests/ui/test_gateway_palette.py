"""Every operation of the gateway by name from the palette: at once, or through a form of what is there."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import chdir
from pathlib import Path
from typing import Any

from tests.ui.engine_double import EngineDouble, GatewayOrdersDouble
from tests.ui.stage import Stage, staged
from tui.domain.errors import UsageError
from tui.domain.gateway_answers import ComboMetricsAnswer, SwitchAnswer
from tui.domain.gateway_figures import CallFigures
from tui.domain.ids import ComboName
from tui.domain.text import CleanText, clean
from tui.gateway.operations import OPERATION_BY_NAME, OPERATIONS
from tui.ui.operating import schema_of
from tui.ui.palette import Commands
from tui.ui.widgets.form.schema_fields import fields_of


class Answering(EngineDouble):
    """Answers every operation; `combos` are the chains there are."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.combos: tuple[str, ...] = ("main", "smart")
        self.refusal: UsageError | None = None
        self.gateway = AnsweringOrders(self)


class AnsweringOrders(GatewayOrdersDouble):
    def __init__(self, engine: Answering) -> None:
        super().__init__(engine)
        self._answering = engine

    async def operate(
        self, name: str, arguments: Mapping[str, Any], progress: Callable[[CleanText], None] | None = None
    ) -> object:
        self._answering.orders.append(("gateway.operate", name, dict(arguments)))
        if self._answering.refusal:
            raise self._answering.refusal
        return (
            SwitchAnswer(ComboName("main"), False, True, clean("nothing else serves coding"))
            if name == "switch"
            else ComboMetricsAnswer(ComboName("main"), CallFigures(41, 35))
        )

    async def known_values(self, parameter: str) -> Sequence[str]:
        return self._answering.combos if parameter == "combo" else ()


async def choose(stage: Stage, words: str) -> None:
    await stage.press("ctrl+p")
    await stage.write(words)
    await stage.until(words.capitalize())
    await stage.press("enter")
    await stage.pilot.pause()
    await stage.pilot.pause()


async def test_an_operation_that_needs_nothing_runs_at_once_and_is_asked_again_and_copied(tmp_path: Path) -> None:
    engine = Answering(tmp_path)
    async with staged(tmp_path, engine=engine) as stage:
        await choose(stage, "gateway: session")
        await stage.until("successes")
        assert engine.orders == [("gateway.operate", "session", {})]
        await stage.press("r")
        assert len(engine.orders) == 2
        await stage.press("y")
        assert "successes" in stage.app.clipboard
        await stage.press("escape")
        assert "successes" not in stage.text


async def test_an_answer_is_written_to_a_new_file(tmp_path: Path) -> None:
    async with staged(tmp_path, engine=Answering(tmp_path)) as stage:
        await choose(stage, "gateway: session")
        await stage.until("successes")
        with chdir(tmp_path):
            await stage.press("w")
        [file] = tmp_path.glob("*.txt")
        assert "successes" in file.read_text("utf-8")


async def test_what_is_needed_is_asked_for_with_what_there_is_to_choose(tmp_path: Path) -> None:
    engine = Answering(tmp_path)
    async with staged(tmp_path, engine=engine) as stage:
        await choose(stage, "gateway: switch")
        await stage.until("switched on *")
        await stage.press("ctrl+s")
        assert stage.text.count("is required") == 2
        await stage.press("enter", "down", "enter", "tab", "enter", "down", "enter", "ctrl+s")
        await stage.until("nothing else serves coding")
        [(_, name, arguments)] = engine.orders
        assert name == "switch"
        assert arguments["combo"] in engine.combos
        assert isinstance(arguments["active"], bool)


async def test_a_refusal_is_shown_with_its_next_step(tmp_path: Path) -> None:
    engine = Answering(tmp_path)
    engine.refusal = UsageError("No such chain.", "Choose another.")
    async with staged(tmp_path, engine=engine) as stage:
        await choose(stage, "gateway: session")
        await stage.until("No such chain.")
        assert "Choose another." in stage.text


async def test_the_palette_names_all_sixteen(tmp_path: Path) -> None:
    async with staged(tmp_path, engine=Answering(tmp_path)) as stage:
        names = {name for name, _, _ in Commands(stage.app.screen)._commands()}
        assert {f"Gateway: {operation.name.replace('-', ' ')}" for operation in OPERATIONS} <= names


async def test_what_runs_at_once_is_named_apart_from_what_asks_first(tmp_path: Path) -> None:
    async with staged(tmp_path, engine=Answering(tmp_path)) as stage:
        names = [name for name, _, _ in Commands(stage.app.screen)._commands()]
        assert {"Gateway: budget", "Gateway: budget with choices …", "Gateway: switch"} <= set(names)
        assert "Gateway: switch with choices …" not in names
        assert not any(name == f"{other} …" for name in names for other in names)


def test_a_form_offers_what_is_there_and_keeps_types_and_defaults() -> None:
    fields = {
        field.label: field
        for operation in ("switch", "simulate", "route", "cost")
        for field in fields_of(schema_of(OPERATION_BY_NAME[operation], {"combo": ("main", "smart"), "model": ("a/b",)}))
    }
    assert fields["combo"].options == ("main", "smart")
    assert (fields["model"].kind, fields["model"].required) == ("text", True)
    assert (fields["prompt tokens"].kind, fields["prompt tokens"].default) == ("integer", 1_000)
    assert (fields["period"].kind, fields["period"].default) == ("choice", "session")
    assert (fields["switched on"].kind, fields["switched on"].options) == ("choice", (True, False))
    assert fields["limit in $"].kind == "number"
