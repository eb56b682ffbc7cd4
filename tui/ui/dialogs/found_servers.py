"""Which of the servers that other clients are configured with is to be taken over?"""

from collections.abc import Sequence
from typing import Protocol

from tui.domain.servers import ServerSpec
from tui.domain.text import CleanText, clean_line
from tui.ui.dialogs.choice import Choice, ChoiceDialog


class FoundServer(Protocol):
    """A server of another client."""

    @property
    def spec(self) -> ServerSpec: ...
    @property
    def client(self) -> CleanText: ...


def import_dialog(found: Sequence[FoundServer]) -> ChoiceDialog:
    """Returns the list; it answers with a server's name. What it would run is shown in full before it may start."""
    return ChoiceDialog(
        "Take over a server; it is written to config.toml and not started",
        [
            Choice(
                server.spec.name,
                clean_line(server.spec.name),
                clean_line(f"{server.client}: {server.spec.url.partition('?')[0] or server.spec.command}", 80),
            )
            for server in found
        ],
        empty="No other client on this machine names an MCP server.",
    )
