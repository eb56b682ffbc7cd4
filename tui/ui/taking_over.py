"""Taking over servers that other clients are configured with: one after the other, until a person has enough."""

from tui.domain.errors import McpTuiError
from tui.domain.ids import ServerName
from tui.domain.text import CleanText, clean_line
from tui.ui.dialogs.found_servers import import_dialog
from tui.ui.format import plural
from tui.ui.screens.live import LiveScreen


async def take_over_servers(screen: LiveScreen) -> None:
    """Offers what was found; each choice is written to config.toml and not started. To be run by a worker."""
    engine = screen.engine
    try:
        found = await engine.servers.found()
        if found.skipped:
            left_out = f"{plural(len(found.skipped), 'server')} left out: {'; '.join(found.skipped)}"
            screen.notify(clean_line(left_out, 300), severity="warning", markup=False)
        waiting = {server.spec.name: server for server in found.servers}
        while True:
            chosen = await screen.app.push_screen_wait(import_dialog(list(waiting.values()), engine.servers.target))
            if chosen is None:
                return
            name = await engine.servers.take_over(waiting.pop(ServerName(chosen)))
            screen.notify(_taken(clean_line(name)), markup=False)
            if not waiting:
                return
    except McpTuiError as error:
        screen.refused(error)


def _taken(name: CleanText) -> str:
    return f"{name} is written to config.toml and not started. On Servers (2), t shows what it runs and starts it."
