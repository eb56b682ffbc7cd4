"""A server with ten thousand tools: how long until they are listed, and how the list of tools answers keys."""

import json
import subprocess
import sys
import tempfile

from tests.bench.measurement import Measurement
from tests.bench.terminal import Terminal
from tests.fakes.mcp_host import FIXTURE

BIG = ["--server", f"big={sys.executable} -S -E {FIXTURE} many"]
DEMO = [sys.executable, "-m", "tui", "--demo"]
READY, READY_WITH_BIG, TOOLS_SCREEN, FILTER = "2/2 servers", "3/3 servers", "\x1b3", "t0123"
RUNS = 3
LIST_GOAL_S, STALL_GOAL_MS, ECHO_GOAL_MS = 1.0, 100, 60


def measure_many_tools() -> list[Measurement]:
    """Returns what listing takes, best of three, and the slowest key in the filter beside that of a short list."""
    command = [sys.executable, "-m", "tests.bench.programs.many_tools"]
    runs = [json.loads(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(RUNS)]
    long, short = _filtering([*DEMO, *BIG], READY_WITH_BIG), _filtering(DEMO, READY)
    return [
        Measurement(
            "10000 tools: listed, vetted, pinned", "s", min(run["took_s"] for run in runs), None, "–", LIST_GOAL_S
        ),
        Measurement(
            "10000 tools: longest stall", "ms", min(run["stall_s"] for run in runs) * 1e3, None, "–", STALL_GOAL_MS
        ),
        Measurement(
            "10000 tools: key to echo in the filter, slowest", "ms", long * 1e3, short * 1e3, "13 tools", ECHO_GOAL_MS
        ),
    ]


def _filtering(command: list[str], ready: str) -> float:
    """Returns the slowest echo of a key in the filter of the Tools screen, in seconds."""
    with tempfile.TemporaryDirectory() as home, Terminal(command, environ={"MCP_TUI_HOME": home}) as terminal:
        terminal.wait_for(ready)
        terminal.wait_quiet()
        terminal.send(TOOLS_SCREEN)
        terminal.wait_quiet()
        terminal.send("/")
        echoes = []
        for key in FILTER:
            terminal.wait_quiet(0.3)
            echoes.append(terminal.echo(key))
    if None in echoes:
        raise RuntimeError("a key was not echoed")
    return max(echo for echo in echoes if echo is not None)
