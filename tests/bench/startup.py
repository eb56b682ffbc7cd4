"""How long until the cockpit is on the screen and takes keys, beside a minimal Textual app."""

import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.measurement import Measurement
from tests.bench.terminal import Terminal

MINIMAL = [sys.executable, "-m", "tests.bench.programs.minimal"]
KEY = "Ж"
"""Occurs nowhere on any screen."""


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds until the first paint, processor seconds until then, seconds from a key to its echo, MB."""

    paint_s: float
    cpu_s: float
    echo_s: float
    memory_mb: float


def measure_startup(command: Sequence[str], expect: str, runs: int) -> list[Measurement]:
    """Returns the medians of `runs` starts, ours and the minimal app in turn; the first pair only warms the caches."""
    ours: list[Start] = []
    minimal: list[Start] = []
    for run in range(runs + 1):
        pair = start(command, expect), start(MINIMAL, "minimal")
        if run:
            ours.append(pair[0])
            minimal.append(pair[1])
    return [
        _compared("first paint", "s", [one.paint_s for one in ours], [one.paint_s for one in minimal], 1.5),
        _compared("processor until first paint", "s", [one.cpu_s for one in ours], [one.cpu_s for one in minimal], 1.5),
        _compared(
            "first key to its echo", "s", [one.echo_s for one in ours], [one.echo_s for one in minimal], None, 0.15
        ),
        _compared(
            "memory at rest", "MB", [one.memory_mb for one in ours], [one.memory_mb for one in minimal], None, 130
        ),
    ]


def start(command: Sequence[str], expect: str) -> Start:
    """Starts a program once in a home of its own. Raises RuntimeError when it never shows what is expected."""
    with tempfile.TemporaryDirectory() as home, Terminal(command, environ={"MCP_TUI_HOME": home}) as terminal:
        if terminal.wait_for(expect) is None:
            raise RuntimeError(f"{command} never showed {expect!r}")
        cpu_s = terminal.cpu_s()
        echo_s = terminal.echo(KEY)
        terminal.wait_quiet()
        memory_mb = terminal.resident_mb()
        paint_s = terminal.first_seen(expect)
    if paint_s is None or echo_s is None:
        raise RuntimeError(f"{command} did not echo a key")
    return Start(paint_s, cpu_s, echo_s, memory_mb)


def _compared(
    row: str, unit: str, ours: list[float], minimal: list[float], ratio: float | None, goal: float | None = None
) -> Measurement:
    return Measurement(
        row, unit, statistics.median(ours), statistics.median(minimal), "minimal Textual app", goal, ratio
    )
