"""Carries one tool call out: found, admitted, checked, paid for, answered, checked again."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from tui.domain.errors import CallError, UsageError
from tui.domain.messages import Json
from tui.serve.admission import Admission
from tui.serve.caller import Caller
from tui.serve.catalog import Catalog
from tui.serve.tool import Call, ServedTool, ToolAnswer


class NoSuchToolError(UsageError):
    """No tool has that name."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Carries out calls to the tools of a catalog."""

    catalog: Catalog
    admission: Admission

    async def carry_out(self, caller: Caller, name: str, arguments: Mapping[str, Json]) -> ToolAnswer:
        """Returns the tool's answer.

        Raises NoSuchToolError, whose call is left to be recorded, RefusedError without scope or budget, UsageError on
        arguments that do not fit, and what the tool raises.
        """
        tool = self.catalog.find(name)
        if tool is None:
            raise NoSuchToolError(f"There is no tool {name[:100]!r}.", "List the tools to see what there is.")
        async with self.admission.admitted(caller, tool.name, tool.scopes, arguments) as admitted:
            check_arguments(tool, arguments)
            if tool.estimate is not None:
                await admitted.set_aside(await tool.estimate(arguments) if admitted.budgeted else None)
            answer = await tool.handler(Call(arguments, admitted.allowance))
            admitted.cost, admitted.failed = answer.cost, answer.failed
            # A long list of models takes a while to check.
            await asyncio.to_thread(check_answer, tool, answer)
            return answer


def check_arguments(tool: ServedTool, arguments: Mapping[str, Json]) -> None:
    """Raises UsageError that names the argument and what is wrong with it."""
    if not _is_plain_json(arguments):
        raise UsageError("The arguments hold a number that JSON does not know.", "Leave NaN and infinities out.")
    error = _first_error(tool.input_schema, arguments)
    if error is not None:
        place = ".".join(map(str, error.absolute_path))
        raise UsageError(f"{place or 'The arguments'}: {error.message[:300]}", "See the tool's input schema.")


def _is_plain_json(arguments: Mapping[str, Json]) -> bool:
    """Python reads NaN and infinities, also `1e999` (RFC 8259, 6); no schema's bound holds them back."""
    try:
        json.dumps(arguments, allow_nan=False)
    except (ValueError, RecursionError):
        return False
    return True


def check_answer(tool: ServedTool, answer: ToolAnswer) -> None:
    """Raises CallError when an answer is not what the tool's schema promises."""
    error = _first_error(tool.output_schema, answer.structured)
    if error is not None:
        place = ".".join(map(str, error.absolute_path))
        raise CallError(f"The answer of {tool.name} does not fit its schema at {place or 'its root'}.", "")


def _first_error(schema: Mapping[str, Json], value: Mapping[str, Json]) -> ValidationError | None:
    error = best_match(Draft202012Validator(schema).iter_errors(value))
    return error if isinstance(error, ValidationError) else None
