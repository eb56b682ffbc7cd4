"""What serving may order of the engine: callers ask the gateway, and nothing else of a person's can be reached."""

import ast

import pytest

from tests.arch.source import Module, imported, modules

SERVE = [module for module in modules() if module.name.startswith("tui/serve/")]

ORDERS = {
    "gateway": {"operations", "operate", "known_values"},
    "audit": {"begin", "fingerprint", "record"},
    "access": {"find", "reserve", "settle"},
    "settings": {"chat", "serve"},
}
"""What may be ordered of an engine. No order here adds or starts a server, moves a key, or gives a scope."""
WHOLE = {"audit", "access", "clock"}
"""Handed on as a port; what is called of it there is in the port's protocol."""
GATEWAY = {"stream", "settled", "model", "models", "known_values", "price_ceiling"}
"""What may be asked of the running gateway itself."""
BARRED = (
    "tui.config.edit",
    "tui.config.new_provider",
    "tui.config.take_over",
    "tui.servers",
    "tui.assembly",
    "tui.chat.room",
)


def chains(module: Module) -> set[tuple[str, ...]]:
    """Returns what is reached through an engine, such as `("gateway", "operate")`."""
    found: set[tuple[str, ...]] = set()
    inner: set[int] = set()
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Attribute) or id(node) in inner:
            continue
        names: list[str] = []
        place: ast.expr = node
        while isinstance(place, ast.Attribute):
            inner.add(id(place))
            names.insert(0, place.attr)
            place = place.value
        names.insert(0, place.id if isinstance(place, ast.Name) else "")
        if "engine" in names:
            found.add(tuple(names[names.index("engine") + 1 :]))
    return {chain for chain in found if chain}


def allowed(chain: tuple[str, ...]) -> bool:
    if chain[:2] == ("parts", "gateway"):
        return len(chain) == 3 and chain[2] in GATEWAY
    if len(chain) == 1:
        return chain[0] in WHOLE
    return chain[0] == "clock" or chain[1] in ORDERS.get(chain[0], set())


@pytest.mark.parametrize("module", SERVE, ids=lambda module: module.name)
def test_serving_orders_nothing_but_what_is_listed_here(module: Module) -> None:
    assert sorted(chain for chain in chains(module) if not allowed(chain)) == []


@pytest.mark.parametrize("module", SERVE, ids=lambda module: module.name)
def test_serving_reaches_no_settings_file_and_no_server(module: Module) -> None:
    names = {alias for node in ast.walk(module.tree) for alias in _modules_of(node)}
    assert sorted(name for name in names if name.startswith(BARRED)) == []
    assert not {"subprocess", "sqlite3", "keyring", "tomlkit"} & imported(module)


def _modules_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
