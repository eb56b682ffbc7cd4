"""Which of the servers that other clients are configured with is to be taken over?"""

from collections.abc import Callable, Sequence
from typing import Protocol

from tui.domain.servers import ServerSpec
from tui.domain.text import CleanText, clean_line
from tui.ui.dialogs.choice import Choice, ChoiceDialog

_NAME_WIDTH = 16


class FoundServer(Protocol):
    """A server of another client."""

    @property
    def spec(self) -> ServerSpec: ...
    @property
    def client(self) -> CleanText: ...


def import_dialog(found: Sequence[FoundServer], target: Callable[[ServerSpec], CleanText]) -> ChoiceDialog:
    """Returns the list; it answers with a server's name. `target` says in one line what a server runs or reaches."""
    width = min(_NAME_WIDTH, max((len(server.spec.name) for server in found), default=0))
    return ChoiceDialog(
        "Take over a server; it is written to config.toml and not started",
        [
            Choice(
                server.spec.name,
                CleanText(clean_line(server.spec.name, 40).ljust(width)),
                CleanText(f"{clean_line(target(server.spec), 48)}  {server.client}"),
            )
            for server in found
        ],
        empty="No other client on this machine names an MCP server.",
    )
