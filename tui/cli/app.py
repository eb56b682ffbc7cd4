"""Opens the app."""

import gc
import sys
from typing import Literal

from tui.cli.invocation import Invocation
from tui.config.paths import Paths
from tui.config.schema import Settings
from tui.demo.profile import demo_settings
from tui.domain.errors import UsageError


def open_app(call: Invocation) -> int:
    """Runs the app until the person leaves; from the welcome they may have gone on to the demo."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("The app needs a terminal.", "Without one, use a verb: mcp-tui ask, tools, servers … (--help)")
    if configured(call.settings):
        return _run(call.settings, call.paths, "chat")[0]
    code, chosen = _run(call.settings, call.paths, "welcome")
    return _run(demo_settings(call.settings), call.paths, "chat")[0] if chosen == "demo" else code


def _run(settings: Settings, paths: Paths, first_screen: Literal["chat", "welcome"]) -> tuple[int, str | None]:
    """Returns the exit code and what was chosen on the welcome screen."""
    # There is no garbage before the first paint; the engine turns the collector on once its libraries are loaded.
    gc.disable()
    from tui.engine import Engine
    from tui.ui.app import CockpitApp

    app = CockpitApp(Engine(settings, paths, attended=True), first_screen=first_screen)
    chosen = app.run()
    return app.return_code or 0, chosen


def configured(settings: Settings) -> bool:
    """Returns whether there is anything to begin with; where there is not, the welcome says how to get it."""
    return bool(settings.providers or settings.gateways or settings.servers or settings.demo)
