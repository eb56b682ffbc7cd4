"""The grammar of verbs that are made from a table of operations: parameters are words in order, or options by name."""

import argparse
from argparse import Namespace
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tui.cli.arguments import shared_options
from tui.cli.grammar import Grammar
from tui.domain.errors import UsageError
from tui.domain.operations import Operation, Parameter
from tui.gateway.jobs.table import JOBS
from tui.gateway.operations import OPERATIONS

TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
_TABLES = {
    "gateway": ("The operations of the gateway.", OPERATIONS),
    "job": ("What people do with a gateway.", JOBS),
}
"""Verb to what it is about and its operations."""
_FLAG: Mapping[str, Any] = MappingProxyType({"nargs": "?", "const": "true"})
"""A yes or no that is only named is a yes."""


def parse_operation(words: Sequence[str], given: Namespace) -> Namespace:
    """Adds an operation's name and parameters to `given`; they are words, or options of the same name."""
    verb, (description, operations) = given.verb, _TABLES[given.verb]
    parser: argparse.ArgumentParser = Grammar(
        prog=f"mcp-tui {verb}",
        description=f"{description} Parameters are given in order, or by name.",
        parents=[shared_options()],
    )
    grammars = parser.add_subparsers(dest="operation", metavar="NAME", required=True)
    for operation in operations:
        _add(grammars, operation)
    return parser.parse_args(words, given)


def _add(operations: "argparse._SubParsersAction[argparse.ArgumentParser]", operation: Operation) -> None:
    grammar = operations.add_parser(
        operation.name, parents=[shared_options()], conflict_handler="resolve", help=operation.help
    )
    usage = " ".join(p.name.upper() if p.required else f"[{p.name.upper()}]" for p in operation.parameters)
    if operation.parameters:
        grammar.add_argument("words", nargs="*", metavar="VALUE", help=f"in this order: {usage}")
    for parameter in operation.parameters:
        # `--model` and the like also belong to the options of every verb; an operation's own meaning goes first.
        grammar.add_argument(
            _option(parameter),
            dest=_dest(parameter),
            default=argparse.SUPPRESS,
            metavar="true|false" if parameter.type == "bool" else "|".join(parameter.choices) or parameter.type.upper(),
            help=parameter.help,
            **(_FLAG if parameter.type == "bool" else {}),
        )


def _option(parameter: Parameter) -> str:
    return f"--{parameter.name.replace('_', '-')}"


def _dest(parameter: Parameter) -> str:
    return f"parameter_{parameter.name}"


def given_arguments(operation: Operation, given: Namespace) -> dict[str, Any]:
    """Returns the typed parameters. Raises UsageError on too many, missing, doubled and ill-typed values."""
    named = {p.name: getattr(given, _dest(p)) for p in operation.parameters if hasattr(given, _dest(p))}
    words = list(getattr(given, "words", ()))
    places = [parameter for parameter in operation.parameters if parameter.name not in named]
    if len(words) > len(places):
        most = "1 value" if len(places) == 1 else f"{len(places)} values"
        raise UsageError(f"`{operation.name}` takes no more than {most} here.", _usage(operation))
    values = {**dict(zip((place.name for place in places), words, strict=False)), **named}
    missing = [p.name for p in operation.parameters if p.required and p.name not in values]
    if missing:
        raise UsageError(f"`{operation.name}` needs {' and '.join(missing)}.", _usage(operation))
    return {p.name: _typed(operation, p, values[p.name]) for p in operation.parameters if p.name in values}


def _usage(operation: Operation) -> str:
    names = " ".join(p.name.upper() if p.required else f"[{p.name.upper()}]" for p in operation.parameters)
    verb = next(verb for verb, (_, operations) in _TABLES.items() if operation in operations)
    return f"Usage: mcp-tui {verb} {operation.name} {names}".rstrip()


def _typed(operation: Operation, parameter: Parameter, text: str) -> Any:
    hint = f"{parameter.name}: {parameter.help} {_usage(operation)}"
    match parameter.type:
        case "int" | "float":
            return _number(parameter, text, hint)
        case "bool":
            return _flag(parameter, text, hint)
        case "choice" if text not in parameter.choices:
            raise UsageError(f"{parameter.name} cannot be {text!r}.", f"One of: {', '.join(parameter.choices)}.")
        case _:
            return text


def _number(parameter: Parameter, text: str, hint: str) -> int | float:
    try:
        return int(text) if parameter.type == "int" else float(text)
    except ValueError:
        kind = "a whole number" if parameter.type == "int" else "a number"
        raise UsageError(f"{parameter.name} must be {kind}, not {text!r}.", hint) from None


def _flag(parameter: Parameter, text: str, hint: str) -> bool:
    if text.lower() in TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise UsageError(f"{parameter.name} must be true or false, not {text!r}.", hint)
