"""A person may leave while a screen is still coming up."""

import pytest

from tests.ui.screens import facts
from tests.ui.screens.stage import Stage
from tui.ui.screens.gateway import GatewayScreen
from tui.ui.screens.live import EVERYTHING
from tui.ui.screens.logs import LogsScreen
from tui.ui.screens.servers import ServersScreen
from tui.ui.screens.sessions import SessionsScreen
from tui.ui.screens.tools import ToolsScreen
from tui.ui.screens.trace import TraceScreen

SCREENS = [ServersScreen, ToolsScreen, TraceScreen, GatewayScreen, SessionsScreen, LogsScreen]


@pytest.mark.parametrize("screen_type", SCREENS, ids=lambda each: each.__name__)
async def test_a_screen_whose_widgets_are_gone_already_draws_nothing(screen_type):
    app = Stage(screen_type)
    async with app.run_test(size=(110, 30)) as pilot:
        app.tell(*facts.logs())
        await pilot.pause()
        screen = app.screen
        await screen.remove_children()
        screen.on_screen_resume()
        screen.facts_changed(EVERYTHING)
        await pilot.pause()
