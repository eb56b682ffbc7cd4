"""The keys a person chose in the configuration, checked against the table before they take effect."""

from collections.abc import Mapping
from dataclasses import replace

from textual.binding import Binding, InvalidBinding

from tui.domain.text import CleanText, clean_line
from tui.ui.keys import ACTIONS, Action

_TOGETHER = {
    "chat": {"composer", "transcript", "pane", "list"},
    "gateway": {"health", "cost", "combos", "models", "route", "quota", "audit", "list"},
}
"""Areas that listen at the same time, beside `app`, which always listens."""


def fitting_keys(chosen: Mapping[str, str]) -> tuple[dict[str, str], list[CleanText]]:
    """Returns the choices that can be kept, and what is wrong with the others.

    A key that would take another action's key away silently is not kept; two actions may exchange theirs.
    """
    table = {action.id: action for action in ACTIONS}
    kept: dict[str, str] = {}
    problems = []
    for id, spelled in chosen.items():
        if id not in table:
            problems.append(clean_line(f"[ui] keys: there is no action {id!r}; docs/keys.md lists them."))
        elif not _keys(spelled):
            problems.append(clean_line(f"[ui] keys: {spelled!r} is no key for {id}."))
        else:
            kept[id] = spelled
    for id in list(kept):
        taken = _taken(table, kept, id)
        if taken is not None:
            problems.append(
                clean_line(f"[ui] keys: {kept[id]} for {id} is the key of {taken.id}; choose another for one of them.")
            )
            del kept[id]
    return kept, problems


def _taken(table: Mapping[str, Action], kept: Mapping[str, str], id: str) -> Action | None:
    """Returns another action that one of the chosen keys belongs to, wherever both listen."""
    wanted, area = _keys(kept[id]), table[id].area
    for other in table.values():
        now = replace(other, keys=kept.get(other.id, other.keys))
        if other.id != id and _meet(area, other.area) and wanted & _keys(now.keys):
            return other
    return None


def _meet(one: str, other: str) -> bool:
    together = other in _TOGETHER.get(one, ()) or one in _TOGETHER.get(other, ())
    return one == other or "app" in (one, other) or together


def _keys(spelled: str) -> set[str]:
    """The keys as Textual names them: `?` is `question_mark`."""
    try:
        return {binding.key for binding in Binding.make_bindings([Binding(spelled, "none")])}
    except InvalidBinding:
        return set()
