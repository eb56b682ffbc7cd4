"""The screens by name; each module is imported when its screen is first opened."""

from importlib import import_module
from typing import Any

from tui.domain.state import State
from tui.engine import Engine
from tui.ui.screens.live import LiveScreen

SCREEN_NAMES = ("chat", "servers", "tools", "trace", "gateway", "sessions", "logs")


def make_screen(name: str, engine: Engine, state: State) -> LiveScreen:
    """Returns a new screen; `name` is one of SCREEN_NAMES."""
    module: Any = import_module(f"tui.ui.screens.{name}")
    screen: LiveScreen = getattr(module, f"{name.capitalize()}Screen")(engine, state)
    return screen
