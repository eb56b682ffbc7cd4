"""Which actions of the table can be reached from where the focus is; help and palette are made from this."""

from collections.abc import Iterator
from dataclasses import dataclass

from textual.dom import DOMNode
from textual.keys import format_key
from textual.screen import Screen

from tui.ui.keys import ACTIONS, Action


@dataclass(frozen=True, slots=True)
class Reachable:
    """An action, the keys it has now, and the node that carries it out."""

    action: Action
    keys: str
    node: DOMNode
    command: str
    """What the node's `run_action` takes."""


def reachable(screen: Screen[object], *, everywhere: bool = False) -> list[Reachable]:
    """Returns the actions of the focused widget, its screen and the app, in the table's order.

    `everywhere` adds those of the screen's other panes.
    """
    table = {action.id: action for action in ACTIONS}
    found: dict[str, tuple[list[str], DOMNode, str]] = {}
    for node, id, key, command in _bound(screen, everywhere):
        if id in table:
            keys, owner, _ = found.setdefault(id, ([], node, command))
            if owner is node:
                keys.append(format_key(key))
    return [
        Reachable(action, ", ".join(dict.fromkeys(found[id][0])), found[id][1], found[id][2])
        for id, action in table.items()
        if id in found
    ]


def _bound(screen: Screen[object], everywhere: bool) -> Iterator[tuple[DOMNode, str, str, str]]:
    for key, active in screen.active_bindings.items():
        yield active.node, active.binding.id or "", key, active.binding.action
    if everywhere:
        for widget in screen.focus_chain:
            for key, binding in widget._bindings:
                yield widget, binding.id or "", key, binding.action
