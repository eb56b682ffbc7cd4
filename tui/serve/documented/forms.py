"""Each operation's answer with the documented fields beside our own, and the schema of both together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from tui.domain.clock import Clock
from tui.domain.jsonable import jsonable
from tui.domain.messages import Json
from tui.domain.operations import Operation
from tui.serve.documented import accounts, standing, ways
from tui.serve.documented.figures import unknown_paths
from tui.serve.schemas import Schema, merged, merged_schema, schema_of


@dataclass(frozen=True, slots=True)
class Form:
    """How an operation's answer is put."""

    kind: type
    """The documented answer."""
    say: Callable[[Any], Any]
    """Returns our answer as `kind`."""

    def schema(self, operation: Operation) -> Schema:
        """Returns the schema of what `answer` gives."""
        whole = merged_schema(schema_of(operation.result), schema_of(self.kind))
        unknown = {"type": "array", "items": {"type": "string"}}
        return {
            **whole,
            "properties": {**whole["properties"], "unknown": unknown},
            "required": list(dict.fromkeys([*whole["required"], "unknown"])),
        }

    def answer(self, own: object) -> dict[str, Json]:
        """Returns both in one; `unknown` names the figures of either that nobody knows."""
        said = self.say(own)
        plain: dict[str, Json] = jsonable(own)
        unknown = dict.fromkeys([*plain.get("unknown", ()), *unknown_paths(said)])
        return {**merged(plain, jsonable(said)), "unknown": list(unknown)}


def forms(clock: Clock) -> Mapping[str, Form]:
    """Returns the forms by operation. Moments to come are told by `clock`."""
    untimed: Mapping[str, Callable[[Any], Any]] = {
        "health": standing.health,
        "combos": standing.combos,
        "combo-metrics": standing.combo_metrics,
        "switch": standing.switch,
        "models": standing.models,
        "resilience": standing.resilience,
        "cost": accounts.cost,
        "budget": accounts.budget,
        "session": accounts.session,
        "route": ways.route,
        "simulate": ways.simulate,
        "test": ways.test,
        "best": ways.best,
        "explain": ways.explain,
    }
    return {
        **{name: Form(get_type_hints(say)["return"], say) for name, say in untimed.items()},
        "quota": Form(accounts.Quotas, lambda own: accounts.quota(own, clock.wall())),
        "provider": Form(accounts.ProviderMetrics, lambda own: accounts.provider(own, clock.wall())),
    }
