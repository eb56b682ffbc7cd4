"""Tools as a model is told of them: schemas made acceptable without loss, chosen when there are too many, hashed."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tui.domain.ids import ServerName
from tui.domain.messages import Json, ToolSpec
from tui.domain.servers import ToolInfo
from tui.domain.text import CleanText, clean
from tui.domain.tokens import estimate_tokens

_COMBINATORS = ("anyOf", "oneOf", "allOf")
_MAPS_OF_SCHEMAS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_SCHEMAS = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "prefixItems")
_HOLDERS = frozenset((*_MAPS_OF_SCHEMAS, *_COMBINATORS, *_SCHEMAS))
_MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class Offer:
    """The tools of one request."""

    specs: tuple[ToolSpec, ...]
    sha256: str
    """Of the canonical list: changes exactly when a model is told something else."""
    tokens: int
    """Estimated tokens of all definitions."""
    left_out: int = 0
    """Tools beyond the limit."""

    @property
    def names(self) -> frozenset[str]:
        return frozenset(spec.name for spec in self.specs)


def offer(tools: Sequence[ToolInfo], limit: int, keep: Collection[str] = ()) -> Offer:
    """Returns at most `limit` tools in the given order; `keep` are model names that come first when some must go."""
    chosen = chosen_tools(tools, limit, keep)
    specs = tuple(_spec(tool) for tool in chosen)
    text = json.dumps(
        [[spec.name, spec.description, spec.parameters] for spec in specs],
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
        default=str,
    )
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Offer(specs, digest, estimate_tokens(text), len(tools) - len(chosen))


def chosen_tools(tools: Sequence[ToolInfo], limit: int, keep: Collection[str]) -> list[ToolInfo]:
    """Returns the tools to tell of: all, or the kept ones and then each server's first, second, … until full."""
    if len(tools) <= limit:
        return list(tools)
    ranks: dict[ServerName, int] = {}
    order: list[tuple[bool, int, int]] = []
    for index, tool in enumerate(tools):
        rank = ranks[tool.server] = ranks.get(tool.server, -1) + 1
        order.append((tool.model_name not in keep, rank, index))
    return [tools[index] for index in sorted(index for _, _, index in sorted(order)[:limit])]


def _spec(tool: ToolInfo) -> ToolSpec:
    parameters, condition = normal_schema(tool.input_schema)
    description = tool.description or tool.title
    if condition:
        description = CleanText(f"{description}\nThe arguments must also satisfy this JSON Schema: {condition}".strip())
    return ToolSpec(tool.model_name, description, parameters)


def normal_schema(schema: Mapping[str, Json]) -> tuple[dict[str, Json], CleanText]:
    """Returns the schema with a plain object at its root, and what that root cannot say as a JSON text.

    Providers refuse a root without `type: object` and `properties`, or with `anyOf`, `oneOf`, `allOf`. The properties
    of all alternatives move to the root; which of them belong together is told in words, and still checked.
    """
    source = dict(schema) if isinstance(schema, Mapping) else {}
    root = _walked(source, source, 0)
    alternatives = {key: root.pop(key) for key in _COMBINATORS if isinstance(root.get(key), list)}
    properties = dict(root["properties"]) if isinstance(root.get("properties"), dict) else {}
    required = [name for name in _list(root.get("required")) if isinstance(name, str)]
    for key, branches in alternatives.items():
        resolved = [_resolved(branch, source) for branch in branches]
        for branch in resolved:
            _add_properties(properties, branch, source)
        required += [name for name in _required_of(key, resolved) if name not in required]
    root |= {"type": "object", "properties": properties}
    root.pop("required", None)
    if required:
        root["required"] = required
    return root, clean(json.dumps(alternatives, ensure_ascii=False, default=str)) if alternatives else CleanText("")


def _add_properties(properties: dict[str, Json], branch: dict[str, Json], source: dict[str, Json]) -> None:
    for name, schema in _dict(branch.get("properties")).items():
        other = _walked(schema, source, 1)
        known = properties.get(name)
        if known is None:
            properties[name] = other
        elif known != other:
            choices = known["anyOf"] if isinstance(known, dict) and set(known) == {"anyOf"} else [known]
            properties[name] = {"anyOf": [*choices, *([] if other in choices else [other])]}


def _required_of(key: str, branches: list[dict[str, Json]]) -> list[str]:
    """Of `allOf` everything is required, of the others only what every alternative requires."""
    lists = [[name for name in _list(branch.get("required")) if isinstance(name, str)] for branch in branches]
    if key == "allOf":
        return [name for names in lists for name in names]
    return [name for name in lists[0] if all(name in names for names in lists)] if lists else []


def _resolved(branch: Json, source: dict[str, Json]) -> dict[str, Json]:
    """Follows one local reference; an alternative is seldom more than a name."""
    schema = _dict(branch)
    target = _target(schema.get("$ref"), source)
    return _dict(target) if target is not None else schema


def _walked(schema: Json, source: dict[str, Json], depth: int) -> Json:
    """Returns the schema with what strict providers miss: `items` of arrays, targets of references."""
    if not isinstance(schema, dict):
        return {} if schema is True else schema
    if depth > _MAX_DEPTH:
        return {}
    result = dict(schema)
    if _dangles(result.get("$ref"), source):
        del result["$ref"]
    for key in result.keys() & _HOLDERS:
        result[key] = _walked_in(result[key], key in _MAPS_OF_SCHEMAS, source, depth + 1)
    if "array" in (result.get("type"), *_list(result.get("type"))) and "prefixItems" not in result:
        result.setdefault("items", {})
    return result


def _walked_in(value: Json, by_name: bool, source: dict[str, Json], depth: int) -> Json:
    """Walks the schemas under a keyword; `by_name` where the keys are names, as a property called `items` may be."""
    if isinstance(value, list):
        return [_walked(item, source, depth) for item in value]
    if by_name and isinstance(value, dict):
        return {name: _walked(item, source, depth) for name, item in value.items()}
    return _walked(value, source, depth) if isinstance(value, dict) else value


def _dangles(reference: Json, source: dict[str, Json]) -> bool:
    """Whether a reference leads out of the document (never fetched) or nowhere; anchors are left to the reader."""
    if not isinstance(reference, str) or (reference[:1] == "#" and reference[:2] not in ("#", "#/")):
        return False
    return _target(reference, source) is None


def _target(reference: Json, source: dict[str, Json]) -> Json:
    """Returns what a local reference points at, None for anything else; remote ones are never fetched."""
    if reference == "#":
        return source
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return None
    node: Json = source
    for step in reference[2:].split("/"):
        node = _dict(node).get(step.replace("~1", "/").replace("~0", "~"))
    return node


def _dict(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
