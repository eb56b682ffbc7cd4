"""The gateway's operations as tools: one for each row of the table, by its own and by its documented name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.domain.gateway_routing import RouteAnswer, TestAnswer
from tui.domain.messages import Json, Message, TextPart
from tui.domain.money import Cost
from tui.domain.operations import Operation, Parameter
from tui.domain.text import clean
from tui.engine import Engine
from tui.serve.documented.forms import Form, forms
from tui.serve.paid import route_estimate, trial_estimate
from tui.serve.targets import known_target
from tui.serve.tool import FREE, Call, Estimate, Hints, ServedTool, ToolAnswer

MESSAGES_MOST = 500
STREAM: Mapping[str, Json] = {"type": "boolean", "description": "Taken and ignored: the answer comes whole."}
_TYPES: Mapping[str, str] = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}
_OPEN_WORLD = {"route", "test", "models", "quota"}
"""These ask endpoints outside; all others answer from what is known here."""
_SENDS = {"route", "test"}


def gateway_tools(engine: Engine) -> Sequence[ServedTool]:
    """Returns the sixteen tools."""
    put = forms(engine.clock)
    estimates = {"route": route_estimate(engine), "test": trial_estimate(engine)}
    return [
        _tool(engine, operation, put[operation.name], estimates.get(operation.name))
        for operation in engine.gateway.operations()
    ]


def _tool(engine: Engine, operation: Operation, form: Form, estimate: Estimate | None) -> ServedTool:
    return ServedTool(
        name=f"gateway_{operation.name.replace('-', '_')}",
        aliases=(operation.documented,),
        description=operation.help,
        input_schema=input_schema(operation),
        output_schema=form.schema(operation),
        hints=_hints(operation),
        scopes=operation.scopes,
        handler=_Handler(engine, operation, form),
        estimate=estimate,
    )


def _hints(operation: Operation) -> Hints:
    """Setting something writes over what was set before; sending a request only adds to the ledger."""
    writes = any(scope.startswith("write:") for scope in operation.scopes)
    return Hints(
        read_only=not writes and operation.name not in _SENDS,
        destructive=writes,
        idempotent=writes,
        open_world=operation.name in _OPEN_WORLD,
    )


@dataclass(frozen=True, slots=True)
class _Handler:
    """Carries one operation out."""

    engine: Engine
    operation: Operation
    form: Form

    async def __call__(self, call: Call) -> ToolAnswer:
        given = self._arguments(call)
        if "model" in given:
            given["model"] = await known_target(self.engine, given["model"])
        answer = await self.engine.gateway.operate(self.operation.name, given)
        failed = isinstance(answer, RouteAnswer) and answer.outcome != "complete"
        return ToolAnswer(self.form.answer(answer), _cost(answer), failed)

    def _arguments(self, call: Call) -> dict[str, Any]:
        """The documented names become our own; no request may cost more than was set aside for it."""
        given = {
            p.name: call.arguments[p.documented] for p in self.operation.parameters if p.documented in call.arguments
        }
        if "messages" in given:
            given["messages"] = tuple(_message(raw) for raw in given["messages"])
        if self.operation.name == "route" and call.allowance is not None:
            given["budget"] = call.allowance / 1_000_000
        return given


def _message(raw: Mapping[str, Json]) -> Message:
    content = raw["content"]
    texts = [content] if isinstance(content, str) else [part["text"] for part in content]
    return Message(raw["role"], tuple(TextPart(clean(text)) for text in texts))


def _cost(answer: object) -> Cost:
    if isinstance(answer, RouteAnswer):
        # What reached no provider cost nothing.
        return answer.cost if answer.provider else FREE
    if isinstance(answer, TestAnswer):
        # Trials that were not made cost nothing, and a chain without places has none.
        return answer.cost if answer.trials else FREE
    return FREE


# --- what may be sent


def input_schema(operation: Operation) -> dict[str, Json]:
    """Returns the JSON Schema of the documented parameters."""
    properties = {parameter.documented: _property(parameter) for parameter in operation.parameters}
    if operation.name == "route":
        properties["stream"] = dict(STREAM)
    return {
        "type": "object",
        "properties": properties,
        "required": [parameter.documented for parameter in operation.parameters if parameter.required],
        "additionalProperties": False,
    }


def _property(parameter: Parameter) -> dict[str, Json]:
    described: dict[str, Json] = {"description": parameter.help}
    if parameter.default is not None:
        described["default"] = parameter.default
    match parameter.type:
        case "choice":
            return {"type": "string", "enum": list(parameter.choices), **described}
        case "messages":
            return {**described, **_messages_schema()}
        case kind:
            return {"type": _TYPES[kind], **described}


def _messages_schema() -> dict[str, Json]:
    part = {
        "type": "object",
        "properties": {"type": {"const": "text"}, "text": {"type": "string"}},
        "required": ["type", "text"],
    }
    message = {
        "type": "object",
        "properties": {
            "role": {"type": "string", "enum": ["system", "user", "assistant"]},
            "content": {"anyOf": [{"type": "string"}, {"type": "array", "items": part, "minItems": 1}]},
        },
        "required": ["role", "content"],
    }
    return {"type": "array", "items": message, "minItems": 1, "maxItems": MESSAGES_MOST}
