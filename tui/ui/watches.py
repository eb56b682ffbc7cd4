"""The resources a person watches: how often each changed, and a word wherever the person is when one does."""

from typing import Any

from textual.app import App

from tui.domain.ids import ServerName
from tui.domain.servers import PromptInfo, ResourceInfo, ToolInfo
from tui.domain.state import State
from tui.domain.text import CleanText, clean_line


def changes_of(state: State, thing: ToolInfo | ResourceInfo | PromptInfo) -> int | None:
    """Returns how often a resource changed since it is watched; None when it is not watched."""
    if not isinstance(thing, ResourceInfo):
        return None
    return state.resource_changes.get((thing.server, clean_line(thing.uri, 2_000)))


class WatchNotices:
    """Says which watched resources changed since it said so last."""

    def __init__(self, app: App[Any], state: State) -> None:
        self._app = app
        self._state = state
        self._said: dict[tuple[ServerName, CleanText], int] = {}

    def tell(self) -> None:
        """Call after resources changed."""
        for (server, uri), count in self._state.resource_changes.items():
            if count > self._said.get((server, uri), 0):
                self._app.notify(f"{clean_line(server)}: {clean_line(uri, 200)} changed", timeout=4, markup=False)
        self._said = dict(self._state.resource_changes)
