"""The tools that answer questions about models, from the lists the gateway keeps and fetches on demand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tui.domain.gateway_answers import ModelView
from tui.domain.messages import Json
from tui.serve.multimodal import schemas
from tui.serve.multimodal.choosing import ModelChoice, NoSuchModelError, target_of
from tui.serve.tool import Call, Handler, Hints, ServedTool, ToolAnswer

_PER_THOUSAND = 1_000
_DEFAULT_LIMIT = 10

_AMOUNT = {"type": ["number", "null"]}
_COUNT = {"type": ["integer", "null"]}
_FLAG = {"type": ["boolean", "null"]}
_MODEL_SCHEMA: Mapping[str, Json] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "What to send requests to."},
        "provider": {"type": "string"},
        "context_length": _COUNT,
        "max_output_tokens": _COUNT,
        "pricing": {
            "type": "object",
            "properties": {"inputPerMillion": _AMOUNT, "outputPerMillion": _AMOUNT},
            "required": ["inputPerMillion", "outputPerMillion"],
        },
        "capabilities": {
            "type": "object",
            "properties": {"tools": _FLAG, "vision": _FLAG, "audio": _FLAG, "json_mode": _FLAG},
        },
        "status": {"type": "string", "enum": ["open", "closed"]},
        "reason": {"type": "string", "description": "Why it is closed."},
        "unknown": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["id", "provider", "context_length", "pricing", "capabilities", "status", "unknown"],
}


@dataclass(frozen=True, slots=True)
class ModelTools:
    """Makes the tools."""

    choice: ModelChoice

    def tools(self) -> Sequence[ServedTool]:
        """Returns the three tools."""
        found = {
            "models": {"type": "array", "items": _MODEL_SCHEMA},
            "total": {"type": "integer", "description": "How many models match."},
            "undecided": {"type": "integer", "description": "Models left out because nobody knows whether they match."},
        }
        valid = {"model": {"type": "string"}, "valid": {"type": "boolean"}, "id": {"type": ["string", "null"]}}
        return (
            _tool(schemas.SEARCH_MODELS, self._search, _answer_schema(found)),
            _tool(schemas.GET_MODEL_INFO, self._look_up, _MODEL_SCHEMA),
            _tool(schemas.VALIDATE_MODEL, self._validate, _answer_schema(valid)),
        )

    async def _search(self, call: Call) -> ToolAnswer:
        views = (await self.choice.gateway.models()).models
        found = search(views, call.arguments)
        shown = found.views[: call.arguments.get("limit", _DEFAULT_LIMIT)]
        models = [_described(view) for view in shown]
        return ToolAnswer({"models": models, "total": len(found.views), "undecided": found.undecided})

    async def _look_up(self, call: Call) -> ToolAnswer:
        """A chain is told by the model it would ask first, a model's own id by the first provider that can be asked."""
        target = await self.choice.find(call.arguments["model"])
        model = self.choice.gateway.model(target)
        views = (await self.choice.gateway.models()).models
        named = [view for view in views if target_of(view) == target]
        found = named or [view for view in views if model is not None and view.id == model.id]
        if not found:
            raise NoSuchModelError(f"Nothing is known of {target}.", "Its provider has not listed it.")
        return ToolAnswer(_described(next((view for view in found if view.open), found[0])))

    async def _validate(self, call: Call) -> ToolAnswer:
        """A known provider alone makes no model: somebody must have named it."""
        name = call.arguments["model"]
        target = await self.choice.listed(name)
        return ToolAnswer({"model": name, "valid": target is not None, "id": target})


def _answer_schema(properties: Mapping[str, Json]) -> Mapping[str, Json]:
    return {"type": "object", "properties": dict(properties), "required": list(properties)}


def _tool(words: schemas.Words, handler: Handler, output_schema: Mapping[str, Json]) -> ServedTool:
    return ServedTool(
        name=words.name,
        title=words.title,
        description=words.description,
        input_schema=words.schema,
        output_schema=output_schema,
        hints=Hints(read_only=True, open_world=True),
        scopes=("read:models",),
        handler=handler,
        aliases=words.aliases,
    )


# --- searching


@dataclass(slots=True)
class Found:
    """What a search found."""

    views: list[ModelView] = field(default_factory=list)
    undecided: int = 0
    """Models that would match if what nobody knows of them fitted."""


Test = Callable[[ModelView], bool | None]
"""Whether a model passes; None when nobody knows."""


def search(views: Sequence[ModelView], filters: Mapping[str, Json]) -> Found:
    """Returns the models that are known to pass all filters, in the providers' order."""
    tests = _tests(filters)
    found = Found()
    for view in views:
        verdicts = [test(view) for test in tests]
        if all(verdicts):
            found.views.append(view)
        elif False not in verdicts:
            found.undecided += 1
    return found


def _tests(filters: Mapping[str, Json]) -> list[Test]:
    words = str(filters.get("query", "")).lower().split()
    tests: list[Test] = [lambda view: all(word in target_of(view).lower() for word in words)]
    if provider := str(filters.get("provider", "")).lower():
        tests.append(lambda view: provider in (view.provider.lower(), view.id.lower().partition("/")[0]))
    tests += [_bound(bound, filters[name]) for name, bound in _BOUNDS.items() if name in filters]
    wanted = filters.get("capabilities", {})
    tests += [_ability(_ABILITIES.get(name, name), has) for name, has in wanted.items()]
    return tests


_ABILITIES = {"functions": "tools"}
_BOUNDS: Mapping[str, tuple[str, int, float]] = {
    "minContextLength": ("context_tokens", -1, 1),
    "maxContextLength": ("context_tokens", 1, 1),
    "maxPromptPrice": ("input_usd_per_million", 1, _PER_THOUSAND),
    "maxCompletionPrice": ("output_usd_per_million", 1, _PER_THOUSAND),
}
"""By filter: the figure, 1 when the filter is the most it may be and -1 when the least, and the factor to its unit."""


def _bound(bound: tuple[str, int, float], limit: float) -> Test:
    figure, sign, factor = bound

    def test(view: ModelView) -> bool | None:
        value = getattr(view, figure)
        return None if value is None else sign * value <= sign * limit * factor

    return test


def _ability(name: str, wanted: bool) -> Test:
    def test(view: ModelView) -> bool | None:
        has = getattr(view, name)
        return None if has is None else has is wanted

    return test


def _described(view: ModelView) -> dict[str, Json]:
    return {
        "id": target_of(view),
        "provider": view.provider,
        "context_length": view.context_tokens,
        "max_output_tokens": view.max_output_tokens,
        "pricing": {"inputPerMillion": view.input_usd_per_million, "outputPerMillion": view.output_usd_per_million},
        "capabilities": {name: getattr(view, name) for name in ("tools", "vision", "audio", "json_mode")},
        "status": "open" if view.open else "closed",
        "reason": view.reason,
        "unknown": list(view.unknown),
    }
