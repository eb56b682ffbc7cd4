"""The app with a fault that f9 sets off where its first argument says; a secret stands in a variable nearby."""

import os
import sys
import threading
from pathlib import Path

from textual.events import Key

from tui.cli.arguments import parser
from tui.cli.invocation import invocation
from tui.cli.output import Output
from tui.engine import Engine
from tui.ui import app as app_module
from tui.ui.app import CockpitApp

PLACE = sys.argv.pop(1)


def fail() -> None:
    secret_in_a_variable = os.environ.get("CANARY_KEY", "")
    raise ValueError(f"broken with {secret_in_a_variable}")


async def fail_later() -> None:
    fail()


class CrashingApp(CockpitApp):
    CSS_PATH = Path(app_module.__file__).with_name("app.tcss")

    def on_key(self, event: Key) -> None:
        if event.key != "f9":
            return
        match PLACE:
            case "handler":
                fail()
            case "worker":
                self.run_worker(fail_later)
            case "timer":
                self.set_timer(0.01, fail)
            case "thread-worker":
                self.run_worker(fail, thread=True)
            case "thread":
                threading.Thread(target=fail).start()


if __name__ == "__main__":
    call = invocation(parser().parse_args(), Output(as_json=False))
    app = CrashingApp(Engine(call.settings, call.paths, attended=True))
    app.run()
    sys.exit(app.return_code)
