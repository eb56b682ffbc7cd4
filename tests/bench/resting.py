"""The demo once it is painted: how it answers keys while its libraries load, and what it costs when nothing happens."""

import sys
import tempfile
import time

from tests.bench.measurement import Measurement, percentile
from tests.bench.streaming import KEYS
from tests.bench.terminal import Terminal

DEMO = [sys.executable, "-m", "tui", "--demo"]
MINIMAL = [sys.executable, "-m", "tests.bench.programs.minimal"]
READY = "2/2 servers"
ECHO_GOAL_S, STALL_GOAL_S = 0.06, 0.1
IDLE_S = 20.0
"""As long as the demo's pulse needs for a handful of requests."""


def measure_ready() -> list[Measurement]:
    """Returns how long after the first paint all is connected, and how keys are echoed until then."""
    with tempfile.TemporaryDirectory() as home, Terminal(DEMO, environ={"MCP_TUI_HOME": home}) as terminal:
        painted = terminal.wait_for("Gateway")
        echoes: list[float] = []
        while not terminal.shown(READY) and terminal.now < 30:
            echo = terminal.echo(KEYS[len(echoes) % len(KEYS)])
            if echo is not None:
                echoes.append(echo)
            time.sleep(0.01)
        ready = terminal.first_seen(READY)
    with Terminal(MINIMAL) as terminal:
        terminal.wait_for("minimal")
        minimal = [echo for key in KEYS if (echo := terminal.echo(key)) is not None]
    if painted is None or ready is None:
        raise RuntimeError("the demo never became ready")
    against = "minimal Textual app at rest"
    return [
        Measurement("from the first paint until all is connected", "s", ready - painted, None, "–"),
        Measurement(
            "key to echo meanwhile, p95", "s", percentile(echoes, 0.95), percentile(minimal, 0.95), against, ECHO_GOAL_S
        ),
        Measurement("key to echo meanwhile, worst", "s", max(echoes), max(minimal), against, STALL_GOAL_S),
    ]


def measure_idle() -> list[Measurement]:
    """Returns the processor share of the connected demo, its pulse included, and its memory."""
    with (
        tempfile.TemporaryDirectory() as home,
        Terminal(DEMO, environ={"MCP_TUI_HOME": home}) as ours,
        Terminal(MINIMAL) as minimal,
    ):
        ours.wait_for(READY)
        time.sleep(3)
        began, before = time.monotonic(), (ours.cpu_s(), minimal.cpu_s())
        time.sleep(IDLE_S)
        passed = time.monotonic() - began
        shares = [(one.cpu_s() - then) / passed * 100 for one, then in zip((ours, minimal), before, strict=True)]
        memory = ours.resident_mb(), minimal.resident_mb()
    return [
        Measurement("idle, all connected, the demo's pulse included", "% of a core", *shares, "minimal Textual app", 2),
        Measurement("memory, all connected", "MB", *memory, "minimal Textual app", 130),
    ]
