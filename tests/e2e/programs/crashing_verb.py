"""`mcp-tui sessions list` with a fault of the program in it; a secret stands in a variable nearby."""

import os
import sys

from tui.cli import main, sessions
from tui.cli.invocation import Invocation


def fail(_call: Invocation) -> int:
    secret_in_a_variable = os.environ.get("CANARY_KEY", "")
    raise ValueError(f"broken with {secret_in_a_variable}")


if __name__ == "__main__":
    sessions.list_sessions = fail
    sys.exit(main(["sessions", "list", *sys.argv[1:]]))
