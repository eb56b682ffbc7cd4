"""From an operation of the gateway to its answer on screen: a form for what it needs, then the answer in a dialog."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from tui.domain.errors import McpTuiError
from tui.domain.gateway_accounts import BudgetAnswer
from tui.domain.messages import Json
from tui.domain.operations import Operation, Parameter
from tui.domain.text import CleanText, clean_line
from tui.engine import Engine
from tui.ui.answer_text import figure
from tui.ui.dialogs.answer import AnswerDialog
from tui.ui.dialogs.form import FormDialog
from tui.ui.screens.live import LiveScreen

Progress = Callable[[CleanText], None]
_TYPES = {"int": "integer", "float": "number", "bool": "boolean"}
_CHOSEN = ("combo", "provider", "credential")
"""Parameters that must name something that is there; others only may."""


class Orders(Protocol):
    """Who carries operations of a table out; `progress` is told of the steps of a long one."""

    async def operate(self, name: str, arguments: Mapping[str, Any], progress: Progress | None = None) -> object: ...

    async def known_values(self, parameter: str) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Table:
    """Operations under a common name, with who carries them out."""

    name: str
    orders: Orders
    operations: Sequence[Operation]

    def title(self, operation: Operation) -> CleanText:
        """Returns what an operation is called on screen."""
        return clean_line(f"{self.name}: {operation.name.replace('-', ' ')}")


def gateway_table(engine: Engine) -> Table:
    """Returns what a gateway answers."""
    return Table("Gateway", engine.gateway, engine.gateway.operations())


def job_table(engine: Engine) -> Table:
    """Returns what people do with a gateway."""
    return Table("Job", engine.jobs, engine.jobs.operations())


async def operate(screen: LiveScreen, table: Table, operation: Operation, *, ask: bool) -> None:
    """Shows an operation's answer; `ask` for its parameters first. To be run by a worker of the screen."""
    arguments: dict[str, Json] | None = {}
    if ask:
        try:
            known = {one.words: await table.orders.known_values(one.name) for one in operation.parameters}
            in_force = await _in_force(table, operation)
        except McpTuiError as error:
            screen.refused(error)
            return
        form = FormDialog(
            table.title(operation),
            clean_line(operation.help),
            schema_of(operation, known, in_force),
            suggest=partial(_near, known),
        )
        answered = await screen.app.push_screen_wait(form)
        arguments = None if answered is None else named(operation, answered)
    if arguments is not None:
        await screen.app.push_screen_wait(answer_dialog(table, operation, arguments))


def answer_dialog(table: Table, operation: Operation, arguments: Mapping[str, Json]) -> AnswerDialog:
    """Returns the dialog that carries an operation out and shows what it says."""

    async def answer() -> Sequence[object]:
        return [await table.orders.operate(operation.name, arguments, dialog.follow)]

    dialog = AnswerDialog(table.title(operation), answer)
    return dialog


def schema_of(
    operation: Operation, known: Mapping[str, Sequence[str]], in_force: Mapping[str, str] | None = None
) -> dict[str, Json]:
    """Returns the operation's parameters in words as a JSON Schema object; what is there can be chosen.

    `in_force` says by parameter what holds now.
    """
    now = in_force or {}
    return {
        "type": "object",
        "properties": {
            one.words: _property(one, known.get(one.words, ()), now.get(one.name, "")) for one in operation.parameters
        },
        "required": [one.words for one in operation.parameters if one.required],
    }


def named(operation: Operation, answers: Mapping[str, Json]) -> dict[str, Json]:
    """Returns what was answered in such a form by the parameters' own names."""
    return {one.name: answers[one.words] for one in operation.parameters if one.words in answers}


async def _in_force(table: Table, operation: Operation) -> Mapping[str, str]:
    """What an operation that sets limits would change, by parameter."""
    if operation.result is not BudgetAnswer:
        return {}
    now = await table.orders.operate(operation.name, {})
    if not isinstance(now, BudgetAnswer):
        return {}
    limits = (f"{one.scope} {figure('limit_microusd', one.limit_microusd)}" for one in now.lines)
    return {"max_cost": ", ".join(limits), "action": now.action, "tier": now.degrade_to or ""}


def _property(parameter: Parameter, known: Sequence[str], now: str) -> dict[str, Json]:
    described: dict[str, Json] = {
        "type": _TYPES.get(parameter.type, "string"),
        "description": f"Now {now}. {parameter.help}" if now else parameter.help,
    }
    if parameter.default is not None:
        described["default"] = parameter.default
    choices = parameter.choices or (known if parameter.name in _CHOSEN else ())
    if choices:
        described["enum"] = list(choices)
    if parameter.type == "messages":
        described["format"] = "textarea"
    return described


async def _near(
    known: Mapping[str, Sequence[str]], argument: str, typed: str, _filled: Mapping[str, Json]
) -> Sequence[str]:
    return [value for value in known.get(argument, ()) if value.startswith(typed)]
