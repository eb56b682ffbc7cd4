"""Streams into the transcript beside Textual's MarkdownStream, in a terminal, with keys pressed meanwhile."""

import json
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench.made_text import tokens_of
from tests.bench.measurement import Measurement, percentile
from tests.bench.terminal import Terminal

TEXTUAL = "Textual MarkdownStream"
KEYS = [chr(code) for code in (*range(0x0410, 0x0450), *range(0x0531, 0x0557), *range(0x10D0, 0x10F1))]
"""Letters that occur nowhere else, one a press."""
KEY_EVERY_S = 0.35
PATIENCE = 4.0
"""A side that takes this many times the stream's own length did not finish."""


@dataclass(frozen=True, slots=True)
class Streamed:
    """One stream: milliseconds of processor a token, seconds behind the stream, seconds from key to screen (p95)."""

    cpu_ms_per_token: float
    lag_s: float
    took_s: float
    key_p95_s: float


def measure_streams(tokens: int) -> list[Measurement]:
    """Returns the rows of streams at 500 and 2 000 tokens a second, and of everything at once."""
    plans = [(500, tokens // 2, 0.7, 0.12, 0.06), (2_000, tokens, 0.3, 0.1, None)]
    figures: list[Measurement] = []
    for rate, count, cpu_goal, lag_goal, key_goal in plans:
        ours, theirs = stream("ours", "mixed", count, rate), stream("textual", "mixed", count, rate)
        row = f"stream {count} tokens at {rate}/s"
        figures += [
            _pair(f"{row}: processor a token", "ms", ours, theirs, "cpu_ms_per_token", goal=cpu_goal),
            _pair(f"{row}: behind the stream", "s", ours, theirs, "lag_s", goal=lag_goal),
            _pair(f"{row}: key to screen p95", "s", ours, theirs, "key_p95_s", goal=key_goal),
        ]
    at_once = stream("ours", "mixed", tokens, 1e9), stream("textual", "mixed", tokens, 1e9)
    return [*figures, _pair(f"{tokens} tokens at once: until the last is shown", "s", *at_once, "took_s", goal=1.0)]


def measure_blocks() -> list[Measurement]:
    """Returns how much longer than the stream itself a list, a table and a fence take."""
    figures: list[Measurement] = []
    for kind, name in (("list", "60-item list"), ("table", "60-row table"), ("fence", "200-line fence")):
        count = len(tokens_of(kind, 0))
        ours, theirs = stream("ours", kind, count, 200), stream("textual", kind, count, 200)
        figures.append(
            Measurement(f"streamed {name}: time", "s", ours.took_s, count / 200, "the stream's own time", None, 1.3)
        )
        figures.append(_pair(f"streamed {name}: processor a token", "ms", ours, theirs, "cpu_ms_per_token"))
    return figures


def stream(side: str, kind: str, count: int, rate: float) -> Streamed | None:
    """Runs one side. Returns None when it does not finish in time."""
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.json"
        command = [sys.executable, "-m", "tests.bench.programs.stream", side, kind, str(count), str(rate), str(report)]
        with Terminal(command) as terminal:
            terminal.wait_quiet(0.2, 5)
            echoes = _press_keys(terminal, report, count / rate * PATIENCE + 30)
        if not report.exists():
            return None
        figures: Mapping[str, float] = json.loads(report.read_text())
    return Streamed(
        figures["cpu_s"] / count * 1_000, figures["lag_s"], figures["took_s"], percentile(echoes or [0.0], 0.95)
    )


def _press_keys(terminal: Terminal, report: Path, patience_s: float) -> list[float]:
    echoes: list[float] = []
    deadline, pressed = time.monotonic() + patience_s, 0
    while not report.exists() and time.monotonic() < deadline:
        echo = terminal.echo(KEYS[pressed % len(KEYS)], timeout_s=5)
        pressed += 1
        if echo is not None:
            echoes.append(echo)
        time.sleep(KEY_EVERY_S)
    return echoes


def _pair(
    row: str, unit: str, ours: Streamed | None, theirs: Streamed | None, name: str, *, goal: float | None = None
) -> Measurement:
    if ours is None:
        raise RuntimeError(f"{row}: ours did not finish")
    return Measurement(row, unit, getattr(ours, name), getattr(theirs, name, None), TEXTUAL, goal)
