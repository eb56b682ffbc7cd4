"""The app on the platform's own driver, without the guard at its write: shows what cleaning alone lets through."""

import sys
from pathlib import Path

from textual.app import App
from textual.driver import Driver

from tui.cli.arguments import parser
from tui.cli.invocation import invocation
from tui.cli.output import Output
from tui.engine import Engine
from tui.ui import app as app_module
from tui.ui.app import CockpitApp
from tui.ui.terminal.keyboard import GuardedInput


class BareApp(CockpitApp):
    CSS_PATH = Path(app_module.__file__).with_name("app.tcss")

    def get_driver_class(self) -> type[Driver]:
        return type("BareDriver", (GuardedInput, App.get_driver_class(self)), {})


if __name__ == "__main__":
    call = invocation(parser().parse_args(), Output(as_json=False))
    app = BareApp(Engine(call.settings, call.paths, attended=True))
    app.run()
    sys.exit(app.return_code)
