"""The gateway's operations as tools: one for each row of the table, by its own and by its documented name."""

from collections.abc import Mapping, Sequence
from typing import Any

from tui.domain.jsonable import jsonable
from tui.domain.messages import Json
from tui.domain.operations import Operation, Parameter
from tui.engine import Engine
from tui.serve.tool import Call, Hints, ServedTool, ToolAnswer

_TYPES: Mapping[str, str] = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}


def gateway_tools(engine: Engine) -> Sequence[ServedTool]:
    """Returns the sixteen tools."""
    return [_tool(engine, operation) for operation in engine.gateway.operations()]


def _tool(engine: Engine, operation: Operation) -> ServedTool:
    async def carry_out(call: Call) -> ToolAnswer:
        own = {p.documented: p.name for p in operation.parameters}
        answer = await engine.gateway.operate(
            operation.name, {own[name]: each for name, each in call.arguments.items()}
        )
        return ToolAnswer(jsonable(answer))

    return ServedTool(
        name=f"gateway_{operation.name.replace('-', '_')}",
        aliases=(operation.documented,),
        description=operation.help,
        input_schema=input_schema(operation),
        output_schema={"type": "object"},
        hints=Hints(read_only=operation.scopes[0].startswith("read:")),
        scopes=operation.scopes,
        handler=carry_out,
    )


def input_schema(operation: Operation) -> dict[str, Any]:
    """Returns the JSON Schema of the documented parameters."""
    return {
        "type": "object",
        "properties": {p.documented: _property(p) for p in operation.parameters},
        "required": [p.documented for p in operation.parameters if p.required],
        "additionalProperties": False,
    }


def _property(parameter: Parameter) -> dict[str, Json]:
    if parameter.type == "choice":
        return {"type": "string", "enum": list(parameter.choices), "description": parameter.help}
    return {"type": _TYPES.get(parameter.type, "array"), "description": parameter.help}
